// A wrong configuration is said when the shop starts, in words that name the setting.
import { expect, test } from 'vitest';
import { readOptions } from './settings.ts';

const good = {
  host: 'http://localhost:8080',
  mode: 'sandbox',
  clientId: 'SANDBOX_5Y1',
  privateKey: 'key',
  gatewayPublicKey: 'key',
  serverUrl: 'https://api.shop.example',
  returnUrl: 'https://shop.example/return?cart={cart}',
};

test('what is right is taken', () => {
  expect(readOptions(good)).toEqual(good);
});

test.each([
  [undefined, 'host is missing'],
  [{ ...good, privateKey: '' }, 'privateKey is missing'],
  [{ ...good, host: 'localhost' }, 'host: "localhost" is not like'],
  [{ ...good, mode: 'test' }, 'neither sandbox nor live'],
  [{ ...good, mode: 'live' }, 'belongs to the other environment'],
  [{ ...good, clientId: '5Y1' }, 'belongs to the other environment'],
  [{ ...good, mode: 'live', clientId: '5Y1' }, 'live payments need https'],
  [{ ...good, serverUrl: 'https://api.shop.example/' }, 'serverUrl'],
  [{ ...good, returnUrl: '/return' }, 'returnUrl'],
])('%#: refused', (given, why) => {
  expect(() => readOptions(given)).toThrow(why);
});

// Who may call: a partner whose contract has begun, signing with MD5, RSA or RSA2; with the real merchants room.
import { createHash, sign } from 'node:crypto';
import { formOf, readForm, signingBytes } from '@tongbao/protocol/gateway';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { takeIdBlock } from '../../database/index.ts';
import { createMerchants, type Merchants } from '../../merchants/index.ts';
import { sandboxMerchants } from '../../sandbox/merchants.ts';
import { generateRsaKeys, Ids, type KeyPairText, privateKeyOf, StillClock } from '../../system/index.ts';
import { type TestDatabase, testDatabase } from '../../testing/index.ts';
import { testKeys } from '../../testing/keys.ts';
import { authenticate } from './authenticate.ts';

let database: TestDatabase;
let merchants: Merchants;
let keys: KeyPairText;
const clock = new StillClock(new Date('2013-12-31T12:00:00Z'));
const md5Key = `1${'0'.repeat(31)}`;
const [seed] = sandboxMerchants;

beforeAll(async () => {
  database = await testDatabase();
  keys = await generateRsaKeys();
  merchants = createMerchants({
    database: database.database,
    clock,
    ids: new Ids(() => takeIdBlock(database.database)),
    keys: testKeys,
  });
  await merchants.signUp({ ...seed!, publicKey: keys.publicKey, classicMd5Key: md5Key });
});
afterAll(() => database.drop());

const request = {
  service: 'single_trade_query',
  out_trade_no: 'T-1',
  partner: seed!.partner,
  _input_charset: 'GBK',
};
type Signing = (bytes: Uint8Array) => string;
const rsa =
  (algorithm: string): Signing =>
  (bytes) =>
    sign(algorithm, bytes, privateKeyOf(keys.privateKey)).toString('base64');
const md5: Signing = (bytes) => createHash('md5').update(bytes).update(md5Key).digest('hex');

async function verdict(signType: string, signing: Signing): Promise<string> {
  const signed = { ...request, sign: signing(signingBytes(request, 'GBK')), sign_type: signType };
  const form = readForm(formOf(signed, 'GBK'), new Uint8Array());
  if ('unreadable' in form) throw new Error(form.why);
  return authenticate({ merchants, clock, explain: false }, form, 'single_trade_query').then(
    ({ signType: how }) => how,
    (error: { code?: string }) => error.code ?? 'bug',
  );
}

describe('authenticate', () => {
  test('row 6: a service that is not enabled yet for the partner is ILLEGAL_PARTNER_EXTERFACE', async () => {
    expect(await verdict('MD5', md5)).toBe('ILLEGAL_PARTNER_EXTERFACE');
    clock.advance(365 * 86_400_000);
    expect(await verdict('MD5', md5)).toBe('MD5');
  });

  test('MD5 in either letter case, RSA, RSA2, and RSA that digests SHA-256; nothing else', async () => {
    expect(await verdict('MD5', (bytes) => md5(bytes).toUpperCase())).toBe('MD5');
    expect(await verdict('RSA', rsa('RSA-SHA1'))).toBe('RSA');
    expect(await verdict('RSA2', rsa('RSA-SHA256'))).toBe('RSA2');
    expect(await verdict('RSA', rsa('RSA-SHA256'))).toBe('RSA');
    expect(await verdict('RSA', (bytes) => rsa('RSA-SHA1')(bytes).replaceAll('+', ' '))).toBe('RSA');
    expect(await verdict('RSA2', rsa('RSA-SHA1'))).toBe('ILLEGAL_SIGN');
    expect(await verdict('MD5', rsa('RSA-SHA1'))).toBe('ILLEGAL_SIGN');
    expect(await verdict('DSA', md5)).toBe('ILLEGAL_SIGN_TYPE');
  });
});

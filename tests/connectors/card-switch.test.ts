// The connector for ISO 8583 at a switch in this process: the kit, and what an operator sets: TLS, dialects, which banks, the question
// whether a bank takes a card, a connection that is kept. The independent switch is jPOS (npm run conformance -- --only switch).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cardRows, play, stepUpRows } from '@tongbao/connector-conformance';
import { pauseAfter } from '@tongbao/connector-iso8583';
import { money } from '@tongbao/money';
import { afterEach, expect, test } from 'vitest';
import { localCertificate } from '../../platform/src/sandbox/tls.ts';
import { until } from '../../platform/src/testing/until.ts';
import { type SwitchDriver, switchDriver } from './card-switch-driver.ts';

let driver: SwitchDriver;
afterEach(() => driver.close());

let count = 0;
const debit = () => ({ ...driver.card, amount: money('CNY', 500n), reference: `SWITCH-${++count}` });
const verification = () => ({ ...driver.card, currency: 'CNY', reference: `CARD-${++count}` });
const approved = { outcome: 'approved' };
const takenBack = { outcome: 'declined', reason: 'bank-unavailable' };

test.each(cardRows.map((row) => [row.name, row.title, row] as const))('%s: %s', async (name, _title, row) => {
  driver = await switchDriver();
  expect(await play(row, driver)).toMatchObject({ name, ok: true });
});

test.each(stepUpRows.map((row) => [row.name, row.title, row] as const))(
  'the shopper is asked, %s: %s',
  async (name, _title, row) => {
    driver = await switchDriver();
    // The switch has no page of its own.
    expect(await play(row, driver)).toMatchObject({ name, ok: name.startsWith('page') ? null : true });
  },
);

test('a switch that is not agreed to ask declines, and the code is in 63 of the repeat only', async () => {
  driver = await switchDriver();
  const cards = driver.connect({ stepUp: null });
  const asked = { ...debit(), cardToken: 'token-code', stepUp: { returnUrl: 'https://wallet.example/' } };
  expect(await cards.debit(asked)).toEqual({ outcome: 'declined', reason: 'declined' });
  await cards.close();
  const asking = driver.connect();
  const other = { ...asked, reference: debit().reference };
  const answer = await asking.debit(other);
  if (answer.outcome !== 'step-up-required') throw new Error('the switch does not ask');
  const code = driver.server.code(other.reference);
  const given = { bank: other.bank, reference: other.reference, stepUp: answer.stepUp.id, code };
  await expect(asking.confirm({ ...given, code: '12|T=9' })).rejects.toThrow(/four to ten digits/);
  expect(await asking.confirm(given)).toEqual(approved);
  expect(driver.server.messages('0201').map((fields) => fields.get(63))).toEqual([
    `${other.reference}|C=${code}`,
  ]);
  await asking.close();
});

test('by TLS, and only to who is trusted', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tongbao-switch-'));
  const certificate = await localCertificate(folder, new Date());
  await rm(folder, { recursive: true });
  driver = await switchDriver(undefined, certificate);
  const trusting = driver.connect();
  expect(await trusting.debit(debit())).toEqual(approved);
  await trusting.close();
  const strict = driver.connect({ tls: {} });
  await expect(strict.debit(debit())).rejects.toThrow(/self.signed/i);
  const plain = driver.connect({ tls: null });
  await expect(plain.debit(debit())).rejects.toThrow();
  expect(driver.server.taken()).toBe(500n);
  await Promise.all([strict.close(), plain.close()]);
});

test('0100 asks whether a bank takes a card, of nothing; again under its reference it is the same question', async () => {
  driver = await switchDriver();
  const cards = driver.connect();
  const asked = verification();
  expect(await cards.verify!(asked)).toEqual(approved);
  expect(await cards.verify!(asked)).toEqual(approved);
  expect(driver.server.heard('0100')).toBe(1);
  const [fields] = driver.server.messages('0100');
  expect([3, 4, 48, 49].map((number) => fields!.get(number))).toEqual([
    '330000',
    '000000000000',
    'token-1',
    '156',
  ]);
  driver.server.behave('decline');
  expect(await cards.verify!(verification())).toEqual({ outcome: 'declined', reason: 'declined' });
  driver.server.behave('answer-lost');
  const lost = verification();
  await expect(cards.verify!(lost)).rejects.toThrow(/has not answered/);
  driver.server.behave('normal');
  expect(await cards.verify!(lost)).toEqual(approved);
  expect(driver.server.heard('0101')).toBe(1);
  // Nothing has moved: what is too old is given up, and nothing is taken back.
  driver.server.behave('answer-lost');
  const old = verification();
  await expect(cards.verify!(old)).rejects.toThrow(/has not answered/);
  driver.clock.advance(3_601_000);
  expect(await cards.verify!(old)).toEqual(takenBack);
  expect(driver.server.heard('0420')).toBe(0);
  expect(driver.server.taken()).toBe(0n);
  await cards.close();
  const silent = driver.connect({ verification: null });
  expect(silent.verify).toBeUndefined();
});

test('a switch that wants requests (0400) is sent those, 0401 when they are repeated', async () => {
  driver = await switchDriver();
  const cards = driver.connect({ reversals: '0400' });
  const lost = debit();
  driver.server.behave('answer-lost');
  await expect(cards.debit(lost)).rejects.toThrow(/has not answered/);
  expect(driver.server.taken()).toBe(500n);
  driver.clock.advance(3_601_000);
  await expect(cards.query(lost)).rejects.toThrow(/has not answered/);
  await cards.close();
  driver.server.behave('normal');
  const other = driver.connect({ reversals: '0400' });
  expect(await other.query(lost)).toEqual(takenBack);
  expect(driver.server.taken()).toBe(0n);
  expect([driver.server.heard('0400'), driver.server.heard('0401'), driver.server.heard('0420')]).toEqual([
    1, 1, 0,
  ]);
  expect(driver.server.messages('0401')[0]!.get(90)).toMatch(/^0200\d{6}0501100000/);
  await other.close();
});

test('other banks and currencies do not go to the switch', async () => {
  driver = await switchDriver();
  const cards = driver.connect({ banks: new Set(['LAKE']), currencies: new Set(['CNY']) });
  expect([cards.serves('LAKE', 'CNY'), cards.serves('LAKE', 'HKD'), cards.serves('RIVER', 'CNY')]).toEqual([
    true,
    false,
    false,
  ]);
  await expect(cards.debit(debit())).rejects.toThrow(/RIVER in CNY is none of the banks/);
  expect(driver.server.heard('0800')).toBe(0);
  await cards.close();
});

test('a kept connection asks whether somebody is there, and comes back with a sign-on', async () => {
  driver = await switchDriver();
  const cards = driver.connect();
  const changes: (string | null)[] = [];
  cards.keep({ everyMs: 20, onChange: (error) => changes.push(error?.message ?? null) });
  const signOns = () => driver.server.messages('0800').filter((fields) => fields.get(70) === '001').length;
  const echoes = () => driver.server.messages('0800').filter((fields) => fields.get(70) === '301').length;
  await until(() => echoes() >= 3);
  expect(signOns()).toBe(1);
  driver.server.behave('down');
  await until(() => changes.length > 0);
  driver.server.behave('normal');
  await until(() => changes.at(-1) === null);
  expect(changes).toEqual([expect.stringMatching(/switch/), null]);
  expect(signOns()).toBe(2);
  expect(await cards.debit(debit())).toEqual(approved);
  await cards.close();
});

test('a switch that is away is not stormed, and a refused sign-on asks nothing', async () => {
  driver = await switchDriver();
  driver.server.behave('refuses');
  const cards = driver.connect();
  const tries = await Promise.allSettled(Array.from({ length: 50 }, () => cards.debit(debit())));
  expect(tries.every(({ status }) => status === 'rejected')).toBe(true);
  for (let time = 0; time < 20; time++)
    await expect(cards.debit(debit())).rejects.toThrow(/sign-on|tried again/);
  expect(driver.server.heard('0800')).toBeLessThan(10);
  expect(driver.server.heard('0200')).toBe(0);
  await cards.close();
  expect([0, 2, 3, 4, 9, 10, 1_000].map(pauseAfter)).toEqual([0, 0, 250, 500, 16_000, 30_000, 30_000]);
});

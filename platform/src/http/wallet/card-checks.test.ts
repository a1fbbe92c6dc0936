// Adding a card by its number: what is wrong is said as the registry says it, refusals are counted, doubts are not, and the number
// stands nowhere afterwards: in no row, and in no line of a log that writes everything.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkCharacterOf } from '../../customers/index.ts';
import { type ShopperWorld, shopperWorld } from '../../testing/shopper-world.ts';

let world: ShopperWorld;
let session: string;
const body = '31010119900307123';
const residentId = body + checkCharacterOf(body);
const phone = '+8613912340001';
const typed: string[] = [];

beforeAll(async () => {
  world = await shopperWorld(true);
  const asked = await world.call('POST', '/api/wallet/sign-up/code', { body: { phone, language: 'en' } });
  const signUp = { phone, code: world.sentCode(phone), challenge: asked.body.challenge, language: 'en' };
  session = (await world.call('POST', '/api/wallet/sign-up', { body: signUp })).cookie!;
});
afterAll(() => world.close());

let tries = 0;
const check = async (of: Record<string, unknown> = {}) => {
  const number = (of.number as string | undefined) ?? world.issuers.sampleNumber('629901');
  typed.push(number);
  const answer = await world.call('POST', '/api/wallet/card-checks', {
    session,
    body: { tryId: `try-number-${++tries}`, residentId, ...of, number },
  });
  return answer.body;
};

test('whom nobody knows adds no card', async () => {
  expect((await check()).error.code).toBe('REAL_NAME_NEEDED');
  const person = { name: '李雷', residentId };
  expect((await world.call('POST', '/api/wallet/identity', { session, body: person })).body.walletClass).toBe(
    1,
  );
});

test('four elements that belong together add the card; the same try again adds nothing', async () => {
  const number = world.issuers.sampleNumber('629901');
  const added = await check({ number, tryId: 'the-first-try' });
  expect(added).toMatchObject({
    status: 'added',
    wallet: { cards: [{ last4: number.slice(-4), kind: 'debit', isDefault: true }], cardCheck: true },
  });
  const again = await check({ number: ` ${number.replace(/(\d{4})/g, '$1 ')}`, tryId: 'the-first-try' });
  expect(again.wallet.cards).toHaveLength(1);
  // The bank has seen who it is: one more source.
  const limits = await world.call('GET', '/api/wallet/limits', { session });
  expect(limits.body.identity.checks.map(({ source }: { source: string }) => source)).toContain('bank:JADE');
});

test('what is wrong is said; refusals have an end, and what is added or not known counts for nothing', async () => {
  const good = world.issuers.sampleNumber('629911');
  const slip = `${good.slice(0, -1)}${(Number(good.at(-1)) + 1) % 10}`;
  expect((await check({ number: slip })).error).toMatchObject({
    code: 'CARD_REFUSED',
    reason: 'card-number',
  });
  expect((await check({ phone: 'no phone' })).error).toMatchObject({ code: 'CARD_REFUSED', reason: 'phone' });
  const other = '31010119900307124';
  const wrongId = await check({ residentId: other + checkCharacterOf(other) });
  expect(wrongId.error).toMatchObject({ code: 'IDENTITY_REFUSED', attemptsLeft: 3 });
  for (let time = 0; time < 12; time++) {
    // The sandbox's banks send no codes: nothing is known.
    const answer = await world.call('POST', '/api/wallet/card-checks/code', {
      session,
      body: { tryId: 'the-first-try', code: '123456' },
    });
    expect(answer.body.error.code).toBe('UNAVAILABLE');
  }
  expect((await check({ number: world.issuers.sampleNumber('629911') })).status).toBe('added');
  // Nobody's number, right by its check digit: the registry says that there is no such card.
  const nobodys = '6222020200112230004';
  for (let time = 0; time < 10; time++)
    expect((await check({ number: nobodys })).error).toMatchObject({
      code: 'CARD_REFUSED',
      reason: 'card-number',
    });
  const eleventh = (await check({ number: nobodys })).error;
  expect(eleventh.code).toBe('CODE_TOO_MANY');
  expect(eleventh.retryAt).toBe(new Date(world.clock.now().getTime() + 86_400_000).toISOString());
});

test('no number stands in a row or a line of the log', async () => {
  const { pool } = world.test.owner;
  const tables = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  let rows = '';
  for (const { name } of tables.rows) {
    const found = await pool.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
    rows += found.rows.map(({ text }) => text).join('\n');
  }
  // It would be found: the last four digits are.
  expect(rows).toContain(typed[1]!.slice(-4));
  expect(world.log.join('\n')).toContain('/api/wallet/card-checks');
  for (const text of [rows, world.log.join('\n')]) {
    for (const number of typed) expect(text).not.toContain(number.replace(/\D/g, ''));
    expect(text).not.toContain(residentId);
  }
});

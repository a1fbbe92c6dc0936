// What a rotation of the installation's own keys leaves as it was: codes that are on their way, numbers that somebody has a
// wallet under, PINs.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  completeKeys,
  Ids,
  type KeyRing,
  keysOf,
  machineRandomness,
  nextKey,
  StillClock,
} from '../system/index.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { type PersonRegistry, proveIdentity } from './identity.ts';
import { type Customers, checkCharacterOf, createCustomers } from './index.ts';

const knowsEverybody: PersonRegistry = {
  checkPerson: async () => ({
    outcome: 'match',
    sources: [{ source: 'resident-registry', reference: '1' }],
  }),
};

const phone = '+8613900000001';
let test: TestDatabase;
let block = 1n;
const ids = new Ids(() => Promise.resolve(block++));
let clock: StillClock;
let keys: KeyRing;
let customers: Customers;
const records = await completeKeys(machineRandomness);

const rotate = async (purpose: 'pepper' | 'identity'): Promise<void> => {
  const from = clock.now();
  keys.renew([...records, await nextKey(machineRandomness, records, { purpose, from })]);
};
const refusal = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'none',
    (error: { code: string }) => error.code,
  );

beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

beforeEach(async () => {
  await test.owner.pool.query(
    'TRUNCATE system.tally, customers.code_challenge, customers.session, customers.identity, customers.customer CASCADE',
  );
  clock = new StillClock(new Date('2014-11-11T02:00:00Z'));
  keys = keysOf(records, clock);
  customers = createCustomers({
    ...{ database: test.database, clock, ids, randomness: machineRandomness, keys, sandbox: true },
    sendSms: () => Promise.resolve(),
    registry: knowsEverybody,
  });
});

const signUp = (number: number, kycClass: 0 | 3 = 3) =>
  customers.signUp({
    ...{
      phone: `+861390000000${number}`,
      name: '李伟',
      region: 'CN',
      language: 'zh-CN',
      kycClass,
      pin: '314159',
    },
  });

describe('another pepper', () => {
  it('a code that was sent before it signs in after it, and so does the same call again', async () => {
    await signUp(1);
    const { challenge, sandboxCode } = await customers.requestCode(phone);
    await rotate('pepper');
    const asked = { phone, code: sandboxCode!, challenge, formerToken: null, userAgent: 'test' };
    expect((await customers.signIn(asked)).customer.phone).toBe(phone);
  });

  it('a sign-in whose answer was lost has the same answer after it', async () => {
    await signUp(1);
    const { challenge, sandboxCode } = await customers.requestCode(phone);
    const asked = { phone, code: sandboxCode!, challenge, formerToken: null, userAgent: 'test' };
    const { token } = await customers.signIn(asked);
    await rotate('pepper');
    expect((await customers.signIn(asked)).token).toBe(token);
    expect((await customers.findSession(token))?.phone).toBe(phone);
  });

  it('a PIN is right under the former one, and kept under the new one from then on', async () => {
    const { id } = await signUp(1);
    await rotate('pepper');
    const pepperOf = async () => (await test.database.pool.query('SELECT pepper_id FROM customers.pin')).rows;
    expect(await refusal(customers.checkPin(id, '271828'))).toBe('pin-wrong');
    expect(await pepperOf()).toEqual([{ pepper_id: 1 }]);
    await customers.checkPin(id, '314159');
    expect(await pepperOf()).toEqual([{ pepper_id: 2 }]);
    await customers.checkPin(id, '314159');
  });
});

describe('another key of identity numbers', () => {
  const numberOf = (digits: string) => digits + checkCharacterOf(digits);
  const residentId = numberOf('11010119800101001');
  const check = async (number: number) =>
    customers.checkIdentity(await signUp(number, 0), { name: '赵敏', residentId });
  const kept = async () =>
    (await test.database.pool.query('SELECT id_hash FROM customers.identity WHERE id_hash IS NOT NULL')).rows;

  it('a number that somebody has a wallet under is still somebody’s', async () => {
    await check(1);
    await rotate('identity');
    expect(await refusal(check(2))).toBe('identity-in-use');
    expect(await kept()).toHaveLength(1);
  });

  it('its hash is made anew when the number is at hand, and a wrong one still is', async () => {
    await check(1);
    const { id } = (await customers.findByPhone(phone))!;
    const before = await kept();
    await rotate('identity');
    const parts = {
      database: test.database,
      clock,
      ids,
      registry: null,
      keys,
      onRegistryFailed: () => undefined,
    };
    expect(await refusal(proveIdentity(parts, id, numberOf('11010119800101002')))).toBe('identity-refused');
    expect(await kept()).toEqual(before);
    await proveIdentity(parts, id, residentId);
    expect(await kept()).not.toEqual(before);
    await proveIdentity(parts, id, residentId);
    expect(await refusal(check(2))).toBe('identity-in-use');
  });

  it('of two processes that use different keys, one takes the number', async () => {
    const next = await nextKey(machineRandomness, records, { purpose: 'identity', from: clock.now() });
    // The other process knows the new key already, and its clock is a moment behind.
    const behind = keysOf([...records, next], new StillClock(new Date(clock.now().getTime() - 1)));
    keys.renew([...records, next]);
    const other = createCustomers({
      ...{ database: test.database, clock, ids, randomness: machineRandomness, keys: behind, sandbox: true },
      sendSms: () => Promise.resolve(),
      registry: knowsEverybody,
    });
    for (let round = 0; round < 10; round++) {
      await test.owner.pool.query('TRUNCATE customers.identity, customers.customer CASCADE');
      const [first, second] = [await signUp(1, 0), await signUp(2, 0)];
      const asked = { name: '赵敏', residentId };
      const both = [customers.checkIdentity(first, asked), other.checkIdentity(second, asked)];
      expect((await Promise.all(both.map(refusal))).sort()).toEqual(['identity-in-use', 'none']);
    }
  });
});

// The real-name check against a registry that is not always there: what nobody knows is never a no, and takes no try.
import type { PersonAnswer, PersonQuestion } from '@tongbao/connector-interface';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Ids, machineRandomness, StillClock } from '../system/index.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { testKeys } from '../testing/keys.ts';
import { type Customer, type Customers, createCustomers } from './index.ts';

let world: TestDatabase;
let customers: Customers;
let customer: Customer;
let block = 1n;
let answer: PersonAnswer | null = null;
const asked: PersonQuestion[] = [];
const failures: unknown[] = [];
const clock = new StillClock(new Date('2014-11-11T02:00:00Z'));
const person = { name: '王小明', residentId: '110105199003072338' };

beforeAll(async () => {
  world = await testDatabase();
  customers = createCustomers({
    ...{ database: world.database, clock, ids: new Ids(() => Promise.resolve(block++)) },
    ...{ randomness: machineRandomness, keys: testKeys, sandbox: true },
    sendSms: () => Promise.resolve(),
    onRegistryFailed: (error) => failures.push(error),
    registry: {
      async checkPerson(question) {
        asked.push(question);
        if (answer === null) throw new Error('the registry was not reached');
        return answer;
      },
    },
  });
  customer = await customers.signUp({
    ...{ phone: '+8613900000001', name: '', region: 'CN', language: 'zh-CN', kycClass: 0, pin: '135790' },
  });
});
afterAll(() => world.drop());

const refusal = (typed = person): Promise<{ code?: string; detail?: { attemptsLeft?: number } }> =>
  customers.checkIdentity(customer, typed).then(
    () => ({}),
    (error: object) => error,
  );

test('a registry that cannot be asked takes no try, is told of, and is asked the same question under the same id', async () => {
  for (let time = 0; time < 12; time++) expect((await refusal()).code).toBe('unavailable');
  expect(failures).toHaveLength(12);
  expect(new Set(asked.map(({ requestId }) => requestId)).size).toBe(1);
  answer = { outcome: 'no-match', reference: 'R', wrong: [] };
  expect(await refusal()).toMatchObject({ code: 'identity-refused', detail: { attemptsLeft: 4 } });
  expect((await refusal({ ...person, name: '王大明' })).detail?.attemptsLeft).toBe(3);
  answer = null;
  expect((await refusal()).code).toBe('unavailable');
  clock.advance(24 * 3_600_000);
  expect((await refusal()).code).toBe('unavailable');
  // Another name, and another day, are other questions.
  expect(new Set(asked.map(({ requestId }) => requestId)).size).toBe(3);
  answer = { outcome: 'match', sources: [{ source: 'resident-registry', reference: 'R' }] };
  expect(await refusal()).toEqual({});
  expect((await customers.find(customer.id))?.kycClass).toBe(1);
});

// `tongbao customer` over a production database: one person by an exact number, frozen at once, open again and given more room by two.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCustomers } from '../platform/src/customers/index.ts';
import { takeIdBlock } from '../platform/src/database/index.ts';
import { Ids, machineClock, machineRandomness } from '../platform/src/system/index.ts';
import { type TestDatabase, testDatabase } from '../platform/src/testing/index.ts';
import { testKeys } from '../platform/src/testing/keys.ts';
import { answerOfCommand, newOperator } from './operators.ts';

let database: TestDatabase;
let folder: string;
let wallet: string;
const operators: Record<string, Record<string, string>> = {};
const phone = '+8613800000001';

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'tongbao-customers-'));
  for (const [username, role] of [
    ['mei', 'maker'],
    ['li', 'checker'],
    ['ann', 'auditor'],
  ] as const)
    operators[username] = await newOperator(database, folder, { username, role });
  const customers = createCustomers({
    ...{ database: database.database, clock: machineClock, randomness: machineRandomness, keys: testKeys },
    ...{ ids: new Ids(() => takeIdBlock(database.database)), sandbox: false, sendSms: async () => undefined },
  });
  const person = {
    phone,
    name: '李伟',
    region: 'CN',
    language: 'zh-CN',
    kycClass: 3 as const,
    pin: '200808',
  };
  wallet = (await customers.signUp(person)).id.toString();
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const as = (username: string, ...args: readonly string[]) =>
  answerOfCommand(database, operators[username]!, ['customer', ...args]);
const why = ['--reason', 'ticket 88'];

test('found, frozen, open again by two, limits up and down', { timeout: 300_000 }, async () => {
  expect(as('ann', 'find', phone, ...why).status).toBe(3);
  expect(as('mei', 'find', '+8613800000002', ...why)).toMatchObject({
    ...{ status: 4, answer: { error: { message: 'no wallet has this phone number or number' } } },
  });
  const found = as('mei', 'find', phone, ...why);
  expect(found).toMatchObject({
    ...{ status: 0, answer: { id: wallet, phone: '+86 138****0001', name: '李*', status: 'active' } },
  });
  expect(as('li', 'freeze', wallet, ...why).status).toBe(0);
  expect(as('mei', 'freeze', wallet, ...why).answer.error.message).toBe('the wallet is frozen already');
  const { proposal } = as('mei', 'unfreeze', wallet, ...why).answer;
  expect(as('mei', 'approve', proposal, ...why).status).toBe(3);
  expect(as('ann', 'proposals').answer.proposals).toMatchObject([{ id: proposal, kind: 'unfreeze' }]);
  expect(as('li', 'approve', proposal, ...why).status).toBe(0);
  expect(as('li', 'reject', proposal, ...why).answer.error.message).toBe('li has approved it already');

  expect(as('mei', 'limits', wallet, '--payment', '5,00', ...why).status).toBe(2);
  expect(as('mei', 'limits', wallet, ...why).status).toBe(2);
  expect(as('mei', 'limits', wallet, '--payment', '500', '--day', '2000.5', ...why).answer).toEqual({
    proposal: null,
  });
  const higher = as('mei', 'limits', wallet, '--payment', 'none', '--day', '2000.50', ...why).answer.proposal;
  expect(as('li', 'approve', higher, ...why).status).toBe(0);
  expect(as('li', 'find', wallet, ...why).answer).toMatchObject({
    ...{ status: 'active', caps: { payment: null, day: '200050' }, proposals: [] },
  });
  const { rows } = await database.owner.pool.query<{ act: string; object: string; detail: string }>(
    `SELECT act, object, detail FROM staff.act WHERE act LIKE 'customer.%' ORDER BY id`,
  );
  expect(rows.map(({ act }) => act)).toEqual([
    ...['customer.find', 'customer.find', 'customer.freeze', 'customer.unfreeze.propose', 'customer.approve'],
    ...['customer.limits', 'customer.limits', 'customer.approve', 'customer.find'],
  ]);
  expect(JSON.stringify(rows)).not.toMatch(/13800000001|李/);
});

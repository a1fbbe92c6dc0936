// What operators decide about a customer: limits with their days, what needs a second person, freeze at once; pure, then on PostgreSQL.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Transaction } from '../database/index.ts';
import { Ids, machineRandomness, StillClock } from '../system/index.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { testKeys } from '../testing/keys.ts';
import { capsAt, capsFault, needsTwo } from './caps.ts';
import { type Customers, createCustomers } from './index.ts';
import { decisionFault } from './oversight.ts';
import { readProposals } from './oversight-store.ts';

const start = new Date('2014-11-11T02:00:00Z');
const later = (ms: number) => new Date(start.getTime() + ms);
const day = 86_400_000;
const caps = (payment: bigint | null, ofDay: bigint | null, from = start) => ({ payment, day: ofDay, from });

describe('limits', () => {
  test('what counts is the newest that has begun, of equal ones the last', () => {
    const all = [caps(1n, 2n), caps(3n, 4n, later(day)), caps(5n, 6n, later(day))];
    expect(capsAt(undefined, start)).toEqual({ payment: null, day: null });
    expect(capsAt(all, later(-1))).toEqual({ payment: null, day: null });
    expect(capsAt(all, start)).toEqual(all[0]);
    expect(capsAt(all, later(day - 1))).toEqual(all[0]);
    expect(capsAt(all, later(day))).toEqual(all[2]);
  });

  test.each([
    [caps(null, null), caps(5n, 9n), false],
    [caps(5n, 9n), caps(5n, 9n), false],
    [caps(5n, 9n), caps(4n, 8n), false],
    [caps(5n, 9n), caps(6n, 9n), true],
    [caps(5n, 9n), caps(5n, 10n), true],
    [caps(5n, 9n), caps(null, 9n), true],
    [caps(5n, 9n), caps(4n, null), true],
    [caps(null, 9n), caps(1n, 9n), false],
  ])('from %o to %o: more room needs two (%s)', (present, asked, two) => {
    expect(needsTwo(present, asked)).toBe(two);
  });

  test('what cannot be set is said', () => {
    expect(capsFault(caps(0n, 0n), start)).toBeNull();
    expect(capsFault(caps(5n, 5n), start)).toBeNull();
    expect(capsFault(caps(6n, 5n), start)).toMatch(/higher than that of a day/);
    expect(capsFault(caps(-1n, null), start)).toMatch(/between 0/);
    expect(capsFault(caps(null, 10_000_000_001n), start)).toMatch(/between 0/);
    expect(capsFault(caps(1n, 2n, later(-1)), start)).toMatch(/has passed/);
  });

  test('who may decide', () => {
    const found = { ...caps(1n, 2n), proposedBy: 'mei', decidedBy: null, approved: null } as never;
    expect(decisionFault(found, 'li')).toBeNull();
    expect(decisionFault(found, 'mei')).toMatch(/you proposed it/);
    expect(decisionFault({ ...(found as object), decidedBy: 'li', approved: true } as never, 'bo')).toMatch(
      /li has approved it/,
    );
  });
});

describe('on PostgreSQL', () => {
  let db: TestDatabase;
  let customers: Customers;
  const clock = new StillClock(start);
  let block = 1n;
  let phone = 13_800_000_100;

  beforeAll(async () => {
    db = await testDatabase();
    customers = createCustomers({
      ...{ database: db.database, clock, ids: new Ids(() => Promise.resolve(block++)) },
      ...{ randomness: machineRandomness, keys: testKeys, sandbox: true, sendSms: async () => undefined },
    });
  });
  afterAll(() => db.drop());

  const aCustomer = () =>
    customers.signUp({
      ...{
        phone: `+86${phone++}`,
        name: '李伟',
        region: 'CN',
        language: 'zh-CN',
        kycClass: 3,
        pin: '200808',
      },
    });
  const inAct = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => db.database.transaction(work);
  const oversight = () => customers.oversight;
  const asked = (customerId: bigint, operator: string) => ({ customerId, operator, reason: 'ticket 88' });

  test('frozen by one, at once; open again by two, and each decision once', async () => {
    const { id, phone: number } = await aCustomer();
    const { sandboxCode } = await customers.requestCode(number);
    const { token } = await customers.signIn({
      phone: number,
      code: sandboxCode!,
      userAgent: '',
      formerToken: null,
    });
    await inAct((tx) => oversight().freeze(tx, id));
    expect(await customers.findSession(token)).toBeNull();
    expect((await customers.find(id))!.status).toBe('blocked');
    await expect(inAct((tx) => oversight().freeze(tx, id))).rejects.toMatchObject({ code: 'act-refused' });
    const proposal = await inAct((tx) => oversight().proposeUnfreeze(tx, asked(id, 'mei')));
    await expect(inAct((tx) => oversight().proposeUnfreeze(tx, asked(id, 'bo')))).rejects.toMatchObject({
      message: expect.stringContaining('somebody has proposed that already'),
    });
    const decide = (operator: string, approved = true) =>
      inAct((tx) => oversight().decideProposal(tx, { id: proposal, approved, operator }));
    await expect(decide('mei')).rejects.toMatchObject({
      message: expect.stringContaining('you proposed it'),
    });
    const both = await Promise.allSettled([decide('li'), decide('bo')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await customers.find(id))!.status).toBe('active');
    await expect(inAct((tx) => oversight().proposeUnfreeze(tx, asked(id, 'mei')))).rejects.toMatchObject({
      message: 'the wallet is not frozen',
    });
    const events = await customers.eventsOf({ customerId: id, before: 2n ** 62n, limit: 5 });
    expect(events.slice(0, 2).map(({ kind }) => kind)).toEqual(['account-unfrozen', 'account-frozen']);
    await expect(inAct((tx) => oversight().freeze(tx, 7n))).rejects.toMatchObject({ code: 'act-unknown' });
  });

  test('a lower limit counts at once, a higher one when somebody else says so; a refused one never', async () => {
    const { id } = await aCustomer();
    const set = (payment: bigint | null, ofDay: bigint | null, from: Date | null = null) =>
      inAct((tx) => oversight().setLimits(tx, { ...asked(id, 'mei'), payment, day: ofDay, from }));
    const now = async () => capsAt((await customers.find(id))!.caps, clock.now());
    expect(await set(50_000n, 200_000n)).toBeNull();
    expect(await now()).toMatchObject({ payment: 50_000n, day: 200_000n });
    await expect(set(50_000n, 200_000n)).rejects.toMatchObject({ message: 'these limits are set already' });
    const higher = (await set(60_000n, 200_000n))!;
    expect(await now()).toMatchObject({ payment: 50_000n });
    const decide = (proposal: bigint, approved: boolean) =>
      inAct((tx) => oversight().decideProposal(tx, { id: proposal, approved, operator: 'li' }));
    await decide(higher, false);
    expect(await now()).toMatchObject({ payment: 50_000n });
    await decide((await set(60_000n, null))!, true);
    expect(await now()).toMatchObject({ payment: 60_000n, day: null });
    // From a day on.
    expect(await set(10n, 10n, later(2 * day))).toBeNull();
    expect(await now()).toMatchObject({ payment: 60_000n });
    expect(capsAt((await customers.find(id))!.caps, later(2 * day))).toMatchObject({ payment: 10n });
    expect(await readProposals(db.database, { customerId: id, onlyWaiting: true })).toEqual([]);
    expect(await readProposals(db.database, { customerId: id, onlyWaiting: false })).toHaveLength(2);
  });
});

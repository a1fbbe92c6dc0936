// What operators declare: two people, once, and batches that lie on a day which is closed now move.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MerchantAccess } from '../merchants/index.ts';
import { type SettlementWorld, settlementWorld } from '../testing/settlement-world.ts';

let world: SettlementWorld;
let shop: MerchantAccess;
beforeAll(async () => {
  world = await settlementWorld('2014-11-11T02:00:00Z');
  shop = await world.shop('KR');
});
afterAll(() => world.close());

const propose = (changes: object = {}) =>
  world.platform.database.transaction((tx) =>
    world.platform.settlement.proposeDeclaration(tx, {
      ...{ calendar: 'KR', kind: 'closed', day: '2014-12-30', reason: 'snow', operator: 'maker' },
      ...changes,
    }),
  );
const decide = (id: bigint, operator: string, approved: boolean) =>
  world.platform.database.transaction((tx) =>
    world.platform.settlement.decideDeclaration(tx, { id, operator, approved }),
  );
const refused = { code: 'declaration-refused' };

test('the one who proposes cannot decide, and a decision is made once', async () => {
  const id = await propose();
  await expect(decide(id, 'maker', true)).rejects.toMatchObject(refused);
  await expect(propose({ operator: 'other' })).rejects.toMatchObject(refused);
  await decide(id, 'checker', false);
  await expect(decide(id, 'checker', true)).rejects.toMatchObject(refused);
  await expect(decide(id + 1n, 'checker', true)).rejects.toMatchObject(refused);
  // What was refused may be proposed again.
  await decide(await propose(), 'checker', true);
  const page = { before: 2n ** 63n - 1n, limit: 10 };
  const [newest] = await world.platform.settlement.declarations({ ...page, status: 'decided' });
  expect(await world.platform.settlement.declarations({ ...page, status: 'waiting' })).toEqual([]);
  expect(newest).toMatchObject({ day: '2014-12-30', proposed_by: 'maker', decided_by: 'checker' });
});

test.each([
  ['a calendar that does not exist', { calendar: 'XX' }, /no calendar XX/],
  ['a day that does not exist', { day: '2014-02-30' }, /not a day/],
  ['a time', { day: '2014-02-03T10:00' }, /not a day/],
  ['a working day that is no weekend', { kind: 'working', day: '2014-12-31' }, /no Saturday or Sunday/],
  ['no reason', { day: '2014-12-29', reason: ' ' }, /needs a reason/],
])('%s is refused in words', async (_, changes, message) => {
  await expect(propose(changes)).rejects.toMatchObject({
    ...refused,
    message: expect.stringMatching(message),
  });
});

test('a closure moves the cut-off and the pay day that lie on it', async () => {
  await world.mover.moveTo(new Date('2014-11-12T02:00:00Z'));
  await world.pay(shop, 59_000n);
  await world.platform.settlement.takeIn();
  const page = { merchantId: shop.merchant.id, before: 2n ** 63n - 1n, limit: 5 };
  const batches = () => world.platform.settlement.batchesOf(page);
  expect(await batches()).toMatchObject([{ status: 'OPEN', settlementDay: '2014-11-12' }]);
  await world.closeDay('KR', '2014-11-12');
  expect(await batches()).toMatchObject([{ status: 'OPEN', settlementDay: '2014-11-13' }]);
  await world.mover.moveTo(new Date('2014-11-13T16:00:00Z'));
  expect(await batches()).toMatchObject([{ status: 'CLOSED', settlementDay: '2014-11-13' }]);
  const before = (await batches())[0]!.payAt!;
  expect(before.toISOString()).toBe('2014-11-14T01:00:00.000Z');
  await world.closeDay('KR', '2014-11-14');
  expect((await batches())[0]!.payAt!.toISOString()).toBe('2014-11-17T01:00:00.000Z');
});

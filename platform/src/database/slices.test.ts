// Tables in slices of ids, and the housekeeping that makes slices and puts old rows away, on a real PostgreSQL.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ShopperWorld, shopperWorld } from '../testing/shopper-world.ts';
import { slicesTimer } from './slices.ts';

let world: ShopperWorld;
beforeEach(async () => {
  world = await shopperWorld(true);
});
afterEach(() => world.close());

const rows = async <Row>(text: string): Promise<Row[]> => (await world.test.owner.pool.query(text)).rows;
const slicesOf = async (table: string): Promise<number> =>
  (await rows(`SELECT 1 FROM pg_inherits WHERE inhparent = '${table}'::regclass`)).length;

it('makes slices ahead of the ids, once, and rows find theirs', async () => {
  const timer = slicesTimer(world.test.database);
  expect(await timer.nextDueAt()).not.toBeNull();
  await timer.run(world.clock.now());
  const before = await slicesOf('ledger.entry');
  await world.test.owner.pool.query(`SELECT setval('system.id_block', ${(5n * 2n ** 27n) / 4096n})`);
  expect(await timer.run(world.clock.now())).toBe(3 * (8 - (before - 1)));
  expect(await timer.run(world.clock.now())).toBe(0);
  expect(await slicesOf('ledger.entry')).toBe(9);
  expect(await slicesOf('payments.event')).toBe(9);
  await world.order(1_000n);
  expect(await rows('SELECT 1 FROM payments.event_000000')).toHaveLength(1);
});

it('a slice is as append-only as its table, and takes no unbalanced entry', async () => {
  await world.order(1_000n);
  for (const text of [
    'UPDATE payments.event_000000 SET sequence = 9',
    'DELETE FROM payments.event',
    'TRUNCATE payments.event_000000',
    "INSERT INTO ledger.entry_000000 VALUES (9, 'payment', 1, 1, now(), '{1156,2156}', '{5,-4}')",
    "INSERT INTO ledger.entry VALUES (9, 'payment', 1, 1, now(), '{1156,2156}', '{5,-4}')",
  ])
    await expect(world.test.owner.pool.query(text), text).rejects.toMatchObject({ code: '23000' });
});

it('request ids are put away after 400 days, and not a day before', async () => {
  const payment = await world.order(1_000n);
  const { housekeeping } = world.payments;
  const due = (await housekeeping.nextDueAt())!;
  expect(due.getTime() - payment.createdAt.getTime()).toBe(400 * 24 * 3_600_000);
  expect(await housekeeping.run(new Date(due.getTime() - 1))).toBe(0);
  const key = { merchantId: payment.merchantId, requestId: payment.requestId };
  expect((await world.payments.find(key))?.id).toBe(payment.id);
  expect(await housekeeping.run(due)).toBe(1);
  expect(await world.payments.find(key)).toBeNull();
  expect(await world.payments.find({ merchantId: payment.merchantId, paymentId: payment.id })).not.toBeNull();
  expect(await rows('SELECT 1 FROM payments.request_archive')).toHaveLength(1);
  expect(await housekeeping.nextDueAt()).toBeNull();
});

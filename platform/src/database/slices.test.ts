// Tables in slices of ids, and the housekeeping that makes slices and puts old rows away, on a real PostgreSQL.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ShopperWorld, shopperWorld } from '../testing/shopper-world.ts';
import { slicesTimer } from './slices.ts';
import { takeIdBlock } from './system-store.ts';

let world: ShopperWorld;
beforeEach(async () => {
  world = await shopperWorld(true);
});
afterEach(() => world.close());

const rows = async <Row>(text: string): Promise<Row[]> => (await world.test.owner.pool.query(text)).rows;
const slicesOf = async (table: string): Promise<number> =>
  (await rows(`SELECT 1 FROM pg_inherits WHERE inhparent = '${table}'::regclass`)).length;

/** The newest slice of a table, as the catalogue names it. */
const newestSlice = async (table: string): Promise<string> =>
  (
    await rows<{ name: string }>(
      `SELECT max(inhrelid::regclass::text) AS name FROM pg_inherits WHERE inhparent = '${table}'::regclass`,
    )
  )[0]!.name;

it('makes slices ahead of the ids, once, and rows find theirs', async () => {
  const timer = slicesTimer(world.test.database);
  expect(await timer.nextDueAt()).not.toBeNull();
  await timer.run(world.clock.now());
  await takeIdBlock(world.test.database);
  const before = await slicesOf('ledger.entry');
  await rows(
    `UPDATE system.id_clock SET last = last + 5 * ${2n ** 42n / 4096n}::bigint WHERE kind = 'block'`,
  );
  // The present one and two ahead, of three tables; of those that were skipped nobody has ids.
  expect(await timer.run(world.clock.now())).toBe(9);
  expect(await timer.run(world.clock.now())).toBe(0);
  expect(await slicesOf('ledger.entry')).toBe(before + 3);
  const block = await takeIdBlock(world.test.database);
  const { rows: found } = await world.test.owner.pool.query(
    `INSERT INTO payments.event VALUES ($1, 1, 'created', now(), 0, 0) RETURNING tableoid::regclass::text AS slice`,
    [(block * 4096n).toString()],
  );
  expect(found[0].slice).toBe(`payments.event_t${((block * 4096n) >> 42n).toString().padStart(7, '0')}`);
});

it('a slice whose rows were faster stays in the default one, and the next are made', async () => {
  const newest = await newestSlice('payments.event');
  const first = BigInt(/_t0*(\d+)$/.exec(newest)![1]!) << 42n;
  await rows(`DROP TABLE ${newest}`);
  await rows(`INSERT INTO payments.event VALUES (${first}, 1, 'created', now(), 0, 0)`);
  expect(await slicesTimer(world.test.database).run(world.clock.now())).toBe(0);
  expect(await rows('SELECT 1 FROM payments.event_default')).toHaveLength(1);
});

it('a slice is as append-only as its table, and takes no unbalanced entry', async () => {
  await world.order(1_000n);
  const [event, entry] = [await newestSlice('payments.event'), await newestSlice('ledger.entry')];
  const first = BigInt(/_t0*(\d+)$/.exec(entry)![1]!) << 42n;
  for (const text of [
    `UPDATE ${event} SET sequence = 9`,
    'UPDATE payments.event_000000 SET sequence = 9',
    'DELETE FROM payments.event',
    `TRUNCATE ${event}`,
    `INSERT INTO ${entry} VALUES (${first}, 'payment', 1, 1, now(), '{1156,2156}', '{5,-4}')`,
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

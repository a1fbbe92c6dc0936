// core 8: a payment or a waiting refund that fails stops no other one; an operator releases it.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readQuarantine, releaseItem } from '../database/index.ts';
import { type ShopperWorld, shopperWorld } from '../testing/shopper-world.ts';

let world: ShopperWorld;
beforeEach(async () => {
  world = await shopperWorld(true);
});
afterEach(() => world.close());

const sql = (text: string, ...values: unknown[]) => world.test.owner.pool.query(text, values);

it('core 8: one payment that cannot be closed does not keep the others from expiring', async () => {
  const orders = [await world.order(1_000n), await world.order(2_000n), await world.order(3_000n)];
  const bad = orders[1]!.id;
  await sql(`CREATE FUNCTION refuse_close() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'this payment cannot be written'; END $$`);
  await sql(`CREATE TRIGGER refuse BEFORE UPDATE ON payments.payment FOR EACH ROW
    WHEN (NEW.id = ${bad}) EXECUTE FUNCTION refuse_close()`);
  world.clock.advance(3_600_000);
  const { expiry, findById } = world.payments;
  const now = world.clock.now();
  expect(await expiry.run(now)).toBe(2);
  const statuses = async () => Promise.all(orders.map(async ({ id }) => (await findById(id))!.status));
  expect(await statuses()).toEqual(['expired', 'created', 'expired']);
  expect(await expiry.nextDueAt()).toBeNull();
  expect(await expiry.run(now)).toBe(0);
  const item = { timer: 'payment expiry', item: bad.toString() };
  expect(await readQuarantine(world.test.database, 10)).toMatchObject([
    { ...item, reason: 'this payment cannot be written', failures: 1 },
  ]);

  await sql('DROP FUNCTION refuse_close CASCADE');
  expect(await releaseItem(world.test.database, item)).toBe(true);
  expect(await expiry.run(now)).toBe(1);
  expect(await statuses()).toEqual(['expired', 'expired', 'expired']);
});

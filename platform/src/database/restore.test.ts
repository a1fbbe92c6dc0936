// security H3: numbers after a restore, a failover or a copy are never those that a lost stretch of time gave out.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCashierTokens } from '../http/cashier/index.ts';
import { paymentIdToWire } from '../http/payment-ids.ts';
import type { Payment } from '../payments/index.ts';
import { urlsOfClone } from '../testing/index.ts';
import { testKeys } from '../testing/keys.ts';
import { settlementWorld } from '../testing/settlement-world.ts';
import { until } from '../testing/until.ts';
import { type Database, openDatabase } from './database.ts';
import { statement } from './statement.ts';
import { takeIdBlock, takePersonNumber } from './system-store.ts';

let world: Awaited<ReturnType<typeof settlementWorld>>;
const made: { name: string; database: Database }[] = [];
beforeAll(async () => {
  world = await settlementWorld('2014-11-11T02:00:00Z');
});
afterAll(async () => {
  for (const { name, database } of made) {
    await database.close();
    await admin(`DROP DATABASE ${name} WITH (FORCE)`);
  }
  await world.close();
});

async function admin(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${process.env.TONGBAO_TEST_SERVER}/postgres` });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

/**
 * The database as it stands, started as a database of its own: what a dump, a base backup and a copied folder come to. The
 * copy cannot tell that it is one: system identifier, timeline and every row are the same.
 */
async function backUp(of: {
  url: string;
  ownerUrl: string;
}): Promise<{ url: string; ownerUrl: string; database: Database }> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const former = new URL(of.url).pathname.slice(1);
  // Copying needs that nobody is connected.
  await admin(`ALTER DATABASE ${former} ALLOW_CONNECTIONS false`);
  await admin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${former}'`);
  await until(() =>
    admin(`CREATE DATABASE ${name} TEMPLATE ${former}`).then(
      () => true,
      () => false,
    ),
  );
  await admin(`ALTER DATABASE ${former} ALLOW_CONNECTIONS true`);
  const urls = urlsOfClone(of, name);
  const database = openDatabase({ url: urls.url });
  made.push({ name, database });
  return { ...urls, database };
}

const caughtUp = statement(
  'test.caught-up',
  'SELECT bool_and(system.id_instant(0, per_second) > last) AS caught_up FROM system.id_clock',
);

const tokens = createCashierTokens(testKeys.cashier);
/** Everything by which the outside knows a payment: its number, its link, what banks are asked by. */
const namesOf = (payment: Payment): string[] => [
  paymentIdToWire(payment),
  tokens.path(paymentIdToWire(payment)),
  `P${payment.id}-2`,
  `V${payment.id}`,
];

it('two orders before, two at another shop after the restore: no number, link or bank reference comes twice', async () => {
  const [first, second] = [await world.shop('KR'), await world.shop('KR')];
  await world.order(first, 1_000n);
  const backup = await backUp(world.test);
  const lost = [await world.order(first, 1_000n), await world.order(first, 2_000n)];
  const restored = await world.beside(backup.database);
  const after = [await restored.order(second, 1_000n), await restored.order(second, 2_000n)];
  await restored.close();
  const names = [...lost, ...after].flatMap(namesOf);
  expect(new Set(names).size).toBe(names.length);
});

it('the same backup restored twice gives other numbers the second time, for people too', async () => {
  const backup = await backUp(world.test);
  const again = await backUp(backup);
  const numbers: string[] = [];
  for (const { database } of [world.test, backup, again]) {
    for (let count = 0; count < 20; count++) {
      numbers.push(`block ${await takeIdBlock(database)}`);
      numbers.push(`person ${await takePersonNumber(database)}`);
    }
    // A restore takes longer than what was given out ahead of the clock: twenty people, at sixteen a second.
    await until(async () => (await database.query<{ caught_up: boolean }>(caughtUp))[0]!.caught_up);
  }
  expect(new Set(numbers).size).toBe(numbers.length);
});

it('a promoted replica whose clock is behind goes on beyond what was lost', async () => {
  const before = await takeIdBlock(world.test.database);
  await world.test.owner.pool.query("UPDATE system.id_clock SET epoch = 'another/00000001'");
  const after = await takeIdBlock(world.test.database);
  // Five minutes of 256 blocks a second.
  expect(after - before).toBeGreaterThanOrEqual(300n * 256n);
  expect(await takeIdBlock(world.test.database)).toBeGreaterThan(after);
});

it('numbers rise, also when the clock is set back, and a customer’s stays within twelve digits', async () => {
  const { rows } = await world.test.owner.pool.query(
    "UPDATE system.id_clock SET last = last + 1000000 WHERE kind = 'block' RETURNING last",
  );
  expect(await takeIdBlock(world.test.database)).toBe(BigInt(rows[0].last) + 1n);
  expect((await takePersonNumber(world.test.database)).toString().length).toBeLessThanOrEqual(12);
});

// security H3, as pg_dump leaves a database: every table's rows and every sequence, read in one snapshot, loaded into a new
// database with the constraints checked afterwards. The embedded server is shipped without pg_dump, so the same is done here
// by COPY: numbers do not come twice, the proofs hold, and the audit log goes on from the checkpoint that was kept.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { audit } from '../audit/index.ts';
import { paymentIdToWire } from '../http/payment-ids.ts';
import type { MerchantAccess } from '../merchants/index.ts';
import type { Payment } from '../payments/index.ts';
import type { Platform } from '../platform.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { settlementWorld } from '../testing/settlement-world.ts';

let world: Awaited<ReturnType<typeof settlementWorld>>;
let target: TestDatabase;
let folder: string;
let shop: MerchantAccess;
beforeAll(async () => {
  world = await settlementWorld('2014-11-11T02:00:00Z');
  shop = await world.shop('KR');
  target = await testDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'tongbao-dump-'));
  // The server writes there as another user.
  await chmod(folder, 0o777);
});
afterAll(async () => {
  await target.drop();
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

async function asSuperuser(url: string): Promise<pg.Client> {
  const client = new pg.Client(`${process.env.TONGBAO_TEST_SERVER}${new URL(url).pathname}`);
  await client.connect();
  return client;
}

const outside = "nspname !~ '^pg_' AND nspname <> 'information_schema'";
const tablesOf = `SELECT c.oid::regclass::text AS name, (
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '') AS columns
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND ${outside} ORDER BY 1`;
const slicesOf = `SELECT c.oid::regclass::text AS name, i.inhparent::regclass::text AS parent, pg_get_expr(c.relpartbound, c.oid) AS bound
  FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND c.relispartition AND ${outside} ORDER BY 1`;
const sequencesOf = `SELECT format('%I.%I', schemaname, sequencename) AS name, last_value::text AS last
  FROM pg_sequences WHERE schemaname !~ '^pg_' ORDER BY 1`;

interface Dump {
  readonly tables: { readonly name: string; readonly columns: string }[];
  readonly slices: { readonly name: string; readonly parent: string; readonly bound: string }[];
  readonly sequences: { readonly name: string; readonly last: string | null }[];
}

/** Writes every table into the folder, in one snapshot; `meanwhile` happens after that snapshot was taken. */
async function dump(url: string, meanwhile: () => Promise<unknown>): Promise<Dump> {
  const client = await asSuperuser(url);
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows: tables } = await client.query<Dump['tables'][number]>(tablesOf);
    await meanwhile();
    for (const [place, { name, columns }] of tables.entries())
      await client.query(`COPY (SELECT ${columns} FROM ${name}) TO '${path.join(folder, `${place}`)}'`);
    const { rows: slices } = await client.query<Dump['slices'][number]>(slicesOf);
    const { rows: sequences } = await client.query<Dump['sequences'][number]>(sequencesOf);
    return { tables, slices, sequences };
  } finally {
    await client.end();
  }
}

/** Into a database that has this release's tables. Triggers are off, as while a dump is loaded; constraints come last. */
async function restore(url: string, { tables, slices, sequences }: Dump): Promise<void> {
  const client = await asSuperuser(url);
  try {
    await client.query('SET session_replication_role = replica');
    await client.query(`TRUNCATE ${tables.map(({ name }) => name).join(', ')}`);
    const { rows: there } = await client.query<Dump['slices'][number]>(slicesOf);
    for (const { name, parent, bound } of slices)
      if (!there.some((slice) => slice.name === name))
        await client.query(`CREATE TABLE ${name} PARTITION OF ${parent} ${bound}`);
    for (const [place, { name, columns }] of tables.entries())
      await client.query(`COPY ${name} (${columns}) FROM '${path.join(folder, `${place}`)}'`);
    for (const { name, last } of sequences)
      if (last !== null) await client.query('SELECT setval($1::regclass, $2::bigint)', [name, last]);
    await client.query('SET session_replication_role = origin');
    const { rows: keys } = await client.query<{ name: string; relation: string }>(
      `SELECT quote_ident(conname) AS name, conrelid::regclass::text AS relation FROM pg_constraint
       WHERE contype = 'f' AND conparentid = 0`,
    );
    await client.query(
      `UPDATE pg_constraint SET convalidated = false WHERE contype = 'f' AND conparentid = 0`,
    );
    for (const { name, relation } of keys)
      await client.query(`ALTER TABLE ${relation} VALIDATE CONSTRAINT ${name}`);
    expect(keys.length).toBeGreaterThan(0);
  } finally {
    await client.end();
  }
}

const failedProofs = async ({ platform }: { platform: Platform }): Promise<unknown[]> => {
  const { proofs } = await audit(platform.audit);
  expect(proofs.length).toBeGreaterThan(10);
  return proofs.filter(({ ok }) => !ok);
};
const seal = async ({ platform }: { platform: Platform }): Promise<void> => {
  for (const timer of platform.timers) await timer.run(platform.clock.now());
};
const namesOf = (payment: Payment): string[] => [
  paymentIdToWire(payment),
  `P${payment.id}-2`,
  `V${payment.id}`,
];

it('a dump that is loaded elsewhere: no number comes twice, the proofs hold, the log goes on from what was kept', async () => {
  const kept = await world.pay(shop, 3_000n);
  await world.refund(kept, 1_000n);
  await world.mover.moveTo(new Date('2014-11-13T02:00:00Z'));
  await seal(world);
  const checkpoint = (await world.platform.auditLog.checkpoint())!;
  const lost: Payment[] = [];
  const dumped = await dump(world.test.url, async () => {
    for (const amount of [1_000n, 2_000n]) lost.push(await world.pay(shop, amount));
  });
  // And after the dump too, until the disaster.
  lost.push(await world.order(shop, 4_000n));
  await restore(target.url, dumped);

  const restored = await world.beside(target.database);
  const { platform } = restored;
  expect(await platform.payments.find({ merchantId: shop.merchant.id, requestId: lost[0]!.requestId })).toBe(
    null,
  );
  expect(await failedProofs(restored)).toEqual([]);
  expect(await platform.auditLog.checkpoint()).toEqual(checkpoint);

  const after = [await restored.pay(shop, 1_000n), await restored.order(shop, 2_000n)];
  const names = [kept, ...lost, ...after].flatMap(namesOf);
  expect(new Set(names).size).toBe(names.length);
  const again = await platform.payments.find({ merchantId: shop.merchant.id, paymentId: kept.id });
  expect((await restored.refund(again!, 500n)).status).toBe('succeeded');
  await seal(restored);
  expect(await failedProofs(restored)).toEqual([]);
  const grown = (await platform.auditLog.checkpoint())!;
  expect(grown.size).toBeGreaterThan(checkpoint.size);
  await restored.close();
  // Whoever kept the checkpoint sees the same first leaves in both.
  const root = 'SELECT root FROM audit_log.head WHERE size = $1';
  const [there, here] = [world.test, target].map(({ owner }) => owner.pool.query(root, [checkpoint.size]));
  expect((await there!).rows).toEqual((await here!).rows);
});

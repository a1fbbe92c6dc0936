// The two roles of a database: the one that serves can read, add, and change what changes; nothing else.
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrateDatabase } from '../migrate.ts';
import { divideRoles } from '../sandbox/databases-store.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { assertMigrated, migrate } from './migrate.ts';
import { excessOfRole, grantRights } from './roles-store.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

const refused = { code: '42501' };
const serving = (text: string) => test.database.pool.query(text);
const owning = (text: string) => test.owner.pool.query(text);

/** What the owner made append-only: by the trigger that refuses changes. */
async function appendOnly(): Promise<string[]> {
  const { rows } = await owning(
    `SELECT t.tgrelid::regclass::text AS name FROM pg_trigger t 
     WHERE t.tgfoid = 'system.refuse_change()'::regprocedure AND t.tgtype & 16 <> 0`,
  );
  return rows.map((row) => row.name);
}

describe('security H4: the role that serves', () => {
  it('cannot change, remove or truncate what is append-only, nor take its triggers off', async () => {
    const tables = await appendOnly();
    expect(tables).toContain('ledger.entry');
    expect(tables.length).toBeGreaterThan(15);
    for (const table of tables) {
      const column = (
        await owning(`SELECT attname AS name FROM pg_attribute
        WHERE attrelid = '${table}'::regclass AND attnum > 0 AND attidentity = '' AND NOT attisdropped LIMIT 1`)
      ).rows[0].name;
      for (const text of [
        `UPDATE ${table} SET ${column} = ${column}`,
        `DELETE FROM ${table}`,
        `TRUNCATE ${table}`,
        `ALTER TABLE ${table} DISABLE TRIGGER ALL`,
        `DROP TABLE ${table}`,
      ])
        await expect(serving(text), text).rejects.toMatchObject(refused);
    }
    await expect(serving('SET session_replication_role = replica')).rejects.toMatchObject(refused);
  });

  it('reaches slices through their table only', async () => {
    await serving('SELECT count(*) FROM ledger.entry');
    for (const text of ['SELECT 1 FROM ledger.entry_000000', 'DELETE FROM payments.event_000000'])
      await expect(serving(text), text).rejects.toMatchObject(refused);
  });

  it('removes no payment, request archive, balance or account, and moves no id or account number back', async () => {
    for (const text of [
      'DELETE FROM payments.payment',
      'UPDATE payments.payment SET amount = 1',
      'DELETE FROM payments.request_archive',
      'UPDATE payments.request SET subject_id = 1',
      'DELETE FROM ledger.balance',
      'DELETE FROM merchants.merchant',
      'UPDATE system.id_clock SET last = 1',
      "SELECT setval('ledger.account_number', 1)",
      "UPDATE system.sliced SET table_name = 'x'",
      'DELETE FROM public.tongbao_migration',
      'CREATE TABLE public.mine (n integer)',
      'CREATE SCHEMA mine',
      'CREATE ROLE other',
      'SELECT pg_read_file($$postgresql.conf$$)',
    ])
      await expect(serving(text), text).rejects.toMatchObject(refused);
  });

  it('makes the slices of the housekeeping, whose owner is the owner', async () => {
    const { rows: slices } = await owning(
      "SELECT max(inhrelid::regclass::text) AS name FROM pg_inherits WHERE inhparent = 'ledger.entry'::regclass",
    );
    const { name } = slices[0];
    await owning(`DROP TABLE ${name}`);
    await serving('SELECT system.make_slices()');
    const { rows } = await owning(
      `SELECT pg_get_userbyid(relowner) AS owner FROM pg_class WHERE oid = '${name}'::regclass`,
    );
    expect(rows[0].owner).toBe('tongbao_template_owner');
  });

  it('loses what it had besides, at the next migration', async () => {
    const role = 'tongbao_template_server';
    await owning(`GRANT ALL ON ledger.entry TO ${role}`);
    expect(await excessOfRole(test.database.pool)).toContain('may change what is append-only');
    expect(await migrate(test)).toEqual([]);
    await expect(serving('DELETE FROM ledger.entry')).rejects.toMatchObject(refused);
    expect(await excessOfRole(test.database.pool)).toBeNull();
  });

  it('is told apart from an owner and from a superuser', async () => {
    expect(await excessOfRole(test.owner.pool)).toContain('owns the tables');
    const admin = new pg.Pool({ connectionString: `${process.env.TONGBAO_TEST_SERVER}/postgres` });
    await admin.end();
    const inThis = new pg.Pool({ connectionString: adminUrl() });
    expect(await excessOfRole(inThis)).toContain('is a superuser');
    await inThis.end();
  });

  it('can work on a table that a later migration adds, as far as its kind allows', async () => {
    await owning(`CREATE TABLE ledger.later (n integer, m integer);
      CREATE TABLE ledger.later_kept (n integer);
      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.later_kept
        FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change()`);
    const client = await test.owner.pool.connect();
    await grantRights(client, { role: 'tongbao_template_server', schemas: ['ledger', 'system'] });
    client.release();
    await serving('INSERT INTO ledger.later VALUES (1, 2)');
    await serving('UPDATE ledger.later SET m = 3');
    await serving('INSERT INTO ledger.later_kept VALUES (1)');
    for (const text of ['DELETE FROM ledger.later', 'UPDATE ledger.later_kept SET n = 2'])
      await expect(serving(text), text).rejects.toMatchObject(refused);
    await owning('DROP TABLE ledger.later, ledger.later_kept');
  });
});

const adminUrl = () => `${process.env.TONGBAO_TEST_SERVER}/${new URL(test.url).pathname.slice(1)}`;

it('a database of the user’s own gets its second role, and says why where it cannot', async () => {
  const urls = await divideRoles(adminUrl());
  expect(urls.refused).toBeNull();
  expect(urls.url).not.toBe(urls.ownerUrl);
  // The owner of a test's database may make no roles.
  const bare = await divideRoles(test.ownerUrl.replace(/[^/]*$/, 'template1'));
  expect(bare).toMatchObject({ url: bare.ownerUrl, refused: expect.stringContaining('permission denied') });
});

describe('security H7: releases and schemas', () => {
  it('a server refuses an older schema and a newer one with one line each; so does migrate', async () => {
    const other = await testDatabase();
    await assertMigrated(other.database.pool);
    await other.owner.pool.query(
      "DELETE FROM public.tongbao_migration WHERE name = '0053_default_cards.sql'",
    );
    await expect(assertMigrated(other.database.pool)).rejects.toThrow(
      /schema is older than this release \(0053_default_cards.sql is missing\)/,
    );
    expect(await migrateDatabase(other, pino({ level: 'silent' }))).toEqual(['0053_default_cards.sql']);
    await other.owner.pool.query("INSERT INTO public.tongbao_migration VALUES ('9999_future.sql', 'x')");
    await expect(assertMigrated(other.database.pool)).rejects.toThrow(/newer release \(9999_future.sql/);
    await expect(migrate(other)).rejects.toThrow(/newer release \(9999_future.sql/);
    await other.drop();
  });

  it('core 10: a migration waits for locks in turns, and says what is in the way', async () => {
    const other = await testDatabase();
    await other.owner.pool.query(
      "DELETE FROM public.tongbao_migration WHERE name = '0053_default_cards.sql'",
    );
    const holder = await other.owner.pool.connect();
    await holder.query('SET idle_in_transaction_session_timeout = 0; BEGIN; LOCK TABLE wallet.card');
    const impatient = migrate(other, undefined, { tries: 1, pauseMs: 10 });
    await expect(impatient).rejects.toThrow(
      'migration 0053_default_cards.sql did not get its locks in 1 tries: long transactions are in the way',
    );
    const patient = migrate(other, undefined, { tries: 5, pauseMs: 10 });
    await holder.query('ROLLBACK');
    holder.release();
    expect(await patient).toEqual(['0053_default_cards.sql']);
    await other.drop();
  });

  it('core 10: one migration at a time; who waits for a stopped one ends with one line', async () => {
    const other = await testDatabase();
    const holder = await other.owner.pool.connect();
    await holder.query('SELECT pg_advisory_lock(7466736001)');
    await expect(migrate(other, undefined, { turnMs: 50 })).rejects.toThrow(
      /^another migration of this database has not ended/,
    );
    await holder.query('SELECT pg_advisory_unlock(7466736001)');
    holder.release();
    expect(await migrate(other)).toEqual([]);
    await other.drop();
  });
});

// The end of a process: its connections are over when it says so, and it calls none of them broken.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { type Database, openDatabase } from './database.ts';
import { statement } from './statement.ts';

let database: TestDatabase;
let other: Database;
beforeAll(async () => {
  database = await testDatabase();
  other = openDatabase({ url: database.url, maxConnections: 1 });
});
afterAll(async () => {
  await other.close();
  await database.drop();
});

const pid = statement('test.pid', 'SELECT pg_backend_pid() AS pid');

async function withSessions() {
  const broken: string[] = [];
  const opened = openDatabase({
    ...{ url: database.url, maxConnections: 20 },
    onConnectionError: (error) => broken.push(error.message),
  });
  const rows = await Promise.all([
    ...Array.from({ length: 20 }, () => opened.transaction((tx) => tx.query<{ pid: number }>(pid))),
    ...Array.from({ length: 2 }, () => opened.aside.query<{ pid: number }>(pid)),
  ]);
  return { opened, broken, pids: [...new Set(rows.map(([row]) => row!.pid))] };
}

const count = statement(
  'test.living',
  'SELECT count(*)::int AS living FROM pg_stat_activity WHERE pid = ANY($1)',
);
const living = async (pids: readonly number[]): Promise<number> =>
  (await other.query<{ living: number }>(count, [pids]))[0]!.living;

/** As a server does that is being shut down. */
const end = statement('test.end', 'SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) pid');

test('a closed database has no session left at the server', async () => {
  for (let round = 0; round < 5; round++) {
    const { opened, broken, pids } = await withSessions();
    expect(await living(pids)).toBe(pids.length);
    await opened.close();
    expect([await living(pids), broken]).toEqual([0, []]);
  }
});

test('a server that ends its sessions while they are being closed breaks none of them', async () => {
  const { opened, broken, pids } = await withSessions();
  const ended = database.owner.pool.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) pid', [
    pids,
  ]);
  await Promise.all([opened.close(), ended]);
  expect(broken).toEqual([]);
});

test('one that ends them before is said, once for each', async () => {
  const { opened, broken, pids } = await withSessions();
  await other.query(end, [pids]);
  await expect.poll(() => broken.length).toBe(pids.length);
  expect(broken[0]).toMatch(/terminating connection|terminated/);
  await opened.close();
});

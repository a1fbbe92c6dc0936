// security H8, core 6: a database that goes silent. Bytes are swallowed, nothing is refused: every call ends in bounded time
// with "unknown", and the network works again when bytes flow.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startFreezingProxy } from '../testing/freezing-proxy.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { openDatabase } from './database.ts';
import { createLanes, type Verb } from './lanes.ts';
import { servingLimits } from './limits-store.ts';
import { statement } from './statement.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
  await test.owner.pool.query(`CREATE TABLE note (text text PRIMARY KEY); GRANT ALL ON note TO PUBLIC`);
});
afterAll(() => test.drop());

const insert = statement('test.insert', 'INSERT INTO note SELECT * FROM unnest($1::text[])');
const verb: Verb<string, null, string> = {
  name: 'test.note',
  load: async () => null,
  decide: (_facts, text) => text,
  record: async (tx, _facts, decisions) => void (await tx.query(insert, [decisions])),
};
const one = statement('test.one', 'SELECT 1 AS one');

it('ends all commands as unknown or never begun, all questions, and goes on afterwards', async () => {
  const { hostname, port } = new URL(test.url);
  const proxy = await startFreezingProxy({ host: hostname, port: Number(port) });
  const limits = { ...servingLimits, answerMs: 1_000 };
  const database = openDatabase({ url: proxy.urlOf(test.url), limits, maxConnections: 4 });
  const lanes = createLanes({ database, maxBatch: 10, maxWaitMs: 3_000 });
  await lanes.run(verb, 'before');
  proxy.freeze();
  const outcomes = await Promise.all(
    Array.from({ length: 500 }, (_, number) =>
      lanes.run(verb, `silent-${number}`).then(
        () => 'done',
        (error: { code?: string }) => error.code,
      ),
    ),
  );
  expect(outcomes).not.toContain('done');
  expect([...new Set(outcomes)].sort()).toEqual(['overloaded', 'unavailable']);
  // New connections are not answered either, and those of the pool are not lent out again.
  await expect(database.query(one)).rejects.toThrow(/timeout|did not answer|terminated/i);
  await expect(database.transaction((tx) => tx.query(one))).rejects.toThrow(
    /timeout|did not answer|terminated/i,
  );
  await expect(database.aside.query(one)).rejects.toThrow(/timeout|did not answer|terminated/i);
  proxy.thaw();
  expect(await database.query(one)).toEqual([{ one: 1 }]);
  expect(await lanes.run(verb, 'after')).toBe('after');
  const { rows } = await test.owner.pool.query<{ text: string }>('SELECT text FROM note ORDER BY text');
  const texts = rows.map((row) => row.text);
  expect(texts).toEqual(expect.arrayContaining(['after', 'before']));
  // What never began is not there; what is unknown may be.
  for (const [number, outcome] of outcomes.entries())
    if (outcome === 'overloaded') expect(texts).not.toContain(`silent-${number}`);
  await lanes.close();
  await proxy.close();
  await database.close();
});

it('a connection that was not answered in time is never lent out again', async () => {
  const limits = { ...servingLimits, answerMs: 300 };
  const database = openDatabase({ url: test.url, limits, maxConnections: 1 });
  const pid = statement('test.pid', 'SELECT pg_backend_pid() AS pid');
  const sleep = statement('test.sleep', 'SELECT pg_sleep(2)');
  const [before] = await database.query<{ pid: number }>(pid);
  await expect(database.query(sleep)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  const [after] = await database.query<{ pid: number }>(pid);
  expect(after!.pid).not.toBe(before!.pid);
  await expect(database.transaction((tx) => tx.query(sleep))).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  expect(await database.query(one)).toEqual([{ one: 1 }]);
  await database.close();
});

it('every connection has its limits, and work on whole days has others for its transaction alone', async () => {
  const shown = statement(
    'test.shown',
    `SELECT current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS statement,
       current_setting('idle_in_transaction_session_timeout') AS idle, current_setting('transaction_timeout') AS whole`,
  );
  const serving = { lock: '7s', statement: '12s', idle: '4s', whole: '20s' };
  expect(await test.database.query(shown)).toEqual([serving]);
  expect(await test.database.aside.query(shown)).toEqual([serving]);
  expect(await test.database.batch((tx) => tx.query(shown))).toEqual([
    { lock: '20s', statement: '10min', idle: '20s', whole: '30min' },
  ]);
  expect(await test.database.snapshot((tx) => tx.query(shown))).toEqual([
    { lock: '20s', statement: '30min', idle: '10min', whole: '4h' },
  ]);
  expect(await test.database.query(shown)).toEqual([serving]);
});

it('work on whole days outlives the limit of a whole transaction that others have', async () => {
  const limits = { ...servingLimits, transactionMs: 300 };
  const database = openDatabase({ url: test.url, limits, maxConnections: 1 });
  const sleep = statement('test.sleep-on', `SELECT 'rested' AS word FROM pg_sleep(0.8)`);
  for (const open of [database.batch, database.snapshot])
    expect(await open((tx) => tx.query(sleep))).toEqual([{ word: 'rested' }]);
  await expect(database.transaction((tx) => tx.query(sleep))).rejects.toMatchObject({ code: '25P04' });
  await database.close();
});

it('core, suspicion: as many transactions as connections take ids meanwhile, and none waits for another', async () => {
  const database = openDatabase({ url: test.url, maxConnections: 12 });
  let arrived = 0;
  let all = () => {};
  const everybody = new Promise<void>((resolve) => {
    all = resolve;
  });
  await Promise.all(
    Array.from({ length: 12 }, () =>
      database.transaction(async (tx) => {
        await tx.query(one);
        arrived += 1;
        if (arrived === 12) all();
        await everybody;
        // All twelve connections are held now. Over the pool this would wait for one of them.
        await database.aside.query(one);
      }),
    ),
  );
  await database.close();
});

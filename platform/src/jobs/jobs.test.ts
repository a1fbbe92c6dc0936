// The queue and the timers on real PostgreSQL: jobs live and die with their transaction, nothing is lost when the
// database or a process goes away, and a nudge is worth a second but never more.
import { EventEmitter, once } from 'node:events';
import path from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Database, migrate, openDatabase } from '../database/index.ts';
import { StillClock, type Timer } from '../system/index.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { until } from '../testing/until.ts';
import { createJobs, type Jobs, type JobsOptions, prepareJobs } from './index.ts';

const silent = pino({ level: 'silent' });
let test_: TestDatabase;
let database: Database;
const started: Jobs[] = [];

beforeAll(async () => {
  test_ = await testDatabase();
});
afterAll(() => test_.drop());
beforeEach(() => {
  // A pool of its own, which a test may break.
  database = openDatabase({ url: test_.url, maxConnections: 8 });
});
afterEach(async () => {
  for (const jobs of started.splice(0)) await jobs.stop();
  await database.close();
});

function jobsWith(options: Partial<JobsOptions>): Jobs {
  const clock = new StillClock(new Date('2014-11-11T02:00:00Z'));
  const jobs = createJobs({
    database,
    clock,
    log: silent,
    tasks: {},
    timers: [],
    restartMs: 20,
    tickMs: 20,
    ...options,
  });
  started.push(jobs);
  return jobs;
}

const sql = async (text: string): Promise<Record<string, unknown>[]> =>
  (await test_.database.pool.query(text)).rows;
const waitingJobs = async (): Promise<unknown> =>
  (await sql('SELECT count(*)::int AS n FROM graphile_worker.jobs'))[0]!.n;

/** The database throws everybody out, and lets nobody in until the answered function is called. */
async function cutAllConnections(): Promise<() => Promise<void>> {
  const name = path.basename(test_.url);
  const outside = new pg.Client({ connectionString: `${process.env.TONGBAO_TEST_SERVER}/postgres` });
  await outside.connect();
  await outside.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await outside.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
  return async () => {
    await outside.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await outside.end();
  };
}

describe('jobs', () => {
  test('run after their transaction commits, with their payload; a rolled back one leaves none', async () => {
    const done: Record<string, string>[] = [];
    const jobs = jobsWith({ tasks: { note: async (payload) => void done.push(payload) } });
    await jobs.start();
    await expect(
      database.transaction(async (tx) => {
        await jobs.enqueue(tx, 'note', [{ id: 'never' }]);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await database.transaction((tx) => jobs.enqueue(tx, 'note', [{ id: 'alone' }]));
    await database.transaction((tx) =>
      jobs.enqueue(tx, 'note', [{ id: 'first' }, { id: 'second' }, { id: '汇' }]),
    );
    await database.transaction((tx) => jobs.enqueue(tx, 'note', []));
    await until(() => done.length >= 4);
    expect(done.map(({ id }) => id).sort()).toEqual(['alone', 'first', 'second', '汇']);
    await until(async () => (await waitingJobs()) === 0);
  });

  test('a job that fails stays in the queue, and is said to the log without its payload', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    const jobs = jobsWith({ log, tasks: { fail: () => Promise.reject(new Error('the bank is closed')) } });
    await jobs.start();
    await database.transaction((tx) => jobs.enqueue(tx, 'fail', [{ id: 'secret-4711' }]));
    await until(
      async () => (await sql('SELECT last_error FROM graphile_worker.jobs'))[0]?.last_error != null,
    );
    expect(
      await sql('SELECT attempts, locked_by, run_at > now() AS later FROM graphile_worker.jobs'),
    ).toEqual([{ attempts: 1, locked_by: null, later: true }]);
    expect(lines.join('')).toContain('the bank is closed');
    expect(lines.join('')).not.toContain('4711');
    await sql('DELETE FROM graphile_worker._private_jobs');
  });

  test('stopping lets a running job finish', async () => {
    const events = new EventEmitter();
    let finished = false;
    const jobs = jobsWith({
      tasks: {
        slow: async () => {
          events.emit('begun');
          await once(events, 'go on');
          finished = true;
        },
      },
    });
    await jobs.start();
    const begun = once(events, 'begun');
    await database.transaction((tx) => jobs.enqueue(tx, 'slow', [{}]));
    await begun;
    const stopped = jobs.stop();
    events.emit('go on');
    await stopped;
    expect(finished).toBe(true);
    expect(await waitingJobs()).toBe(0);
  });

  test('the database breaks all connections just as a job ends: the job is done again, and the queue goes on', async () => {
    const runs: string[] = [];
    const lines: string[] = [];
    let letIn: (() => Promise<void>) | undefined;
    const jobs = jobsWith({
      log: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }),
      tasks: {
        breaking: async ({ id }) => {
          runs.push(id!);
          if (runs.length === 1) letIn = await cutAllConnections();
        },
        after: async ({ id }) => void runs.push(id!),
      },
    });
    await jobs.start();
    await database.transaction((tx) => jobs.enqueue(tx, 'breaking', [{ id: 'breaking' }]));
    await until(() => lines.some((line) => line.includes('could not begin again yet')));
    await letIn!();
    await until(() => runs.length >= 2);
    await until(() =>
      database
        .transaction((tx) => jobs.enqueue(tx, 'after', [{ id: 'after' }]))
        .then(
          () => true,
          () => false,
        ),
    );
    await until(() => runs.includes('after'));
    expect(runs.slice(0, 2)).toEqual(['breaking', 'breaking']);
    await until(async () => (await waitingJobs()) === 0);
  });

  test('what a dead process had locked is done at the next start; what a living one does is left to it', async () => {
    const done: string[] = [];
    const jobs = jobsWith({ tasks: { note: async ({ id }) => void done.push(id!) } });
    await database.transaction((tx) => jobs.enqueue(tx, 'note', [{ id: 'abandoned' }, { id: 'in work' }]));
    await sql(`UPDATE graphile_worker._private_jobs SET attempts = 1, locked_by = 'pool-of-the-dead', locked_at = now() - interval '2 minutes'
               WHERE payload->>'id' = 'abandoned'`);
    await sql(`UPDATE graphile_worker._private_jobs SET attempts = 1, locked_by = 'pool-of-the-living', locked_at = now() - interval '5 seconds'
               WHERE payload->>'id' = 'in work'`);
    await jobs.start();
    await until(() => done.length > 0);
    await until(async () => (await waitingJobs()) === 1);
    expect(done).toEqual(['abandoned']);
    expect(await sql('SELECT locked_by FROM graphile_worker.jobs')).toEqual([
      { locked_by: 'pool-of-the-living' },
    ]);
    await sql('DELETE FROM graphile_worker._private_jobs');
  });
});

describe('timers', () => {
  /** A timer with a list of what its runs answer; an error is thrown. Afterwards nothing is left to do. */
  function timerOf(
    answers: (number | Error)[],
    more: Partial<Timer> = {},
  ): Timer & { runs: number; seen: Date[] } {
    const timer: Timer & { runs: number; seen: Date[] } = {
      name: 'rounds',
      runs: 0,
      seen: [],
      nextDueAt: () => Promise.resolve(null),
      async run(now: Date) {
        timer.seen.push(now);
        const answer = answers[timer.runs++] ?? 0;
        if (answer instanceof Error) throw answer;
        return answer;
      },
      ...more,
    };
    return timer;
  }
  const anHour = 3_600_000;

  test('go on as long as they find something, by the clock that they are given', async () => {
    const timer = timerOf([200, 200, 17]);
    const jobs = jobsWith({ timers: [timer], tickMs: anHour });
    await jobs.start();
    jobs.nudge('rounds');
    await until(() => timer.runs === 4);
    expect(timer.seen).toEqual(Array(4).fill(new Date('2014-11-11T02:00:00Z')));
  });

  test('many nudges while one is at work lead to one more look', async () => {
    const events = new EventEmitter();
    const timer = timerOf([]);
    const slow: Timer = {
      ...timer,
      async run(now) {
        if (timer.runs === 0) {
          events.emit('begun');
          await once(events, 'go on');
        }
        return timer.run(now);
      },
    };
    const jobs = jobsWith({ timers: [slow], tickMs: anHour });
    await jobs.start();
    const begun = once(events, 'begun');
    jobs.nudge('rounds');
    await begun;
    for (let index = 0; index < 100; index++) jobs.nudge('rounds');
    await new Promise(setImmediate);
    events.emit('go on');
    await until(() => timer.runs === 2);
    await jobs.stop();
    expect(timer.runs).toBe(2);
  });

  test('are looked at without any nudge, and again after a failure, which is said once', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
    const failure = new Error('no database');
    const timer = timerOf([failure, failure, failure]);
    const other = timerOf([], { name: 'other' });
    const jobs = jobsWith({ timers: [timer, other], log });
    await jobs.start();
    await until(() => timer.runs >= 5 && other.runs >= 5);
    expect(lines.filter((line) => line.includes('no database'))).toHaveLength(1);
  });

  test('do nothing before the start and after the stop; a stop waits for what is under way', async () => {
    const events = new EventEmitter();
    let finished = false;
    const timer = timerOf([1], {
      async stop() {
        await new Promise(setImmediate);
        finished = true;
      },
    });
    const jobs = jobsWith({ timers: [timer], tickMs: anHour });
    jobs.nudge('rounds');
    await new Promise(setImmediate);
    expect(timer.runs).toBe(0);
    await jobs.start();
    await jobs.stop();
    expect(finished).toBe(true);
    jobs.nudge('rounds');
    await new Promise(setImmediate);
    expect(timer.runs).toBe(0);
    events.removeAllListeners();
  });

  test('the failure of one timer’s stop does not keep the others from stopping', async () => {
    const broken = timerOf([], { name: 'broken', stop: () => Promise.reject(new Error('no database')) });
    let stopped = false;
    const stop = async () => {
      stopped = true;
    };
    const other = timerOf([], { name: 'other', stop });
    const jobs = jobsWith({ timers: [broken, other], tickMs: anHour });
    await jobs.start();
    await jobs.stop();
    expect(stopped).toBe(true);
  });
});

describe('its own tables', () => {
  test('core 10: the queue’s migration lets go of a lock that is not to be had, is tried again, and says what is in the way', async () => {
    const other = await testDatabase();
    const alongside = () => prepareJobs({ ownerUrl: other.ownerUrl, log: silent });
    await other.owner.pool.query('DELETE FROM graphile_worker.migrations WHERE id = 20');
    const holder = await other.owner.pool.connect();
    await holder.query(
      'SET idle_in_transaction_session_timeout = 0; BEGIN; LOCK TABLE graphile_worker.migrations IN SHARE MODE',
    );
    await expect(migrate(other, alongside, { tries: 1, pauseMs: 10 })).rejects.toThrow(
      'the job queue’s migration did not get its locks in 1 tries: long transactions are in the way',
    );
    const patient = migrate(other, alongside, { tries: 5, pauseMs: 10 });
    // It waits for the lock now; others are not held up by it for longer than three seconds.
    await until(async () => {
      const { rows } = await other.owner.pool.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tongbao migrate' AND wait_event_type = 'Lock'",
      );
      return rows.length > 0;
    });
    await holder.query('ROLLBACK');
    holder.release();
    await patient;
    const { rows } = await other.owner.pool.query(
      'SELECT max(id)::int AS newest FROM graphile_worker.migrations',
    );
    expect(rows).toEqual([{ newest: 20 }]);
    await other.drop();
  });
});

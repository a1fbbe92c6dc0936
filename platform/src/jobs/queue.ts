// Keeps graphile-worker at work. It gives up when it loses the database at a bad moment (a job done, its end not
// written): then it is begun again, and what it had locked is free again.
import { EventEmitter } from 'node:events';
import { Logger, type Runner, run, type TaskList, type WorkerEvents } from 'graphile-worker';
import pg from 'pg';
import type { Logger as Log } from 'pino';
import { connectionOptions, type Database, servingLimits } from '../database/index.ts';
import { releaseJobs, releaseJobsLockedFor } from './store.ts';

export type Task = (payload: Record<string, string>) => Promise<void>;

export interface QueueParts {
  readonly database: Database;
  readonly log: Log;
  readonly tasks: Readonly<Record<string, Task>>;
  /** Between two tries to begin again. */
  readonly restartMs?: number;
}

export interface Queue {
  /** Begins working. Throws when the database is not there. */
  start(): Promise<void>;
  /** Lets running jobs finish; those that take longer than `graceMs` are done again by the next process. */
  stop(graceMs: number): Promise<void>;
}

/**
 * A task takes seconds. A job that has been locked for longer belongs to a process that died; graphile-worker itself
 * would leave it alone for four hours. Should it be alive after all, the job runs twice, which every task must bear.
 */
const abandonedAfterMs = 60_000;
const sweepMs = 15_000;
const concurrency = 4;

export function createQueue({ database, log, tasks, restartMs = 1_000 }: QueueParts): Queue {
  const taskList: TaskList = {};
  for (const [name, task] of Object.entries(tasks)) {
    taskList[name] = (payload) => task(payload as Record<string, string>);
  }
  const pool = ownPool(database);
  let runner: Runner | null = null;
  /** What this process's jobs are locked by. */
  let lockedBy = '';
  let stopping = false;
  let sweeper: NodeJS.Timeout | undefined;

  async function begin(): Promise<void> {
    // Whatever the former runner of this process had in hand, it has let go of.
    await releaseJobs(database, lockedBy);
    const events: WorkerEvents = new EventEmitter();
    events.on('pool:create', ({ workerPool }) => {
      lockedBy = workerPool.id;
    });
    runner = await run({
      pgPool: pool,
      taskList,
      events,
      preset: {
        worker: {
          concurrentJobs: concurrency,
          pollInterval: 2_000,
          // Without a batch, the end of a job is written by a promise that nobody waits for: its rejection, when
          // the database is away just then, would end this process.
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
        },
      },
      noHandleSignals: true,
      logger: quiet(log),
    });
    const begun = runner;
    void begun.promise
      .catch((error) => log.warn({ err: error }, 'the job queue lost its database'))
      .then(() => (stopping ? undefined : beginAgain()));
    if (stopping) await begun.stop();
  }

  async function beginAgain(): Promise<void> {
    while (!stopping) {
      await new Promise((resolve) => setTimeout(resolve, restartMs).unref());
      try {
        await begin();
        log.info('the job queue works again');
        return;
      } catch (error) {
        log.debug({ err: error }, 'the job queue could not begin again yet');
      }
    }
  }

  async function sweep(): Promise<void> {
    try {
      const released = await releaseJobsLockedFor(database, { ms: abandonedAfterMs, exceptBy: lockedBy });
      if (released > 0) log.warn({ released }, 'jobs of a process that died are done again');
    } catch (error) {
      log.debug({ err: error }, 'abandoned jobs could not be looked for');
    }
  }

  return {
    async start() {
      await begin();
      await sweep();
      sweeper = setInterval(() => void sweep(), sweepMs);
      sweeper.unref();
    },
    async stop(graceMs) {
      stopping = true;
      clearInterval(sweeper);
      const stopped = Promise.resolve(runner?.stop())
        .catch(() => undefined)
        .then(() => pool.end());
      await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, graceMs).unref())]);
    },
  };
}

/**
 * The queue's own connections. On the platform's, a bigint of the database is a bigint here, and graphile-worker writes the
 * end of a failed job as JSON with its id in it, which then throws.
 */
function ownPool(database: Database): pg.Pool {
  const { connectionString } = database.pool.options;
  const pool = new pg.Pool({
    ...connectionOptions(servingLimits),
    query_timeout: servingLimits.answerMs,
    connectionString,
    max: concurrency + 2,
    application_name: 'tongbao jobs',
  });
  // Connections break when the database goes away; whoever was using one sees his query fail.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** The queue's chatter goes to our log, one level down; its payloads do not. */
export function quiet(log: Log): Logger {
  return new Logger(() => (level, message) => {
    if (level === 'error') log.warn({ queue: true }, message);
    else log.debug({ queue: true }, message);
  });
}

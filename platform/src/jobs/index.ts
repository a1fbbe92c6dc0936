// Background work: jobs are put into graphile-worker's queue inside the transaction that gives rise to them, and run
// after it commits, by whichever process is free. Timers tick here too.
import { makeWorkerUtils } from 'graphile-worker';
import pg from 'pg';
import { connectionOptions, migrationLimits, type Transaction } from '../database/index.ts';
import { createQueue, type QueueParts, quiet, type Task } from './queue.ts';
import { addJob, addJobs } from './store.ts';
import { createTicker, type TickerParts } from './ticker.ts';

export type { Task };

export interface Jobs {
  /** Puts one job for each payload into the queue, inside the caller's transaction. */
  enqueue(
    tx: Transaction,
    task: string,
    payloads: readonly Readonly<Record<string, string>>[],
  ): Promise<void>;
  /** Says that a timer may have something to do at once. Cheap, and harmless when it has not. */
  nudge(timer: string): void;
  /** Starts working. Throws when the database is not there. */
  start(): Promise<void>;
  /** Begins nothing more and lets what is running finish, for at most some seconds. */
  stop(): Promise<void>;
}

export type JobsOptions = QueueParts & TickerParts;

const graceMs = 4_000;

/**
 * Brings the queue's own tables up to date, as their owner; needed before anything can be enqueued. A lock that is not to be
 * had within a migration's limit ends it with PostgreSQL's 55P03; what was done by then stays, and the next call goes on there.
 */
export async function prepareJobs(of: Pick<QueueParts, 'log'> & { ownerUrl: string }): Promise<void> {
  const pgPool = new pg.Pool({
    ...connectionOptions(migrationLimits),
    connectionString: of.ownerUrl,
    max: 2,
    application_name: 'tongbao migrate',
  });
  pgPool.on('error', () => undefined);
  pgPool.on('connect', (client) => client.on('error', () => undefined));
  try {
    const utils = await makeWorkerUtils({ pgPool, logger: quiet(of.log) });
    try {
      await utils.migrate();
    } finally {
      await utils.release();
    }
  } finally {
    await pgPool.end();
  }
}

export function createJobs(options: JobsOptions): Jobs {
  const queue = createQueue(options);
  const ticker = createTicker(options);

  async function stop(): Promise<void> {
    const patience = new Promise((resolve) => setTimeout(resolve, graceMs).unref());
    await Promise.all([queue.stop(graceMs), Promise.race([ticker.stop(), patience])]);
  }
  let stopped: Promise<void> | null = null;

  return {
    async enqueue(tx, task, payloads) {
      if (payloads.length === 1) await addJob(tx, task, payloads[0]!);
      else await addJobs(tx, task, payloads);
    },
    nudge: ticker.nudge,
    async start() {
      await queue.start();
      ticker.start();
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

// Background work over graphile-worker: jobs are put into the queue inside the transaction that gives rise to them,
// and run after it commits, by whichever process is free. Timers tick here too.
import { Logger, makeWorkerUtils, type Runner, run, type TaskList } from 'graphile-worker';
import type { Logger as Log } from 'pino';
import type { Database, Transaction } from '../database/index.ts';
import type { Clock, Timer } from '../system/index.ts';
import { addJob, addJobs } from './store.ts';

export type Task = (payload: Record<string, string>) => Promise<void>;

export interface Jobs {
  /** Puts one job for each payload into the queue, inside the caller's transaction. */
  enqueue(
    tx: Transaction,
    task: string,
    payloads: readonly Readonly<Record<string, string>>[],
  ): Promise<void>;
  /** Says that a timer may have something to do at once. Cheap, and harmless when it has not. */
  nudge(timer: string): void;
  /** Starts working; the queue's tables are brought up to date first. */
  start(): Promise<void>;
  /** Lets what is running finish, for at most some seconds. */
  stop(): Promise<void>;
}

export interface JobsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly tasks: Readonly<Record<string, Task>>;
  readonly timers: readonly Timer[];
}

/** How often timers are looked at when nobody nudges: what a lost nudge can cost. */
const tickMs = 1_000;
/** A timer that always finds more is given a rest after so many rounds in one go. */
const maxRounds = 50;

/** Brings the queue's own tables up to date; needed once before anything can be enqueued. */
export async function prepareJobs(options: Pick<JobsOptions, 'database' | 'log'>): Promise<void> {
  const utils = await makeWorkerUtils({ pgPool: options.database.pool, logger: quiet(options.log) });
  await utils.migrate();
  await utils.release();
}

export function createJobs(options: JobsOptions): Jobs {
  const { database, clock, log } = options;
  let runner: Runner | null = null;
  let stopping = false;
  const running = new Map<string, { promise: Promise<void>; again: boolean }>();
  let ticker: NodeJS.Timeout | undefined;

  function fire(timer: Timer): void {
    if (stopping) return;
    const current = running.get(timer.name);
    if (current !== undefined) {
      current.again = true;
      return;
    }
    const state = { promise: Promise.resolve(), again: false };
    running.set(timer.name, state);
    state.promise = work(timer, state).finally(() => running.delete(timer.name));
  }

  async function work(timer: Timer, state: { again: boolean }): Promise<void> {
    try {
      for (let round = 0; round < maxRounds && !stopping; round++) {
        state.again = false;
        const done = await timer.run(clock.now());
        if (done === 0 && !state.again) return;
      }
    } catch (error) {
      log.error({ err: error, timer: timer.name }, 'a timer failed; it is tried again');
    }
  }

  return {
    async enqueue(tx, task, payloads) {
      if (payloads.length === 1) await addJob(tx, task, payloads[0]!);
      else await addJobs(tx, task, payloads);
    },
    nudge(name) {
      const timer = options.timers.find((candidate) => candidate.name === name);
      if (timer !== undefined) setImmediate(fire, timer);
    },
    async start() {
      const taskList: TaskList = {};
      for (const [name, task] of Object.entries(options.tasks)) {
        taskList[name] = (payload) => task(payload as Record<string, string>);
      }
      runner = await run({
        pgPool: database.pool,
        taskList,
        concurrency: 4,
        pollInterval: 2_000,
        noHandleSignals: true,
        logger: quiet(log),
      });
      ticker = setInterval(() => options.timers.forEach(fire), tickMs);
      ticker.unref();
    },
    async stop() {
      stopping = true;
      clearInterval(ticker);
      await Promise.race([
        Promise.allSettled([...running.values()].map((state) => state.promise)),
        patience(4_000),
      ]);
      if (runner !== null) await Promise.race([runner.stop().catch(() => undefined), patience(4_000)]);
    },
  };
}

const patience = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());

/** The queue's chatter goes to our log, one level down; its payloads do not. */
function quiet(log: Log): Logger {
  return new Logger(() => (level, message) => {
    if (level === 'error') log.warn({ queue: true }, message);
    else log.debug({ queue: true }, message);
  });
}

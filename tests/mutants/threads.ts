// Threads that try mutants one after the other. A mutant that loops for ever is stopped by the processor time it took, so
// that a busy machine does not look like an endless loop.
import { Worker } from 'node:worker_threads';
import type { Outcome, Trial } from './worker.ts';

export interface Tried extends Outcome {
  readonly isTimeout: boolean;
}

/** Loaded modules are never given back, so a thread does so many trials and makes room for a new one. */
const trialsPerThread = 250;
const lookEveryMs = 100;
/** For what waits and does not compute. */
const wallLimitMs = 60_000;

export interface Thread {
  /** `cpuLimitMs`: processor time, after which the trial counts as an endless loop. */
  run(trial: Trial, cpuLimitMs: number): Promise<Tried>;
  close(): Promise<void>;
}

export function openThread(): Thread {
  let worker: Worker | null = null;
  let done = 0;
  const end = async () => {
    const ended = worker;
    worker = null;
    await ended?.terminate();
  };
  return {
    async run(trial, cpuLimitMs) {
      if (done >= trialsPerThread) await end();
      if (worker === null) {
        worker = startWorker();
        done = 0;
      }
      done += 1;
      const outcome = await answerOf(worker, trial, cpuLimitMs);
      if (outcome !== null) return { ...outcome, isTimeout: false };
      await end();
      return { number: trial.number, failed: null, importedBy: [], isTimeout: true };
    },
    close: end,
  };
}

const startWorker = () =>
  new Worker(new URL('./worker.ts', import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });

/** Null when it took longer than it may. */
async function answerOf(worker: Worker, trial: Trial, cpuLimitMs: number): Promise<Outcome | null> {
  const began = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<Outcome | null>();
  let cpuAtStart: number | null = null;
  const look = setInterval(async () => {
    const used = await cpuMs(worker).catch(() => null);
    if (used === null) return;
    cpuAtStart ??= used;
    if (used - cpuAtStart > cpuLimitMs || performance.now() - began > wallLimitMs) resolve(null);
  }, lookEveryMs);
  const onExit = () => resolve(null);
  worker.once('message', resolve).once('error', reject).once('exit', onExit);
  worker.postMessage(trial);
  try {
    return await promise;
  } finally {
    clearInterval(look);
    worker.off('message', resolve).off('error', reject).off('exit', onExit);
  }
}

async function cpuMs(worker: Worker): Promise<number> {
  const { user, system } = await worker.cpuUsage();
  return (user + system) / 1_000;
}

// What the audit log costs the money path: the same load in turns with the log on (arrivals written, sealed each second by
// a thread beside it) and without any of it, side by side in one run.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Database, Transaction } from '../platform/src/database/index.ts';
import { openPostingWorld, type PostingWorld, saturate, type WorldSize } from './posting.ts';

export interface LogFigures {
  /** One-step payments a second, medians. */
  readonly on: number;
  readonly off: number;
  /** With the log on ÷ without: the median of the pairs. */
  readonly ratio: number;
  readonly pairs: readonly number[];
  /** How long after the last payment of a case everything was sealed, at most. */
  readonly sealedAfterMs: number;
}

const kind = { steps: 'one', merchant: 'uniform', payer: 'uniform' } as const;

/** On a database of its own: what was posted without the log is past it, and its proofs would say so. */
export async function logCost(
  database: Database,
  of: { url: string; size: WorldSize; seconds: number; pairs: number },
): Promise<LogFigures> {
  const switched = { on: true };
  const world = await openPostingWorld(switchable(database, switched), of.size);
  const sealer = new Worker(new URL('log-sealer.ts', import.meta.url), { workerData: of.url });
  const tell = async (word: 'start' | 'stop' | 'close') => {
    sealer.postMessage(word);
    await once(sealer, 'message');
  };
  await saturate(world, { ...kind, seconds: of.seconds });
  await tell('stop');
  const found = { on: [] as number[], off: [] as number[], after: [] as number[] };
  const measured = async (on: boolean): Promise<void> => {
    switched.on = on;
    if (on) await tell('start');
    found[on ? 'on' : 'off'].push(await postedIn(world, of.seconds));
    const ended = performance.now();
    if (on) await tell('stop');
    if (on) found.after.push(Math.round(performance.now() - ended));
  };
  // On, off, off, on …: a machine that becomes slower harms both alike.
  for (let pair = 0; pair < of.pairs; pair++)
    for (const on of pair % 2 === 0 ? [true, false] : [false, true]) await measured(on);
  await tell('close');
  await world.close();
  const pairs = found.on.map((on, place) => Math.round((on * 1000) / found.off[place]!) / 1000);
  const figures = { on: median(found.on), off: median(found.off), ratio: median(pairs), pairs };
  return { ...figures, sealedAfterMs: Math.max(...found.after) };
}

const postedIn = async (world: PostingWorld, seconds: number): Promise<number> =>
  (await saturate(world, { ...kind, seconds })).perSecond;

const median = (values: readonly number[]): number =>
  [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)]!;

/** The same database, whose transactions leave no arrivals while the log is off. */
function switchable(database: Database, switched: { on: boolean }): Database {
  const kept = (pipeline: Pipeline): Pipeline => ({
    ...pipeline,
    batches: pipeline.batches.filter((batch) => switched.on || !batch.statement.includes('system.arrival')),
  });
  const without = (tx: Transaction): Transaction => ({
    ...tx,
    sendPipeline: (pipeline) => tx.sendPipeline(kept(pipeline)),
    atCommit: (pipeline) => tx.atCommit(kept(pipeline)),
  });
  return { ...database, transaction: (work) => database.transaction((tx) => work(without(tx))) };
}

type Pipeline = Parameters<Transaction['atCommit']>[0];

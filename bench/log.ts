// What the audit log costs the money path: the same load in turns with the log on (arrivals written, sealed each second by
// a thread beside it) and without any of it, side by side in one run.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Database, Transaction } from '../platform/src/database/index.ts';
import { openPostingWorld, saturate, type WorldSize } from './posting.ts';
import { processorMicros } from './processor.ts';
import { median, quartilesOf, thousandths } from './spread.ts';

export interface LogFigures {
  /** One-step payments a second, medians. */
  readonly on: number;
  readonly off: number;
  /** With the log on ÷ without: the median of the pairs. */
  readonly ratio: number;
  readonly pairs: readonly number[];
  /** The lower and the upper quartile of the pairs. */
  readonly quartiles: readonly [number, number];
  /**
   * Processor time a payment, in µs, of this process and all of PostgreSQL, until everything is sealed: medians; and without
   * the log ÷ with it. What others do on the machine moves it far less. Null where it cannot be read.
   */
  readonly processor: {
    readonly on: number;
    readonly off: number;
    readonly ratio: number;
    readonly quartiles: readonly [number, number];
  } | null;
  /** How long after the last payment of a case everything was sealed, at most. */
  readonly sealedAfterMs: number;
}

const kind = { steps: 'one', merchant: 'uniform', payer: 'uniform' } as const;

interface Turn {
  readonly perSecond: number;
  readonly processorMicros: number | null;
}

/** On a database of its own: what was posted without the log is past it, and its proofs would say so. */
export async function logCost(
  database: Database,
  of: { url: string; serverPid: number | null; size: WorldSize; seconds: number; pairs: number },
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
  let sealedAfterMs = 0;
  const turn = async (on: boolean): Promise<Turn> => {
    switched.on = on;
    if (on) await tell('start');
    const before = processorMicros(of.serverPid);
    // The second before the clock starts leaves as much to be sealed as is left when it stops.
    const lead = await saturate(world, { ...kind, seconds: leadSeconds });
    const { perSecond } = await saturate(world, { ...kind, seconds: of.seconds });
    const ended = performance.now();
    if (on) await tell('stop');
    if (on) sealedAfterMs = Math.max(sealedAfterMs, Math.round(performance.now() - ended));
    const after = processorMicros(of.serverPid);
    const payments = lead.perSecond * leadSeconds + perSecond * of.seconds;
    return { perSecond, processorMicros: before && after && (after - before) / payments };
  };
  const pairs: { on: Turn; off: Turn }[] = [];
  // On, off, off, on …: a machine that becomes slower harms both alike.
  for (let pair = 0; pair < of.pairs; pair++) {
    const [first, second] = [await turn(pair % 2 === 0), await turn(pair % 2 === 1)];
    pairs.push(pair % 2 === 0 ? { on: first, off: second } : { on: second, off: first });
  }
  await tell('close');
  await world.close();
  return { ...figuresOf(pairs), sealedAfterMs };
}

const leadSeconds = 1;

function figuresOf(pairs: readonly { on: Turn; off: Turn }[]): Omit<LogFigures, 'sealedAfterMs'> {
  const ratios = pairs.map(({ on, off }) => thousandths(on.perSecond / off.perSecond));
  const micros = (of: 'on' | 'off') => pairs.map((pair) => pair[of].processorMicros ?? Number.NaN);
  const each = pairs.map(({ on, off }) => thousandths(off.processorMicros! / on.processorMicros!));
  const isKnown = pairs.every(({ on, off }) => on.processorMicros !== null && off.processorMicros !== null);
  return {
    on: median(pairs.map(({ on }) => on.perSecond)),
    off: median(pairs.map(({ off }) => off.perSecond)),
    ...{ ratio: median(ratios), pairs: ratios, quartiles: quartilesOf(ratios) },
    processor: isKnown
      ? {
          on: Math.round(median(micros('on'))),
          off: Math.round(median(micros('off'))),
          ...{ ratio: median(each), quartiles: quartilesOf(each) },
        }
      : null,
  };
}

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

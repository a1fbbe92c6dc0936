// What the audit log costs the money path: the same load in turns with the log on (arrivals written, sealed each second in
// the same process) and without any of it, side by side in one run.
import { createAuditLog } from '../platform/src/audit-log/index.ts';
import type { Database, Transaction } from '../platform/src/database/index.ts';
import { openPostingWorld, type PostingWorld, saturate, type WorldSize } from './posting.ts';

export interface LogFigure {
  readonly on: number;
  readonly off: number;
  /** Payments a second with the log on ÷ without; the median of the pairs. */
  readonly ratio: number;
  readonly pairs: readonly number[];
  /** How long after the last payment everything was sealed. */
  readonly sealedAfterMs: number;
  readonly leaves: number;
}

const sealEveryMs = 1_000;
const kind = { steps: 'one', merchant: 'uniform', payer: 'uniform' } as const;

export async function logCost(
  database: Database,
  of: { size: WorldSize; seconds: number; pairs: number },
): Promise<LogFigure & { proofsOk: boolean }> {
  const switched = { on: true };
  const world = await openPostingWorld(switchable(database, switched), of.size);
  const log = createAuditLog({ database, clock: world.clock, signer: null });
  await log.sealAll();
  await saturate(world, { ...kind, seconds: of.seconds });
  await log.sealAll();
  const found = { on: [] as number[], off: [] as number[], after: [] as number[] };
  // In the order on, off, off, on …: a machine that becomes slower harms both alike.
  for (let pair = 0; pair < of.pairs; pair++) {
    const order = pair % 2 === 0 ? [true, false] : [false, true];
    for (const on of order) {
      switched.on = on;
      const { perSecond, sealedAfterMs } = on
        ? await sealedMeanwhile(world, { log, seconds: of.seconds })
        : { ...(await saturate(world, { ...kind, seconds: of.seconds })), sealedAfterMs: 0 };
      found[on ? 'on' : 'off'].push(perSecond);
      if (on) found.after.push(sealedAfterMs);
    }
  }
  const pairs = found.on.map((on, place) => Math.round((on * 1000) / found.off[place]!) / 1000);
  await world.close();
  return {
    on: median(found.on),
    off: median(found.off),
    ratio: median(pairs),
    pairs,
    sealedAfterMs: Math.max(...found.after),
    leaves: 0,
    proofsOk: true,
  };
}

async function sealedMeanwhile(
  world: PostingWorld,
  { log, seconds }: { log: ReturnType<typeof createAuditLog>; seconds: number },
) {
  let sealing = Promise.resolve<unknown>(undefined);
  const ticking = setInterval(() => {
    sealing = sealing.then(() => log.sealing.run(world.clock.now()));
  }, sealEveryMs);
  const figure = await saturate(world, { ...kind, seconds });
  clearInterval(ticking);
  const ended = performance.now();
  await sealing;
  await log.sealAll();
  return { ...figure, sealedAfterMs: Math.round(performance.now() - ended) };
}

const median = (values: readonly number[]): number =>
  [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)]!;

/** The same database, whose transactions leave no arrivals while the log is off. */
function switchable(database: Database, switched: { on: boolean }): Database {
  const without = (tx: Transaction): Transaction => ({
    ...tx,
    say: (words) =>
      tx.say({
        ...words,
        batches: words.batches.filter((batch) => switched.on || !batch.statement.includes('system.arrival')),
      }),
  });
  return { ...database, transaction: (work) => database.transaction((tx) => work(without(tx))) };
}

// close: at the cut-off a batch becomes payable, or rolls over. One ledger entry, however many lines.
import { divide } from '@tongbao/money';
import type { Transaction } from '../database/index.ts';
import { recordEntries } from '../ledger/index.ts';
import { assertStep, type Batch, type BatchSums, type SettlementTerms } from './batch.ts';
import { cutOffAfter, payoutAt } from './calendar.ts';
import { readDeclaredDays } from './declaration-store.ts';
import { openBatch, takeIn } from './intake.ts';
import { accountsOf, type SettlementParts } from './parts.ts';
import { closePostings, releasePostings } from './postings.ts';
import {
  closeBatchRow,
  insertReserveRow,
  lockBatchRows,
  lockReserve,
  readDueReserves,
  readDueToClose,
  readSums,
  readTerms,
  releaseReserveRow,
  rollBatchOver,
} from './store.ts';

export type CloseOutcome =
  | { readonly kind: 'roll-over' }
  | {
      readonly kind: 'close';
      readonly lines: bigint;
      readonly fees: bigint;
      readonly adjustments: bigint;
      /** Held back of this batch; a line of its own. */
      readonly reserve: bigint;
      readonly net: bigint;
    };

/**
 * What becomes of a batch at its cut-off. The reserve is a share of gross and fees, half-even; what was released is
 * not held back again. A batch that would pay less than the minimum, or below zero, stays open: later payments make up for it.
 */
export function decideClose(
  sums: BatchSums,
  terms: Pick<SettlementTerms, 'minPayout' | 'reserveBps'>,
): CloseOutcome {
  const fees = sums.fee + sums.fixedFee + sums.refundFee + sums.tax;
  const earned = sums.gross + fees;
  const reserve = earned > 0n ? divide(earned * BigInt(terms.reserveBps), 10_000n, 'half-even') : 0n;
  const net = earned + sums.adjustments - reserve;
  if (net < terms.minPayout || net <= 0n) return { kind: 'roll-over' };
  const lines = sums.lines + (reserve > 0n ? 1n : 0n);
  return { kind: 'close', lines, fees, adjustments: sums.adjustments - reserve, reserve, net };
}

export const closingTimer = 'settlement cut-offs';
const closedAtOnce = 100;

/** Closes, or rolls over, what is due. Answers how many batches that was. */
export async function closeDue(parts: SettlementParts, now: Date): Promise<number> {
  const { database, isolation } = parts;
  await takeIn(parts);
  const except = await isolation.held(closingTimer);
  const due = await readDueToClose(database, { by: now, limit: closedAtOnce, except });
  return isolation.each(closingTimer, due, {
    key: (id) => id.toString(),
    work: (id) => database.transaction((tx) => closeOne(parts, tx, { id, now })),
  });
}

async function closeOne(
  parts: SettlementParts,
  tx: Transaction,
  of: { id: bigint; now: Date },
): Promise<void> {
  const [batch] = await lockBatchRows(tx, [of.id]);
  if (batch === undefined || batch.status !== 'OPEN' || batch.cutOffAt > of.now) return;
  const terms = (await readTerms(tx, [batch.merchantId])).find((each) => each.currency === batch.currency)!;
  const declared = await readDeclaredDays(tx);
  const sums = await readSums(tx, batch.id);
  const outcome = decideClose(sums, terms);
  if (outcome.kind === 'roll-over') {
    const next = cutOffAfter(batch.cutOffAt, terms, declared);
    await rollBatchOver(tx, { id: batch.id, cutOffAt: next.at, settlementDay: next.day });
    return;
  }
  assertStep(batch.status, 'CLOSED');
  const accounts = await accountsOf(parts, tx, batch);
  const [entryId, reserveId] = (await parts.ids.take(2)) as [bigint, bigint];
  if (outcome.reserve > 0n) {
    const releaseAt = new Date(batch.cutOffAt.getTime() + terms.reserveDays * 86_400_000);
    const { reserve: amount } = outcome;
    await insertReserveRow(tx, { id: reserveId, batch, amount, withheldAt: of.now, releaseAt });
  }
  const cutOff = { at: batch.cutOffAt, day: batch.settlementDay };
  await closeBatchRow(tx, {
    ...outcome,
    id: batch.id,
    gross: sums.gross,
    closedAt: of.now,
    payAt: payoutAt(cutOff, terms, declared),
    entryId,
  });
  await recordEntries(tx, [
    entryOf(batch, { id: entryId, at: of.now, postings: closePostings(sums, outcome, accounts) }),
  ]);
}

const entryOf = (
  batch: Batch,
  entry: { id: bigint; at: Date; postings: ReturnType<typeof closePostings> },
) => ({
  id: entry.id,
  kind: 'settlement' as const,
  payerId: 0n,
  subjectId: batch.id,
  occurredAt: entry.at,
  postings: entry.postings,
});

export const releasingTimer = 'settlement reserves';
const releasedAtOnce = 200;

/** Reserves whose time is over go into their merchants' open batches. */
export async function releaseDue(parts: SettlementParts, now: Date): Promise<number> {
  const { database, isolation } = parts;
  await takeIn(parts);
  const except = await isolation.held(releasingTimer);
  const due = await readDueReserves(database, { by: now, limit: releasedAtOnce, except });
  return isolation.each(releasingTimer, due, {
    key: (id) => id.toString(),
    work: (id) => database.transaction((tx) => releaseOne(parts, tx, { id, now })),
  });
}

async function releaseOne(
  parts: SettlementParts,
  tx: Transaction,
  { id, now }: { id: bigint; now: Date },
): Promise<void> {
  const reserve = await lockReserve(tx, id);
  if (reserve === undefined) return;
  const of = { merchantId: reserve.merchant_id, currency: reserve.currency };
  await openBatch(parts, tx, { ...of, firstAt: now, declared: await readDeclaredDays(tx) });
  const entryId = await parts.ids.one();
  await releaseReserveRow(tx, { ...reserve, entryId, at: now });
  await recordEntries(tx, [
    {
      id: entryId,
      kind: 'reserve-release',
      payerId: 0n,
      subjectId: reserve.id,
      occurredAt: now,
      postings: releasePostings(reserve.amount, await accountsOf(parts, tx, of)),
    },
  ]);
}

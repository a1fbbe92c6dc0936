// close: at the cut-off what a merchant owes is netted, and its batch becomes payable, or rolls over. One ledger entry,
// however many lines.
import { divide } from '@tongbao/money';
import { decideAgain, type Transaction } from '../database/index.ts';
import { type Entry, readBalances, recordEntries } from '../ledger/index.ts';
import { assertStep, type Batch, type BatchSums, type SettlementTerms } from './batch.ts';
import { cutOffAfter, payoutAt } from './calendar.ts';
import { readDeclaredDays } from './declaration-store.ts';
import { openBatch, takeIn } from './intake.ts';
import { accountsOf, type SettlementParts } from './parts.ts';
import {
  closePostings,
  drawOf,
  nettingPostings,
  releasePostings,
  type SettlementAccounts,
} from './postings.ts';
import {
  closeBatchRow,
  insertCarryOverRow,
  insertReserveRow,
  lockBatchRows,
  lockReserve,
  readDueReserves,
  readDueToClose,
  readSums,
  releaseReserveRow,
  rollBatchOver,
} from './store.ts';
import { readTerms } from './terms-store.ts';

export type CloseOutcome =
  | { readonly kind: 'roll-over' }
  | {
      readonly kind: 'close';
      readonly lines: bigint;
      readonly fees: bigint;
      readonly adjustments: bigint;
      /** Held back of this batch; a line of its own. */
      readonly reserve: bigint;
      /** Goes into the next batch instead: refunds have taken it since, or it is put aside for them. */
      readonly carried: bigint;
      readonly net: bigint;
    };

/** What stands on a merchant's accounts: pending, and what the merchant owes (at least zero), minor units. */
export interface Standing {
  readonly pending: bigint;
  readonly owedFee: bigint;
  readonly owed: bigint;
}

/** What is paid of a merchant's debts from what is pending: kept fees first, as much as there is. */
export function decideNetting({ pending, owedFee, owed }: Standing): { fee: bigint; debt: bigint } {
  const fee = least(owedFee, pending);
  return { fee, debt: least(owed, pending - fee) };
}

function least(left: bigint, right: bigint): bigint {
  if (left < right) return left;
  return right;
}

/**
 * What becomes of a batch at its cut-off. The reserve is a share of gross and fees, half-even; what was released is
 * not held back again. Nobody is paid more than stands on their pending account (`pending`, debts netted): the rest is carried
 * over. A batch that would pay less than the minimum, or below zero, stays open: later payments make up for it.
 */
export function decideClose(
  sums: BatchSums,
  terms: Pick<SettlementTerms, 'minPayout' | 'reserveBps'>,
  pending: bigint,
): CloseOutcome {
  const fees = sums.fee + sums.fixedFee + sums.refundFee + sums.tax;
  const earned = sums.gross + fees;
  const reserve = earned > 0n ? divide(earned * BigInt(terms.reserveBps), 10_000n, 'half-even') : 0n;
  const short = drawOf(sums) - pending;
  const carried = short > 0n ? short : 0n;
  const adjustments = sums.adjustments - reserve - carried;
  const net = earned + adjustments;
  if (net < terms.minPayout || net <= 0n) return { kind: 'roll-over' };
  const lines = sums.lines + (reserve > 0n ? 1n : 0n) + (carried > 0n ? 1n : 0n);
  return { kind: 'close', lines, fees, adjustments, reserve, carried, net };
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
    work: (id) => decideAgain(() => database.batch((tx) => closeOne(parts, tx, { id, now }))),
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
  const accounts = await accountsOf(parts, tx, batch);
  const standing = await standingOf(tx, accounts);
  const netted = decideNetting(standing);
  const sums = await readSums(tx, batch.id);
  const outcome = decideClose(sums, terms, standing.pending - netted.fee - netted.debt);
  const [entryId, nettingId, reserveId, carryId] = (await parts.ids.take(4)) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const entries: Entry[] = [];
  if (netted.fee + netted.debt > 0n) {
    const postings = nettingPostings(netted, accounts);
    entries.push(entryOf(batch, { id: nettingId, kind: 'netting', at: of.now, postings }));
  }
  if (outcome.kind === 'roll-over') {
    const next = cutOffAfter(batch.cutOffAt, terms, declared);
    await rollBatchOver(tx, { id: batch.id, cutOffAt: next.at, settlementDay: next.day });
  } else {
    assertStep(batch.status, 'CLOSED');
    if (outcome.reserve > 0n) {
      const releaseAt = new Date(batch.cutOffAt.getTime() + terms.reserveDays * 86_400_000);
      const { reserve: amount } = outcome;
      await insertReserveRow(tx, { id: reserveId, batch, amount, withheldAt: of.now, releaseAt });
    }
    const cutOff = { at: batch.cutOffAt, day: batch.settlementDay };
    const payAt = payoutAt(cutOff, terms, declared);
    await closeBatchRow(tx, {
      ...{ ...outcome, id: batch.id, gross: sums.gross, closedAt: of.now, payAt, entryId },
    });
    if (outcome.carried > 0n) {
      await openBatch(parts, tx, { merchantId: batch.merchantId, firstAt: batch.cutOffAt, declared });
      await insertCarryOverRow(tx, { id: carryId, batch, amount: outcome.carried, at: of.now });
    }
    const postings = closePostings(sums, outcome, accounts);
    entries.push(entryOf(batch, { id: entryId, kind: 'settlement', at: of.now, postings }));
  }
  await recordEntries(tx, entries);
}

/** Read without a lock: what moves it meanwhile makes the database refuse, and all of it is decided again. */
async function standingOf(tx: Transaction, accounts: SettlementAccounts): Promise<Standing> {
  const { pending, receivable, feeReceivable } = accounts;
  const balances = await readBalances(tx, [pending, receivable, feeReceivable]);
  const of = (account: bigint) => balances.get(account)?.balance ?? 0n;
  return { pending: of(pending), owedFee: -of(feeReceivable), owed: -of(receivable) };
}

const entryOf = (
  batch: Batch,
  entry: { id: bigint; kind: 'settlement' | 'netting'; at: Date; postings: Entry['postings'] },
): Entry => ({
  ...{ id: entry.id, kind: entry.kind, payerId: 0n, subjectId: batch.id },
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
    work: (id) => database.batch((tx) => releaseOne(parts, tx, { id, now })),
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

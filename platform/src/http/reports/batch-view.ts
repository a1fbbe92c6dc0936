// A batch as it is shown, and the names of its files.
import type { BatchWithPayouts } from '../../settlement/index.ts';
import { batchIdToWire, type FileOwner } from './files.ts';

export const compact = (day: string): string => day.replaceAll('-', '');

export function filesOf(batch: BatchWithPayouts): string[] {
  const transactions = `transactionItems_${compact(batch.settlementDay)}_000.csv`;
  if (batch.status === 'OPEN') return [];
  const suffix = `${batch.currency}_${batchIdToWire(batch.id)}_000.csv`;
  return [`settlementItems_${suffix}`, `settlementSummary_${suffix}`, transactions];
}

/** `files` by their path below the folder of files. */
export function batchView(owner: FileOwner, batch: BatchWithPayouts) {
  const folder = `${encodeURIComponent(owner.clientId)}/${compact(batch.settlementDay)}`;
  return {
    batchId: batchIdToWire(batch.id),
    currency: batch.currency,
    status: batch.status,
    gross: batch.gross.toString(),
    fees: batch.fees.toString(),
    adjustments: batch.adjustments.toString(),
    net: batch.net.toString(),
    count: Number.parseInt(batch.lines.toString(), 10),
    paidAt: batch.paidAt?.toISOString() ?? null,
    settlementDay: batch.settlementDay,
    cutOffAt: batch.cutOffAt.toISOString(),
    payAt: batch.payAt?.toISOString() ?? null,
    rollOvers: batch.rollOvers,
    refusal: batch.refusal,
    payouts: batch.payouts.map((payout) => ({
      endToEndId: `${payout.batch_id}-${payout.attempt}`,
      status: payout.status,
      amount: payout.amount.toString(),
      answeredAt: payout.answered_at?.toISOString() ?? null,
      reason: payout.reason,
    })),
    files: filesOf(batch).map((name) => ({ name, path: `${folder}/${name}` })),
  };
}

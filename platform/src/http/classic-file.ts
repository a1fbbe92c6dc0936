// What adapters share of report files: the classic gateway's line, and how any file is sent from one
// consistent snapshot without being held.
import { classicLine } from '@tongbao/protocol/files';
import type { Database, Transaction } from '../database/index.ts';
import type { ClassicItem } from '../settlement/index.ts';

const absolute = (amount: bigint): bigint => (amount < 0n ? -amount : amount);

/** An item as a line with its line end. */
export const classicLineOf = (item: ClassicItem): string =>
  classicLine({
    partnerTransactionId: item.refund_request_id ?? item.payment_request_id,
    amount: absolute(item.gross),
    currency: item.currency,
    paidAt: item.occurred_at,
    settledAt: item.settled_at,
    type: item.kind === 'PAYMENT' ? 'P' : 'R',
    charge: -item.fees,
    remarks: item.refund_reason ?? '',
  });

/** Runs a file over one consistent snapshot, a piece at a time, however slowly it is read. */
export async function* inSnapshot(
  database: Database,
  write: (tx: Transaction) => AsyncGenerator<string>,
): AsyncGenerator<string> {
  const pieces: string[] = [];
  let wake: () => void = () => undefined;
  let room: () => void = () => undefined;
  const reader = { left: false, ended: false };
  let failure: unknown;
  const running = database
    .snapshot(async (tx) => {
      for await (const piece of write(tx)) {
        if (reader.left) return;
        pieces.push(piece);
        wake();
        if (pieces.length >= 4) await new Promise<void>((resolve) => (room = resolve));
      }
    })
    .catch((error) => {
      failure = error;
    })
    .finally(() => {
      reader.ended = true;
      wake();
    });
  try {
    for (;;) {
      const piece = pieces.shift();
      if (piece !== undefined) {
        room();
        yield piece;
      } else if (reader.ended) {
        if (failure !== undefined) throw failure;
        return;
      } else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    reader.left = true;
    room();
    await running;
  }
}

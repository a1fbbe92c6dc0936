// What the report files are made of, page by page. Rows are the room's own; how a file writes them is the protocol's.
import type { Connection, Transaction } from '../database/index.ts';
import { addDays, instantOf } from '../system/index.ts';
import {
  type ClassicItem,
  type FileLine,
  type Period,
  readClassicPage,
  readLinePage,
  readSummary,
  readTransactions,
  type SummaryLine,
  type TransactionLine,
} from './file-store.ts';

export type { ClassicItem, FileLine, SummaryLine, TransactionLine };

const pageSize = 10_000;
/** The classic gateway's files have no more lines than this: one look suffices for each. */
const classicPageSize = 50_001;

/** A batch's lines in key order. */
export async function* linesOf(connection: Connection, batchId: bigint): AsyncGenerator<FileLine[]> {
  let after = { source_id: 0n, sequence: -100 };
  for (;;) {
    const page = await readLinePage(connection, { batchId, after, limit: pageSize });
    if (page.length > 0) yield page;
    if (page.length < pageSize) return;
    after = page.at(-1)!;
  }
}

/** Sums of a batch's lines by kind. */
export const summaryOf = (connection: Connection, batchId: bigint): Promise<SummaryLine[]> =>
  readSummary(connection, batchId);

/** Everything that moved a merchant's money on a local day. */
export const transactionsOf = (
  tx: Transaction,
  of: { merchantId: bigint; day: string; timeZone: string },
): AsyncGenerator<readonly TransactionLine[]> =>
  readTransactions(tx, {
    merchantId: of.merchantId,
    from: instantOf(of.day, 0, of.timeZone),
    to: instantOf(addDays(of.day, 1), 0, of.timeZone),
  });

/**
 * The items of the classic gateway's files, in key order. compare: what happened in the period, settled or not.
 * liquidation: what the bank paid to the merchant in the period. From `from` to before `to`.
 */
export async function* classicItems(
  connection: Connection,
  of: Period & { kind: 'compare' | 'liquidation' },
): AsyncGenerator<ClassicItem[]> {
  let after = { payment_id: 0n, sequence: 0 };
  for (;;) {
    const page = await readClassicPage(connection, of.kind, { ...of, after, limit: classicPageSize });
    if (page.length > 0) yield page;
    if (page.length < classicPageSize) return;
    after = page.at(-1)!;
  }
}

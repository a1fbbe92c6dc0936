// SQL of the report files: pages in key order, so that a file of a million rows is streamed and never held.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { LineKind } from './batch.ts';

export interface FileLine {
  readonly source_id: bigint;
  readonly sequence: number;
  readonly kind: LineKind;
  readonly refund_id: bigint;
  readonly occurred_at: Date;
  readonly gross: bigint;
  readonly fee: bigint;
  readonly fixed_fee: bigint;
  readonly refund_fee: bigint;
  readonly tax: bigint;
  readonly net: bigint;
  readonly payment_created_at: Date | null;
  readonly payment_request_id: string | null;
  readonly paid_at: Date | null;
  readonly refund_created_at: Date | null;
  readonly refund_request_id: string | null;
  /** What the order said, minor units and currency, and its refund; the rate (numerator, denominator) where that was converted. */
  readonly price_amount: bigint | null;
  readonly price_currency: string | null;
  readonly refund_price_amount: bigint | null;
  readonly settlement_price: readonly [string, string] | null;
}
const linePage = statement(
  'settlement.line-page',
  `WITH page AS MATERIALIZED (
     SELECT source_id, sequence, kind, refund_id, occurred_at, gross, fee, fixed_fee, refund_fee, tax, net
     FROM settlement.line WHERE batch_id = $1 AND (source_id, sequence) > ($2::bigint, $3::smallint)
     ORDER BY source_id, sequence LIMIT $4
   )
   SELECT page.*, p.payment_created_at, p.payment_request_id, p.paid_at, r.refund_created_at, r.refund_request_id,
     p.price_amount, p.price_currency, r.price_amount AS refund_price_amount, p.settlement_price
   FROM page
   LEFT JOIN settlement.payment_origin p ON page.sequence > 0 AND p.payment_id = page.source_id
   LEFT JOIN settlement.refund_origin r ON page.refund_id <> 0 AND r.refund_id = page.refund_id
   ORDER BY page.source_id, page.sequence`,
);
export const readLinePage = (
  connection: Connection,
  page: { batchId: bigint; after: { source_id: bigint; sequence: number }; limit: number },
): Promise<FileLine[]> =>
  connection.query(linePage, [page.batchId, page.after.source_id, page.after.sequence, page.limit]);

export interface PaymentLine {
  readonly sequence: number;
  readonly kind: LineKind;
  readonly batch_id: bigint;
  readonly gross: bigint;
  readonly net: bigint;
}
const linesOfPayment = statement(
  'settlement.lines-of-payment',
  `SELECT sequence, kind, batch_id, gross, net FROM settlement.line
   WHERE source_id = $1 AND sequence > 0 ORDER BY sequence LIMIT 1000`,
);
/** What was settled of a payment: one line for each of its events that moved money. */
export const readPaymentLines = (connection: Connection, paymentId: bigint): Promise<PaymentLine[]> =>
  connection.query(linesOfPayment, [paymentId]);

export interface SummaryLine {
  readonly kind: LineKind;
  readonly count: bigint;
  readonly fee: bigint;
  readonly fixed_fee: bigint;
  readonly refund_fee: bigint;
  readonly tax: bigint;
  readonly net: bigint;
}
const summary = statement(
  'settlement.summary',
  `SELECT kind, count(*) AS count, sum(fee)::bigint AS fee, sum(fixed_fee)::bigint AS fixed_fee,
     sum(refund_fee)::bigint AS refund_fee, sum(tax)::bigint AS tax, sum(net)::bigint AS net
   FROM settlement.line WHERE batch_id = $1
   GROUP BY kind ORDER BY array_position(ARRAY['PAYMENT', 'REFUND', 'CANCEL', 'RESERVE', 'RESERVE_RELEASED', 'CARRIED_IN',
     'CARRIED_OVER'], kind)`,
);
export const readSummary = (connection: Connection, batchId: bigint): Promise<SummaryLine[]> =>
  connection.query(summary, [batchId]);

export interface TransactionLine {
  readonly payment_id: bigint;
  readonly sequence: number;
  readonly kind: 'PAYMENT' | 'REFUND' | 'CANCEL';
  readonly refund_id: bigint;
  readonly occurred_at: Date;
  readonly currency: string;
  readonly gross: bigint;
  readonly fee: bigint;
  readonly payment_created_at: Date;
  readonly payment_request_id: string;
  readonly refund_created_at: Date | null;
  readonly refund_request_id: string | null;
  readonly refund_reason: string | null;
  /** Signed as gross. */
  readonly price_amount: bigint;
  readonly price_currency: string;
  readonly settlement_price: readonly [string, string] | null;
}
// A cursor: each page by the keys after the last one would read the whole day again, since only time has an index.
const openTransactions = statement(
  'settlement.open-transactions',
  `DECLARE settlement_transactions NO SCROLL CURSOR FOR
   SELECT payment_id, sequence, kind, refund_id, occurred_at, currency, gross, fee, payment_created_at,
     payment_request_id, refund_created_at, refund_request_id, refund_reason, price_amount, price_currency,
     settlement_price
   FROM settlement.item
   WHERE merchant_id = $1 AND occurred_at >= $2 AND occurred_at < $3
   ORDER BY payment_id, sequence`,
);
const nextTransactions = statement(
  'settlement.next-transactions',
  'FETCH FORWARD 10000 FROM settlement_transactions',
);
const closeTransactions = statement('settlement.close-transactions', 'CLOSE settlement_transactions');
export interface Period {
  readonly merchantId: bigint;
  readonly from: Date;
  readonly to: Date;
}
/** What moved a merchant's money in the period, in key order; one read of it at a time in a transaction. */
export async function* readTransactions(
  tx: Transaction,
  of: Period,
): AsyncGenerator<readonly TransactionLine[]> {
  await tx.query(openTransactions, [of.merchantId, of.from, of.to]);
  for (;;) {
    const page = await tx.query<TransactionLine>(nextTransactions);
    if (page.length === 0) break;
    yield page;
  }
  await tx.query(closeTransactions);
}

// The classic gateway's files. Settled is what a paid batch has paid, at the instant at which the bank paid.

export interface ClassicItem {
  readonly payment_id: bigint;
  readonly sequence: number;
  readonly kind: 'PAYMENT' | 'REFUND' | 'CANCEL';
  readonly occurred_at: Date;
  readonly currency: string;
  readonly gross: bigint;
  /** All fees of the item, signed; before it is in a batch, the discount fee. */
  readonly fees: bigint;
  readonly settled_at: Date | null;
  readonly payment_request_id: string;
  readonly refund_request_id: string | null;
  readonly refund_reason: string | null;
}
const classicColumns = `i.payment_id, i.sequence, i.kind, i.occurred_at, i.currency, i.gross, b.paid_at AS settled_at,
  coalesce(l.net - l.gross, i.fee) AS fees, i.payment_request_id, i.refund_request_id, i.refund_reason`;
const comparePage = statement(
  'settlement.compare-page',
  `SELECT ${classicColumns} FROM settlement.item i
   LEFT JOIN settlement.line l ON l.source_id = i.payment_id AND l.sequence = i.sequence
   LEFT JOIN settlement.batch b ON b.id = l.batch_id
   WHERE i.merchant_id = $1 AND i.occurred_at >= $2 AND i.occurred_at < $3
     AND (i.payment_id, i.sequence) > ($4::bigint, $5::smallint)
   ORDER BY i.payment_id, i.sequence LIMIT $6`,
);
const liquidationPage = statement(
  'settlement.liquidation-page',
  `SELECT ${classicColumns} FROM settlement.batch b
   JOIN settlement.line l ON l.batch_id = b.id AND l.sequence > 0
   JOIN settlement.item i ON i.payment_id = l.source_id AND i.sequence = l.sequence
   WHERE b.merchant_id = $1 AND b.status = 'PAID' AND b.paid_at >= $2 AND b.paid_at < $3
     AND (i.payment_id, i.sequence) > ($4::bigint, $5::smallint)
   ORDER BY i.payment_id, i.sequence LIMIT $6`,
);
export const readClassicPage = (
  connection: Connection,
  kind: 'compare' | 'liquidation',
  page: Period & { after: { payment_id: bigint; sequence: number }; limit: number },
): Promise<ClassicItem[]> =>
  connection.query(kind === 'compare' ? comparePage : liquidationPage, [
    page.merchantId,
    page.from,
    page.to,
    page.after.payment_id,
    page.after.sequence,
    page.limit,
  ]);

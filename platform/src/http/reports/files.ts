// The report files as streams of text: the room's rows, the protocol's columns, the API's ids. Nothing is held but a
// page of rows.
import { rate, toPlainDecimal } from '@tongbao/money';
import {
  endLine,
  type FileConversion,
  type FileFees,
  type SettlementSummaryRow,
  settlementItemLine,
  settlementItemsHeader,
  settlementSummaryHeader,
  settlementSummaryLine,
  transactionItemLine,
  transactionItemsHeader,
} from '@tongbao/protocol/files';
import type { Transaction } from '../../database/index.ts';
import {
  type Batch,
  type FileLine,
  linesOf,
  type SummaryLine,
  summaryOf,
  transactionsOf,
} from '../../settlement/index.ts';
import { localTimeText } from '../../system/index.ts';
import { paymentIdToWire, refundIdToWire } from '../payment-ids.ts';

/** Whose file it is: the names that it carries, and the zone of its times. */
export interface FileOwner {
  readonly merchantId: bigint;
  readonly clientId: string;
  readonly timeZone: string;
}

export const batchIdToWire = (batchId: bigint): string => batchId.toString();

const feesOf = (line: FileLine | SummaryLine): FileFees => ({
  paymentMethod: line.fee,
  processing: line.fixed_fee,
  tax: line.tax,
  refund: line.refund_fee,
});

/** What the order said and at which rate it was converted; null where it was in the settlement currency. */
function conversionOf(
  row: { price_currency: string | null; settlement_price: readonly [string, string] | null },
  settlementCurrency: string,
  amount: bigint | null,
): FileConversion | null {
  const { price_currency: currency, settlement_price: price } = row;
  if (price === null || currency === null || amount === null) return null;
  const [numerator, denominator] = price;
  const quote = rate(currency, settlementCurrency, BigInt(numerator), BigInt(denominator));
  return { amount, currency, quotePrice: toPlainDecimal(quote) };
}

/** Signed as the line: what came in is positive. */
export function conversionOfLine(line: FileLine, settlementCurrency: string): FileConversion | null {
  const amount = line.kind === 'REFUND' ? line.refund_price_amount : line.price_amount;
  const signed = amount === null || line.kind === 'PAYMENT' ? amount : -amount;
  return conversionOf(line, settlementCurrency, signed);
}

const paymentWireId = (line: FileLine): string =>
  paymentIdToWire({ id: line.source_id, createdAt: line.payment_created_at! });

function idsOf(line: FileLine) {
  if (line.sequence < 0) {
    const none = { originalTransactionId: '', requestId: '', originalRequestId: '' };
    return { transactionId: line.source_id.toString(), ...none };
  }
  const payment = paymentWireId(line);
  const request = line.payment_request_id!;
  if (line.kind === 'REFUND')
    return {
      transactionId: refundIdToWire({ id: line.refund_id, createdAt: line.refund_created_at! }),
      originalTransactionId: payment,
      requestId: line.refund_request_id!,
      originalRequestId: request,
    };
  const cancelled = line.kind === 'CANCEL';
  return {
    transactionId: payment,
    originalTransactionId: cancelled ? payment : '',
    requestId: request,
    originalRequestId: cancelled ? request : '',
  };
}

/** Every line of a closed batch, in key order. */
export async function* settlementItems(
  tx: Transaction,
  owner: FileOwner,
  batch: Batch,
): AsyncGenerator<string> {
  const initiatedAt = localTimeText(batch.closedAt!, owner.timeZone);
  const { currency } = batch;
  yield settlementItemsHeader();
  for await (const page of linesOf(tx, batch.id)) {
    yield page
      .map((line) =>
        settlementItemLine({
          batchId: batchIdToWire(batch.id),
          customerId: owner.clientId,
          ...idsOf(line),
          type: line.kind,
          currency,
          gross: line.gross,
          conversion: conversionOfLine(line, currency),
          fees: feesOf(line),
          net: line.net,
          initiatedAt,
        }),
      )
      .join('');
  }
  yield endLine;
}

/** A closed batch by kind of line, and its total. */
export async function* settlementSummary(
  tx: Transaction,
  owner: FileOwner,
  batch: Batch,
): AsyncGenerator<string> {
  const rows = await summaryOf(tx, batch.id);
  const same = {
    batchId: batchIdToWire(batch.id),
    customerId: owner.clientId,
    initiatedAt: localTimeText(batch.closedAt!, owner.timeZone),
    currency: batch.currency,
  };
  const line = (row: Omit<SettlementSummaryRow, keyof typeof same>) =>
    settlementSummaryLine({ ...same, ...row });
  yield settlementSummaryHeader();
  for (const row of rows)
    yield line({ summaryType: row.kind, count: row.count, net: row.net, fees: feesOf(row) });
  const sum = (field: (row: SummaryLine) => bigint) => rows.reduce((all, row) => all + field(row), 0n);
  yield line({
    summaryType: 'TOTAL',
    count: sum((row) => row.count),
    net: sum((row) => row.net),
    fees: {
      paymentMethod: sum((row) => row.fee),
      processing: sum((row) => row.fixed_fee),
      tax: sum((row) => row.tax),
      refund: sum((row) => row.refund_fee),
    },
  });
  yield endLine;
}

/** Every payment, refund and cancellation of the merchant's local day (YYYY-MM-DD). */
export async function* transactionItems(
  tx: Transaction,
  owner: FileOwner,
  day: string,
): AsyncGenerator<string> {
  yield transactionItemsHeader();
  for await (const page of transactionsOf(tx, { ...owner, day })) {
    yield page
      .map((row) => {
        const payment = paymentIdToWire({ id: row.payment_id, createdAt: row.payment_created_at });
        const refund =
          row.refund_created_at === null
            ? null
            : refundIdToWire({ id: row.refund_id, createdAt: row.refund_created_at });
        return transactionItemLine({
          customerId: owner.clientId,
          transactionId: refund ?? payment,
          originalTransactionId: row.kind === 'PAYMENT' ? '' : payment,
          requestId: row.refund_request_id ?? row.payment_request_id,
          originalRequestId: row.kind === 'PAYMENT' ? '' : row.payment_request_id,
          type: row.kind,
          currency: row.currency,
          gross: row.gross,
          conversion: conversionOf(row, row.currency, row.price_amount),
          at: localTimeText(row.occurred_at, owner.timeZone),
          reason: row.refund_reason ?? '',
        });
      })
      .join('');
  }
  yield endLine;
}

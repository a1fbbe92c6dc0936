// The classic gateway's forex_compare_file and forex_liquidation_file as a pure row writer: nine columns between bars,
// CRLF, no header (gateway reference, section 3.2). Both files have the same columns; a settled row has column 5.
import { formatMajor, money } from '@tongbao/money';
import { plainTime } from '../gateway/times.ts';

export interface ClassicRow {
  /** The merchant's own number: out_trade_no, or out_return_no of a refund. */
  readonly partnerTransactionId: string;
  /** Minor units, positive for both kinds. */
  readonly amount: bigint;
  readonly currency: string;
  readonly paidAt: Date;
  /** Null while it is not settled. */
  readonly settledAt: Date | null;
  readonly type: 'P' | 'R';
  /** Minor units; what the merchant was charged, negative where it got a fee back. */
  readonly charge: bigint;
  readonly remarks: string;
}

export function classicLine(row: ClassicRow): string {
  const major = (amount: bigint) => formatMajor(money(row.currency, amount));
  const values = [
    row.partnerTransactionId,
    major(row.amount),
    row.currency,
    plainTime(row.paidAt),
    row.settledAt === null ? '' : plainTime(row.settledAt),
    row.type,
    major(row.charge),
    row.settledAt === null ? 'P' : 'L',
    row.remarks,
  ];
  return `${values.map((value) => value.replaceAll(/[|\r\n]/g, ' ')).join('|')}\r\n`;
}

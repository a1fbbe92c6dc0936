// The verifier's part about refunds: what may return, whose money it is, and what lies aside, worked out again from the export
// alone.
import type { Entry, Json } from './verify.ts';
import { settled } from './verify-conversion.ts';

const text = (value: unknown): string => String(value);
const number = (value: unknown): bigint => BigInt(value as string | number);
const amount = (value: unknown): bigint => BigInt((value as { amount: string }).amount);

export type MerchantAccountName = 'pending' | 'refunding' | 'receivable' | 'fee-receivable';

export const merchantCode = (payment: Json, name: string): string =>
  `merchant-${name}:${text(payment.merchantId)}:${text((payment.terms as Json).settlementCurrency)}`;

/** What a refund takes from its merchant: less what comes back of the fee and of shares. */
export const neededOf = (refund: Json): bigint => settled(refund) - amount(refund.feeReturned);

/** What an event must have moved on the merchant's accounts. */
export function merchantMoves(
  kind: string,
  of: {
    readonly payment: Json;
    readonly refund: Json | undefined;
    readonly entry: Entry;
    readonly account: (name: MerchantAccountName) => string;
  },
): [MerchantAccountName, bigint][] {
  const { payment, refund, entry, account } = of;
  const earned = settled(payment) - amount(payment.fee);
  if (kind === 'paid') return [['pending', earned]];
  if (kind === 'reversed') {
    // How much of it is owed is said by the entry alone; it is part of what was needed.
    const posted = entry.postings.find((posting) => posting.account === account('receivable'));
    const owed = posted === undefined || posted.amount > 0n || -posted.amount > earned ? 0n : -posted.amount;
    return [
      ['pending', owed - earned],
      ['receivable', -owed],
    ];
  }
  if (refund === undefined) return [];
  const needed = neededOf(refund);
  const [owedFee, owed] = [number(refund.owedFee), number(refund.owed)];
  const taken: [MerchantAccountName, bigint][] = [
    ['pending', owedFee + owed - needed],
    ['fee-receivable', -owedFee],
    ['receivable', -owed],
  ];
  if (kind === 'refund-funded') return [...taken, ['refunding', needed]];
  if (kind === 'refund-failed')
    return [
      ['refunding', -needed],
      ['pending', needed],
    ];
  return refund.putAside === true ? [['refunding', -needed]] : taken;
}

/** Refunds, fees and what is owed for them, each part of what it belongs to. */
export function refundFaults(payment: Json, refunds: readonly Json[]): string[] {
  const id = text(payment.id);
  const faults: string[] = [];
  const total = (shares: unknown) =>
    (shares as Json[]).reduce((sum, share) => sum + number(share.amount), 0n);
  const discount = amount(payment.fee) - total(payment.shares);
  const returnsFee = (payment.terms as Json).returnsFee === true;
  let [open, toPayer, fee, lent, taken] = [0n, 0n, 0n, 0n, 0n];
  for (const refund of refunds) {
    const needed = neededOf(refund);
    const [owedFee, owed] = [number(refund.owedFee), number(refund.owed)];
    if (owedFee < 0n || owed < 0n || owedFee + owed > (needed < 0n ? 0n : needed))
      faults.push(`refund ${text(refund.id)}: what is owed for it is no part of what it needs`);
    if (amount(refund.amount) < 1n || amount(refund.payerAmount) < 0n)
      faults.push(`refund ${text(refund.id)}: its amounts are no amounts of a refund`);
    lent += owedFee;
    if (refund.status === 'failed') continue;
    open += amount(refund.amount);
    taken += settled(refund);
    toPayer += amount(refund.payerAmount);
    fee += amount(refund.feeReturned) - total(refund.shares);
  }
  if (open > amount(payment.amount)) faults.push(`payment ${id}: its refunds exceed it`);
  const isWhole = open === amount(payment.amount);
  if (taken > settled(payment) || (isWhole && taken !== settled(payment)))
    faults.push(`payment ${id}: its refunds take ${taken} of the ${settled(payment)} that its merchant got`);
  if (toPayer > amount(payment.payerAmount)) faults.push(`payment ${id}: more goes back than was paid`);
  if (fee < 0n || fee > (returnsFee ? discount : 0n))
    faults.push(`payment ${id}: its refunds return ${fee} of a fee of ${discount}`);
  if (lent > (returnsFee ? 0n : discount))
    faults.push(`payment ${id}: ${lent} is lent for a kept fee of ${discount}`);
  return faults;
}

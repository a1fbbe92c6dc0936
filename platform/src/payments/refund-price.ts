// What a refund returns: to the payer, and of the merchant's fee. Pure. The law: after each refund, what has been returned is the
// rounded share of what has been refunded, whichever refunds failed in between. So no part is negative, none is more than
// what is left, a larger part never returns less, and parts that add up to the payment return exactly all of it.
import { divide, type Money, money } from '@tongbao/money';
import type { Payment } from './payment.ts';

/** What went back already or is going back: all refunds of a payment that have not failed. */
export interface RefundSums {
  /** How many were asked for, those that failed included. */
  readonly count: number;
  readonly lastAskedAt: Date | null;
  /** Of the discount fee, without what receivers of shares gave back. */
  readonly feeReturned: bigint;
  /** Of the settlement amount. */
  readonly settled: bigint;
  /** What the merchant owes of kept fees, those of failed refunds included: a fee is lent once. */
  readonly owedFee: bigint;
}

export const noRefunds: RefundSums = {
  ...{ count: 0, lastAskedAt: null, feeReturned: 0n },
  ...{ settled: 0n, owedFee: 0n },
};

/** The part of `whole` that brings what was returned before to the rounded share; nothing where that was more already. */
export function partOf(
  whole: bigint,
  of: { readonly reached: bigint; readonly total: bigint; readonly before: bigint },
): bigint {
  const part = divide(whole * of.reached, of.total, 'half-even') - of.before;
  return part < 0n ? 0n : part;
}

export const openAmount = (payment: Payment): bigint => payment.refunded.amount + payment.refunding.amount;
const openToPayer = (payment: Payment): bigint =>
  payment.refundedToPayer.amount + payment.refundingToPayer.amount;

/** What goes back to the payer for an amount in the order's currency, which must not be more than what is left. */
export function payerPart(payment: Payment, amount: bigint): Money {
  const of = { reached: openAmount(payment) + amount, total: payment.amount.amount };
  const part = partOf(payment.payerAmount.amount, { ...of, before: openToPayer(payment) });
  return money(payment.payerAmount.currency, part);
}

/**
 * What goes back of a fee of `fee`, of which `before` went back already, once refunds have taken `settled` of what the
 * merchant got: where that is converted, a part that takes nothing returns nothing.
 */
export const feePart = (payment: Payment, settled: bigint, of: { fee: bigint; before: bigint }): bigint =>
  partOf(of.fee, { reached: settled, total: payment.settlementAmount.amount, before: of.before });

/**
 * A refund asked for in the payer's currency: the merchant's side is what brings its total to the rounded share, at
 * least one minor unit, and the last part takes the rest. Null when it exceeds what the payer paid, or when nothing of the
 * order would be left for what the payer still has to get.
 */
export function orderPart(payment: Payment, payerAmount: Money): Money | null {
  if (payerAmount.currency !== payment.payerAmount.currency || payerAmount.amount < 1n) return null;
  const whole = payment.payerAmount.amount;
  const reached = openToPayer(payment) + payerAmount.amount;
  if (reached > whole) return null;
  const before = openAmount(payment);
  const part = partOf(payment.amount.amount, { reached, total: whole, before });
  // Something of the order must stay as long as something of the payer's money does.
  const most = payment.amount.amount - before - (reached < whole ? 1n : 0n);
  if (most < 1n) return null;
  return money(payment.amount.currency, part > most ? most : part < 1n ? 1n : part);
}

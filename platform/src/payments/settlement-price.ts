// What an order comes to for a merchant that is paid in another currency than its prices are in, and the parts of that which
// refunds take back. Pure. Where nothing is converted, the settlement amount is the amount.
import { type Money, money } from '@tongbao/money';
import { type LockedQuote, settlementOf } from '../fx/index.ts';
import type { Payment } from './payment.ts';
import { openAmount, partOf, type RefundSums } from './refund-price.ts';

type Converted = Pick<Payment, 'amount' | 'settlementAmount' | 'settlementQuote'>;

export const settledAt = (quote: LockedQuote | null, amount: Money): Money =>
  quote === null ? amount : settlementOf(quote, amount).settlementAmount;

/** What the house gives for the order at the middle rate, and what of that it keeps, minor units of the settlement currency. */
export function conversionOf(payment: Converted): { readonly mid: bigint; readonly spread: bigint } {
  const { amount, settlementAmount, settlementQuote } = payment;
  if (settlementQuote === null) return { mid: settlementAmount.amount, spread: 0n };
  const { midAmount, spreadAmount } = settlementOf(settlementQuote, amount);
  return { mid: midAmount.amount, spread: spreadAmount.amount };
}

/** What refunds have taken of the settlement amount, or are taking. */
export const openSettled = (payment: Payment, sums: Pick<RefundSums, 'settled'>): bigint =>
  payment.settlementQuote === null ? openAmount(payment) : sums.settled;

/**
 * What a refund of an amount in the order's currency takes from the merchant. The law is that of refund-price.ts: together
 * the parts are always the rounded share of what is refunded, and the last one takes the rest. `before`: what open and done
 * refunds have taken.
 */
export function settlementPart(payment: Payment, amount: bigint, before: bigint): Money {
  const { settlementAmount, settlementQuote } = payment;
  if (settlementQuote === null) return money(settlementAmount.currency, amount);
  const of = { reached: openAmount(payment) + amount, total: payment.amount.amount, before };
  return money(settlementAmount.currency, partOf(settlementAmount.amount, of));
}

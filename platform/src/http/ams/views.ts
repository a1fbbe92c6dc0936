// Domain facts in this protocol's shapes: amounts, quotes, statuses.
import { createHash } from 'node:crypto';
import { fromWire, isCurrency, type Money, type Rate, toPlainDecimal, toWire } from '@tongbao/money';
import type { ResultCode, WireAmount } from '@tongbao/protocol/ams';
import type { LockedQuote } from '../../fx/index.ts';
import type { Payment, PaymentStatus, Refund } from '../../payments/index.ts';
import { paymentIdToWire } from '../payment-ids.ts';
import { IllegalParameter } from './illegal-parameter.ts';
import { isoTime } from './times.ts';

/** An amount that the schema has accepted, as money. Throws IllegalParameter for no currency, or nothing to pay. */
export function moneyOf(field: string, wire: WireAmount): Money {
  if (!isCurrency(wire.currency))
    throw new IllegalParameter(`${field}.currency`, `${wire.currency} is not an ISO 4217 currency`);
  const value = fromWire(wire);
  if (value.amount <= 0n) throw new IllegalParameter(`${field}.value`, 'must be more than zero');
  return value;
}

/** A JSON number with exactly the digits of the rate: a price has at most seven significant ones. */
export const jsonNumber = (rate: Rate): number => JSON.parse(toPlainDecimal(rate)) as number;

export const wireQuote = (quote: LockedQuote) => ({
  quoteId: quote.quoteId,
  quoteCurrencyPair: `${quote.price.base}/${quote.price.quote}`,
  quotePrice: jsonNumber(quote.price),
  quoteStartTime: isoTime(quote.lockedAt),
  quoteExpiryTime: isoTime(quote.expiresAt),
  guaranteed: true,
});

/** Nobody paid in the order's own currency needs a quote. */
export const quoteOf = (payment: Payment) =>
  payment.amount.currency === payment.payerAmount.currency ? undefined : wireQuote(payment.quote);

/**
 * What the merchant gets for it before fees, in its settlement currency, and the rate of that: only where the rate was locked
 * with the payment and something is converted (AMS reference, section 6). The rate holds or moves with the shopper's.
 */
export const settledFacts = ({ settlementAmount, settlementQuote }: Payment) =>
  settlementQuote === null
    ? {}
    : { grossSettlementAmount: toWire(settlementAmount), settlementQuote: wireQuote(settlementQuote) };

/** The rates of a payment that is not paid; nothing is settled of one that nobody will pay any more. */
export const openFacts = (payment: Payment) => ({
  paymentQuote: quoteOf(payment),
  ...(payment.closedAt === null ? settledFacts(payment) : {}),
});

export const paymentStatuses: Readonly<
  Record<PaymentStatus, { status: 'SUCCESS' | 'FAIL' | 'PROCESSING' | 'CANCELLED'; code: ResultCode }>
> = {
  created: { status: 'PROCESSING', code: 'PAYMENT_IN_PROCESS' },
  pending: { status: 'PROCESSING', code: 'PAYMENT_IN_PROCESS' },
  paid: { status: 'SUCCESS', code: 'SUCCESS' },
  cancelled: { status: 'CANCELLED', code: 'ORDER_IS_CANCELED' },
  declined: { status: 'FAIL', code: 'ORDER_IS_CLOSED' },
  expired: { status: 'FAIL', code: 'ORDER_IS_CLOSED' },
};

export const walletMethod = 'ALIPAY_CN';

/** What every answer about a payment begins with. */
export const paymentHead = (payment: Payment) => ({
  paymentRequestId: payment.requestId,
  paymentId: paymentIdToWire(payment),
  paymentAmount: toWire(payment.amount),
  paymentCreateTime: isoTime(payment.createdAt),
});

/** What is known only once it is paid; never changes afterwards. */
export const paidFacts = (payment: Payment) =>
  payment.paidAt === null
    ? {}
    : {
        paymentTime: isoTime(payment.paidAt),
        actualPaymentAmount: toWire(payment.payerAmount),
        paymentQuote: quoteOf(payment),
        ...settledFacts(payment),
      };

/** For customs: the yuan that the shopper paid. */
export const customsAmount = (payment: Payment) =>
  payment.payerAmount.currency === 'CNY' ? { customsDeclarationAmount: toWire(payment.payerAmount) } : {};

/** What a refund takes from the merchant in its settlement currency, at the payment's own rate, once it is done. */
export const settledRefundFacts = (refund: Refund, payment: Payment) =>
  refund.status !== 'succeeded' || payment.settlementQuote === null
    ? {}
    : {
        grossSettlementAmount: toWire(refund.settlementAmount),
        settlementQuote: wireQuote(payment.settlementQuote),
      };

/** The hash of the parameters by which a repeated request must be the same (AMS reference, section 1.9). */
export const inputHash = (parts: readonly string[]): Buffer =>
  createHash('sha256').update(JSON.stringify(parts)).digest();

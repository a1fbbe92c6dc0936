// A payment as this protocol says it: its status, its amounts, what is notified and returned of it.
import { formatMajor, isCurrency, type Money, MoneyError, parseMajor } from '@tongbao/money';
import type { Charset, SignType } from '@tongbao/protocol/gateway';
import type { Payment } from '../../payments/index.ts';
import { paymentIdFromWire, paymentIdToWire } from '../payment-ids.ts';
import { type GatewayCall, type GatewayParts, GatewayRefusal } from './parts.ts';

/** What the order's request said about how to talk; kept with the order. */
export interface Manner {
  readonly charset: Charset;
  readonly signType: SignType;
}

export function mannerOf(payment: Payment): Manner {
  const { charset, signType } = payment.order.channelData;
  return {
    charset: charset === 'GBK' ? 'GBK' : 'UTF-8',
    signType: signType === 'RSA' || signType === 'RSA2' ? signType : 'MD5',
  };
}

export const isPricedInYuan = (payment: Payment): boolean => payment.order.channelData.pricedIn === 'payer';

export type TradeStatus = 'WAIT_BUYER_PAY' | 'TRADE_FINISHED' | 'TRADE_CLOSED';

/** TRADE_FINISHED means paid, and still refundable; closed is what nobody paid, and what was refunded whole. */
export function tradeStatusOf(payment: Payment, now: Date): TradeStatus {
  switch (payment.status) {
    case 'created':
      return payment.expiresAt <= now ? 'TRADE_CLOSED' : 'WAIT_BUYER_PAY';
    case 'pending':
      return 'WAIT_BUYER_PAY';
    case 'paid':
      return payment.refunded.amount === payment.amount.amount ? 'TRADE_CLOSED' : 'TRADE_FINISHED';
    default:
      return 'TRADE_CLOSED';
  }
}

/** The five facts of a notification and of a return. */
export const tradeFacts = (payment: Payment, status: TradeStatus) => ({
  out_trade_no: payment.requestId,
  trade_no: paymentIdToWire(payment),
  currency: payment.amount.currency,
  total_fee: formatMajor(payment.amount),
  trade_status: status,
});

/** By our number, which wins, or by the shop's. Null when this merchant has no such trade. */
export async function findTrade(
  parts: GatewayParts,
  call: GatewayCall,
  numbers: { tradeNo?: string | undefined; outTradeNo?: string | undefined },
): Promise<Payment | null> {
  const merchantId = call.access.merchant.id;
  if (numbers.tradeNo !== undefined) {
    const paymentId = paymentIdFromWire(numbers.tradeNo);
    return paymentId === null ? null : parts.payments.find({ merchantId, paymentId });
  }
  if (numbers.outTradeNo === undefined)
    throw new GatewayRefusal('ILLEGAL_ARGUMENT', 'neither trade_no nor out_trade_no is given');
  return parts.payments.find({ merchantId, requestId: numbers.outTradeNo });
}

/**
 * Takes back an order that nobody has scanned or signed in for: its code takes no money any more. Answers the number
 * that its trade would have had; null when there is no such order.
 */
export async function withdrawOrder(
  parts: GatewayParts,
  call: GatewayCall,
  requestId: string | undefined,
): Promise<{ requestId: string; tradeNo: string } | null> {
  if (requestId === undefined) return null;
  const ended = await parts.payments.withdraw({ merchantId: call.access.merchant.id, requestId });
  return ended === null ? null : { requestId, tradeNo: paymentIdToWire(ended) };
}

/** A price can be in any currency of the contract; what the merchant is paid in is agreed once (decision 0091). */
export const isContracted = ({ access }: GatewayCall, currency: string): boolean =>
  access.contract.paymentCurrencies.includes(currency);

const largest = 1_000_000n;

/** A decimal of a currency, above zero and at most 1,000,000.00 (section 2.2). Zeros at the end may be too many. */
export function feeOf(name: string, text: string, currency: string, most = largest): Money {
  if (!isCurrency(currency)) throw new GatewayRefusal('ILLEGAL_CURRENCY', `${currency} is no currency`);
  const amount = amountOf(name, text, currency);
  if (amount.amount <= 0n) throw new GatewayRefusal('TOTAL_FEE_LESSEQUAL_ZERO', `${name} must be above zero`);
  if (amount.amount > parseMajor(most.toString(), currency).amount)
    throw new GatewayRefusal('TOTAL_FEE_OUT_OF_RANGE', `${name} is above ${most}`);
  return amount;
}

/**
 * How an order in a shop is priced: in `currency`; in `trans_currency`, to be settled in `currency`; or, where that is yuan, by what
 * the shopper pays. `feeIn` reads the price in the currency that it is in.
 */
export function priceInShop(
  call: GatewayCall,
  { currency, trans_currency: pricing = currency }: { currency: string; trans_currency?: string | undefined },
  feeIn: (currency: string) => Money,
) {
  if (pricing === currency)
    return { price: { amount: feeIn(currency), settlementCurrency: null }, pricedIn: 'order' };
  if (pricing === 'CNY') {
    const yuan = { amount: feeOf('currency', '1', currency), payerAmount: feeIn('CNY') };
    return { price: { ...yuan, settlementCurrency: null }, pricedIn: 'payer' };
  }
  if (currency !== call.access.contract.settlementCurrency)
    throw new GatewayRefusal('INVALID_PARAMETER', `an order in ${pricing} is not settled in ${currency}`);
  return { price: { amount: feeIn(pricing), settlementCurrency: currency }, pricedIn: 'trans' };
}

/** Whether its shop named the settlement currency beside the price's. */
export const isPricedBesides = (payment: Payment): boolean => payment.order.channelData.pricedIn === 'trans';

export function amountOf(name: string, text: string, currency: string): Money {
  try {
    return parseMajor(text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, ''), currency);
  } catch (error) {
    if (error instanceof MoneyError)
      throw new GatewayRefusal('ILLEGAL_ARGUMENT', `${name}: ${error.message}`);
    throw error;
  }
}

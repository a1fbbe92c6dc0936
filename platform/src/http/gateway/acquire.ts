// alipay.acquire.precreate, query, cancel, refund: an order behind a code that the shopper scans in the shop
// (reference, section 2.11). The code is the cashier's address.
import { formatMajor } from '@tongbao/money';
import { type AcquireRefund, type AcquireTrade, type Precreate, spacedTime } from '@tongbao/protocol/gateway';
import { plainText } from '@tongbao/protocol/shown-text';
import { Rejection } from '../../rejection.ts';
import { addDays, houseDayOf, houseZone, instantOf } from '../../system/index.ts';
import { paymentIdToWire } from '../payment-ids.ts';
import { failedResult } from './declare.ts';
import { dealHash, hashOf } from './input-hash.ts';
import type { GatewayAnswer, GatewayCall, GatewayParts } from './parts.ts';
import {
  amountOf,
  feeOf,
  findTrade,
  isContracted,
  priceInShop,
  tradeStatusOf,
  withdrawOrder,
} from './trade.ts';

/** How a payment was named in this request; another name of the same payment is the same request. */
const numbers = ['out_trade_no', 'trade_no'];
const minuteMs = 60_000;
const units: Readonly<Record<string, number>> = { m: minuteMs, h: 60 * minuteMs, d: 24 * 60 * minuteMs };
const usualLifeMs = 15 * 24 * 60 * minuteMs;
/** In a shop one payment may be larger than online (section 4.2). */
const largest = 100_000_000n;

function lifeMs(rule: string | undefined, now: Date): number {
  if (rule === undefined) return usualLifeMs;
  if (rule === '1c') return instantOf(addDays(houseDayOf(now), 1), 0, houseZone).getTime() - now.getTime();
  return Math.min(usualLifeMs, Math.max(minuteMs, Number.parseInt(rule, 10) * units[rule.at(-1)!]!));
}

export async function precreate(
  parts: GatewayParts,
  call: GatewayCall,
  body: ReturnType<typeof Precreate.parse>,
): Promise<GatewayAnswer> {
  const pricing = body.trans_currency ?? body.currency;
  const { price, pricedIn } = priceInShop(call, body, (currency) =>
    feeOf('total_fee', body.total_fee, currency, largest),
  );
  if (!isContracted(call, price.amount.currency))
    return failedResult('FOREX_MERCHANT_NOT_SUPPORT_THIS_CURRENCY', `${pricing} is not in the contract`);
  const fee = 'payerAmount' in price ? price.payerAmount : price.amount;
  if (body.price !== undefined && body.quantity !== undefined) {
    const each = amountOf('price', body.price, pricing);
    if (each.amount * BigInt(body.quantity) !== fee.amount)
      return failedResult('INVALID_PARAMETER', 'price times quantity is not total_fee');
  }
  const withinMs = lifeMs(body.it_b_pay, call.now);
  const checkout = await parts.payments.announce({
    beginsAt: 'sign-in',
    expiresAt: new Date(call.now.getTime() + withinMs),
    olderInputHash: hashOf(['precreate', body.currency, pricing, body.total_fee, body.subject, body.body]),
    command: {
      merchantId: call.access.merchant.id,
      requestId: body.out_trade_no,
      inputHash: dealHash('alipay.acquire.precreate', body),
      ...price,
      payerCurrency: 'CNY',
      expiresAt: null,
      lifetimeMs: withinMs,
      order: {
        reference: body.out_trade_no,
        description: plainText(body.subject),
        merchantName: null,
        goods: [],
        redirectUrl: '',
        notifyUrl: body.notify_url ?? null,
        metadata: body.body ?? null,
        channel: 'gateway',
        isDisplayed: true,
        channelData: {
          charset: call.charset,
          signType: call.signType,
          pricedIn,
          ...(body.passback_parameters === undefined ? {} : { passback: body.passback_parameters }),
        },
      },
    },
  });
  return succeeded({
    out_trade_no: body.out_trade_no,
    voucher_type: 'qrcode',
    qr_code: parts.cashierUrl(paymentIdToWire(checkout)),
  });
}

const succeeded = (leaves: Readonly<Record<string, string>>): GatewayAnswer => ({
  kind: 'xml',
  wrapper: 'alipay',
  leaves: { result_code: 'SUCCESS', ...leaves },
});
const notThere = () => failedResult('TRADE_NOT_EXIST', 'there is no such trade');
type Numbers = ReturnType<typeof AcquireTrade.parse>;
const find = (parts: GatewayParts, call: GatewayCall, body: Numbers) =>
  findTrade(parts, call, { tradeNo: body.trade_no, outTradeNo: body.out_trade_no });

export async function acquireQuery(
  parts: GatewayParts,
  call: GatewayCall,
  body: Numbers,
): Promise<GatewayAnswer> {
  const payment = await find(parts, call, body);
  if (payment === null) return notThere();
  return succeeded({
    out_trade_no: payment.requestId,
    trade_no: paymentIdToWire(payment),
    trade_status: tradeStatusOf(payment, call.now),
    total_fee: formatMajor(payment.amount),
    trans_currency: payment.amount.currency,
    total_fee_cny: formatMajor(payment.payerAmount),
    send_pay_date: payment.paidAt === null ? '' : spacedTime(payment.paidAt),
  });
}

const closedUnseen = ({ requestId, tradeNo }: { requestId: string; tradeNo: string }) =>
  succeeded({ out_trade_no: requestId, trade_no: tradeNo, action: 'close', retry_flag: 'N' });

/** Nobody has scanned it: the code ends. Unpaid: closed. Paid on this Beijing day (with a quarter of an hour's grace): undone, the fee included. */
export async function acquireCancel(
  parts: GatewayParts,
  call: GatewayCall,
  body: Numbers,
): Promise<GatewayAnswer> {
  // First the code, then the trade: nobody begins one in between.
  const withdrawn = await withdrawOrder(parts, call, body.out_trade_no);
  const payment = await find(parts, call, body);
  if (payment === null) return withdrawn === null ? notThere() : closedUnseen(withdrawn);
  const action = payment.paidAt === null ? 'close' : 'refund';
  try {
    await parts.payments.cancel({ merchantId: payment.merchantId, paymentId: payment.id });
  } catch (error) {
    if (error instanceof Rejection && error.code === 'cancel-window-exceeded')
      return failedResult('REASON_TRADE_CANCEL_TIME_OUT', 'only on the day of payment, before any refund');
    throw error;
  }
  return succeeded({
    out_trade_no: payment.requestId,
    trade_no: paymentIdToWire(payment),
    action,
    retry_flag: 'N',
  });
}

export async function acquireRefund(
  parts: GatewayParts,
  call: GatewayCall,
  body: ReturnType<typeof AcquireRefund.parse>,
): Promise<GatewayAnswer> {
  const payment = await find(parts, call, body);
  if (payment === null) return notThere();
  const currency = body.trans_currency ?? payment.amount.currency;
  const amount = amountOf('refund_amount', body.refund_amount, currency);
  if (amount.amount <= 0n) return failedResult('INVALID_PARAMETER', 'refund_amount must be above zero');
  const inYuan = currency === 'CNY' && payment.amount.currency !== 'CNY';
  const { refund } = await parts.payments.refund({
    merchantId: payment.merchantId,
    paymentId: payment.id,
    requestId: body.out_request_no ?? `${payment.requestId}-refund`,
    inputHash: dealHash('alipay.acquire.refund', { ...body, currency, number: payment.requestId }, numbers),
    ...(inYuan
      ? { amount: { currency: payment.amount.currency, amount: 0n }, payerAmount: amount }
      : { amount }),
    reason: body.refund_reason ?? null,
    notifyUrl: body.notify_url ?? null,
    metadata: null,
    funds: 'now',
  });
  return succeeded({
    out_trade_no: payment.requestId,
    trade_no: paymentIdToWire(payment),
    fund_change: 'Y',
    refund_fee: formatMajor(refund.amount),
    gmt_refund_pay: refund.finishedAt === null ? '' : spacedTime(refund.finishedAt),
  });
}

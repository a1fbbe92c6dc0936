// alipay.acquire.overseas.spot.pay, .query, .refund, .reverse: the shop scans the code in the shopper's wallet
// (reference, section 2.10). An accepted request is T; what became of the money stands in result_code.
import { formatMajor, toDecimal } from '@tongbao/money';
import { paymentCodePattern } from '@tongbao/protocol/codes';
import {
  type GatewayError,
  plainTime,
  type SpotPay,
  type SpotRefund,
  type SpotReverse,
  type SpotTrade,
} from '@tongbao/protocol/gateway';
import { plainText } from '@tongbao/protocol/shown-text';
import { isInfrastructureError } from '../../database/index.ts';
import type { Payment } from '../../payments/index.ts';
import { Rejection } from '../../rejection.ts';
import { paymentIdToWire } from '../payment-ids.ts';
import { checkSecondaryMerchant } from './create.ts';
import { dealHash } from './input-hash.ts';
import { type GatewayAnswer, type GatewayCall, type GatewayParts, GatewayRefusal } from './parts.ts';
import { gatewayCodes, refundCodes } from './rejections.ts';
import { amountOf, feeOf, findTrade, isPricedBesides, priceInShop, tradeStatusOf } from './trade.ts';

/** What another attempt at the same order brings anew. */
const ofTheMoment = ['buyer_identity_code', 'identity_code_type', 'trans_create_time'];
/** How a payment was named in this request; another name of the same payment is the same request. */
const numbers = ['partner_trans_id', 'alipay_trans_id', 'is_sync'];

/** In a shop one payment may be larger than online (section 4.2). */
const largest = 100_000_000n;
/** Somebody stands at the till: what he does not confirm in this time is closed. */
const lifetimeMs = 3 * 60_000;

type Leaves = Readonly<Record<string, string>>;
const said = (leaves: Leaves): GatewayAnswer => ({ kind: 'xml', wrapper: 'alipay', leaves });
const failed = (error: string, leaves: Leaves = {}): GatewayAnswer =>
  said({ result_code: 'FAILED', error, ...leaves });
/** Asks the shop to query; UNKNOW is how the word is transmitted. */
const unknown = (leaves: Leaves = {}): GatewayAnswer =>
  said({ result_code: 'UNKNOW', error: 'SYSTEM_ERROR', ...leaves });

/** A refusal as a result; whatever else is thrown leaves the outcome unknown. */
async function asResult(
  work: () => Promise<GatewayAnswer>,
  codes: Readonly<Partial<Record<string, GatewayError>>> = {},
): Promise<GatewayAnswer> {
  try {
    return await work();
  } catch (error) {
    if (isInfrastructureError(error)) return unknown();
    if (!(error instanceof Rejection)) throw error;
    if (error.code === 'overloaded' || error.code === 'unavailable') return unknown();
    return failed(codes[error.code] ?? gatewayCodes[error.code]);
  }
}

export async function spotPay(parts: GatewayParts, call: GatewayCall, body: SpotPay): Promise<GatewayAnswer> {
  if (body.alipay_seller_id !== undefined && body.alipay_seller_id !== call.access.merchant.partner)
    throw new GatewayRefusal('ILLEGAL_ARGUMENT', 'alipay_seller_id is not the partner');
  const create = await orderOf(parts, call, body);
  const former = await parts.payments.find(create);
  if (former !== null) return repeated(former, call.now);
  if (!paymentCodePattern.test(body.buyer_identity_code))
    return failed('SOUNDWAVE_PARSER_FAIL', { partner_trans_id: body.partner_trans_id });
  return asResult(async () => {
    const { payment, replayed } = await parts.payByCode({ create, code: body.buyer_identity_code });
    if (replayed) return repeated(payment, call.now);
    const leaves = await facts(parts, payment);
    return payment.paidAt === null ? unknown(leaves) : said({ result_code: 'SUCCESS', ...leaves });
  });
}

/** The number was used before: nothing is paid twice, whatever code came with it. */
function repeated(payment: Payment, now: Date): GatewayAnswer {
  const leaves = {
    partner_trans_id: payment.requestId,
    alipay_trans_id: paymentIdToWire(payment),
  };
  if (payment.paidAt !== null && payment.status === 'paid') return failed('TRADE_HAS_SUCCESS', leaves);
  if (tradeStatusOf(payment, now) === 'TRADE_CLOSED') return failed('TRADE_HAS_CLOSE', leaves);
  return unknown(leaves);
}

async function orderOf(parts: GatewayParts, call: GatewayCall, body: SpotPay) {
  const { price, pricedIn } = priceInShop(call, body, (currency) =>
    feeOf('trans_amount', body.trans_amount, currency, largest),
  );
  const shop = body.extend_info ?? {};
  await checkSecondaryMerchant(parts, call, shop);
  return {
    merchantId: call.access.merchant.id,
    requestId: body.partner_trans_id,
    inputHash: dealHash('alipay.acquire.overseas.spot.pay', body, ofTheMoment),
    ...price,
    payerCurrency: 'CNY',
    quoteId: null,
    expiresAt: null,
    lifetimeMs,
    order: {
      reference: body.partner_trans_id,
      description: plainText(body.trans_name),
      merchantName: shop.secondary_merchant_name ?? shop.store_name ?? null,
      goods: [],
      redirectUrl: '',
      notifyUrl: body.notify_url ?? null,
      metadata: body.memo ?? null,
      channel: 'gateway' as const,
      channelData: {
        charset: call.charset,
        signType: call.signType,
        pricedIn,
        inStore: 'PaymentCode',
        secondaryMerchantId: shop.secondary_merchant_id ?? null,
        terminalId: shop.terminal_id ?? null,
      },
    },
  };
}

/** What is known of a trade: numbers always, the money's side once it is paid. */
async function facts(parts: GatewayParts, payment: Payment): Promise<Leaves> {
  const payer = payment.payerId === null ? null : await parts.customers.find(payment.payerId);
  const numbers = {
    alipay_trans_id: paymentIdToWire(payment),
    partner_trans_id: payment.requestId,
    currency: payment.amount.currency,
    trans_amount: formatMajor(payment.amount),
  };
  if (payment.paidAt === null || payer === null) return numbers;
  const rate = toDecimal(payment.quote.price, 8, 'half-up');
  const { settlementQuote } = payment;
  const besides = isPricedBesides(payment) && settlementQuote !== null;
  return {
    ...numbers,
    ...(besides ? { currency: payment.settlementAmount.currency } : {}),
    alipay_buyer_login_id: payer.phone.replace(/^(\+86)?(\d{3})\d{4}(\d{4})$/, '$2****$3'),
    alipay_buyer_user_id: `2088${payer.id.toString().padStart(12, '0')}`,
    alipay_pay_time: plainTime(payment.paidAt),
    exchange_rate: rate,
    trans_amount_cny: formatMajor(payment.payerAmount),
    trans_forex_rate: besides ? toDecimal(settlementQuote.price, 8, 'half-up') : rate,
    forex_total_fee: formatMajor(besides ? payment.settlementAmount : payment.amount),
    m_discount_forex_amount: '0.00',
  };
}

const find = (parts: GatewayParts, call: GatewayCall, body: SpotTrade) =>
  findTrade(parts, call, { tradeNo: body.alipay_trans_id, outTradeNo: body.partner_trans_id });

export async function spotQuery(
  parts: GatewayParts,
  call: GatewayCall,
  body: SpotTrade,
): Promise<GatewayAnswer> {
  const payment = await find(parts, call, body);
  if (payment === null) return failed('TRADE_NOT_EXIST');
  const status = tradeStatusOf(payment, call.now);
  return said({
    result_code: 'SUCCESS',
    // In a shop, success has the domestic family's name.
    alipay_trans_status: status === 'TRADE_FINISHED' ? 'TRADE_SUCCESS' : status,
    ...(await facts(parts, payment)),
  });
}

export async function spotRefund(
  parts: GatewayParts,
  call: GatewayCall,
  body: SpotRefund,
): Promise<GatewayAnswer> {
  const payment = await find(parts, call, body);
  if (payment === null) return failed('PURCHASE_TRADE_NOT_EXIST');
  if (body.currency !== payment.amount.currency) return failed('CURRENCY_NOT_SAME');
  const amount = amountOf('refund_amount', body.refund_amount, body.currency);
  if (amount.amount <= 0n) return failed('INVALID_PARAMETER');
  return asResult(async () => {
    const { refund } = await parts.payments.refund({
      merchantId: payment.merchantId,
      paymentId: payment.id,
      requestId: body.partner_refund_id,
      inputHash: dealHash('spot.refund', { ...body, number: payment.requestId }, numbers),
      amount,
      reason: body.refund_reason ?? body.refund_reson ?? null,
      notifyUrl: body.notify_url ?? null,
      metadata: null,
      funds: 'now',
    });
    return said({
      result_code: refund.status === 'failed' ? 'FAILED' : 'SUCCESS',
      partner_trans_id: payment.requestId,
      alipay_trans_id: paymentIdToWire(payment),
      partner_refund_id: refund.requestId,
      currency: refund.amount.currency,
      refund_amount: formatMajor(refund.amount),
      refund_amount_cny: formatMajor(refund.payerAmount),
      exchange_rate: toDecimal(payment.quote.price, 8, 'half-up'),
    });
  }, refundCodes);
}

/** Unpaid: closed. Paid on the same day: undone. Where nothing is known of the number, there is nothing to undo. */
export async function spotReverse(
  parts: GatewayParts,
  call: GatewayCall,
  body: SpotReverse,
): Promise<GatewayAnswer> {
  const payment = await find(parts, call, body);
  if (payment === null) return failed('TRADE_NOT_EXIST');
  return asResult(async () => {
    const cancelled =
      tradeStatusOf(payment, call.now) === 'TRADE_CLOSED'
        ? payment
        : await parts.payments.cancel({ merchantId: payment.merchantId, paymentId: payment.id });
    return said({
      result_code: 'SUCCESS',
      partner_trans_id: payment.requestId,
      alipay_trans_id: paymentIdToWire(payment),
      alipay_reverse_time: plainTime(cancelled.closedAt ?? call.now),
    });
  });
}

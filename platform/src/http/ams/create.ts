// pay and createPaymentSession: both create a payment; they differ in what they answer and how long it lives.
import type { ParsedRequestOf } from '@tongbao/protocol/ams';
import { result } from '@tongbao/protocol/ams';
import { plainText } from '@tongbao/protocol/shown-text';
import type { CreatePayment, OrderFacts, Payment } from '../../payments/index.ts';
import { paymentIdToWire } from '../payment-ids.ts';
import type { AmsCall, AmsParts } from './adapter.ts';
import { IllegalParameter } from './illegal-parameter.ts';
import { payInStore } from './in-store.ts';
import { isoTime } from './times.ts';
import {
  inputHash,
  moneyOf,
  openFacts,
  paidFacts,
  paymentHead,
  paymentStatuses,
  walletMethod,
} from './views.ts';

/** A payment that nobody confirms is closed after this long (AMS reference, section 5.4). */
const payLifetimeMs = 14 * 60_000;
const sessionLifetimeMs = 60 * 60_000;

export async function pay(parts: AmsParts, call: AmsCall, body: ParsedRequestOf<'pay'>) {
  const other = otherDeal(body);
  if (other !== null) return other;
  if (body.productCode === 'IN_STORE_PAYMENT') return payInStore(parts, call, body);
  if (body.productCode !== 'CASHIER_PAYMENT')
    return { result: result('BUSINESS_NOT_SUPPORT', `productCode ${body.productCode} is not offered yet`) };
  if (body.paymentFactor?.isAuthorization === true) {
    return {
      result: result(
        'BUSINESS_NOT_SUPPORT',
        'authorizations to be captured later are not offered for this wallet',
      ),
    };
  }
  if (body.paymentMethod.paymentMethodType !== walletMethod)
    return { result: result('PAYMENT_METHOD_NOT_SUPPORTED') };
  if (body.paymentRedirectUrl === undefined) throw new IllegalParameter('paymentRedirectUrl', 'is missing');
  const { payment } = await parts.payments.create(
    commandOf(call, body, {
      channel: 'ams-pay',
      expiresAt: body.paymentExpiryTime,
      lifetimeMs: payLifetimeMs,
    }),
  );
  return { ...payAnswer(parts, payment) };
}

const otherDeals = ['subscriptionInfo', 'subscriptionPlan', 'agreementInfo', 'creditPayPlan'] as const;

/** A request that asks for more than a payment at once: passing that over would be another deal than the shop meant. */
function otherDeal(body: ParsedRequestOf<'pay'> | ParsedRequestOf<'createPaymentSession'>) {
  const field =
    body.isAuthorization === true ? 'isAuthorization' : otherDeals.find((name) => body[name] !== undefined);
  return field === undefined
    ? null
    : { result: result('BUSINESS_NOT_SUPPORT', `${field} is not offered for this wallet`) };
}

export function payAnswer(parts: AmsParts, payment: Payment) {
  const { status, code } = paymentStatuses[payment.status];
  const head = paymentHead(payment);
  if (status === 'SUCCESS') return { result: result('SUCCESS'), ...head, ...paidFacts(payment) };
  if (status !== 'PROCESSING') return { result: result(code) };
  const normalUrl = parts.cashierUrl(paymentIdToWire(payment));
  return {
    result: result('PAYMENT_IN_PROCESS'),
    ...head,
    ...openFacts(payment),
    redirectActionForm: { method: 'GET', redirectUrl: normalUrl, actionFormType: 'REDIRECT' },
    normalUrl,
  };
}

export async function createPaymentSession(
  parts: AmsParts,
  call: AmsCall,
  body: ParsedRequestOf<'createPaymentSession'>,
) {
  const other = otherDeal(body);
  if (other !== null) return other;
  if (body.productCode !== 'CASHIER_PAYMENT')
    return { result: result('BUSINESS_NOT_SUPPORT', `productCode ${body.productCode} is not offered yet`) };
  const method = body.paymentMethod?.paymentMethodType;
  if (method !== undefined && method !== walletMethod)
    return { result: result('PAYMENT_METHOD_NOT_SUPPORTED') };
  if (body.paymentRedirectUrl === undefined) throw new IllegalParameter('paymentRedirectUrl', 'is missing');
  const expiresAt = body.paymentSessionExpiryTime ?? body.paymentExpiryTime;
  const { payment } = await parts.payments.create(
    commandOf(call, body, { channel: 'ams-session', expiresAt, lifetimeMs: sessionLifetimeMs }),
  );
  const { status, code } = paymentStatuses[payment.status];
  if (status === 'FAIL' || status === 'CANCELLED') return { result: result(code) };
  const paymentSessionId = paymentIdToWire(payment);
  const normalUrl = parts.cashierUrl(paymentSessionId);
  return {
    result: result('SUCCESS'),
    paymentSessionData: sessionData(paymentSessionId, normalUrl),
    paymentSessionExpiryTime: isoTime(payment.expiresAt),
    paymentSessionId,
    normalUrl,
  };
}

/** Opaque to merchants; four parts like the real one's, so that the browser SDK can take it apart. */
const sessionData = (sessionId: string, normalUrl: string): string =>
  [sessionId, 'SG', sessionId.slice(-8), Buffer.from(JSON.stringify({ normalUrl })).toString('base64')].join(
    '&&',
  );

export function commandOf(
  call: AmsCall,
  body: ParsedRequestOf<'pay'> | ParsedRequestOf<'createPaymentSession'>,
  how: {
    channel: OrderFacts['channel'];
    expiresAt: Date | undefined;
    lifetimeMs: number;
    channelData?: OrderFacts['channelData'];
    isDisplayed?: boolean;
  },
): CreatePayment {
  const amount = moneyOf('paymentAmount', body.paymentAmount);
  const method = body.paymentMethod;
  return {
    merchantId: call.access.merchant.id,
    requestId: body.paymentRequestId,
    inputHash: inputHash([
      how.channel,
      amount.currency,
      amount.amount.toString(),
      method?.paymentMethodType ?? '',
      method?.paymentMethodId ?? '',
    ]),
    amount,
    payerCurrency: 'CNY',
    settlementCurrency: body.settlementStrategy?.settlementCurrency ?? null,
    quoteId: body.paymentQuote?.quoteId ?? null,
    expiresAt: shortened(how.expiresAt, call.now),
    lifetimeMs: how.lifetimeMs,
    order: {
      ...orderOf(body, how.channel),
      ...(how.channelData === undefined ? {} : { channelData: how.channelData }),
      ...(how.isDisplayed === true ? { isDisplayed: true as const } : {}),
    },
  };
}

/** A shop's own words, given back when the payment is told and asked about. */
export const customizedOf = ({ customizedInfo }: { customizedInfo?: object | undefined }) =>
  customizedInfo === undefined ? {} : { customizedInfo };

/** No order of this protocol stays open longer; a later time is shortened to it (the guide says so). */
const longestLifeMs = 24 * 3_600_000;
const shortened = (asked: Date | undefined, now: Date): Date | null =>
  asked === undefined ? null : new Date(Math.min(asked.getTime(), now.getTime() + longestLifeMs));

function orderOf(
  body: ParsedRequestOf<'pay'> | ParsedRequestOf<'createPaymentSession'>,
  channel: OrderFacts['channel'],
): OrderFacts {
  const { order } = body;
  const goods = order.goods ?? [];
  return {
    reference: order.referenceOrderId ?? null,
    description: plainText(order.orderDescription ?? goods[0]?.goodsName ?? ''),
    merchantName: order.merchant?.merchantDisplayName ?? order.merchant?.merchantName ?? null,
    goods: goods.map((item) => ({
      name: plainText(item.goodsName),
      quantity: item.goodsQuantity ?? '1',
      unitAmount:
        item.goodsUnitAmount === undefined
          ? null
          : moneyOf('order.goods.goodsUnitAmount', item.goodsUnitAmount),
    })),
    redirectUrl: body.paymentRedirectUrl ?? '',
    notifyUrl: body.paymentNotifyUrl ?? null,
    metadata: body.metadata ?? null,
    channel,
    channelData: { paymentMethodType: walletMethod, ...customizedOf(body) },
  };
}

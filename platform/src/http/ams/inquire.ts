// inquiryPayment and inquiryRefund: `result` is about the question; the payment's or refund's own state follows it.
import { toWire } from '@tongbao/money';
import { type ParsedRequestOf, result } from '@tongbao/protocol/ams';
import type { Payment, Refund } from '../../payments/index.ts';
import { Rejection } from '../../rejection.ts';
import { paymentIdFromWire, paymentIdToWire, refundIdFromWire, refundIdToWire } from '../payment-ids.ts';
import type { AmsCall, AmsParts } from './adapter.ts';
import { isoTime } from './times.ts';
import {
  customsAmount,
  openFacts,
  paidFacts,
  paymentHead,
  paymentStatuses,
  settledRefundFacts,
  walletMethod,
} from './views.ts';

/** The merchant's payment that a request names; paymentId wins. Throws Rejection 'payment-not-found'. */
export async function namedPayment(
  parts: Pick<AmsParts, 'payments'>,
  call: AmsCall,
  body: { paymentId?: string; paymentRequestId?: string },
): Promise<Payment> {
  const merchantId = call.access.merchant.id;
  const paymentId = body.paymentId === undefined ? null : paymentIdFromWire(body.paymentId);
  if (body.paymentId !== undefined && paymentId === null) throw new Rejection('payment-not-found');
  const key =
    paymentId === null ? { merchantId, requestId: body.paymentRequestId! } : { merchantId, paymentId };
  const payment = await parts.payments.find(key);
  if (payment === null) throw new Rejection('payment-not-found');
  return payment;
}

export async function inquiryPayment(
  parts: AmsParts,
  call: AmsCall,
  body: ParsedRequestOf<'inquiryPayment'>,
) {
  const payment = await namedPayment(parts, call, body);
  const { status, code } = paymentStatuses[payment.status];
  const refunds = payment.paidAt === null ? [] : await parts.payments.refundsOf(payment.id);
  const open = status === 'PROCESSING';
  const redirectUrl = parts.cashierUrl(paymentIdToWire(payment));
  return {
    result: result('SUCCESS'),
    paymentStatus: status,
    paymentResultCode: code,
    paymentResultMessage: result(code).resultMessage,
    ...paymentHead(payment),
    ...(payment.status === 'paid'
      ? { ...paidFacts(payment), ...customsAmount(payment) }
      : openFacts(payment)),
    redirectActionForm: open ? { method: 'GET', redirectUrl, actionFormType: 'REDIRECT' } : undefined,
    transactions: refunds.length === 0 ? undefined : refunds.map(transactionOf),
    paymentMethodType: walletMethod,
    metadata: payment.order.metadata ?? undefined,
    customizedInfo: payment.order.channelData.customizedInfo,
  };
}

const refundStatuses = {
  processing: { status: 'PROCESSING', code: 'REFUND_IN_PROCESS' },
  succeeded: { status: 'SUCCESS', code: 'SUCCESS' },
  failed: { status: 'FAIL', code: 'PROCESS_FAIL' },
} as const;

export const refundStatusOf = (refund: Refund) => refundStatuses[refund.status];

function transactionOf(refund: Refund) {
  const { status, code } = refundStatusOf(refund);
  return {
    transactionResult: result(code),
    transactionId: refundIdToWire(refund),
    transactionType: 'REFUND',
    transactionStatus: status,
    transactionAmount: toWire(refund.amount),
    transactionRequestId: refund.requestId,
    transactionTime: refund.finishedAt === null ? undefined : isoTime(refund.finishedAt),
  };
}

export async function inquiryRefund(parts: AmsParts, call: AmsCall, body: ParsedRequestOf<'inquiryRefund'>) {
  const merchantId = call.access.merchant.id;
  const refundId = body.refundId === undefined ? null : refundIdFromWire(body.refundId);
  if (body.refundId !== undefined && refundId === null) throw new Rejection('refund-not-found');
  const refund = await parts.payments.findRefund(
    refundId === null ? { merchantId, requestId: body.refundRequestId! } : { merchantId, refundId },
  );
  const payment = refund === null ? null : await parts.payments.findById(refund.paymentId);
  if (refund === null || payment === null) throw new Rejection('refund-not-found');
  return {
    result: result('SUCCESS'),
    refundId: refundIdToWire(refund),
    refundRequestId: refund.requestId,
    refundAmount: toWire(refund.amount),
    actualRefundAmount: refund.status === 'succeeded' ? toWire(refund.payerAmount) : undefined,
    ...settledRefundFacts(refund, payment),
    refundStatus: refundStatusOf(refund).status,
    refundTime: refund.status === 'succeeded' ? isoTime(refund.finishedAt!) : undefined,
    metadata: refund.metadata ?? undefined,
  };
}

// cancel and refund: what a merchant can still do to a payment.
import { toWire } from '@tongbao/money';
import { type ParsedRequestOf, result } from '@tongbao/protocol/ams';
import { Rejection } from '../../rejection.ts';
import { paymentIdFromWire, paymentIdToWire, refundIdToWire } from '../payment-ids.ts';
import type { AmsCall, AmsParts } from './adapter.ts';
import { namedPayment } from './inquire.ts';
import { isoTime } from './times.ts';
import { inputHash, moneyOf, settledRefundFacts } from './views.ts';

export async function cancel(
  parts: Pick<AmsParts, 'payments'>,
  call: AmsCall,
  body: ParsedRequestOf<'cancel'>,
) {
  const merchantId = call.access.merchant.id;
  const named = await namedPayment(parts, call, body);
  const payment = await parts.payments.cancel({ merchantId, paymentId: named.id });
  return {
    result: result('SUCCESS'),
    paymentId: paymentIdToWire(payment),
    paymentRequestId: payment.requestId,
    cancelTime: isoTime(payment.closedAt!),
  };
}

export async function refund(
  parts: Pick<AmsParts, 'payments'>,
  call: AmsCall,
  body: ParsedRequestOf<'refund'>,
) {
  const paymentId = paymentIdFromWire(body.paymentId);
  if (paymentId === null) throw new Rejection('payment-not-found');
  const amount = moneyOf('refundAmount', body.refundAmount);
  const answer = await parts.payments.refund({
    merchantId: call.access.merchant.id,
    paymentId,
    requestId: body.refundRequestId,
    inputHash: inputHash([body.paymentId, amount.currency, amount.amount.toString()]),
    amount,
    reason: body.refundReason ?? null,
    notifyUrl: body.refundNotifyUrl ?? null,
    metadata: body.metadata ?? null,
    funds: call.access.contract.queuesRefunds ? 'wait' : 'now',
  });
  const code = { processing: 'REFUND_IN_PROCESS', succeeded: 'SUCCESS', failed: 'PROCESS_FAIL' } as const;
  const made = answer.refund;
  return {
    result: result(code[made.status]),
    refundRequestId: made.requestId,
    refundId: refundIdToWire(made),
    paymentId: paymentIdToWire(answer.payment),
    refundAmount: toWire(made.amount),
    actualRefundAmount: made.status === 'succeeded' ? toWire(made.payerAmount) : undefined,
    ...settledRefundFacts(made, answer.payment),
    refundTime: made.status === 'succeeded' ? isoTime(made.finishedAt!) : undefined,
  };
}

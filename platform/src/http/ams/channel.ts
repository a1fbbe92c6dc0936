// How this protocol tells a merchant what became of a payment or refund (AMS reference, sections 3.17 and 7).
import { toWire } from '@tongbao/money';
import { asciiJson, result } from '@tongbao/protocol/ams';
import type { Merchants } from '../../merchants/index.ts';
import type { Channel, Notification } from '../../notifications/index.ts';
import type { Payment, PaymentsRoom, Refund } from '../../payments/index.ts';
import type { Clock } from '../../system/index.ts';
import { refundIdToWire } from '../payment-ids.ts';
import { type GatewayKey, signatureHeader } from './signing.ts';
import { isoTime } from './times.ts';
import { customsAmount, paidFacts, paymentHead, settledRefundFacts, walletMethod } from './views.ts';

/** The body of notifyPayment. Only facts that no longer change: a retry years later would be the same bytes. */
export function paymentNotification(payment: Payment): string {
  const succeeded = payment.paidAt !== null;
  return asciiJson({
    notifyType: 'PAYMENT_RESULT',
    result: succeeded ? result('SUCCESS') : result('ORDER_IS_CLOSED'),
    ...paymentHead(payment),
    ...(succeeded ? { ...paidFacts(payment), ...customsAmount(payment) } : {}),
    paymentMethodType: walletMethod,
    metadata: payment.order.metadata ?? undefined,
    customizedInfo: payment.order.channelData.customizedInfo,
  });
}

export function refundNotification(refund: Refund, payment: Payment): string {
  const succeeded = refund.status === 'succeeded';
  return asciiJson({
    notifyType: 'REFUND_RESULT',
    result: succeeded ? result('SUCCESS') : result('PROCESS_FAIL'),
    refundStatus: succeeded ? 'SUCCESS' : 'FAIL',
    refundRequestId: refund.requestId,
    refundId: refundIdToWire(refund),
    refundAmount: toWire(refund.amount),
    actualRefundAmount: succeeded ? toWire(refund.payerAmount) : undefined,
    ...settledRefundFacts(refund, payment),
    refundTime: refund.finishedAt === null ? undefined : isoTime(refund.finishedAt),
    metadata: refund.metadata ?? undefined,
  });
}

/** HTTP 200 and a body whose result says S or SUCCESS; anything else means: tell me again. */
export function isAcknowledged(status: number, head: Buffer): boolean {
  if (status !== 200) return false;
  try {
    const body = JSON.parse(head.toString('utf8').replace(/^\uFEFF/, '')) as {
      result?: { resultStatus?: unknown; resultCode?: unknown };
    };
    return (
      body.result?.resultStatus === 'S' ||
      (body.result?.resultStatus === undefined && body.result?.resultCode === 'SUCCESS')
    );
  } catch {
    return false;
  }
}

export interface AmsChannelParts {
  readonly payments: Pick<PaymentsRoom, 'findById' | 'findRefundById'>;
  readonly merchants: Merchants;
  readonly clock: Clock;
  readonly gatewayKey: GatewayKey;
}

export function amsChannel(parts: AmsChannelParts): Channel {
  return {
    async compose(notification) {
      return Buffer.from(await bodyOf(parts, notification), 'ascii');
    },
    async headers(notification, body) {
      const { merchant } = await parts.merchants.get(notification.merchantId);
      const time = isoTime(parts.clock.now());
      // Receivers in the wild verify the path alone, or with its query: the merchant says which (reference, section 1.4).
      const { pathname, search } = new URL(notification.url);
      const path = merchant.notificationTarget === 'path' ? pathname : `${pathname}${search}`;
      const message = { path, clientId: merchant.clientId, time };
      return {
        'content-type': 'application/json; charset=UTF-8',
        'client-id': merchant.clientId,
        'request-time': time,
        signature: await signatureHeader(parts.gatewayKey, message, body),
        'user-agent': 'Tongbao/0.1',
      };
    },
    isAcknowledged,
  };
}

async function bodyOf(parts: AmsChannelParts, notification: Notification): Promise<string> {
  if (notification.kind === 'refund') {
    const refund = await parts.payments.findRefundById(notification.subjectId);
    if (refund === null)
      throw new Error(`refund ${notification.subjectId} of notification ${notification.id} is not there`);
    return refundNotification(refund, await paymentOf(parts, notification, refund.paymentId));
  }
  return paymentNotification(await paymentOf(parts, notification, notification.subjectId));
}

async function paymentOf(
  { payments }: AmsChannelParts,
  notification: Notification,
  paymentId: bigint,
): Promise<Payment> {
  const payment = await payments.findById(paymentId);
  if (payment === null)
    throw new Error(`payment ${paymentId} of notification ${notification.id} is not there`);
  return payment;
}

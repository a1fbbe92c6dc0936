// The gateway's answers in a shop's words, and the retries that its protocol asks for: what every plugin needs.
import type { MerchantClient } from './client.ts';
import { GatewayError } from './errors.ts';
import type { Notification } from './notification.ts';

/** As on the wire: ISO 4217, and the value in minor units. */
export interface Amount {
  readonly currency: string;
  readonly value: string;
}

/** How a payment ended, or that it has not. */
export type Outcome =
  | { readonly kind: 'paid'; readonly amount: Amount }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'waiting' };

const tries = 3;

/** Sends the same request again while there is no answer, or one that says "ask again". Bounded. */
export async function persistently<Answer extends { result: { resultStatus: string; resultCode: string } }>(
  send: () => Promise<Answer>,
  isFinal: (answer: Answer) => boolean = (answer) => answer.result.resultStatus !== 'U',
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await send();
      if (isFinal(answer) || attempt === tries) return answer;
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== 'no-answer' || attempt === tries) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200 * attempt));
  }
}

/** How a payment stands at the gateway, by its request id. A payment that it does not know was never made. */
export async function inquire(client: MerchantClient, paymentRequestId: string): Promise<Outcome> {
  const answer = await persistently(() => client.inquiryPayment({ paymentRequestId }));
  const { result, paymentStatus, paymentAmount } = answer;
  if (result.resultCode === 'ORDER_NOT_EXIST')
    return { kind: 'failed', reason: 'the gateway has no such payment' };
  if (result.resultStatus !== 'S') return { kind: 'waiting' };
  if (paymentStatus === 'SUCCESS' && paymentAmount !== undefined)
    return { kind: 'paid', amount: paymentAmount };
  if (paymentStatus === 'CANCELLED') return { kind: 'cancelled' };
  if (paymentStatus === 'FAIL')
    return { kind: 'failed', reason: answer.paymentResultMessage ?? answer.paymentResultCode ?? 'not paid' };
  return { kind: 'waiting' };
}

/** A refund that the gateway has carried out, or is carrying out. */
export interface RefundedPart {
  readonly refundRequestId: string;
  readonly amount: Amount;
}

/** The refunds of a payment, by its request id, without those that failed. Throws GatewayError without an answer. */
export async function refundsOf(
  client: MerchantClient,
  paymentRequestId: string,
): Promise<readonly RefundedPart[]> {
  const { transactions = [] } = await persistently(() => client.inquiryPayment({ paymentRequestId }));
  return transactions
    .filter((each) => each.transactionType === 'REFUND' && each.transactionStatus !== 'FAIL')
    .map((each) => ({ refundRequestId: each.transactionRequestId, amount: each.transactionAmount }));
}

/** What a verified notification says; null for one about a refund. */
export function outcomeOf(event: Notification): Outcome | null {
  if (event.notifyType === 'REFUND_RESULT') return null;
  if (event.notifyType === 'PAYMENT_PENDING') return { kind: 'waiting' };
  if (event.result.resultStatus === 'S') return { kind: 'paid', amount: event.paymentAmount };
  if (event.result.resultStatus === 'U') return { kind: 'waiting' };
  return { kind: 'failed', reason: `${event.result.resultCode}: ${event.result.resultMessage}` };
}

export type Withdrawal = 'withdrawn' | 'unknown';

/** Withdraws a payment. One that was paid meanwhile is reversed by the same call, within its day. */
export async function withdraw(client: MerchantClient, paymentRequestId: string): Promise<Withdrawal> {
  const answer = await persistently(() => client.cancel({ paymentRequestId }));
  const gone = ['ORDER_NOT_EXIST', 'ORDER_IS_CLOSED', 'ORDER_IS_CANCELED'];
  return answer.result.resultStatus === 'S' || gone.includes(answer.result.resultCode)
    ? 'withdrawn'
    : 'unknown';
}

export type RefundOutcome =
  | { readonly kind: 'done' | 'waiting'; readonly refundId?: string; readonly result: string }
  | { readonly kind: 'refused'; readonly result: string };

export interface RefundAsked {
  readonly refundRequestId: string;
  readonly paymentId: string;
  readonly currency: string;
  readonly wire: bigint;
  readonly reason?: string;
  readonly notifyUrl?: string;
}

/** Asks for a refund; the same id never refunds twice. No answer at all is "waiting": it may have been carried out. */
export async function sendRefund(client: MerchantClient, asked: RefundAsked): Promise<RefundOutcome> {
  try {
    const answer = await persistently(
      () =>
        client.refund({
          refundRequestId: asked.refundRequestId,
          paymentId: asked.paymentId,
          refundAmount: { currency: asked.currency, value: asked.wire.toString() },
          refundReason: asked.reason === undefined ? undefined : [...asked.reason].slice(0, 256).join(''),
          refundNotifyUrl: asked.notifyUrl,
        }),
      ({ result }) => result.resultStatus !== 'U' || result.resultCode === 'REFUND_IN_PROCESS',
    );
    const { result, refundId } = answer;
    const said = `${result.resultCode}: ${result.resultMessage}`;
    if (result.resultStatus === 'S') return { kind: 'done', refundId, result: said };
    return result.resultStatus === 'F'
      ? { kind: 'refused', result: said }
      : { kind: 'waiting', refundId, result: said };
  } catch (error) {
    if (error instanceof GatewayError) return { kind: 'waiting', result: error.message };
    throw error;
  }
}

// A notification from its bytes to what it changes. The route does HTTP; this decides what is believed.
import { acknowledge, GatewayError, outcomeOf, verifyNotification } from '@tongbao/sdk';
import { type Container, loggerOf, type Provider, providersOf } from './engine.ts';
import { sessionOf } from './facts.ts';
import { decided, paymentOfRefund } from './refunds.ts';
import { locate, look, record, standingOf } from './sessions.ts';
import { notifyUrl } from './settings.ts';

export interface Received {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

const refuse = (container: Container, status: number, message: string): Answer => {
  loggerOf(container).warn(`tongbao: notification refused: ${message}`);
  return { status, contentType: 'application/json', body: JSON.stringify({ error: message }) };
};

type Event = ReturnType<typeof verifyNotification>;

/** Never rejects: what could not be recorded is answered with 500, and comes again. */
export async function receive(container: Container, { headers, body }: Received): Promise<Answer> {
  try {
    const provider = providersOf(container).find(({ options }) => options.clientId === headers['client-id']);
    if (provider === undefined) return refuse(container, 401, 'no contract of this shop has this client id');
    const { options } = provider;
    const event = verifyNotification({
      path: new URL(notifyUrl(options)).pathname,
      headers,
      body,
      gatewayPublicKey: options.gatewayPublicKey,
      clientId: options.clientId,
    });
    const refusal = await carryOut(container, provider, event);
    if (refusal !== null) return refuse(container, refusal.status, refusal.message);
    const { contentType, body: acknowledged } = acknowledge();
    return { status: 200, contentType, body: acknowledged };
  } catch (error) {
    if (error instanceof GatewayError && error.code !== 'no-answer')
      return refuse(container, error.code === 'notification-not-understood' ? 400 : 401, error.message);
    loggerOf(container).error(`tongbao: notification: ${(error as Error).stack ?? String(error)}`);
    return refuse(container, 500, 'not recorded; send it again');
  }
}

type Refusal = { readonly status: number; readonly message: string } | null;

async function carryOut(container: Container, provider: Provider, event: Event): Promise<Refusal> {
  if (event.notifyType === 'REFUND_RESULT') return refunded(container, provider, event);
  const { paymentRequestId: requestId, paymentId } = event;
  if (!requestId.startsWith('payses_')) return { status: 404, message: `there is no payment ${requestId}` };
  const located = await locate(container, sessionOf(requestId));
  // Signed for another contract of this shop: a merchant must not answer for his neighbour's payments.
  if (located !== null && located.row.provider_id !== provider.id)
    return { status: 401, message: `${requestId} does not belong to ${provider.options.clientId}` };
  const outcome = outcomeOf(event)!;
  // Money for a payment that we gave up is true only if the gateway still says so: it may be an old notification of a
  // payment that has been reversed since.
  const isOpen = located?.facts.requestId === requestId && standingOf(located).session === 'open';
  const step =
    outcome.kind === 'paid' && !isOpen
      ? await look(container, provider, { requestId, paymentId })
      : await record(container, provider, { requestId, paymentId, outcome });
  return step === 'amount-differs' ? { status: 400, message: 'the amount is not what was asked for' } : null;
}

async function refunded(
  container: Container,
  provider: Provider,
  event: Extract<Event, { notifyType: 'REFUND_RESULT' }>,
): Promise<Refusal> {
  // Money that no order could take and that went back is no refund of Medusa's.
  if (event.refundRequestId.endsWith('-back')) return null;
  const payment = await paymentOfRefund(container, event.refundRequestId);
  // Not known yet, perhaps, or refused and taken off: nothing to change; the gateway will ask again for a while.
  if (payment === null || payment.provider_id !== provider.id)
    return { status: 404, message: `there is no refund ${event.refundRequestId}` };
  const status = event.refundStatus === 'SUCCESS' ? 'SUCCESS' : 'FAIL';
  await decided(container, payment, event.refundRequestId, { status, refundId: event.refundId });
  return null;
}

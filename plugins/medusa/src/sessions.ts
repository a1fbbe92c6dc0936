// Payment sessions of ours, and what becomes of them when an outcome is proved: by a signature, or by the gateway's own
// answer. Everything here is safe to repeat and to race.
import { GatewayError, inquire, type Outcome, sendRefund } from '@tongbao/sdk';
import { type MedusaAmount, toWire } from './amounts.ts';
import { decide, type Standing, type Step } from './decide.ts';
import { type Container, graph, locked, loggerOf, type Provider, paymentsOf, workflowsOf } from './engine.ts';
import { type SessionFacts, sessionFacts, sessionOf } from './facts.ts';
import { clientFor } from './settings.ts';

interface SessionRow {
  readonly id: string;
  readonly status: string;
  readonly provider_id: string;
  readonly currency_code: string;
  readonly amount: MedusaAmount;
  readonly data: Record<string, unknown>;
  readonly payment_collection_id: string;
  readonly payment_collection: { readonly amount: MedusaAmount };
  readonly payment: { readonly id: string; readonly captured_at: Date | string | null } | null;
}

export interface Located {
  readonly row: SessionRow;
  readonly facts: SessionFacts;
  readonly cartId: string | null;
  readonly orderId: string | null;
  /** Whether the cart still costs what this session pays. */
  readonly isDue: boolean;
}

/** Null when there is no such session, or it is not one of this plugin. */
export async function locate(container: Container, sessionId: string): Promise<Located | null> {
  const fields = [
    ...['id', 'status', 'provider_id', 'currency_code', 'amount', 'raw_amount', 'data'],
    ...['payment_collection_id', 'payment_collection.amount', 'payment.id', 'payment.captured_at'],
  ];
  const [row] = await graph<SessionRow>(container, 'payment_session', fields, { id: sessionId });
  const facts = sessionFacts(row?.data);
  if (row === undefined || facts === null) return null;
  const collection = { payment_collection_id: row.payment_collection_id };
  const [link] = await graph<{ cart_id: string }>(
    container,
    'cart_payment_collection',
    ['cart_id'],
    collection,
  );
  const cartId = link?.cart_id ?? null;
  if (cartId === null) return { row, facts, cartId, orderId: null, isDue: true };
  const [order] = await graph<{ order_id: string }>(container, 'order_cart', ['order_id'], {
    cart_id: cartId,
  });
  const [cart] = await graph<{ total: MedusaAmount; currency_code: string }>(
    container,
    'cart',
    ['id', 'currency_code', 'total'],
    { id: cartId },
  );
  const isDue =
    cart !== undefined &&
    cart.currency_code === row.currency_code &&
    toWire(cart.total, cart.currency_code).toString() === facts.wire;
  return { row, facts, cartId, orderId: order?.order_id ?? null, isDue };
}

export function standingOf(located: Located | null): Standing {
  if (located === null) return { session: 'gone', asked: null, isNeeded: false };
  const { row, facts, cartId, orderId, isDue } = located;
  const isOpen = ['pending', 'requires_more', 'pending_authorization', 'authorized'].includes(row.status);
  return {
    session: row.payment?.captured_at ? 'captured' : isOpen ? 'open' : 'closed',
    asked: { currency: facts.currency, value: facts.wire },
    isNeeded: isDue && (cartId === null || orderId === null),
  };
}

/** What the gateway said, of which payment. */
export interface Word {
  readonly requestId: string;
  /** The gateway's id, to give back the money of a session that is gone. */
  readonly paymentId: string;
  readonly outcome: Outcome;
}

/** Records an outcome. Throws what is worth another try. */
export async function record(container: Container, provider: Provider, word: Word): Promise<Step> {
  const sessionId = sessionOf(word.requestId);
  return locked(container, sessionId, async () => {
    const located = await locate(container, sessionId);
    // The word of a request that its session has replaced is the word of one that is gone.
    const isPresent = located?.facts.requestId === word.requestId;
    const step = decide(standingOf(isPresent ? located : null), word.outcome);
    if (step === 'nothing') {
      if (isPresent && word.outcome.kind === 'paid') await straighten(container, located);
      return step;
    }
    const logger = loggerOf(container);
    if (step === 'amount-differs') {
      logger.error(
        `tongbao ${word.requestId}: asked ${located?.facts.wire}, ${JSON.stringify(word.outcome)}`,
      );
      return step;
    }
    logger.info(`tongbao ${word.requestId}: ${word.outcome.kind} → ${step}`);
    if (step === 'close')
      await close(container, located!, word.outcome.kind === 'cancelled' ? 'canceled' : 'error');
    if (step === 'give-back')
      await giveBack(container, provider, { word, located: isPresent ? located : null });
    if (step === 'complete') return complete(container, provider, { word, located: located! });
    return step;
  });
}

/** Asks the gateway how a payment stands, and records it. */
export async function look(
  container: Container,
  provider: Provider,
  { requestId, paymentId }: { requestId: string; paymentId: string },
): Promise<Step> {
  const outcome = await inquire(clientFor(provider.options), requestId);
  return record(container, provider, { requestId, paymentId, outcome });
}

function close(
  container: Container,
  { row }: Located,
  status: 'canceled' | 'error',
  more: object = {},
): Promise<unknown> {
  const { id, amount, currency_code } = row;
  const data = { ...row.data, ...more };
  return paymentsOf(container).updatePaymentSession({ id, data, amount, currency_code, status });
}

interface Found {
  readonly word: Word;
  readonly located: Located;
}

/**
 * Places the order, which authorises and captures; a payment without a cart (a payment link of an order) is captured alone.
 * When Medusa cannot place it and never will (sold out), the money goes back.
 */
async function complete(container: Container, provider: Provider, { word, located }: Found): Promise<Step> {
  const { row, cartId } = located;
  try {
    if (cartId === null)
      await workflowsOf(container).run('process-payment-workflow', {
        input: { action: 'captured', data: { session_id: row.id, amount: row.amount } },
      });
    else await workflowsOf(container).run('complete-cart', { input: { id: cartId } });
    const now = await locate(container, row.id);
    if (now !== null) await straighten(container, now);
    return 'complete';
  } catch (error) {
    const now = await locate(container, row.id);
    if (now?.row.payment?.captured_at && now.orderId !== null) return 'complete';
    if (!isFinal(error) || now?.row.payment?.captured_at) throw error;
    loggerOf(container).error(`tongbao ${word.requestId}: no order: ${(error as Error).message}`);
    await giveBack(container, provider, { word, located: now });
    return 'give-back';
  }
}

/**
 * A change of the cart that was refused because it is paid leaves its would-be amount on the payment collection (Medusa sets
 * it beside the removal of the session, and does not take it back), and a paid order then reads "partially captured".
 */
async function straighten(container: Container, { row, facts, cartId, orderId }: Located): Promise<void> {
  const { amount } = row.payment_collection;
  const isAlone = cartId !== null && orderId !== null && row.payment?.captured_at;
  if (!isAlone || toWire(amount, row.currency_code).toString() === facts.wire) return;
  await paymentsOf(container).updatePaymentCollections(row.payment_collection_id, {
    amount: row.amount,
    status: 'completed',
    completed_at: new Date(),
  });
}

/** What Medusa refuses for a reason in the cart will be refused again; a lock or a database that was busy will not. */
const isFinal = (error: unknown): boolean =>
  ['invalid_data', 'not_allowed', 'insufficient_inventory', 'not_found'].includes(
    (error as { type?: string } | null)?.type ?? '',
  );

/** No order can take this money: it goes back in full, once. */
async function giveBack(
  container: Container,
  { options }: Provider,
  { word, located }: { word: Word; located: Located | null },
): Promise<void> {
  if (word.outcome.kind !== 'paid') return;
  const { currency, value } = word.outcome.amount;
  const answer = await sendRefund(clientFor(options), {
    refundRequestId: `${word.requestId}-back`,
    paymentId: word.paymentId,
    currency,
    wire: BigInt(value),
    reason: 'no order could take this payment',
  });
  if (answer.kind !== 'done')
    throw new GatewayError('no-answer', `paid, not needed, and not refunded yet: ${answer.result}`);
  if (located !== null) await close(container, located, 'canceled', { returned: `${word.requestId}-back` });
  loggerOf(container).warn(`tongbao ${word.requestId}: money that no order could take was given back`);
}

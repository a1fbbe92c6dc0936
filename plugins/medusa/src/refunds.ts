// A refund's end. Medusa knows no undecided refunds: it writes one down when the gateway did not refuse it at once. Here each is
// followed until the gateway's decision is known, which is kept as the refund's metadata; one that was refused later is taken
// off the books again.
import { formatMajor, money } from '@tongbao/money';
import { sendRefund } from '@tongbao/sdk';
import { type MedusaAmount, toWire } from './amounts.ts';
import {
  type Container,
  graph,
  locked,
  loggerOf,
  ordersOf,
  type Provider,
  paymentsOf,
  type RefundRow,
} from './engine.ts';
import { keptRefunds, type RefundWord, refundWord, sessionFacts } from './facts.ts';
import { clientFor, notifyUrl } from './settings.ts';

interface PaymentRow {
  readonly id: string;
  readonly provider_id: string;
  readonly data: Record<string, unknown>;
  readonly payment_collection_id: string;
  readonly refunds: readonly RefundRow[];
}

const exact = (refund: RefundRow): MedusaAmount => refund.raw_amount ?? refund.amount;

const paymentFields = [
  ...['id', 'provider_id', 'data', 'payment_collection_id'],
  ...['refunds.id', 'refunds.amount', 'refunds.raw_amount', 'refunds.metadata', 'refunds.payment_id'],
];

export async function paymentOf(container: Container, paymentId: string): Promise<PaymentRow | null> {
  const [row] = await graph<PaymentRow>(container, 'payment', paymentFields, { id: paymentId });
  return row ?? null;
}

/** By the refund's id, which is its request id at the gateway. */
export async function paymentOfRefund(container: Container, refundId: string): Promise<PaymentRow | null> {
  const [row] = await paymentsOf(container).listRefunds({ id: refundId }, { select: ['id', 'payment_id'] });
  return row === undefined ? null : paymentOf(container, row.payment_id);
}

/** Writes the gateway's decision on a refund down; once, whoever brings it. */
export async function decided(
  container: Container,
  payment: PaymentRow,
  refundId: string,
  word: RefundWord,
): Promise<boolean> {
  return locked(container, payment.id, async () => {
    const now = await paymentOf(container, payment.id);
    const refund = now?.refunds.find(({ id }) => id === refundId);
    if (now === null || refund === undefined || refundWord(refund.metadata) !== null) return false;
    if (word.status === 'SUCCESS')
      await paymentsOf(container).updateRefunds({
        id: refundId,
        metadata: { ...refund.metadata, tongbao: word },
      });
    else await takeOff(container, now, refund);
    loggerOf(container).info(`tongbao refund ${refundId}: ${word.status}`);
    return true;
  });
}

/** The gateway refused what Medusa has written down as refunded: the row goes, and with it the order's transaction. */
async function takeOff(container: Container, payment: PaymentRow, refund: RefundRow): Promise<void> {
  const { currency } = sessionFacts(payment.data)!;
  const kept = payment.refunds.filter(({ id }) => id !== refund.id);
  await paymentsOf(container).deleteRefunds([refund.id]);
  const transactions = await ordersOf(container).listOrderTransactions({
    reference: 'refund',
    reference_id: refund.id,
  });
  if (transactions.length > 0)
    await ordersOf(container).deleteOrderTransactions(transactions.map(({ id }) => id));
  const refunded = kept.reduce((sum, each) => sum + toWire(exact(each), currency), 0n);
  await paymentsOf(container).updatePaymentCollections(payment.payment_collection_id, {
    refunded_amount: formatMajor(money(currency, refunded)),
  });
  loggerOf(container).error(
    `tongbao: the gateway refused refund ${refund.id} of payment ${payment.id} after Medusa had written it down; it was taken off again`,
  );
}

/** Asks about every refund of a payment whose decision is not known. Answers how many were decided. */
export async function follow(
  container: Container,
  { options }: Provider,
  payment: PaymentRow,
): Promise<number> {
  const facts = sessionFacts(payment.data);
  if (facts === null) return 0;
  let known = 0;
  for (const refund of payment.refunds) {
    if (refundWord(refund.metadata) !== null) continue;
    // What was sent the first time; a refund of an older version of this plugin was sent by itself.
    const kept = keptRefunds(payment.data)[refund.id];
    const wire = kept === undefined ? toWire(exact(refund), facts.currency) : BigInt(kept.wire);
    const { paymentId, currency } = facts;
    const asked = { refundRequestId: refund.id, paymentId, currency, wire, notifyUrl: notifyUrl(options) };
    // The same request again: the gateway answers how it stands, and carries it out if it never arrived.
    const answer =
      wire === 0n
        ? ({ kind: 'done', refundId: undefined } as const)
        : await sendRefund(clientFor(options), asked);
    if (answer.kind === 'waiting') continue;
    const word: RefundWord =
      answer.kind === 'done' ? { status: 'SUCCESS', refundId: answer.refundId } : { status: 'FAIL' };
    if (await decided(container, payment, refund.id, word)) known += 1;
  }
  return known;
}

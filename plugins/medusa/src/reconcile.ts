// What nobody told us: payments whose notification was lost and whose shopper never came back, and undecided refunds.
import { type Container, loggerOf, paymentsOf, providersOf } from './engine.ts';
import { refundWord } from './facts.ts';
import { follow, paymentOf } from './refunds.ts';
import { locate, look } from './sessions.ts';

export interface Reconciled {
  /** Payments that were asked about, and how many of them changed. */
  readonly asked: number;
  readonly changed: number;
  /** Refunds that were decided. */
  readonly refunds: number;
}

const atOnce = 100;
const refundDays = 30;
const pageSize = 200;
const maxPages = 50;

/** `afterSeconds`: payments younger than this are left to their notification; as configured when absent. */
export async function reconcile(container: Container, afterSeconds?: number): Promise<Reconciled> {
  const { asked, changed } = await payments(container, afterSeconds);
  const refunds = await undecidedRefunds(container);
  if (changed + refunds > 0)
    loggerOf(container).info(`tongbao: reconciled ${changed} payments, ${refunds} refunds`);
  return { asked, changed, refunds };
}

/** Oldest first, at most 100 of a contract at a time. */
async function payments(container: Container, afterSeconds: number | undefined) {
  let asked = 0;
  let changed = 0;
  for (const provider of providersOf(container)) {
    const seconds = afterSeconds ?? provider.options.reconcileAfterSeconds ?? 60;
    const before = new Date(Date.now() - seconds * 1000);
    const waiting = await paymentsOf(container).listPaymentSessions(
      {
        provider_id: provider.id,
        status: ['pending', 'requires_more', 'pending_authorization'],
        created_at: { $lte: before },
      },
      { select: ['id'], order: { created_at: 'ASC' }, take: atOnce },
    );
    for (const { id } of waiting) {
      asked += 1;
      try {
        const located = await locate(container, id);
        if (located !== null && (await look(container, provider, located.facts)) !== 'nothing') changed += 1;
      } catch (error) {
        // One order's trouble is not the others'.
        loggerOf(container).error(`tongbao ${id}: ${(error as Error).message}`);
      }
    }
  }
  return { asked, changed };
}

/** Every refund of the last thirty days whose decision is not known, by pages. */
async function undecidedRefunds(container: Container): Promise<number> {
  const providers = new Map(providersOf(container).map((provider) => [provider.id, provider]));
  const since = new Date(Date.now() - refundDays * 86_400_000);
  let known = 0;
  for (let page = 0; page < maxPages; page++) {
    const refunds = await paymentsOf(container).listRefunds(
      { created_at: { $gte: since } },
      {
        select: ['id', 'payment_id', 'metadata'],
        order: { created_at: 'DESC' },
        take: pageSize,
        skip: page * pageSize,
      },
    );
    const open = refunds.filter(({ metadata }) => refundWord(metadata) === null);
    for (const paymentId of new Set(open.map(({ payment_id }) => payment_id))) {
      try {
        const payment = await paymentOf(container, paymentId);
        const provider = payment === null ? undefined : providers.get(payment.provider_id);
        if (payment !== null && provider !== undefined) known += await follow(container, provider, payment);
      } catch (error) {
        loggerOf(container).error(`tongbao ${paymentId}: ${(error as Error).message}`);
      }
    }
    if (refunds.length < pageSize) break;
  }
  return known;
}

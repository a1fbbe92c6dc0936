// requote: a rate is locked for as long as the contract says. An order that lives longer gets a new price when somebody
// looks at it afterwards; what was paid by then keeps its own.
import type { Verb } from '../database/index.ts';
import { type Fx, type LockedQuote, lockQuote, type RateTable } from '../fx/index.ts';
import { type ChangeFacts, type ChangeSources, changeVerb } from './change.ts';
import { feeOf, pricedAs } from './create.ts';
import { type Decision, refuse, withEvent } from './decision.ts';
import { hasRate, mostEvents, type Payment, quoteExpiry, quoteIsOver } from './payment.ts';
import { settledAt } from './settlement-price.ts';

export interface RequoteFacts extends ChangeFacts {
  readonly rates: RateTable;
}

/** Answers the payment as it stands, with a new price only if the old one's time is over while the order is open. */
export function decideRequote(facts: RequoteFacts, command: { paymentId: bigint }): Decision<Payment> {
  const payment = facts.payments.get(command.paymentId);
  if (payment === undefined) return refuse('payment-not-found');
  if (!needsQuote(payment, facts.now)) return { answer: payment };
  if (payment.events >= mostEvents) return refuse('quote-not-available');
  const quote = lockQuote({
    table: facts.rates,
    orderCurrency: payment.amount.currency,
    payerCurrency: payment.payerAmount.currency,
    spreadBps: payment.quote.spreadBps,
    lockedAt: facts.now,
    expiresAt: quoteExpiry(payment, facts.now),
    quoteId: payment.id.toString(),
  });
  const settlementQuote = settlementQuoteAnew(facts, payment);
  if (quote === null || settlementQuote === undefined) return refuse('quote-not-available');
  const inPayer = payment.order.pricedIn === 'payer';
  const priced = pricedAs(
    { amount: payment.amount, ...(inPayer ? { payerAmount: payment.payerAmount } : {}) },
    quote,
  );
  const settlementAmount = settledAt(settlementQuote, priced.amount);
  if (settlementAmount.amount < 1n) return refuse('amount-out-of-limits');
  const fee = feeOf(payment.terms.feeBps, settlementAmount, { ...priced, order: payment.order });
  const { payment: changed, event } = withEvent(
    payment,
    { kind: 'requoted', at: facts.now },
    { ...priced, quote, settlementQuote, settlementAmount, fee, lastRefusal: payment.lastRefusal },
  );
  facts.payments.set(payment.id, changed);
  return { answer: changed, changed, requoted: changed, events: [event] };
}

/** The merchant's side under the same terms; undefined where no rate leads to what it is paid in. */
function settlementQuoteAnew(facts: RequoteFacts, payment: Payment): LockedQuote | null | undefined {
  const former = payment.settlementQuote;
  if (former === null) return null;
  const quote = lockQuote({
    table: facts.rates,
    orderCurrency: payment.amount.currency,
    payerCurrency: payment.settlementAmount.currency,
    spreadBps: former.spreadBps,
    lockedAt: facts.now,
    expiresAt: quoteExpiry(payment, facts.now),
    quoteId: former.quoteId,
  });
  return quote ?? undefined;
}

/** Whether an open order's price has run out. */
export const needsQuote = (payment: Payment, now: Date): boolean =>
  payment.status === 'created' && payment.expiresAt > now && hasRate(payment) && quoteIsOver(payment, now);

export const requoteVerb = (
  sources: ChangeSources & { readonly fx: Fx },
): Verb<{ paymentId: bigint }, RequoteFacts, Decision<Payment>> =>
  changeVerb({
    name: 'payments.requote',
    sources,
    // From memory: the table of the day was asked for before the transaction began.
    more: async (_tx, _commands, facts) => ({ ...facts, rates: await sources.fx.rateTableAt(facts.now) }),
    decide: decideRequote,
  });

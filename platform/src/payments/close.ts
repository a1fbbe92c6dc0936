// close: a payment that nobody paid ends, because its time is over (expire) or because the shopper said no at the
// cashier (decline). The merchant is told either way.
import type { Verb } from '../database/index.ts';
import { type ChangeFacts, type ChangeSources, changeVerb, notificationOf } from './change.ts';
import { type Decision, refuse, withEvent } from './decision.ts';
import type { Payment } from './payment.ts';

function close(facts: ChangeFacts, payment: Payment, kind: 'expired' | 'declined'): Decision<Payment> {
  const { payment: changed, event } = withEvent(payment, { kind, at: facts.now }, { closedAt: facts.now });
  facts.payments.set(payment.id, changed);
  const notification = notificationOf(facts, changed, {
    kind: 'payment',
    subjectId: payment.id,
    url: payment.order.notifyUrl,
  });
  return { answer: changed, changed, events: [event], notification };
}

/** Answers null when there is nothing to close: confirmed or cancelled at the last instant, or not due yet. */
export function decideExpire(facts: ChangeFacts, command: { paymentId: bigint }): Decision<Payment | null> {
  const payment = facts.payments.get(command.paymentId);
  const due = payment?.status === 'created' && payment.expiresAt <= facts.now;
  return due ? close(facts, payment, 'expired') : { answer: null };
}

export function decideDecline(facts: ChangeFacts, command: { paymentId: bigint }): Decision<Payment> {
  const payment = facts.payments.get(command.paymentId);
  if (payment === undefined) return refuse('payment-not-found');
  switch (payment.status) {
    case 'created':
      // Whoever scanned a displayed code is nobody yet for the merchant: the order is not theirs to end.
      return payment.order.isDisplayed ? { answer: payment } : close(facts, payment, 'declined');
    case 'declined':
      return { answer: payment };
    case 'paid':
      return refuse('payment-already-paid');
    case 'pending':
      return refuse('payment-in-progress');
    case 'cancelled':
      return refuse('payment-cancelled');
    case 'expired':
      return refuse('payment-expired');
  }
}

type CloseVerb<Answer> = Verb<{ paymentId: bigint }, ChangeFacts, Decision<Answer>>;

export const expireVerb = (sources: ChangeSources): CloseVerb<Payment | null> =>
  changeVerb({
    name: 'payments.expire',
    sources,
    more: async (_tx, _commands, facts) => facts,
    decide: decideExpire,
  });

export const declineVerb = (sources: ChangeSources): CloseVerb<Payment> =>
  changeVerb({
    name: 'payments.decline',
    sources,
    more: async (_tx, _commands, facts) => facts,
    decide: decideDecline,
  });

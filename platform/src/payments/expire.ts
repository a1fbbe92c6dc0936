// expire: nobody confirmed in time. Closes the payment and tells the merchant.
import type { Verb } from '../database/index.ts';
import { type ChangeFacts, type ChangeSources, changeVerb, notificationOf } from './change.ts';
import { type Decision, withEvent } from './decision.ts';

/** Answers whether it was closed now: a payment that was confirmed or cancelled at the last instant is left alone. */
export function decideExpire(facts: ChangeFacts, command: { paymentId: bigint }): Decision<boolean> {
  const payment = facts.payments.get(command.paymentId);
  if (payment === undefined || payment.status !== 'created' || payment.expiresAt > facts.now) return { answer: false };
  const { payment: changed, event } = withEvent(payment, { kind: 'expired', at: facts.now }, { closedAt: facts.now });
  facts.payments.set(payment.id, changed);
  return {
    answer: true,
    changed,
    events: [event],
    notification: notificationOf(facts, changed, {
      kind: 'payment',
      subjectId: payment.id,
      url: payment.order.notifyUrl,
    }),
  };
}

export const expireVerb = (sources: ChangeSources): Verb<{ paymentId: bigint }, ChangeFacts, Decision<boolean>> =>
  changeVerb({
    name: 'payments.expire',
    sources,
    more: async (_tx, _commands, facts) => facts,
    decide: decideExpire,
  });

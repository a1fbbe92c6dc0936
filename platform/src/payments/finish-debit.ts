// finish-debit: the bank has answered about a card payment that was pending. Approved: paid. Declined: the shopper
// may choose another way until the deadline.
import type { Verb } from '../database/index.ts';
import { paid } from './authorize.ts';
import { type ChangeFacts, type ChangeSources, changeVerb } from './change.ts';
import { type Decision, withEvent } from './decision.ts';
import type { Payment } from './payment.ts';
import { takenBack } from './spending.ts';

export interface FinishDebit {
  readonly paymentId: bigint;
  readonly answer: { readonly approved: true } | { readonly approved: false; readonly reason: string };
}

/** Answers null when the payment is not waiting for a bank: the same answer told twice changes nothing. */
export function decideFinishDebit(facts: ChangeFacts, command: FinishDebit): Decision<Payment | null> {
  const payment = facts.payments.get(command.paymentId);
  if (payment === undefined || payment.status !== 'pending') return { answer: null };
  if (command.answer.approved) {
    const { payerId, funding, fundingAccount } = payment;
    return paid(facts, payment, { payerId, funding, fundingAccount });
  }
  const { payment: changed, event } = withEvent(
    payment,
    { kind: 'debit-declined', at: facts.now },
    { payerId: null, funding: null, fundingAccount: null, lastRefusal: command.answer.reason },
  );
  facts.payments.set(payment.id, changed);
  return { answer: changed, changed, events: [event], spent: takenBack(payment) };
}

export const finishDebitVerb = (
  sources: ChangeSources,
): Verb<FinishDebit, ChangeFacts, Decision<Payment | null>> =>
  changeVerb({
    name: 'payments.finish-debit',
    sources,
    more: async (_tx, _commands, facts) => facts,
    decide: decideFinishDebit,
  });

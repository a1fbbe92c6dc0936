// cancel: the merchant withdraws a payment: before it is paid, or, on the day it was paid and with nothing refunded,
// by reversing every leg. Idempotent.
import type { Verb } from '../database/index.ts';
import { localDayOf } from '../system/index.ts';
import { reversalQuestion } from './bank-question.ts';
import { type ChangeFacts, type ChangeSources, changeVerb } from './change.ts';
import type { CancelPayment } from './commands.ts';
import { type Decision, refuse, withEvent } from './decision.ts';
import { legsOf } from './house.ts';
import type { Payment } from './payment.ts';
import { reversalPostings } from './postings.ts';
import { fundsOf, type MerchantFunds, readMerchantFunds, takeFunds } from './unsettled-funds.ts';

/** A payment of day T can be reversed until 00:15 of T+1, in the contract's zone (AMS reference, sections 3.4, 5.4). */
const graceMs = 15 * 60_000;

export const cancelWindowOpen = (paidAt: Date, now: Date, timeZone: string): boolean =>
  localDayOf(new Date(now.getTime() - graceMs), timeZone) <= localDayOf(paidAt, timeZone);

export interface CancelFacts extends ChangeFacts {
  readonly funds: MerchantFunds;
}

export function decideCancel(facts: CancelFacts, command: CancelPayment): Decision<Payment> {
  const payment = facts.payments.get(command.paymentId);
  if (payment === undefined || payment.merchantId !== command.merchantId) return refuse('payment-not-found');
  if (payment.status === 'cancelled') return { answer: payment };
  if (payment.status === 'pending') return refuse('payment-in-progress');
  if (payment.status === 'expired' || payment.status === 'declined') return refuse('payment-expired');
  if (payment.status === 'created') {
    const { payment: changed, event } = withEvent(
      payment,
      { kind: 'cancelled', at: facts.now },
      { closedAt: facts.now },
    );
    facts.payments.set(payment.id, changed);
    return { answer: changed, changed, events: [event] };
  }
  return reverse(facts, payment);
}

function reverse(facts: CancelFacts, payment: Payment): Decision<Payment> {
  const touched = payment.refunded.amount + payment.refunding.amount > 0n;
  if (touched || !cancelWindowOpen(payment.paidAt!, facts.now, payment.terms.timeZone)) {
    return refuse('cancel-window-exceeded');
  }
  // The money has to be there as for a refund. The fee goes back too, so that no fee is lent.
  const needed = payment.settlementAmount.amount - payment.fee.amount;
  const sources = takeFunds(facts.funds, payment, { needed, keptFee: 0n });
  if (sources === null) return refuse('merchant-balance-insufficient');
  const legs = { house: legsOf(facts.house, payment), merchant: fundsOf(facts.funds, payment).accounts };
  const entryId = facts.ids.pop()!;
  const { payment: changed, event } = withEvent(
    payment,
    { kind: 'reversed', at: facts.now, entryId },
    { closedAt: facts.now },
  );
  facts.payments.set(payment.id, changed);
  return {
    answer: changed,
    changed,
    events: [event],
    entry: {
      id: entryId,
      kind: 'payment-reversal',
      payerId: payment.payerId!,
      subjectId: payment.id,
      occurredAt: facts.now,
      postings: reversalPostings(payment, legs, sources.owed),
    },
    // The bank is told to give a card its money back; our books owe it to the bank until it has.
    question: payment.funding?.kind === 'card' ? reversalQuestion(payment, facts.now) : undefined,
  };
}

export const cancelVerb = (sources: ChangeSources): Verb<CancelPayment, CancelFacts, Decision<Payment>> =>
  changeVerb({
    name: 'payments.cancel',
    sources,
    more: async (tx, _commands, facts) => ({
      ...facts,
      funds: await readMerchantFunds(
        tx,
        [...facts.payments.values()].filter((payment) => payment.status === 'paid'),
      ),
    }),
    decide: decideCancel,
  });

// What the end of a refund in progress leads to: the bank's answer (hear-bank.ts decides whether it is this refund's), or
// the end of its waiting for funds.
import { money } from '@tongbao/money';
import { type ChangeFacts, notificationOf, refundNotifyUrl } from './change.ts';
import { type Decision, withEvent } from './decision.ts';
import type { Payment, Refund } from './payment.ts';
import { refunded } from './refund.ts';

export interface FinishRefund {
  readonly paymentId: bigint;
  readonly refundId: bigint;
  readonly succeeded: boolean;
}

export interface FinishRefundFacts extends ChangeFacts {
  readonly refunds: Map<bigint, Refund>;
}

/** Answers null when the refund is not in progress. */
export function decideFinishRefund(facts: FinishRefundFacts, command: FinishRefund): Decision<Refund | null> {
  const payment = facts.payments.get(command.paymentId);
  const waiting = facts.refunds.get(command.refundId);
  if (payment === undefined || waiting === undefined || waiting.status !== 'processing')
    return { answer: null };
  const refund: Refund = {
    ...waiting,
    status: command.succeeded ? 'succeeded' : 'failed',
    finishedAt: facts.now,
  };
  facts.refunds.set(refund.id, refund);
  const noLongerWaiting: Partial<Payment> = {
    refunding: plus(payment.refunding, -refund.amount.amount),
    refundingToPayer: plus(payment.refundingToPayer, -refund.payerAmount.amount),
  };
  if (command.succeeded) {
    const { changed, rest } = refunded(facts, payment, refund, {
      ...noLongerWaiting,
      refunded: plus(payment.refunded, refund.amount.amount),
      refundedToPayer: plus(payment.refundedToPayer, refund.payerAmount.amount),
    });
    facts.payments.set(payment.id, changed);
    return { ...rest, answer: refund, changed, changedRefund: refund };
  }
  const { payment: changed, event } = withEvent(
    payment,
    { kind: 'refund-failed', at: facts.now, refundId: refund.id },
    noLongerWaiting,
  );
  facts.payments.set(payment.id, changed);
  const notification = notificationOf(facts, changed, {
    kind: 'refund',
    subjectId: refund.id,
    url: refundNotifyUrl(payment, refund),
  });
  return { answer: refund, changed, changedRefund: refund, events: [event], notification };
}

const plus = (to: Payment['amount'], amount: bigint) => money(to.currency, to.amount + amount);

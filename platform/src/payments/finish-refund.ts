// What the end of a refund in progress leads to: the bank's answer (hear-bank.ts decides whether it is this refund's), or
// the end of its waiting for funds.
import { money } from '@tongbao/money';
import type { Entry } from '../ledger/index.ts';
import { notificationOf, refundNotifyUrl } from './change.ts';
import { type Decision, withEvent } from './decision.ts';
import type { Payment, Refund } from './payment.ts';
import { releasePostings } from './postings.ts';
import { type FundingFacts, refunded } from './refund.ts';
import { fundsOf, giveBack, neededFor } from './unsettled-funds.ts';

export interface FinishRefund {
  readonly paymentId: bigint;
  readonly refundId: bigint;
  readonly succeeded: boolean;
}

export interface FinishRefundFacts extends FundingFacts {
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
  const entryId = refund.putAside ? facts.ids.pop()! : 0n;
  const { payment: changed, event } = withEvent(
    payment,
    { kind: 'refund-failed', at: facts.now, entryId, refundId: refund.id },
    noLongerWaiting,
  );
  facts.payments.set(payment.id, changed);
  if (refund.putAside) giveBack(facts.funds, payment, neededFor(refund));
  const notification = notificationOf(facts, changed, {
    kind: 'refund',
    subjectId: refund.id,
    url: refundNotifyUrl(payment, refund),
  });
  const entry = refund.putAside ? released(facts, payment, { refund, entryId }) : undefined;
  return { answer: refund, changed, changedRefund: refund, events: [event], entry, notification };
}

const released = (
  facts: FinishRefundFacts,
  payment: Payment,
  { refund, entryId }: { refund: Refund; entryId: bigint },
): Entry => ({
  ...{ id: entryId, kind: 'refund-release', payerId: refund.payerId, subjectId: payment.id },
  occurredAt: facts.now,
  postings: releasePostings(refund, fundsOf(facts.funds, payment).accounts),
});

const plus = (to: Payment['amount'], amount: bigint) => money(to.currency, to.amount + amount);

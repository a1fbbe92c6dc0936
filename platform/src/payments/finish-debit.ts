// What the bank's answer to the debit of a pending payment leads to. Approved: paid. Declined: the shopper may choose
// another way until the deadline. Whether the answer belongs to this debit is decided before (hear-bank.ts).
import { countIn, paid } from './authorize.ts';
import type { ChangeFacts } from './change.ts';
import { type Decision, withEvent } from './decision.ts';
import type { Payment } from './payment.ts';
import { takenBack } from './spending.ts';

export interface FinishDebit {
  readonly paymentId: bigint;
  /** When the bank was asked: the payment counts for the payer's limits of that day. */
  readonly askedAt: Date;
  readonly answer: { readonly approved: true } | { readonly approved: false; readonly reason: string };
}

export interface FinishDebitFacts extends ChangeFacts {
  /** By payment: the payer's wallet, where what a bank refuses was counted. */
  readonly payerAccounts: ReadonlyMap<bigint, bigint>;
}

/** Answers null when the payment is not waiting for a bank. */
export function decideFinishDebit(facts: FinishDebitFacts, command: FinishDebit): Decision<Payment | null> {
  const payment = facts.payments.get(command.paymentId);
  if (payment === undefined || payment.status !== 'pending') return { answer: null };
  if (command.answer.approved) return paid(facts, payment);
  const { payment: changed, event } = withEvent(
    payment,
    { kind: 'debit-declined', at: facts.now },
    { payerId: null, funding: null, fundingAccount: null, lastRefusal: command.answer.reason },
  );
  facts.payments.set(payment.id, changed);
  const balance = facts.balances.get(facts.payerAccounts.get(payment.id) ?? 0n);
  const back = balance === undefined ? {} : countIn(facts, balance, takenBack(payment, command.askedAt));
  return { answer: changed, changed, events: [event], ...back };
}

// finish-debit: the bank has answered about a card payment that was pending. Approved: paid. Declined: the shopper
// may choose another way until the deadline.
import type { Transaction, Verb } from '../database/index.ts';
import { lockBalances } from '../ledger/index.ts';
import { readAccounts } from '../wallet/index.ts';
import { countIn, paid } from './authorize.ts';
import { type ChangeFacts, type ChangeSources, changeVerb } from './change.ts';
import { type Decision, withEvent } from './decision.ts';
import type { Payment } from './payment.ts';
import { takenBack } from './spending.ts';

export interface FinishDebit {
  readonly paymentId: bigint;
  readonly answer: { readonly approved: true } | { readonly approved: false; readonly reason: string };
}

export interface FinishDebitFacts extends ChangeFacts {
  /** By payment: the payer's wallet, where what a bank refuses was counted. */
  readonly payerAccounts: ReadonlyMap<bigint, bigint>;
}

/** Answers null when the payment is not waiting for a bank: the same answer told twice changes nothing. */
export function decideFinishDebit(facts: FinishDebitFacts, command: FinishDebit): Decision<Payment | null> {
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
  const balance = facts.balances.get(facts.payerAccounts.get(payment.id) ?? 0n);
  const back = balance === undefined ? {} : countIn(facts, balance, takenBack(payment));
  return { answer: changed, changed, events: [event], ...back };
}

export const finishDebitVerb = (
  sources: ChangeSources,
): Verb<FinishDebit, FinishDebitFacts, Decision<Payment | null>> =>
  changeVerb({
    name: 'payments.finish-debit',
    sources,
    more: async (tx, commands, facts) => {
      const payerAccounts = await readPayerAccounts(tx, commands, facts.payments);
      const balances = await lockBalances(tx, payerAccounts.values());
      return { ...facts, balances, payerAccounts };
    },
    decide: decideFinishDebit,
  });

async function readPayerAccounts(
  tx: Transaction,
  commands: readonly FinishDebit[],
  payments: ReadonlyMap<bigint, Payment>,
): Promise<Map<bigint, bigint>> {
  const refused = commands.flatMap(({ paymentId, answer }) => {
    const payment = answer.approved ? undefined : payments.get(paymentId);
    if (payment === undefined || payment.payerId === null) return [];
    return { payment, customerId: payment.payerId, currency: payment.payerAmount.currency };
  });
  const accounts = await readAccounts(tx, refused);
  return new Map(
    refused.flatMap(({ payment }, place) => {
      const account = accounts[place]!;
      return account === null ? [] : [[payment.id, account] as const];
    }),
  );
}

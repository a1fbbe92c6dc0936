// authorize: the shopper confirms. From the balance the payment is paid at once; with a bank card it is pending
// until the bank has answered.
import type { Verb } from '../database/index.ts';
import {
  addSpending,
  availableOf,
  type Balance,
  type Entry,
  nothingSpent,
  type Spending,
} from '../ledger/index.ts';
import type { Merchants } from '../merchants/index.ts';
import { decideRisk } from '../risk/index.ts';
import { debitQuestion } from './bank-question.ts';
import { type ChangeFacts, type ChangeSources, changeVerb, notificationOf } from './change.ts';
import type { AuthorizePayment } from './commands.ts';
import { type Decision, refuse, withEvent } from './decision.ts';
import { legsOf } from './house.ts';
import { mostEventsForDebit, type Payment } from './payment.ts';
import { paymentPostings } from './postings.ts';
import { needsQuote } from './requote.ts';
import { spentBy, usageAt } from './spending.ts';

export function decideAuthorize(facts: ChangeFacts, command: AuthorizePayment): Decision<Payment> {
  const payment = facts.payments.get(command.paymentId);
  if (payment === undefined) return refuse('payment-not-found');
  if (payment.status === 'paid') return refuse('payment-already-paid');
  if (payment.status === 'pending') return refuse('payment-in-progress');
  // A shopper's own "no" and a shop's withdrawal are told alike, whether the cashier notices them or this verb does.
  if (payment.status === 'cancelled' || payment.status === 'declined') return refuse('payment-cancelled');
  // The deadline counts by the clock, whether or not the timer has closed the payment yet.
  if (payment.status !== 'created' || payment.expiresAt <= facts.now) return refuse('payment-expired');
  if (facts.suspended?.has(payment.merchantId)) return refuse('merchant-not-active');
  const isOther =
    command.expected !== undefined &&
    (command.expected.amount !== payment.payerAmount.amount ||
      command.expected.currency !== payment.payerAmount.currency);
  if (isOther || needsQuote(payment, facts.now)) return refuse('price-changed');
  const { payer, funding } = command;
  const balance = facts.balances.get(command.payerAccount);
  const usage = usageAt(balance?.spending ?? nothingSpent, facts.now);
  const verdict = decideRisk(
    { payer, method: funding.kind, amount: payment.payerAmount, ...usage },
    facts.now,
    facts.rules,
  );
  if (verdict.verdict === 'reject') return refuse('risk-rejected', { field: verdict.rule });
  if (command.funding.kind === 'card') {
    if (payment.events >= mostEventsForDebit) return refuse('method-not-available');
    return requestDebit(facts, payment, command);
  }

  if (balance === undefined) return refuse('customer-unknown');
  if (availableOf(balance) < payment.payerAmount.amount) return refuse('balance-insufficient');
  const left = balance.balance - payment.payerAmount.amount;
  const spending = countIn(facts, { ...balance, balance: left }, spentBy(payment, 'balance', facts.now));
  const by = { payerId: payer.customerId, funding, fundingAccount: command.payerAccount };
  return { ...paid(facts, payment, by), ...spending };
}

/** Puts what was spent beside the balance, so that the payer's next command of the batch sees it. */
export function countIn(
  facts: Pick<ChangeFacts, 'balances'>,
  balance: Balance,
  spent: Spending,
): Pick<Decision<unknown>, 'spending'> {
  const sums = addSpending(balance.spending, spent);
  facts.balances.set(balance.account, { ...balance, spending: sums });
  return { spending: { account: balance.account, sums } };
}

function requestDebit(facts: ChangeFacts, payment: Payment, command: AuthorizePayment): Decision<Payment> {
  const { payment: changed, event } = withEvent(
    payment,
    { kind: 'debit-requested', at: facts.now },
    {
      payerId: command.payer.customerId,
      funding: command.funding,
      fundingAccount: command.clearingAccount,
      lastRefusal: null,
    },
  );
  facts.payments.set(payment.id, changed);
  // Counted when the bank is asked, and taken back if it refuses: what waits for banks cannot pass the limits together.
  const balance = facts.balances.get(command.payerAccount);
  return {
    answer: changed,
    changed,
    ...(balance === undefined ? {} : countIn(facts, balance, spentBy(payment, 'card', facts.now))),
    events: [event],
    question: debitQuestion(changed, facts.now, command.mayAsk === true),
  };
}

/** Final success, `by` whom where it is not known yet: the entry, the event that names it, and the merchant's notification. */
export function paid(
  facts: ChangeFacts,
  payment: Payment,
  by: Partial<Pick<Payment, 'payerId' | 'funding' | 'fundingAccount'>> = {},
): Decision<Payment> {
  const entryId = facts.ids.pop()!;
  const { payment: changed, event } = withEvent(
    payment,
    { kind: 'paid', at: facts.now, entryId },
    { ...by, paidAt: facts.now, lastRefusal: null },
  );
  const entry: Entry = {
    id: entryId,
    kind: 'payment',
    payerId: changed.payerId!,
    subjectId: payment.id,
    occurredAt: facts.now,
    postings: paymentPostings(changed, changed.fundingAccount!, legsOf(facts.house, changed)),
  };
  facts.payments.set(payment.id, changed);
  return {
    answer: changed,
    changed,
    events: [event],
    entry,
    notification: notificationOf(facts, changed, {
      kind: 'payment',
      subjectId: payment.id,
      url: changed.order.notifyUrl,
    }),
  };
}

export const authorizeVerb = (
  sources: ChangeSources & { readonly merchants: Pick<Merchants, 'suspendedAmong'> },
): Verb<AuthorizePayment, ChangeFacts, Decision<Payment>> =>
  changeVerb({
    name: 'payments.authorize',
    sources,
    // The balance's lock is the payer's lock: a card payment takes it too, so that its sums stand still.
    accounts: (commands) => commands.map((command) => command.payerAccount),
    more: async (tx, _commands, facts) => {
      const payees = [...facts.payments.values()].map(({ merchantId }) => merchantId);
      return { ...facts, suspended: await sources.merchants.suspendedAmong(tx, payees) };
    },
    decide: decideAuthorize,
  });

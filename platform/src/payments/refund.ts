// refund: all or part of a paid payment goes back at the payment's own rate. To a balance at once; to a bank card
// when the bank has confirmed. Parts that add up to the payment return exactly what the shopper paid.
import { divide, type Money, money } from '@tongbao/money';
import type { Transaction, Verb } from '../database/index.ts';
import type { Entry } from '../ledger/index.ts';
import { refundQuestion } from './bank-question.ts';
import {
  type ChangeFacts,
  type ChangeSources,
  changeVerb,
  notificationOf,
  refundNotifyUrl,
} from './change.ts';
import type { RefundAnswer, RefundPayment } from './commands.ts';
import { type Decision, refuse, withEvent } from './decision.ts';
import { legsOf } from './house.ts';
import type { Payment, Refund } from './payment.ts';
import { refundPostings } from './postings.ts';
import { readLastAskedAt, readRefunds, readRefundsOfPayments } from './refund-store.ts';
import { type Share, sharesBack, sharesOf, total } from './shares.ts';
import { findRequests, readPayments, requestKinds } from './store.ts';
import {
  type MerchantFunds,
  neededFor,
  readMerchantFunds,
  retryEveryMs,
  waitsAtMostMs,
} from './unsettled-funds.ts';

export interface RefundFacts extends ChangeFacts {
  readonly answered: Map<string, { inputHash: Buffer; refund: Refund; payment: Payment }>;
  /** Of those commands that say where the money must be. */
  readonly funds: MerchantFunds;
  /** What went back, or is going back, of shares; for those commands that take some back. */
  readonly sharesBack: Map<bigint, readonly Share[]>;
  /** When a payment was last refunded, for those commands that ask for a pause. */
  readonly lastAskedAt: Map<bigint, Date>;
}

const dayMs = 24 * 3600 * 1000;
const keyOf = (request: { merchantId: bigint; requestId: string }) =>
  `${request.merchantId}/${request.requestId}`;

export function decideRefund(facts: RefundFacts, command: RefundPayment): Decision<RefundAnswer> {
  const former = facts.answered.get(keyOf(command));
  if (former !== undefined) {
    if (!former.inputHash.equals(command.inputHash)) return refuse('request-reused');
    return { answer: { refund: former.refund, payment: former.payment, replayed: true } };
  }
  const payment = facts.payments.get(command.paymentId);
  if (payment === undefined || payment.merchantId !== command.merchantId) return refuse('payment-not-found');
  if (payment.status === 'cancelled') return refuse('payment-cancelled');
  if (payment.status === 'expired' || payment.status === 'declined') return refuse('payment-expired');
  if (payment.status !== 'paid') return refuse('payment-not-paid');
  if (command.amount.currency !== payment.amount.currency)
    return refuse('currency-not-supported', { field: 'amount' });
  const windowEnd = payment.paidAt!.getTime() + payment.terms.refundWindowDays * dayMs;
  if (facts.now.getTime() > windowEnd) return refuse('refund-window-exceeded');
  const asked =
    command.payerAmount === undefined ? command : inOrderCurrency(payment, command.payerAmount, command);
  const rest = payment.amount.amount - payment.refunded.amount - payment.refunding.amount;
  if (asked === null || asked.amount.amount > rest || asked.amount.amount < 1n)
    return refuse('refund-amount-exceeded', { field: 'amount' });

  const last = facts.lastAskedAt.get(payment.id);
  if (last !== undefined && facts.now.getTime() - last.getTime() < (command.pauseMs ?? 0))
    return refuse('refund-too-soon');

  const before = facts.sharesBack.get(payment.id) ?? [];
  const shares = sharesBack(payment, before, command.shares ?? []);
  if (shares === null || total(shares) > asked.amount.amount)
    return refuse('refund-amount-exceeded', { field: 'shares' });
  const refund = newRefund(facts, payment, { ...asked, sharesBack: shares });
  const isFunded = command.funds === undefined || takeFunds(facts, payment, refund);
  if (!isFunded && command.funds === 'now') return refuse('merchant-balance-insufficient');
  const decision = !isFunded
    ? waitForFunds(facts, payment, refund)
    : payment.funding?.kind === 'card'
      ? askBank(facts, payment, refund)
      : refundNow(facts, payment, refund);
  if (shares.length > 0) facts.sharesBack.set(payment.id, [...before, ...shares]);
  if (command.pauseMs !== undefined) facts.lastAskedAt.set(payment.id, facts.now);
  facts.answered.set(keyOf(command), {
    inputHash: command.inputHash,
    refund: decision.refund,
    payment: decision.changed,
  });
  facts.payments.set(payment.id, decision.changed);
  return {
    ...decision.rest,
    changed: decision.changed,
    newRefund: decision.refund,
    answer: { refund: decision.refund, payment: decision.changed, replayed: false },
    refundRequest: {
      merchantId: command.merchantId,
      requestId: command.requestId,
      subjectId: refund.id,
      inputHash: command.inputHash,
    },
  };
}

/**
 * A refund asked for in the payer's currency: the merchant's side is what brings its total to the rounded share, at
 * least one minor unit, and the last part takes the rest. Null when it exceeds what the payer paid.
 */
function inOrderCurrency(payment: Payment, payerAmount: Money, command: RefundPayment): RefundPayment | null {
  if (payerAmount.currency !== payment.payerAmount.currency || payerAmount.amount < 1n) return null;
  const whole = payment.payerAmount.amount;
  const returned = payment.refundedToPayer.amount + payment.refundingToPayer.amount + payerAmount.amount;
  if (returned > whole) return null;
  const before = payment.refunded.amount + payment.refunding.amount;
  const share = divide(payment.amount.amount * returned, whole, 'half-even') - before;
  // Something of the order must stay as long as something of the payer's money does.
  const most = payment.amount.amount - before - (returned < whole ? 1n : 0n);
  const amount = share > most ? most : share < 1n ? 1n : share;
  return { ...command, amount: money(payment.amount.currency, amount) };
}

/**
 * The payer's share is what brings his total to the rounded share of everything refunded so far. So the last part
 * returns the exact rest, also after a part in between has failed.
 */
function newRefund(
  facts: RefundFacts,
  payment: Payment,
  command: RefundPayment & { sharesBack: readonly Share[] },
): Refund {
  const whole = payment.amount.amount;
  const before = payment.refunded.amount + payment.refunding.amount;
  const share = (total: bigint, part: bigint) => divide(total * part, whole, 'half-even');
  const owed = share(payment.payerAmount.amount, before + command.amount.amount);
  const discount = payment.fee.amount - total(sharesOf(payment));
  const fee = payment.terms.returnsFee
    ? share(discount, before + command.amount.amount) - share(discount, before)
    : 0n;
  return {
    id: facts.ids.pop()!,
    paymentId: payment.id,
    merchantId: payment.merchantId,
    payerId: payment.payerId!,
    requestId: command.requestId,
    status: 'processing',
    amount: command.amount,
    payerAmount:
      command.payerAmount ??
      money(
        payment.payerAmount.currency,
        owed - payment.refundedToPayer.amount - payment.refundingToPayer.amount,
      ),
    feeReturned: money(payment.amount.currency, fee + total(command.sharesBack)),
    reason: command.reason,
    notifyUrl: command.notifyUrl,
    metadata: command.metadata,
    shares: command.sharesBack,
    createdAt: facts.now,
    finishedAt: null,
  };
}

interface RefundStep {
  readonly refund: Refund;
  readonly changed: Payment;
  readonly rest: Decision<RefundAnswer>;
}

function refundNow(facts: RefundFacts, payment: Payment, asked: Refund): RefundStep {
  const refund: Refund = { ...asked, status: 'succeeded', finishedAt: facts.now };
  const { changed, rest } = refunded(facts, payment, refund, {
    refunded: plus(payment.refunded, refund.amount.amount),
    refundedToPayer: plus(payment.refundedToPayer, refund.payerAmount.amount),
  });
  return { refund, changed, rest };
}

/** Whether the merchant has it among what is not settled; then it is spent. */
function takeFunds(facts: RefundFacts, payment: Payment, refund: Refund): boolean {
  const available = facts.funds.get(payment.terms.pendingAccount) ?? 0n;
  if (available < neededFor(payment, refund)) return false;
  facts.funds.set(payment.terms.pendingAccount, available - neededFor(payment, refund));
  return true;
}

function waitForFunds(facts: RefundFacts, payment: Payment, refund: Refund): RefundStep {
  const at = facts.now.getTime();
  const queued = {
    ...{ refundId: refund.id, paymentId: payment.id },
    nextTryAt: new Date(at + retryEveryMs),
    givenUpAt: new Date(at + waitsAtMostMs),
  };
  const { changed, events } = requested(facts, payment, refund);
  return { refund, changed, rest: { events, queued } };
}

function askBank(facts: RefundFacts, payment: Payment, refund: Refund): RefundStep {
  const { changed, events } = requested(facts, payment, refund);
  return { refund, changed, rest: { events, question: refundQuestion(payment, refund, facts.now) } };
}

/** What has been asked for counts against what is left, before it is done. */
function requested(facts: RefundFacts, payment: Payment, refund: Refund) {
  const { payment: changed, event } = withEvent(
    payment,
    { kind: 'refund-requested', at: facts.now, refundId: refund.id },
    {
      refunding: plus(payment.refunding, refund.amount.amount),
      refundingToPayer: plus(payment.refundingToPayer, refund.payerAmount.amount),
    },
  );
  return { changed, events: [event] };
}

const plus = (to: Payment['amount'], amount: bigint) => money(to.currency, to.amount + amount);

/** The refund is final: entry, event, notification. */
export function refunded(
  facts: ChangeFacts,
  payment: Payment,
  refund: Refund,
  changes: Partial<Payment>,
): { changed: Payment; rest: Pick<Decision<never>, 'events' | 'entry' | 'notification'> } {
  const entryId = facts.ids.pop()!;
  const { payment: changed, event } = withEvent(
    payment,
    { kind: 'refunded', at: facts.now, entryId, refundId: refund.id },
    changes,
  );
  const entry: Entry = {
    id: entryId,
    kind: 'refund',
    payerId: refund.payerId,
    subjectId: payment.id,
    occurredAt: facts.now,
    postings: refundPostings(payment, refund, legsOf(facts.house, payment)),
  };
  const notification = notificationOf(facts, changed, {
    kind: 'refund',
    subjectId: refund.id,
    url: refundNotifyUrl(payment, refund),
  });
  return { changed, rest: { events: [event], entry, notification } };
}

async function readSharesBack(
  tx: Transaction,
  paymentIds: readonly bigint[],
): Promise<Map<bigint, readonly Share[]>> {
  const back = new Map<bigint, readonly Share[]>();
  if (paymentIds.length === 0) return back;
  for (const { paymentId, status, shares } of await readRefundsOfPayments(tx, paymentIds))
    if (status !== 'failed') back.set(paymentId, [...(back.get(paymentId) ?? []), ...shares]);
  return back;
}

const paymentsOf = (facts: ChangeFacts, commands: readonly RefundPayment[]): Payment[] =>
  commands.flatMap((command) => facts.payments.get(command.paymentId) ?? []);

export const refundVerb = (
  sources: ChangeSources,
): Verb<RefundPayment, RefundFacts, Decision<RefundAnswer>> =>
  changeVerb({
    name: 'payments.refund',
    sources,
    async more(tx, commands, facts) {
      const requests = await findRequests(tx, requestKinds.refund, commands);
      const refunds = await readRefunds(
        tx,
        requests.map((request) => request.subjectId),
      );
      const payments = await readPayments(
        tx,
        [...refunds.values()].map((refund) => refund.paymentId),
      );
      const answered = new Map<string, { inputHash: Buffer; refund: Refund; payment: Payment }>();
      for (const request of requests) {
        const refund = refunds.get(request.subjectId)!;
        const payment = payments.get(refund.paymentId)!;
        answered.set(keyOf(request), { inputHash: request.inputHash, refund, payment });
      }
      const ofPause = commands.filter((command) => (command.pauseMs ?? 0) > 0);
      const ofShares = commands.filter((command) => (command.shares ?? []).length > 0);
      const ofFunds = commands.filter((command) => command.funds !== undefined);
      return {
        ...{ ...facts, answered },
        lastAskedAt: await readLastAskedAt(
          tx,
          ofPause.map((command) => command.paymentId),
        ),
        sharesBack: await readSharesBack(
          tx,
          ofShares.map((command) => command.paymentId),
        ),
        // Last: it takes the gate.
        funds: await readMerchantFunds(tx, paymentsOf(facts, ofFunds)),
      };
    },
    decide: decideRefund,
  });

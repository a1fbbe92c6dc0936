// refund: all or part of a paid payment goes back at the payment's own rate. To a balance at once; to a bank card
// when the bank has confirmed. Parts that add up to the payment return exactly what the shopper paid.
import { money } from '@tongbao/money';
import type { Transaction, Verb } from '../database/index.ts';
import type { Entry } from '../ledger/index.ts';
import { type BankQuestion, refundQuestion } from './bank-question.ts';
import {
  type ChangeFacts,
  type ChangeSources,
  changeVerb,
  notificationOf,
  refundNotifyUrl,
} from './change.ts';
import type { RefundAnswer, RefundPayment } from './commands.ts';
import { type Decision, refuse, withEvent } from './decision.ts';
import type { PaymentEvent } from './event-store.ts';
import { legsOf } from './house.ts';
import { mostEvents, type Payment, type Refund } from './payment.ts';
import { fundingPostings, refundPostings } from './postings.ts';
import { feePart, noRefunds, orderPart, payerPart, type RefundSums } from './refund-price.ts';
import { readRefundSums, readRefunds, readRefundsOfPayments } from './refund-store.ts';
import { openSettled, settlementPart } from './settlement-price.ts';
import { type Share, sharesBack, total } from './shares.ts';
import { findRequests, readPayments, requestKinds } from './store.ts';
import {
  discountOf,
  fundsOf,
  keptFeeOf,
  type MerchantFunds,
  neededFor,
  readMerchantFunds,
  retryEveryMs,
  takeFunds,
  waitsAtMostMs,
} from './unsettled-funds.ts';

/** What decides from where a refund's money comes; read for each payment of a batch. */
export interface FundingFacts extends ChangeFacts {
  readonly funds: MerchantFunds;
  /** What each payment's refunds come to; payments without one are absent. */
  readonly sums: Map<bigint, RefundSums>;
}

export interface RefundFacts extends FundingFacts {
  readonly answered: Map<string, { inputHash: Buffer; refund: Refund; payment: Payment }>;
  /** What went back, or is going back, of shares; for those commands that take some back. */
  readonly sharesBack: Map<bigint, readonly Share[]>;
}

/** So many parts can a payment be refunded in; what is left then goes back as a whole. */
export const mostParts = 1_000;

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
  const refused = refusalOf(facts, payment, command);
  if (refused !== null) return refused;
  const amount = command.payerAmount === undefined ? command.amount : orderPart(payment, command.payerAmount);
  const rest = payment.amount.amount - payment.refunded.amount - payment.refunding.amount;
  if (amount === null || amount.amount > rest || amount.amount < 1n)
    return refuse('refund-amount-exceeded', { field: 'amount' });
  const before = facts.sums.get(payment.id) ?? noRefunds;
  const since = before.lastAskedAt === null ? Infinity : facts.now.getTime() - before.lastAskedAt.getTime();
  const pauseMs = command.pauseMs ?? 0;
  if (pauseMs > 0 && since < pauseMs) return refuse('refund-too-soon');
  const isRest = amount.amount === rest;
  if (payment.events >= mostEvents || (before.count >= mostParts && !isRest))
    return refuse('refund-too-many');

  const sharesBefore = facts.sharesBack.get(payment.id) ?? [];
  const shares = sharesBack(payment, sharesBefore, command.shares ?? []);
  if (shares === null || total(shares) > amount.amount)
    return refuse('refund-amount-exceeded', { field: 'shares' });
  const asked = newRefund(facts, payment, { ...command, amount, sharesBack: shares });
  const settled = openSettled(payment, before) + asked.settlementAmount.amount;
  const funded = fund(facts, payment, { refund: asked, settled });
  if (funded === null && command.funds === 'now') return refuse('merchant-balance-insufficient');
  const step =
    funded === null
      ? waitForFunds(facts, payment, asked)
      : payment.funding?.kind === 'card'
        ? askBank(facts, payment, funded)
        : refundNow(facts, payment, funded);
  const { refund, changed } = step;
  const sums = sumsWith(before, refund);
  if (shares.length > 0) facts.sharesBack.set(payment.id, [...sharesBefore, ...shares]);
  facts.sums.set(payment.id, sums);
  facts.answered.set(keyOf(command), { inputHash: command.inputHash, refund, payment: changed });
  facts.payments.set(payment.id, changed);
  return {
    ...step.rest,
    ...{ changed, newRefund: refund },
    refundSums: { payment: changed, sums },
    answer: { refund, payment: changed, replayed: false },
    refundRequest: {
      merchantId: command.merchantId,
      requestId: command.requestId,
      subjectId: refund.id,
      inputHash: command.inputHash,
    },
  };
}

/** What speaks against any refund of the payment now; null: nothing. */
function refusalOf(facts: RefundFacts, payment: Payment, command: RefundPayment): Decision<never> | null {
  if (payment.status === 'cancelled') return refuse('payment-cancelled');
  if (payment.status === 'expired' || payment.status === 'declined') return refuse('payment-expired');
  if (payment.status !== 'paid') return refuse('payment-not-paid');
  if (command.amount.currency !== payment.amount.currency)
    return refuse('currency-not-supported', { field: 'amount' });
  const windowEnd = payment.paidAt!.getTime() + payment.terms.refundWindowDays * dayMs;
  if (facts.now.getTime() > windowEnd) return refuse('refund-window-exceeded');
  return null;
}

function newRefund(
  facts: RefundFacts,
  payment: Payment,
  command: RefundPayment & { sharesBack: readonly Share[] },
): Refund {
  const { amount } = command.amount;
  const before = facts.sums.get(payment.id) ?? noRefunds;
  const settlementAmount = settlementPart(payment, amount, before.settled);
  const feeBefore = { fee: discountOf(payment), before: before.feeReturned };
  const settled = openSettled(payment, before) + settlementAmount.amount;
  const fee = payment.terms.returnsFee ? feePart(payment, settled, feeBefore) : 0n;
  return {
    id: facts.ids.pop()!,
    paymentId: payment.id,
    merchantId: payment.merchantId,
    payerId: payment.payerId!,
    requestId: command.requestId,
    status: 'processing',
    amount: command.amount,
    payerAmount: command.payerAmount ?? payerPart(payment, amount),
    settlementAmount,
    feeReturned: money(settlementAmount.currency, fee + total(command.sharesBack)),
    ...{ owedFee: 0n, owed: 0n, putAside: false },
    reason: command.reason,
    notifyUrl: command.notifyUrl,
    metadata: command.metadata,
    shares: command.sharesBack,
    createdAt: facts.now,
    finishedAt: null,
  };
}

const sumsWith = (before: RefundSums, refund: Refund): RefundSums => ({
  count: before.count + 1,
  lastAskedAt: refund.createdAt,
  feeReturned: before.feeReturned + refund.feeReturned.amount - total(refund.shares),
  settled: before.settled + refund.settlementAmount.amount,
  owedFee: before.owedFee + refund.owedFee,
});

/**
 * The refund with its money, taken from what its merchant has; null while that does not suffice. `settled`: how much of the
 * settlement amount refunds take with it, in progress or done.
 */
export function fund(
  facts: FundingFacts,
  payment: Payment,
  { refund, settled }: { readonly refund: Refund; readonly settled: bigint },
): Refund | null {
  const keptFee = keptFeeOf(payment, settled) - (facts.sums.get(payment.id)?.owedFee ?? 0n);
  const sources = takeFunds(facts.funds, payment, { needed: neededFor(refund), keptFee });
  return sources === null ? null : { ...refund, owedFee: sources.owedFee, owed: sources.owed };
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

function askBank(facts: RefundFacts, payment: Payment, asked: Refund): RefundStep {
  const request = requested(facts, payment, asked);
  const { refund, changed, rest } = putAside(facts, request.changed, asked);
  return { refund, changed, rest: { ...rest, events: [...request.events, ...rest.events] } };
}

/** The money is taken from the merchant before the bank is asked: nothing else can be paid with it. */
export function putAside(
  facts: FundingFacts,
  payment: Payment,
  funded: Refund,
): {
  refund: Refund;
  changed: Payment;
  rest: { events: PaymentEvent[]; entry?: Entry; question: BankQuestion };
} {
  const question = refundQuestion(payment, funded, facts.now);
  if (neededFor(funded) === 0n) return { refund: funded, changed: payment, rest: { events: [], question } };
  const refund: Refund = { ...funded, putAside: true };
  const entryId = facts.ids.pop()!;
  const { payment: changed, event } = withEvent(payment, {
    ...{ kind: 'refund-funded', at: facts.now, entryId, refundId: refund.id },
  });
  const entry: Entry = {
    ...{ id: entryId, kind: 'refund-funding', payerId: refund.payerId, subjectId: payment.id },
    occurredAt: facts.now,
    postings: fundingPostings(refund, fundsOf(facts.funds, payment).accounts),
  };
  return { refund, changed, rest: { events: [event], entry, question } };
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
  facts: FundingFacts,
  payment: Payment,
  refund: Refund,
  changes: Partial<Payment>,
): { changed: Payment; rest: Pick<Decision<never>, 'events' | 'entry' | 'notification'> } {
  const postings = refundPostings(payment, refund, {
    house: legsOf(facts.house, payment),
    merchant: fundsOf(facts.funds, payment).accounts,
  });
  // A part can be worth less than the smallest unit on either side: then it moves nothing.
  const entryId = postings.length === 0 ? 0n : facts.ids.pop()!;
  const { payment: changed, event } = withEvent(
    payment,
    { kind: 'refunded', at: facts.now, entryId, refundId: refund.id },
    changes,
  );
  const entry: Entry = {
    ...{ id: entryId, kind: 'refund', payerId: refund.payerId, subjectId: payment.id },
    occurredAt: facts.now,
    postings,
  };
  const notification = notificationOf(facts, changed, {
    kind: 'refund',
    subjectId: refund.id,
    url: refundNotifyUrl(payment, refund),
  });
  const rest = { events: [event], notification, ...(postings.length === 0 ? {} : { entry }) };
  return { changed, rest };
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
      const ofShares = commands.filter((command) => (command.shares ?? []).length > 0);
      return {
        ...{ ...facts, answered },
        sums: await readRefundSums(tx, [...facts.payments.keys()]),
        sharesBack: await readSharesBack(
          tx,
          ofShares.map((command) => command.paymentId),
        ),
        funds: await readMerchantFunds(tx, facts.payments.values()),
      };
    },
    decide: decideRefund,
  });

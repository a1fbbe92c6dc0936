// What the payments verbs share: a decision as data, and the one place that records decisions. Each verb only
// decides; this file writes state, events, requests, notifications and entries together, entries last.

import { type Lanes, quarantine, type Transaction, type Verb } from '../database/index.ts';
import { type Entry, recordEntries, type Spending } from '../ledger/index.ts';
import { type NewNotification, notificationRows } from '../notifications/index.ts';
import { Rejection, type RejectionCode, type RejectionDetail } from '../rejection.ts';
import type { Clock } from '../system/index.ts';
import {
  answerRows,
  type CardTransfer,
  type HeardAnswer,
  type OpenStepUp,
  recordReturn,
  writeStepUp,
} from '../wallet/index.ts';
import type { BankQuestion } from './bank-question.ts';
import { questionRows, updateQuestions } from './bank-question-store.ts';
import { assertPayment, refundFault, sumsFault } from './bounds.ts';
import type { ConditionsBook } from './conditions-store.ts';
import { eventRows, type PaymentEvent } from './event-store.ts';
import { eventArrivals } from './leaf.ts';
import { advance, type Payment, type PaymentEventKind, type Refund } from './payment.ts';
import type { RefundSums } from './refund-price.ts';
import { type QueuedRefund, writeRefundQueue } from './refund-queue-store.ts';
import { refundRows, updateRefunds } from './refund-store.ts';
import {
  paymentRows,
  type RequestRow,
  requestKinds,
  requestRows,
  updatePayments,
  updateQuotes,
} from './store.ts';

/** Everything that one command leads to. A refusal has only `refused`; a replay has only its answer. */
export interface Decision<Answer> {
  readonly refused?: { readonly code: RejectionCode; readonly detail?: RejectionDetail };
  readonly answer?: Answer;
  readonly created?: Payment;
  readonly changed?: Payment;
  /** It has another price than before. */
  readonly requoted?: Payment;
  readonly newRefund?: Refund;
  readonly changedRefund?: Refund;
  /** What the refunds of the new refund's payment come to with it. */
  readonly refundSums?: { readonly payment: Payment; readonly sums: RefundSums };
  readonly paymentRequest?: RequestRow;
  readonly refundRequest?: RequestRow;
  readonly events?: readonly PaymentEvent[];
  readonly entry?: Entry;
  readonly notification?: NewNotification;
  /** What the owner of an account has spent by now, with this payment; its balance is locked. */
  readonly spending?: { readonly account: bigint; readonly sums: Spending };
  /** A card bank is to be asked; the job that asks it is enqueued in the same transaction. */
  readonly question?: BankQuestion;
  /** A question that an answer was applied to. */
  readonly answered?: BankQuestion;
  /** What a bank wants to hear from the shopper before it answers. */
  readonly stepUp?: OpenStepUp;
  /** A debit that a bank made although it had been decided otherwise: it goes back to the card. */
  readonly returned?: CardTransfer;
  /** What a bank said, as evidence. */
  readonly heard?: HeardAnswer;
  /** Something that an operator must look at: it goes to the quarantine list of the timer that asks banks. */
  readonly attention?: { readonly item: string; readonly reason: string };
  /** The refund waits for the merchant's funds, or no longer does. */
  readonly queued?: QueuedRefund;
  readonly dequeued?: bigint;
}

export const bankTimerName = 'card bank questions';

/** Puts the jobs that ask banks into the queue. */
export type EnqueueQuestions = (tx: Transaction, questions: readonly BankQuestion[]) => Promise<void>;

export const refuse = (code: RejectionCode, detail?: RejectionDetail): Decision<never> => ({
  refused: { code, detail },
});

export interface RecordSources {
  readonly enqueue: EnqueueQuestions;
  readonly clock: Clock;
  readonly conditions: ConditionsBook;
}

/** For verbs that only make new payments. */
export const noneBefore: ReadonlyMap<bigint, Payment> = new Map();

/**
 * Writes a whole batch of decisions, set by set, after it has asserted them. `before`: the payments as they were locked.
 */
export async function recordDecisions(
  tx: Transaction,
  {
    decisions,
    before,
  }: { readonly decisions: readonly Decision<unknown>[]; readonly before: ReadonlyMap<bigint, Payment> },
  { enqueue, conditions, clock }: RecordSources,
): Promise<void> {
  assertDecisions(decisions, before);
  const created = pick(decisions, 'created');
  const requoted = latest(pick(decisions, 'requoted'));
  await conditions.save(tx, [...created, ...requoted]);
  await updateQuotes(tx, requoted, conditions);
  await updatePayments(tx, latest(pick(decisions, 'changed')));
  await updateRefunds(tx, pick(decisions, 'changedRefund'));
  await writeRefundQueue(tx, { queued: pick(decisions, 'queued'), dequeued: pick(decisions, 'dequeued') });
  const questions = pick(decisions, 'question');
  if (questions.length > 0) await enqueue(tx, questions);
  await updateQuestions(tx, pick(decisions, 'answered'));
  for (const stepUp of pick(decisions, 'stepUp')) await writeStepUp(tx, stepUp);
  for (const returned of pick(decisions, 'returned')) await recordReturn(tx, returned);
  for (const attention of pick(decisions, 'attention'))
    await quarantine(tx, { ...attention, timer: bankTimerName, at: clock.now() });
  const acts = pick(decisions, 'events');
  await recordEntries(tx, pick(decisions, 'entry'), {
    arrivals: eventArrivals(acts),
    spending: new Map(pick(decisions, 'spending').map(({ account, sums }) => [account, sums])),
    alongside: [
      paymentRows(created, conditions),
      refundRows(pick(decisions, 'newRefund')),
      requestRows(requestKinds.payment, pick(decisions, 'paymentRequest')),
      requestRows(requestKinds.refund, pick(decisions, 'refundRequest')),
      eventRows(acts.flat()),
      notificationRows(pick(decisions, 'notification')),
      questionRows(questions),
      answerRows(pick(decisions, 'heard')),
    ],
  });
}

/** Whatever decided it: each step is one of the state machine, and shares, fees, refunds and parts stay in their bounds. */
export function assertDecisions(
  decisions: readonly Decision<unknown>[],
  before: ReadonlyMap<bigint, Payment>,
): void {
  const now = new Map<bigint, Payment>();
  for (const { created, changed, newRefund, changedRefund, refundSums, events = [] } of decisions) {
    const after = changed ?? created;
    if (after === undefined) continue;
    const former = now.get(after.id) ?? before.get(after.id) ?? null;
    if (created === undefined && former === null)
      throw new Error(`payment ${after.id} was changed without being locked`);
    assertPayment(former, after, events);
    now.set(after.id, after);
    const refund = newRefund ?? changedRefund;
    const fault =
      (refund === undefined ? null : refundFault({ payment: after, refund })) ??
      (refundSums === undefined ? null : sumsFault(refundSums));
    if (fault !== null) throw new Error(fault);
  }
}

export function pick<Key extends keyof Decision<unknown>>(decisions: readonly Decision<unknown>[], key: Key) {
  const found: NonNullable<Decision<unknown>[Key]>[] = [];
  for (const decision of decisions) {
    const value = decision[key];
    if (value !== undefined) found.push(value as NonNullable<Decision<unknown>[Key]>);
  }
  return found;
}

/** A payment changed twice in a batch is written once, as it stands at the end. */
function latest(payments: readonly Payment[]): Payment[] {
  return [...new Map(payments.map((payment) => [payment.id, payment])).values()];
}

/** Applies an event: the new status by the transition table, the counted event, and the caller's changes. */
export function withEvent(
  payment: Payment,
  event: { kind: PaymentEventKind; at: Date; entryId?: bigint; refundId?: bigint },
  changes: Partial<Payment> = {},
): { payment: Payment; event: PaymentEvent } {
  const sequence = payment.events + 1;
  return {
    payment: { ...payment, ...changes, status: advance(payment.status, event.kind), events: sequence },
    event: {
      paymentId: payment.id,
      sequence,
      kind: event.kind,
      occurredAt: event.at,
      entryId: event.entryId ?? 0n,
      refundId: event.refundId ?? 0n,
    },
  };
}

/** Runs a command in the lanes and turns a refusal into a thrown Rejection. */
export async function runVerb<Command, Facts, Answer>(
  lanes: Lanes,
  verb: Verb<Command, Facts, Decision<Answer>>,
  command: Command,
): Promise<Answer> {
  const decision = await lanes.run(verb, command);
  if (decision.refused !== undefined) {
    throw new Rejection(decision.refused.code, undefined, decision.refused.detail);
  }
  return decision.answer as Answer;
}

// What the payments verbs share: a decision as data, and the one place that records decisions. Each verb only
// decides; this file writes state, events, requests, notifications and entries together, entries last.
import type { Lanes, Transaction, Verb } from '../database/index.ts';
import { type Entry, recordEntries, type Spending } from '../ledger/index.ts';
import { type NewNotification, notificationRows } from '../notifications/index.ts';
import { Rejection, type RejectionCode, type RejectionDetail } from '../rejection.ts';
import type { ConditionsBook } from './conditions-store.ts';
import { advance, type Payment, type PaymentEventKind, type Refund } from './payment.ts';
import { type QueuedRefund, writeRefundQueue } from './refund-queue-store.ts';
import { refundRows, updateRefunds } from './refund-store.ts';
import {
  eventRows,
  type PaymentEvent,
  paymentRows,
  type RequestRow,
  requestKinds,
  requestRows,
  updatePayments,
} from './store.ts';

/** Everything that one command leads to. A refusal has only `refused`; a replay has only its answer. */
export interface Decision<Answer> {
  readonly refused?: { readonly code: RejectionCode; readonly detail?: RejectionDetail };
  readonly answer?: Answer;
  readonly created?: Payment;
  readonly changed?: Payment;
  readonly newRefund?: Refund;
  readonly changedRefund?: Refund;
  readonly paymentRequest?: RequestRow;
  readonly refundRequest?: RequestRow;
  readonly events?: readonly PaymentEvent[];
  readonly entry?: Entry;
  readonly notification?: NewNotification;
  /** What the owner of an account has spent by now, with this payment; its balance is locked. */
  readonly spending?: { readonly account: bigint; readonly sums: Spending };
  /** Work outside the platform that must follow: a bank is asked. Enqueued in the same transaction. */
  readonly job?: BankJob;
  /** The refund waits for the merchant's funds, or no longer does. */
  readonly queued?: QueuedRefund;
  readonly dequeued?: bigint;
}

export interface BankJob {
  readonly task: 'debit-card' | 'refund-card' | 'reverse-card';
  readonly paymentId: bigint;
  readonly refundId: bigint;
}

export type EnqueueBankJobs = (tx: Transaction, jobs: readonly BankJob[]) => Promise<void>;

export const refuse = (code: RejectionCode, detail?: RejectionDetail): Decision<never> => ({
  refused: { code, detail },
});

export interface RecordSources {
  readonly enqueue: EnqueueBankJobs;
  readonly conditions: ConditionsBook;
}

/** Writes a whole batch of decisions, set by set. */
export async function recordDecisions(
  tx: Transaction,
  decisions: readonly Decision<unknown>[],
  { enqueue, conditions }: RecordSources,
): Promise<void> {
  const created = pick(decisions, 'created');
  await conditions.save(tx, created);
  await updatePayments(tx, latest(pick(decisions, 'changed')));
  await updateRefunds(tx, pick(decisions, 'changedRefund'));
  await writeRefundQueue(tx, { queued: pick(decisions, 'queued'), dequeued: pick(decisions, 'dequeued') });
  const jobs = pick(decisions, 'job');
  if (jobs.length > 0) await enqueue(tx, jobs);
  await recordEntries(tx, pick(decisions, 'entry'), {
    commit: true,
    spending: new Map(pick(decisions, 'spending').map(({ account, sums }) => [account, sums])),
    alongside: [
      paymentRows(created, conditions),
      refundRows(pick(decisions, 'newRefund')),
      requestRows(requestKinds.payment, pick(decisions, 'paymentRequest')),
      requestRows(requestKinds.refund, pick(decisions, 'refundRequest')),
      eventRows(pick(decisions, 'events').flat()),
      notificationRows(pick(decisions, 'notification')),
    ],
  });
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

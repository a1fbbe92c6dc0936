// retry-refund: a refund that waits for the merchant's unsettled funds is looked at again, every six hours for up to 180
// days; then it has failed, and the merchant is told (gateway reference, section 2.6).
import type { Database, Isolation, Lanes, Verb } from '../database/index.ts';
import type { Clock, Timer } from '../system/index.ts';
import { refundQuestion } from './bank-question.ts';
import { type ChangeSources, changeVerb } from './change.ts';
import { type Decision, runVerb } from './decision.ts';
import { decideFinishRefund, type FinishRefundFacts } from './finish-refund.ts';
import type { Refund } from './payment.ts';
import {
  type QueuedRefund,
  readDueRefunds,
  readNextDueRefund,
  readQueuedRefunds,
} from './refund-queue-store.ts';
import { readRefunds } from './refund-store.ts';
import { type MerchantFunds, neededFor, readMerchantFunds, retryEveryMs } from './unsettled-funds.ts';

export interface RetryRefund {
  readonly paymentId: bigint;
  readonly refundId: bigint;
}

export interface RetryRefundFacts extends FinishRefundFacts {
  readonly queued: Map<bigint, QueuedRefund>;
  readonly funds: MerchantFunds;
}

/** Answers the refund as it is now, null when it no longer waits. */
export function decideRetryRefund(facts: RetryRefundFacts, command: RetryRefund): Decision<Refund | null> {
  const queued = facts.queued.get(command.refundId);
  const payment = facts.payments.get(command.paymentId);
  const refund = facts.refunds.get(command.refundId);
  if (queued === undefined || payment === undefined || refund === undefined) return { answer: null };
  facts.queued.delete(command.refundId);
  const dequeued = command.refundId;
  const available = facts.funds.get(payment.terms.pendingAccount) ?? 0n;
  if (available >= neededFor(payment, refund)) {
    facts.funds.set(payment.terms.pendingAccount, available - neededFor(payment, refund));
    if (payment.funding?.kind === 'card')
      return { answer: refund, dequeued, question: refundQuestion(payment, refund, facts.now) };
    return { ...decideFinishRefund(facts, { ...command, succeeded: true }), dequeued };
  }
  if (facts.now >= queued.givenUpAt)
    return { ...decideFinishRefund(facts, { ...command, succeeded: false }), dequeued };
  const next = Math.min(facts.now.getTime() + retryEveryMs, queued.givenUpAt.getTime());
  return { answer: refund, queued: { ...queued, nextTryAt: new Date(next) } };
}

const retryRefundVerb = (
  sources: ChangeSources,
): Verb<RetryRefund, RetryRefundFacts, Decision<Refund | null>> =>
  changeVerb({
    name: 'payments.retry-refund',
    sources,
    async more(tx, commands, facts) {
      const ids = commands.map((command) => command.refundId);
      return {
        ...facts,
        refunds: await readRefunds(tx, ids),
        queued: await readQueuedRefunds(tx, ids),
        funds: await readMerchantFunds(tx, [...facts.payments.values()]),
      };
    },
    decide: decideRetryRefund,
  });

const perRun = 500;

export function refundQueueTimer(
  options: ChangeSources & { database: Database; lanes: Lanes; clock: Clock; isolation: Isolation },
): Timer {
  const { database, lanes, isolation } = options;
  const name = 'refunds that wait for funds';
  const retry = retryRefundVerb(options);
  return {
    name,
    nextDueAt: async () => readNextDueRefund(database, await isolation.held(name)),
    async run(now) {
      const due = await readDueRefunds(database, {
        ...{ by: now, limit: perRun },
        except: await isolation.held(name),
      });
      return isolation.each(name, due, {
        key: ({ refundId }) => refundId.toString(),
        work: (refund) => runVerb(lanes, retry, refund),
        parallel: perRun,
      });
    },
  };
}

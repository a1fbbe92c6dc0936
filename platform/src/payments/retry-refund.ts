// retry-refund: a refund that waits for the merchant's unsettled funds is looked at again, every six hours for up to 180
// days; then it has failed, and the merchant is told (gateway reference, section 2.6).
import type { Database, Isolation, Lanes, Verb } from '../database/index.ts';
import type { Clock, Timer } from '../system/index.ts';
import { type ChangeSources, changeVerb } from './change.ts';
import { type Decision, runVerb } from './decision.ts';
import { decideFinishRefund, type FinishRefundFacts } from './finish-refund.ts';
import type { Refund } from './payment.ts';
import { fund, putAside } from './refund.ts';
import { noRefunds } from './refund-price.ts';
import {
  type QueuedRefund,
  readDueRefunds,
  readNextDueRefund,
  readQueuedRefunds,
} from './refund-queue-store.ts';
import { readRefundSums, readRefunds } from './refund-store.ts';
import { openSettled } from './settlement-price.ts';
import { readMerchantFunds, retryEveryMs } from './unsettled-funds.ts';

export interface RetryRefund {
  readonly paymentId: bigint;
  readonly refundId: bigint;
}

export interface RetryRefundFacts extends FinishRefundFacts {
  readonly queued: Map<bigint, QueuedRefund>;
}

/** Answers the refund as it is now, null when it no longer waits. */
export function decideRetryRefund(facts: RetryRefundFacts, command: RetryRefund): Decision<Refund | null> {
  const queued = facts.queued.get(command.refundId);
  const payment = facts.payments.get(command.paymentId);
  const refund = facts.refunds.get(command.refundId);
  if (queued === undefined || payment === undefined || refund === undefined) return { answer: null };
  facts.queued.delete(command.refundId);
  const dequeued = command.refundId;
  const settled = openSettled(payment, facts.sums.get(payment.id) ?? noRefunds);
  const funded = fund(facts, payment, { refund, settled });
  if (funded !== null) {
    countOwed(facts, funded);
    facts.refunds.set(refund.id, funded);
    if (payment.funding?.kind !== 'card')
      return { ...decideFinishRefund(facts, { ...command, succeeded: true }), dequeued };
    const step = putAside(facts, payment, funded);
    facts.refunds.set(refund.id, step.refund);
    facts.payments.set(payment.id, step.changed);
    return {
      ...step.rest,
      ...{ answer: step.refund, changed: step.changed, changedRefund: step.refund, dequeued },
    };
  }
  if (facts.now >= queued.givenUpAt)
    return { ...decideFinishRefund(facts, { ...command, succeeded: false }), dequeued };
  const next = Math.min(facts.now.getTime() + retryEveryMs, queued.givenUpAt.getTime());
  return { answer: refund, queued: { ...queued, nextTryAt: new Date(next) } };
}

function countOwed(facts: RetryRefundFacts, { paymentId, owedFee }: Refund): void {
  const sums = facts.sums.get(paymentId) ?? noRefunds;
  facts.sums.set(paymentId, { ...sums, owedFee: sums.owedFee + owedFee });
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
        sums: await readRefundSums(tx, [...facts.payments.keys()]),
        funds: await readMerchantFunds(tx, facts.payments.values()),
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

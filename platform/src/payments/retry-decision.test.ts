// What looking again at a waiting refund decides, whole, and what it leaves for the next one of the batch.
import { money } from '@tongbao/money';
import { expect, it } from 'vitest';
import {
  changeFacts,
  clearing,
  dollarMerchant,
  fundsOf,
  inDollars,
  later,
  now,
  samplePaid,
  sampleRefund,
} from '../testing/sample-payment.ts';
import { noRefunds } from './refund-price.ts';
import { decideRetryRefund, type RetryRefundFacts } from './retry-refund.ts';

const waiting = samplePaid({
  ...{ funding: { kind: 'card', cardId: 3n }, fundingAccount: clearing, events: 3 },
  ...{ refunding: money('KRW', 29_500n), refundingToPayer: money('CNY', 18_530n) },
});
const queued = { refundId: 20n, paymentId: 12n, nextTryAt: now, givenUpAt: later(1) };
const command = { paymentId: 12n, refundId: 20n };
const factsOf = (unsettled: bigint, over: Partial<RetryRefundFacts> = {}): RetryRefundFacts => ({
  ...changeFacts([waiting]),
  ...{ funds: fundsOf(unsettled), sums: new Map([[12n, { ...noRefunds, count: 2, owedFee: 400n }]]) },
  ...{ refunds: new Map([[20n, sampleRefund()]]), queued: new Map([[20n, queued]]) },
  ...over,
});

it('to a card: its money is put aside, the bank is asked, and what was lent is counted', () => {
  // Half of the kept fee is 443, of which 400 were lent before.
  const facts = factsOf(29_457n);
  const refund = sampleRefund({ putAside: true, owedFee: 43n });
  const changed = { ...waiting, events: 4 };
  expect(decideRetryRefund(facts, command)).toEqual({
    ...{ answer: refund, changed, changedRefund: refund, dequeued: 20n },
    events: [expect.objectContaining({ kind: 'refund-funded', sequence: 4, entryId: 100n })],
    entry: expect.objectContaining({ id: 100n, kind: 'refund-funding' }),
    question: expect.objectContaining({ reference: 'R20', task: 'refund-card' }),
  });
  expect(facts.refunds.get(20n)).toEqual(refund);
  expect(facts.payments.get(12n)).toEqual(changed);
  expect(facts.sums.get(12n)).toEqual({ ...noRefunds, count: 2, owedFee: 443n });
  expect(facts.queued.size).toBe(0);
  // It no longer waits.
  expect(decideRetryRefund(facts, command)).toEqual({ answer: null });
});

it('of a payment whose refunds nobody counted, what is lent is counted from nothing', () => {
  const facts = factsOf(29_057n, { sums: new Map() });
  expect(decideRetryRefund(facts, command).changedRefund?.owedFee).toBe(443n);
  expect(facts.sums.get(12n)).toEqual({ ...noRefunds, owedFee: 443n });
});

it('of a converted payment: the fee is lent by what refunds have taken of what its merchant got', () => {
  const converted = { ...waiting, ...inDollars() };
  const refund = sampleRefund({ settlementAmount: money('USD', 2_935n), feeReturned: money('USD', 0n) });
  const asked = (sums: RetryRefundFacts['sums']) =>
    decideRetryRefund(
      factsOf(0n, {
        ...changeFacts([converted]),
        ...{ refunds: new Map([[20n, refund]]), sums },
        funds: new Map([[dollarMerchant.pending, { accounts: dollarMerchant, pending: 2_891n, credit: 0n }]]),
      }),
      command,
    );
  // Half of 88 cents.
  expect(asked(new Map([[12n, { ...noRefunds, settled: 2_935n }]])).changedRefund?.owedFee).toBe(44n);
  expect(asked(new Map([[12n, { ...noRefunds, settled: 2_800n }]])).queued).toBeDefined();
  expect(asked(new Map()).queued).toBeDefined();
});

it('given up: failed, told, and no longer waiting', () => {
  const decision = decideRetryRefund(factsOf(0n, { now: later(1) }), command);
  expect(decision.changedRefund).toEqual(sampleRefund({ status: 'failed', finishedAt: later(1) }));
  expect(decision).toMatchObject({ dequeued: 20n, notification: { kind: 'refund', subjectId: 20n } });
  expect(decision.entry).toBeUndefined();
});

it('what is not there changes nothing', () => {
  for (const over of [{ queued: new Map() }, { payments: new Map() }, { refunds: new Map() }])
    expect(decideRetryRefund(factsOf(59_000n, over), command)).toEqual({ answer: null });
});

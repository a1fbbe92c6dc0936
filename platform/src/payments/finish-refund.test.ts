// The end of a refund in progress: done, or failed and its money given back to its shop.
import { money } from '@tongbao/money';
import { describe, expect, it } from 'vitest';
import {
  changeFacts,
  clearing,
  fundsOf,
  house,
  merchant,
  now,
  pending,
  samplePaid,
  sampleRefund,
} from '../testing/sample-payment.ts';
import { decideFinishRefund, type FinishRefundFacts } from './finish-refund.ts';
import type { Payment, Refund } from './payment.ts';

const won = (amount: bigint) => money('KRW', amount);
const fen = (amount: bigint) => money('CNY', amount);

/** Another refund of 1,000 is in progress beside it. */
const waiting = samplePaid({
  ...{ funding: { kind: 'card', cardId: 3n }, fundingAccount: clearing, events: 5 },
  ...{ refunding: won(30_500n), refundingToPayer: fen(19_158n) },
});
const aside = sampleRefund({ putAside: true, owedFee: 43n, owed: 7n });
const factsOf = (payment: Payment, refund: Refund): FinishRefundFacts => ({
  ...changeFacts([payment]),
  ...{ funds: fundsOf(100n, 5n), sums: new Map(), refunds: new Map([[20n, refund]]) },
});
const yes = { paymentId: 12n, refundId: 20n, succeeded: true };
const no = { ...yes, succeeded: false };

it('done: the money leaves from where it was put aside, and the merchant is told', () => {
  const facts = factsOf(waiting, aside);
  const refund = { ...aside, status: 'succeeded', finishedAt: now } as const;
  const changed = {
    ...{ ...waiting, events: 6, refunded: won(29_500n), refundedToPayer: fen(18_530n) },
    ...{ refunding: won(1_000n), refundingToPayer: fen(628n) },
  };
  expect(decideFinishRefund(facts, yes)).toEqual({
    ...{ answer: refund, changed, changedRefund: refund },
    events: [
      { paymentId: 12n, sequence: 6, kind: 'refunded', occurredAt: now, entryId: 100n, refundId: 20n },
    ],
    entry: {
      ...{ id: 100n, kind: 'refund', payerId: 7n, subjectId: 12n, occurredAt: now },
      postings: [
        { account: clearing, amount: 18_530n },
        { account: house.payerPosition, amount: -18_438n },
        { account: house.payerSpread, amount: -92n },
        { account: house.settlementPosition, amount: 29_500n },
        { account: merchant.refunding, amount: -29_500n },
      ],
    },
    notification: expect.objectContaining({ id: 101n, kind: 'refund', subjectId: 20n, sequence: 6 }),
  });
  expect([facts.payments.get(12n), facts.refunds.get(20n)]).toEqual([changed, refund]);
  expect(facts.funds).toEqual(fundsOf(100n, 5n));
});

describe('failed', () => {
  const changed = { ...waiting, events: 6, refunding: won(1_000n), refundingToPayer: fen(628n) };
  const notification = {
    ...{ merchantId: 2n, payerId: 7n, kind: 'refund', subjectId: 20n, paymentId: 12n, sequence: 6 },
    ...{ url: 'https://mall.example/notify', protocol: 'ams', dueAt: now, createdAt: now },
  };
  const event = { paymentId: 12n, sequence: 6, kind: 'refund-failed', occurredAt: now, refundId: 20n };

  it('what was put aside can be used again, what is owed stays owed', () => {
    const facts = factsOf(waiting, aside);
    const refund = { ...aside, status: 'failed', finishedAt: now } as const;
    expect(decideFinishRefund(facts, no)).toEqual({
      ...{ answer: refund, changed, changedRefund: refund },
      events: [{ ...event, entryId: 100n }],
      entry: {
        ...{ id: 100n, kind: 'refund-release', payerId: 7n, subjectId: 12n, occurredAt: now },
        postings: [
          { account: merchant.refunding, amount: -29_500n },
          { account: pending, amount: 29_500n },
        ],
      },
      notification: { ...notification, id: 101n },
    });
    expect([facts.payments.get(12n), facts.refunds.get(20n)]).toEqual([changed, refund]);
    expect(facts.funds).toEqual(fundsOf(29_600n, 5n));
  });

  it('one that waited for funds gives nothing back', () => {
    const facts = factsOf(waiting, sampleRefund());
    const refund = sampleRefund({ status: 'failed', finishedAt: now });
    expect(decideFinishRefund(facts, no)).toEqual({
      ...{ answer: refund, changed, changedRefund: refund, entry: undefined },
      events: [{ ...event, entryId: 0n }],
      notification: { ...notification, id: 100n },
    });
    expect(facts.funds).toEqual(fundsOf(100n, 5n));
  });
});

it('one that is not in progress, or not there, changes nothing', () => {
  for (const command of [yes, no]) {
    for (const status of ['succeeded', 'failed'] as const)
      expect(decideFinishRefund(factsOf(waiting, { ...aside, status }), command)).toEqual({ answer: null });
    const facts = factsOf(waiting, aside);
    expect(decideFinishRefund(facts, { ...command, paymentId: 13n })).toEqual({ answer: null });
    expect(decideFinishRefund(facts, { ...command, refundId: 21n })).toEqual({ answer: null });
    expect(facts.payments.get(12n)).toBe(waiting);
  }
});

// What refund decides, whole: from the balance, to a card, waiting for funds; and every reason to refuse, at its border.
import { money } from '@tongbao/money';
import { describe, expect, it } from 'vitest';
import {
  changeFacts,
  clearing,
  fundsOf,
  house,
  later,
  merchant,
  now,
  pending,
  sampleOrder,
  samplePaid,
  samplePayment,
  sampleRefund,
  wallet,
} from '../testing/sample-payment.ts';
import type { RefundPayment } from './commands.ts';
import type { Payment, PaymentStatus, Refund } from './payment.ts';
import { mostEvents } from './payment.ts';
import { decideRefund, mostParts, type RefundFacts } from './refund.ts';
import { noRefunds } from './refund-price.ts';

const won = (amount: bigint) => money('KRW', amount);
const fen = (amount: bigint) => money('CNY', amount);
const day = 86_400_000;

const asked = (over: Partial<RefundPayment> = {}): RefundPayment => ({
  ...{ merchantId: 2n, paymentId: 12n, requestId: 'refund-1', inputHash: Buffer.from('hash') },
  ...{ amount: won(29_500n), reason: 'size', notifyUrl: null, metadata: 'm', funds: 'now' },
  ...over,
});
const factsOf = (payment: Payment, over: Partial<RefundFacts> = {}): RefundFacts => ({
  ...changeFacts([payment], { ids: [104n, 103n, 102n, 101n, 20n] }),
  ...{ funds: fundsOf(58_115n), sums: new Map(), sharesBack: new Map(), answered: new Map() },
  ...over,
});
const codeOf = (payment: Payment, command: Partial<RefundPayment> = {}, over: Partial<RefundFacts> = {}) => {
  const { refused } = decideRefund(factsOf(payment, over), asked(command));
  return refused === undefined ? null : [refused.code, refused.detail?.field];
};
const made = (over: Partial<Refund> = {}) => sampleRefund({ reason: 'size', metadata: 'm', ...over });
const request = { merchantId: 2n, requestId: 'refund-1', subjectId: 20n, inputHash: Buffer.from('hash') };
const sums = { count: 1, lastAskedAt: now, feeReturned: 0n, settled: 29_500n, owedFee: 0n };

describe('of a payment from the balance', () => {
  it('goes back at once: entry, event, notification, the sums', () => {
    const facts = factsOf(samplePaid());
    const refund = made({ status: 'succeeded', finishedAt: now });
    const changed = samplePaid({ events: 3, refunded: won(29_500n), refundedToPayer: fen(18_530n) });
    expect(decideRefund(facts, asked())).toEqual({
      changed,
      newRefund: refund,
      refundSums: { payment: changed, sums },
      answer: { refund, payment: changed, replayed: false },
      refundRequest: request,
      events: [
        { paymentId: 12n, sequence: 3, kind: 'refunded', occurredAt: now, entryId: 101n, refundId: 20n },
      ],
      entry: {
        ...{ id: 101n, kind: 'refund', payerId: 7n, subjectId: 12n, occurredAt: now },
        postings: [
          { account: wallet, amount: 18_530n },
          { account: house.payerPosition, amount: -18_438n },
          { account: house.payerSpread, amount: -92n },
          { account: house.settlementPosition, amount: 29_500n },
          { account: pending, amount: -29_500n },
        ],
      },
      notification: {
        ...{ id: 102n, merchantId: 2n, payerId: 7n, kind: 'refund', subjectId: 20n, paymentId: 12n },
        ...{ sequence: 3, url: 'https://mall.example/notify', protocol: 'ams', dueAt: now, createdAt: now },
      },
    });
    expect(facts.payments.get(12n)).toEqual(changed);
    expect(facts.sums.get(12n)).toEqual(sums);
    expect(facts.funds.get(pending)!.pending).toBe(28_615n);
    expect(facts.sharesBack.size).toBe(0);
  });

  it('again is answered again; with another hash it is refused', () => {
    const facts = factsOf(samplePaid());
    const { answer } = decideRefund(facts, asked());
    expect(decideRefund(facts, asked())).toEqual({ answer: { ...answer, replayed: true } });
    expect(decideRefund(facts, asked({ inputHash: Buffer.from('other') }))).toEqual({
      refused: { code: 'request-reused', detail: undefined },
    });
    expect(decideRefund(facts, asked({ merchantId: 3n })).refused?.code).toBe('payment-not-found');
  });

  it('says where it is told, and tells there', () => {
    const notifyUrl = 'https://mall.example/refunded';
    const { newRefund, notification } = decideRefund(factsOf(samplePaid()), asked({ notifyUrl }));
    expect([newRefund!.notifyUrl, notification!.url]).toEqual([notifyUrl, notifyUrl]);
  });

  it('asked for in yuan returns exactly these', () => {
    const { newRefund } = decideRefund(
      factsOf(samplePaid()),
      asked({ amount: won(1n), payerAmount: fen(18_530n) }),
    );
    // 18,530 ÷ 37,059 of ₩59,000.
    expect([newRefund!.amount, newRefund!.payerAmount]).toEqual([won(29_501n), fen(18_530n)]);
    // Fifty fen for a won: twenty-five of them are one won all the same.
    const dear = samplePaid({
      ...{ amount: won(2n), payerAmount: fen(100n), midAmount: fen(100n) },
      ...{ spreadAmount: fen(0n), fee: won(0n) },
    });
    const quarter = decideRefund(factsOf(dear), asked({ amount: won(1n), payerAmount: fen(25n) }));
    expect([quarter.newRefund!.amount, quarter.newRefund!.payerAmount]).toEqual([won(1n), fen(25n)]);
    expect(codeOf(samplePaid(), { payerAmount: fen(37_060n) })).toEqual(['refund-amount-exceeded', 'amount']);
  });

  it('returns the fee where the contract does, and counts it', () => {
    const payment = samplePaid({ terms: { ...samplePaid().terms, returnsFee: true } });
    const facts = factsOf(payment, { sums: new Map([[12n, { ...noRefunds, count: 4, feeReturned: 2n }]]) });
    const { newRefund } = decideRefund(facts, asked());
    // Half of 885 is 442.5, the even one; two of it went back before.
    expect(newRefund!.feeReturned).toEqual(won(440n));
    expect(facts.sums.get(12n)).toEqual({ ...sums, count: 5, feeReturned: 442n });
  });
});

describe('of a card payment', () => {
  const byCard = samplePaid({ funding: { kind: 'card', cardId: 3n }, fundingAccount: clearing });

  it('is in progress: its money is put aside, then the bank is asked', () => {
    const refund = made({ putAside: true });
    const changed = { ...byCard, events: 4, refunding: won(29_500n), refundingToPayer: fen(18_530n) };
    const decision = decideRefund(factsOf(byCard), asked());
    expect(decision).toEqual({
      changed,
      newRefund: refund,
      refundSums: { payment: changed, sums },
      answer: { refund, payment: changed, replayed: false },
      refundRequest: request,
      events: [
        {
          paymentId: 12n,
          sequence: 3,
          kind: 'refund-requested',
          occurredAt: now,
          entryId: 0n,
          refundId: 20n,
        },
        { paymentId: 12n, sequence: 4, kind: 'refund-funded', occurredAt: now, entryId: 101n, refundId: 20n },
      ],
      entry: {
        ...{ id: 101n, kind: 'refund-funding', payerId: 7n, subjectId: 12n, occurredAt: now },
        postings: [
          { account: pending, amount: -29_500n },
          { account: merchant.refunding, amount: 29_500n },
        ],
      },
      question: expect.objectContaining({ reference: 'R20', task: 'refund-card', amount: fen(18_530n) }),
    });
  });

  it('that its shop gets back whole moves nothing beforehand', () => {
    const parts = [{ receiver: 'customs', account: '6156', amount: '29500' }];
    const shared = {
      ...byCard,
      fee: won(30_385n),
      order: { ...sampleOrder, shares: { pricedIn: 'order', parts } as const },
    };
    const decision = decideRefund(
      factsOf(shared, { funds: fundsOf(0n) }),
      asked({ shares: [{ receiver: 'customs', amount: 29_500n }] }),
    );
    expect(decision.entry).toBeUndefined();
    expect(decision.newRefund).toMatchObject({ putAside: false, feeReturned: won(29_500n) });
    expect(decision.events!.map(({ kind }) => kind)).toEqual(['refund-requested']);
    expect(decision.question).toMatchObject({ reference: 'R20' });
    expect(decision.changed!.refunding).toEqual(won(29_500n));
  });
});

describe('security C2: without funds', () => {
  it('is refused, lent its kept fee, or owed within the limit', () => {
    const of = (funds: RefundFacts['funds'], over: Partial<RefundFacts> = {}) =>
      decideRefund(factsOf(samplePaid(), { funds, ...over }), asked());
    // Of half of the payment 442.5 are the kept fee.
    expect(of(fundsOf(29_056n)).refused).toEqual({
      ...{ code: 'merchant-balance-insufficient', detail: undefined },
    });
    expect(of(fundsOf(29_057n)).newRefund).toMatchObject({ owedFee: 443n, owed: 0n });
    expect(of(fundsOf(29_000n, 57n)).newRefund).toMatchObject({ owedFee: 443n, owed: 57n });
    expect(of(fundsOf(29_000n, 56n)).refused?.code).toBe('merchant-balance-insufficient');
    // What was lent before is not lent again, and the sums say it.
    const lent = { sums: new Map([[12n, { ...noRefunds, owedFee: 400n }]]) };
    expect(of(fundsOf(29_456n), lent).refused?.code).toBe('merchant-balance-insufficient');
    const last = of(fundsOf(29_457n), lent);
    expect([last.newRefund!.owedFee, last.refundSums!.sums.owedFee]).toEqual([43n, 443n]);
    // Refunds in progress count towards what is refunded.
    const half = samplePaid({ refunding: won(29_500n), refundingToPayer: fen(18_530n) });
    const rest = decideRefund(factsOf(half, { funds: fundsOf(28_615n) }), asked());
    expect(rest.newRefund).toMatchObject({ owedFee: 885n, payerAmount: fen(18_529n) });
  });

  it('waits where it may: every six hours, for 180 days', () => {
    const facts = factsOf(samplePaid(), { funds: fundsOf(0n) });
    const changed = samplePaid({ events: 3, refunding: won(29_500n), refundingToPayer: fen(18_530n) });
    expect(decideRefund(facts, asked({ funds: 'wait' }))).toEqual({
      changed,
      newRefund: made(),
      refundSums: { payment: changed, sums },
      answer: { refund: made(), payment: changed, replayed: false },
      refundRequest: request,
      events: [
        {
          paymentId: 12n,
          sequence: 3,
          kind: 'refund-requested',
          occurredAt: now,
          entryId: 0n,
          refundId: 20n,
        },
      ],
      queued: {
        ...{ refundId: 20n, paymentId: 12n },
        ...{ nextTryAt: later(6 * 3_600_000), givenUpAt: later(180 * day) },
      },
    });
    expect(facts.funds.get(pending)!.pending).toBe(0n);
  });
});

describe('with shares', () => {
  const parts = [
    { receiver: 'customs', account: '6156', amount: '9000' },
    { receiver: 'insurer', account: '7156', amount: '1000' },
  ];
  const shared = samplePaid({
    fee: won(10_885n),
    order: { ...sampleOrder, shares: { pricedIn: 'order', parts } },
  });
  const back = (...amounts: bigint[]) =>
    amounts.map((amount, index) => ({ receiver: parts[index]!.receiver, amount }));

  it('takes them back, and gives them to its shop', () => {
    const facts = factsOf(shared);
    const { newRefund } = decideRefund(facts, asked({ shares: back(4_500n, 500n) }));
    expect(newRefund!.feeReturned).toEqual(won(5_000n));
    expect(newRefund!.shares.map(({ receiver, amount }) => [receiver, amount])).toEqual([
      ['customs', 4_500n],
      ['insurer', 500n],
    ]);
    expect(facts.sums.get(12n)!.feeReturned).toBe(0n);
    expect(facts.sharesBack.get(12n)).toEqual(newRefund!.shares);
    const more = decideRefund(
      facts,
      asked({ requestId: 'refund-2', amount: won(4_500n), shares: back(4_500n) }),
    );
    expect(more.newRefund!.shares).toHaveLength(1);
    expect(facts.sharesBack.get(12n)).toHaveLength(3);
    expect(codeOf(shared, { shares: back(1n) }, { sharesBack: facts.sharesBack })).toEqual([
      'refund-amount-exceeded',
      'shares',
    ]);
  });

  it('core: takes back no more than it refunds, and no more than was given', () => {
    const exceeded = ['refund-amount-exceeded', 'shares'];
    expect(codeOf(shared, { amount: won(4_500n), shares: back(4_500n) })).toBeNull();
    expect(codeOf(shared, { amount: won(4_499n), shares: back(4_500n) })).toEqual(exceeded);
    expect(codeOf(shared, { shares: back(9_001n) })).toEqual(exceeded);
    expect(codeOf(samplePaid(), { shares: back(1n) })).toEqual(exceeded);
  });
});

describe('refused', () => {
  it.each<[PaymentStatus, string]>([
    ['created', 'payment-not-paid'],
    ['pending', 'payment-not-paid'],
    ['cancelled', 'payment-cancelled'],
    ['expired', 'payment-expired'],
    ['declined', 'payment-expired'],
  ])('is one that is %s: %s', (status, code) => {
    expect(codeOf(samplePayment({ status }))).toEqual([code, undefined]);
  });

  it('is another shop’s payment, none, and another currency', () => {
    expect(codeOf(samplePaid(), { merchantId: 3n })).toEqual(['payment-not-found', undefined]);
    expect(codeOf(samplePaid(), { paymentId: 13n })).toEqual(['payment-not-found', undefined]);
    expect(codeOf(samplePaid(), { amount: money('JPY', 1n) })).toEqual(['currency-not-supported', 'amount']);
  });

  it('is more than what is left, done and in progress counted, and less than one', () => {
    const rest = samplePaid({
      ...{ refunded: won(20_000n), refunding: won(30_000n) },
      ...{ refundedToPayer: fen(12_563n), refundingToPayer: fen(18_843n) },
    });
    expect(codeOf(rest, { amount: won(9_000n) })).toBeNull();
    for (const amount of [9_001n, 0n, -1n])
      expect(codeOf(rest, { amount: won(amount) })).toEqual(['refund-amount-exceeded', 'amount']);
  });

  it('core: is one after its window, which ends with its last millisecond', () => {
    expect(codeOf(samplePaid(), {}, { now: later(365 * day) })).toBeNull();
    expect(codeOf(samplePaid(), {}, { now: later(365 * day + 1) })).toEqual([
      'refund-window-exceeded',
      undefined,
    ]);
  });

  it('core: is one too soon after the last one, where a pause is asked for; the pause ends at its instant', () => {
    const after = (ms: number, pauseMs?: number) =>
      codeOf(samplePaid(), pauseMs === undefined ? {} : { pauseMs }, {
        sums: new Map([[12n, { ...noRefunds, count: 1, lastAskedAt: later(-ms) }]]),
      });
    expect(after(999, 1_000)).toEqual(['refund-too-soon', undefined]);
    expect(after(1_000, 1_000)).toBeNull();
    expect(after(0, 0)).toBeNull();
    expect(after(0)).toBeNull();
    // The clock was turned back since: a pause is kept, and no pause is none.
    expect(after(-5, 1_000)).toEqual(['refund-too-soon', undefined]);
    expect([after(-5, 0), after(-5)]).toEqual([null, null]);
    // Of a first refund none is asked.
    expect(codeOf(samplePaid(), { pauseMs: 1_000 })).toBeNull();
  });

  it('is one of too many, but for the one that takes the rest', () => {
    expect([mostParts, mostEvents]).toEqual([1_000, 30_000]);
    const counted = (count: number, amount: bigint) =>
      codeOf(
        samplePaid(),
        { amount: won(amount) },
        {
          ...{ sums: new Map([[12n, { ...noRefunds, count }]]), funds: fundsOf(59_000n) },
        },
      );
    expect(counted(mostParts - 1, 1n)).toBeNull();
    expect(counted(mostParts, 1n)).toEqual(['refund-too-many', undefined]);
    expect(counted(mostParts, 59_000n)).toBeNull();
    const busy = (events: number) =>
      codeOf(samplePaid({ events }), { amount: won(59_000n) }, { funds: fundsOf(59_000n) });
    expect(busy(mostEvents - 1)).toBeNull();
    expect(busy(mostEvents)).toEqual(['refund-too-many', undefined]);
  });
});

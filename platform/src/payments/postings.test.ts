// Which accounts a payment with others' shares moves, to the unit, and how its refunds give back.
import { money } from '@tongbao/money';
import { describe, expect, it } from 'vitest';
import { assertBalanced, type Posting } from '../ledger/index.ts';
import {
  house,
  merchant,
  pending,
  sampleOrder,
  samplePaid,
  sampleRefund,
  wallet,
} from '../testing/sample-payment.ts';
import type { Refund } from './payment.ts';
import {
  fundingPostings,
  paymentPostings,
  refundPostings,
  releasePostings,
  reversalPostings,
} from './postings.ts';
import { sharesOf } from './shares.ts';

const [customs, insurer] = [6_156n, 6_157_156n];
const parts = [
  { receiver: 'customs', account: `${customs}`, amount: '9000' },
  { receiver: 'insurer', account: `${insurer}`, amount: '1000' },
];
// The fee holds the discount of ₩885 and the shares.
const payment = samplePaid({
  fee: money('KRW', 10_885n),
  order: { ...sampleOrder, shares: { pricedIn: 'order', parts } },
});
const legs = { house, merchant };
const balanced = (postings: readonly Posting[]) => {
  assertBalanced({ id: 1n, kind: 'payment', payerId: 7n, subjectId: 12n, occurredAt: new Date(0), postings });
  return Object.fromEntries(postings.map(({ account, amount }) => [`${account}`, amount]));
};

describe('a payment with shares', () => {
  it('pays each receiver in the payer’s currency, out of what the merchant does not get', () => {
    // 9,000 ÷ 59,000 of 37,059 fen are 5,653.07, of which 36,875 ÷ 37,059 are the middle rate's; 1,000: 628.12.
    expect(sharesOf(payment).map(({ payerAmount, midAmount }) => [payerAmount, midAmount])).toEqual([
      [5_653n, 5_625n],
      [628n, 625n],
    ]);
    expect(balanced(paymentPostings(payment, wallet, house))).toEqual({
      [`${customs}`]: 5_653n,
      [`${insurer}`]: 628n,
      [`${wallet}`]: -37_059n,
      [`${house.payerPosition}`]: 36_875n - 5_625n - 625n,
      [`${house.payerSpread}`]: 184n - 28n - 3n,
      [`${house.settlementPosition}`]: -59_000n + 10_000n,
      [`${pending}`]: 59_000n - 10_885n,
      [`${house.settlementFee}`]: 885n,
    });
  });

  it('is reversed leg by leg', () => {
    const there = paymentPostings(payment, wallet, house);
    expect(reversalPostings(payment, legs, 0n)).toEqual(
      there.map(({ account, amount }) => ({ account, amount: -amount })),
    );
  });
});

const refundOf = (over: Partial<Refund>): Refund => ({
  ...{ id: 20n, paymentId: 12n, merchantId: 2n, payerId: 7n, requestId: 'r', status: 'succeeded' },
  ...{ amount: money('KRW', 29_500n), payerAmount: money('CNY', 18_530n), feeReturned: money('KRW', 0n) },
  settlementAmount: over.amount ?? money('KRW', 29_500n),
  ...{ reason: null, notifyUrl: null, metadata: null, shares: [], owedFee: 0n, owed: 0n, putAside: false },
  ...{ createdAt: new Date(0), finishedAt: null },
  ...over,
});

describe('the shop’s side of a refund', () => {
  const refund = sampleRefund({ feeReturned: money('KRW', 500n), owedFee: 43n, owed: 7n });
  const [receivable, feeReceivable] = [merchant.receivable, merchant.feeReceivable];

  it('comes from what is pending; the kept fee and the rest are owed', () => {
    const legs = { house, merchant };
    expect(balanced(refundPostings(samplePaid(), refund, legs))).toMatchObject({
      [`${pending}`]: -29_500n + 500n + 43n + 7n,
      [`${feeReceivable}`]: -43n,
      [`${receivable}`]: -7n,
    });
  });

  it('is put aside for a bank’s answer, and comes back when the bank refuses', () => {
    expect(balanced(fundingPostings(refund, merchant))).toEqual({
      [`${pending}`]: -28_950n,
      [`${feeReceivable}`]: -43n,
      [`${receivable}`]: -7n,
      [`${merchant.refunding}`]: 29_000n,
    });
    expect(balanced(releasePostings(refund, merchant))).toEqual({
      [`${merchant.refunding}`]: -29_000n,
      [`${pending}`]: 29_000n,
    });
    const leaves = refundPostings(samplePaid(), { ...refund, putAside: true }, { house, merchant });
    expect(balanced(leaves)).toMatchObject({
      [`${merchant.refunding}`]: -29_000n,
      [`${house.settlementFee}`]: -500n,
    });
  });
});

describe('a refund', () => {
  it('gives back position and spread by its share, each half to even, and what that leaves to rounding', () => {
    const plain = samplePaid();
    // Half of 36,875 is 18,437.5, and of 184 it is 92.
    expect(balanced(refundPostings(plain, refundOf({}), legs))).toEqual({
      [`${wallet}`]: 18_530n,
      [`${house.payerPosition}`]: -18_438n,
      [`${house.payerSpread}`]: -92n,
      [`${house.settlementPosition}`]: 29_500n,
      [`${pending}`]: -29_500n,
    });
    // Half of 37,061 fen would be 18,530.5: one fen that nobody gets.
    expect(
      balanced(refundPostings(plain, refundOf({ payerAmount: money('CNY', 18_529n) }), legs)),
    ).toMatchObject({
      [`${wallet}`]: 18_529n,
      [`${house.payerRounding}`]: 1n,
    });
    // A tie the other way: half of 36,873 is 18,436.5, and 18,436 is even.
    const odd = samplePaid({ midAmount: money('CNY', 36_873n), spreadAmount: money('CNY', 186n) });
    expect(balanced(refundPostings(odd, refundOf({}), legs))).toMatchObject({
      [`${house.payerPosition}`]: -18_436n,
      [`${house.payerSpread}`]: -93n,
      [`${house.payerRounding}`]: -1n,
    });
  });

  it('takes back what its receivers give, and the fee that the contract returns', () => {
    const half = sharesOf(payment).map((share) => ({
      ...share,
      ...{ amount: share.amount / 2n, payerAmount: share.payerAmount / 2n, midAmount: share.midAmount / 2n },
    }));
    const refund = refundOf({ shares: half, feeReturned: money('KRW', 5_000n + 442n) });
    expect(balanced(refundPostings(payment, refund, legs))).toEqual({
      [`${customs}`]: -2_826n,
      [`${insurer}`]: -314n,
      [`${wallet}`]: 18_530n,
      [`${house.payerPosition}`]: -18_438n + 2_812n + 312n,
      [`${house.payerSpread}`]: -92n + 14n + 2n,
      [`${house.settlementPosition}`]: 29_500n - 5_000n,
      [`${pending}`]: 5_442n - 29_500n,
      [`${house.settlementFee}`]: -442n,
    });
  });
});

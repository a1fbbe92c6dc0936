// Parts of an order that are others', in both currencies, and how they go back.
import { money } from '@tongbao/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleOrder, samplePaid } from '../testing/sample-payment.ts';
import type { OrderShares } from './payment.ts';
import { readShares, type ShareBack, sharesBack, sharesOf, total, writeShares } from './shares.ts';

const parts = (customs: string, insurer: string): OrderShares['parts'] => [
  { receiver: 'customs', account: '6156', amount: customs },
  { receiver: 'insurer', account: '7156', amount: insurer },
];
// ₩59,000 are 37,059 fen, 36,875 of them at the middle rate.
const priced = (pricedIn: OrderShares['pricedIn'], customs = '9000', insurer = '1000') =>
  samplePaid({ order: { ...sampleOrder, shares: { pricedIn, parts: parts(customs, insurer) } } });
const back = (amount: bigint, receiver = 'customs'): ShareBack => ({ receiver, amount });

describe('shares', () => {
  it('named in the order’s currency are paid in the payer’s, and the other way round', () => {
    expect(sharesOf(priced('order'))).toEqual([
      { receiver: 'customs', account: 6156n, amount: 9_000n, payerAmount: 5_653n, midAmount: 5_625n },
      { receiver: 'insurer', account: 7156n, amount: 1_000n, payerAmount: 628n, midAmount: 625n },
    ]);
    // 5,653 fen are 8,999.88 won; 628 are 999.80.
    expect(sharesOf(priced('payer', '5653', '628'))).toEqual([
      { receiver: 'customs', account: 6156n, amount: 9_000n, payerAmount: 5_653n, midAmount: 5_625n },
      { receiver: 'insurer', account: 7156n, amount: 1_000n, payerAmount: 628n, midAmount: 625n },
    ]);
    expect(total(sharesOf(priced('order')))).toBe(10_000n);
    expect(sharesOf(samplePaid())).toEqual([]);
  });

  it('are rounded half to even, each of them', () => {
    // Two won for a fen, and half of a fen at the middle rate for each fen.
    const even = (pricedIn: OrderShares['pricedIn'], amount: string) =>
      sharesOf({
        ...{ amount: money('KRW', 200n), payerAmount: money('CNY', 100n), midAmount: money('CNY', 50n) },
        order: { ...sampleOrder, shares: { pricedIn, parts: parts(amount, '0') } },
      })[0]!;
    expect([1, 3, 5, 7].map((won) => even('order', `${won}`).payerAmount)).toEqual([0n, 2n, 2n, 4n]);
    expect([1, 3, 5, 7].map((fen) => even('payer', `${fen}`).midAmount)).toEqual([0n, 2n, 2n, 4n]);
    const steep = (amount: string) =>
      sharesOf({
        ...{ amount: money('KRW', 50n), payerAmount: money('CNY', 100n), midAmount: money('CNY', 50n) },
        order: { ...sampleOrder, shares: { pricedIn: 'payer', parts: parts(amount, '0') } },
      })[0]!.amount;
    expect(['1', '3', '5', '7'].map(steep)).toEqual([0n, 2n, 2n, 4n]);
  });
});

describe('what goes back of them', () => {
  it('is the part of each that was asked for, in all three sums', () => {
    expect(sharesBack(priced('order'), [], [back(4_500n), back(1_000n, 'insurer')])).toEqual([
      // Half of 5,653 is 2,826.5, and of 5,625 it is 2,812.5: the even ones.
      { receiver: 'customs', account: 6156n, amount: 4_500n, payerAmount: 2_826n, midAmount: 2_812n },
      { receiver: 'insurer', account: 7156n, amount: 1_000n, payerAmount: 628n, midAmount: 625n },
    ]);
    expect(sharesBack(priced('payer', '5653', '628'), [], [back(5_653n)])).toEqual([
      { receiver: 'customs', account: 6156n, amount: 9_000n, payerAmount: 5_653n, midAmount: 5_625n },
    ]);
    expect(sharesBack(priced('order'), [], [])).toEqual([]);
  });

  it('together is the share, however it was cut', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('order', 'payer'),
        fc.array(fc.bigInt(1n, 3_000n), { minLength: 1, maxLength: 8 }),
        (pricedIn, cuts) => {
          const payment = priced(pricedIn);
          const share = sharesOf(payment)[0]!;
          const whole = pricedIn === 'order' ? share.amount : share.payerAmount;
          let before = sharesBack(payment, [], [])!;
          let left = whole;
          for (const cut of [...cuts, whole]) {
            const [amount] = [cut, left].sort((a, b) => (a < b ? -1 : 1)) as [bigint, bigint];
            if (amount === 0n) break;
            before = [...before, ...sharesBack(payment, before, [back(amount)])!];
            left -= amount;
          }
          const all = (of: 'amount' | 'payerAmount' | 'midAmount') =>
            before.reduce((sum, each) => sum + each[of], 0n);
          fc.pre(left === 0n);
          expect([all('amount'), all('payerAmount'), all('midAmount')]).toEqual([
            ...[share.amount, share.payerAmount, share.midAmount],
          ]);
        },
      ),
    );
  });

  it('is no more than a receiver has, nothing of somebody else, and nothing below one', () => {
    const payment = priced('order');
    const before = sharesBack(payment, [], [back(8_999n)])!;
    expect(sharesBack(payment, before, [back(1n)])).not.toBeNull();
    expect(sharesBack(payment, before, [back(2n)])).toBeNull();
    // What another receiver gave back is another's.
    expect(sharesBack(payment, before, [back(1_000n, 'insurer')])).not.toBeNull();
    expect(sharesBack(payment, [], [back(1n, 'nobody')])).toBeNull();
    expect(sharesBack(payment, [], [back(0n)])).toBeNull();
    expect(sharesBack(payment, [], [back(-1n)])).toBeNull();
    expect(sharesBack(samplePaid(), [], [back(1n)])).toBeNull();
    // One receiver once.
    expect(sharesBack(payment, [], [back(1n), back(1n)])).toBeNull();
  });
});

it('a row keeps them as they are', () => {
  const shares = sharesOf(priced('order'));
  expect(readShares(writeShares(shares))).toEqual(shares);
  expect([writeShares([]), readShares(null)]).toEqual([null, []]);
});

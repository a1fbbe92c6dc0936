// What a refund returns, to the fen: of the payer's money, of the fee, and what an amount in yuan is of the order.
import { money } from '@tongbao/money';
import { describe, expect, it } from 'vitest';
import { samplePaid } from '../testing/sample-payment.ts';
import type { Payment } from './payment.ts';
import { feePart, noRefunds, orderPart, partOf, payerPart } from './refund-price.ts';

const won = (amount: bigint) => money('KRW', amount);
const fen = (amount: bigint) => money('CNY', amount);

it('nothing was refunded at first', () => {
  expect(noRefunds).toEqual({ count: 0, lastAskedAt: null, feeReturned: 0n, settled: 0n, owedFee: 0n });
});

describe('a part', () => {
  it('brings what was returned to the rounded share, half to even; nothing where that was more already', () => {
    const part = (reached: bigint, before = 0n) => partOf(10n, { reached, total: 4n, before });
    // 2.5, 5, 7.5, 10.
    expect([1n, 2n, 3n, 4n].map((reached) => part(reached))).toEqual([2n, 5n, 8n, 10n]);
    expect([part(2n, 4n), part(2n, 5n), part(2n, 6n), part(2n, 7n)]).toEqual([1n, 0n, 0n, 0n]);
    expect(partOf(3n, { reached: 1n, total: 4n, before: 0n })).toBe(1n);
  });
});

describe('core 2: for the payer and of the fee', () => {
  const open = samplePaid({
    ...{ refunded: won(10_000n), refunding: won(5_000n) },
    ...{ refundedToPayer: fen(6_281n), refundingToPayer: fen(3_141n) },
  });

  it('done and in progress count', () => {
    // 20,000 ÷ 59,000 of 37,059 fen are 12,562.37.
    expect(payerPart(open, 5_000n)).toEqual(fen(12_562n - 9_422n));
    expect(payerPart(open, 44_000n)).toEqual(fen(37_059n - 9_422n));
    // A refund that failed leaves more with the payer than the share: never less than nothing comes back.
    const ahead = { ...open, refundingToPayer: fen(9_000n) };
    expect(payerPart(ahead, 1n)).toEqual(fen(0n));
  });

  it('of 885, half goes back with half of the payment', () => {
    expect(feePart(open, 29_500n, { fee: 885n, before: 0n })).toBe(442n);
    expect(feePart(open, 29_500n, { fee: 885n, before: 440n })).toBe(2n);
  });
});

describe('an amount in yuan', () => {
  const of = (payment: Payment, amount: bigint) => orderPart(payment, fen(amount))?.amount ?? null;
  // Three won for a fen.
  const plain = samplePaid({ amount: won(300n), payerAmount: fen(100n) });

  it('is its share of the order, between one and what must be left', () => {
    expect([of(plain, 1n), of(plain, 50n), of(plain, 100n)]).toEqual([3n, 150n, 300n]);
    expect([of(plain, 101n), of(plain, 0n), of(plain, -1n)]).toEqual([null, null, null]);
    expect(orderPart(plain, won(1n))).toBeNull();
    expect(orderPart(plain, fen(1n))).toEqual(won(3n));
  });

  it('counts what went back, and what is on its way', () => {
    const open = {
      ...plain,
      ...{ refunded: won(30n), refunding: won(60n), refundedToPayer: fen(10n), refundingToPayer: fen(20n) },
    };
    expect([of(open, 20n), of(open, 70n), of(open, 71n)]).toEqual([60n, 210n, null]);
  });

  it('core: never empties the order before the payer has everything, and is one won at least', () => {
    // Fifty fen for a won.
    const dear = samplePaid({ amount: won(2n), payerAmount: fen(100n) });
    expect([of(dear, 1n), of(dear, 25n), of(dear, 75n), of(dear, 99n), of(dear, 100n)]).toEqual([
      1n,
      1n,
      1n,
      1n,
      2n,
    ]);
    const half = { ...dear, refunded: won(1n), refundedToPayer: fen(10n) };
    expect([of(half, 89n), of(half, 90n)]).toEqual([null, 1n]);
  });
});

// The laws of splitting: nothing is lost, nothing is invented, nobody is more than one unit away from his share.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, cumulativeShare, proportion } from './allocate.ts';
import { MoneyError } from './currency.ts';
import { money, negate } from './money.ts';
import type { RoundingMode } from './rounding.ts';

const amount = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });
const weights = fc
  .array(fc.bigInt({ min: 0n, max: 10n ** 9n }), { minLength: 1, maxLength: 12 })
  .filter((list) => list.some((weight) => weight > 0n));
const mode = fc.constantFrom<RoundingMode>('half-even', 'half-up', 'up', 'down', 'ceiling', 'floor');
const total = (parts: readonly bigint[]) => parts.reduce((all, part) => all + part, 0n);
const abs = (value: bigint) => (value < 0n ? -value : value);

describe('allocate', () => {
  it('gives the units left to the largest remainders, the earlier first', () => {
    const of = (units: bigint, by: bigint[]) => allocate(money('CNY', units), by).map((part) => part.amount);
    expect(of(100n, [1n, 1n, 1n])).toEqual([34n, 33n, 33n]);
    expect(of(-100n, [1n, 1n, 1n])).toEqual([-34n, -33n, -33n]);
    expect(of(10n, [1n, 2n, 4n])).toEqual([1n, 3n, 6n]);
    expect(of(1n, [0n, 0n, 5n])).toEqual([0n, 0n, 1n]);
    expect(of(0n, [3n, 4n])).toEqual([0n, 0n]);
    // Exact shares 4 2/7, 3 4/7, 2 1/7: the largest weight has not the largest remainder.
    expect(of(10n, [6n, 5n, 3n])).toEqual([4n, 4n, 2n]);
    expect(of(7n, [1n])).toEqual([7n]);
    expect(allocate(money('KRW', 1n), [1n])).toEqual([money('KRW', 1n)]);
  });

  it('adds up to the whole, each part within one unit of its exact share, nothing for no weight', () => {
    fc.assert(
      fc.property(amount, weights, (units, by) => {
        const parts = allocate(money('KRW', units), by).map((part) => part.amount);
        const all = total(by);
        expect(total(parts)).toBe(units);
        for (const [index, part] of parts.entries()) {
          const weight = by[index]!;
          expect(abs(part * all - units * weight) < all).toBe(true);
          if (weight === 0n) expect(part).toBe(0n);
        }
      }),
    );
  });

  it('of a negative amount mirrors that of the positive one', () => {
    fc.assert(
      fc.property(amount, weights, (units, by) => {
        const value = money('CNY', units);
        expect(allocate(negate(value), by)).toEqual(allocate(value, by).map(negate));
      }),
    );
  });

  it('refuses no weights, only zero weights and negative weights', () => {
    for (const by of [[], [0n], [0n, 0n], [2n, -1n], [-1n]]) {
      expect(() => allocate(money('CNY', 1n), by)).toThrow(MoneyError);
    }
  });
});

describe('cumulativeShare', () => {
  /** Cuts that split a whole into parts: the partial refunds of one payment. */
  const split = fc
    .tuple(
      fc.bigInt({ min: 1n, max: 10n ** 12n }),
      fc.array(fc.bigInt({ min: 0n, max: 10n ** 12n }), { maxLength: 15 }),
    )
    .map(([whole, cuts]) => {
      const points = [0n, ...cuts.map((cut) => cut % (whole + 1n)), whole].sort((a, b) =>
        a < b ? -1 : a > b ? 1 : 0,
      );
      return { whole, parts: points.slice(1).map((point, index) => point - points[index]!) };
    });

  it('returns exactly the total over parts that add up to the whole, never less than nothing', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), split, mode, (of, { whole, parts }, by) => {
        let before = 0n;
        let given = 0n;
        for (const part of parts) {
          const share = cumulativeShare({ total: of, whole, before, part }, by);
          expect(share >= 0n).toBe(true);
          before += part;
          given += share;
          expect(given).toBe(proportion(of, before, whole, by));
        }
        expect(given).toBe(of);
      }),
    );
  });

  it('splits a payment of three won in yuan without a lost fen', () => {
    const share = (before: bigint) =>
      cumulativeShare({ total: 100n, whole: 3n, before, part: 1n }, 'half-even');
    expect([share(0n), share(1n), share(2n)]).toEqual([33n, 34n, 33n]);
  });
});

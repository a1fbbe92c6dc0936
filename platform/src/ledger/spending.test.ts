// The sums of what was spent: whatever the payments, those of the last day and year, and of all.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addSpending, nothingSpent, type Spending } from './spending.ts';

const spent = (day: bigint, amount: bigint, leavesAccount = true): Spending => ({
  day,
  dayCount: 1n,
  dayAmount: amount,
  year: 2014n + day / 365n,
  yearAmount: leavesAccount ? amount : 0n,
  everAmount: leavesAccount ? amount : 0n,
});

describe('what was spent', () => {
  it('is the sum of the last day, of the last year, and of all', () => {
    const payment = fc.record({
      day: fc.bigInt(1n, 800n),
      amount: fc.bigInt(1n, 10n ** 6n),
      leavesAccount: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(payment, { minLength: 1, maxLength: 30 }), (payments) => {
        const rows = payments
          .sort((a, b) => (a.day < b.day ? -1 : 1))
          .map(({ day, amount, leavesAccount }) => spent(day, amount, leavesAccount));
        const last = rows.at(-1)!;
        const sum = (of: readonly Spending[], pick: (row: Spending) => bigint) =>
          of.reduce((total, row) => total + pick(row), 0n);
        const today = rows.filter(({ day }) => day === last.day);
        const thisYear = rows.filter(({ year }) => year === last.year);
        expect(rows.reduce(addSpending, nothingSpent)).toEqual({
          day: last.day,
          dayCount: BigInt(today.length),
          dayAmount: sum(today, (row) => row.dayAmount),
          year: last.year,
          yearAmount: sum(thisYear, (row) => row.yearAmount),
          everAmount: sum(rows, (row) => row.everAmount),
        });
      }),
    );
  });

  it('is nothing at first, and one minor unit counts', () => {
    expect(nothingSpent).toEqual({
      ...{ day: 0n, dayCount: 0n, dayAmount: 0n, year: 0n, yearAmount: 0n, everAmount: 0n },
    });
    expect(addSpending(nothingSpent, spent(10n, 1n))).toMatchObject({ dayCount: 1n, dayAmount: 1n });
    const back = { ...spent(10n, 0n, false), dayCount: 0n, dayAmount: -1n };
    expect(addSpending(nothingSpent, back)).toMatchObject({ dayCount: 0n, dayAmount: 0n });
  });

  it('of this year is not changed by what is of a former one', () => {
    const today = spent(400n, 700n);
    const before = spent(10n, 300n);
    expect(addSpending(today, before)).toEqual({ ...today, everAmount: 1_000n });
  });

  it('of today is not changed by what is taken back for a former day, and never falls below zero', () => {
    const today = spent(10n, 700n);
    const back = { ...spent(9n, 0n, false), dayCount: -1n, dayAmount: -300n };
    expect(addSpending(today, back)).toEqual(today);
    expect(addSpending(today, { ...back, day: 10n, dayAmount: -900n })).toMatchObject({
      dayCount: 0n,
      dayAmount: 0n,
    });
  });
});

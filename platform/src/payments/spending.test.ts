// The sums of a payer: what is counted where, and that the order of payments does not matter.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, plus, type Spending, usageAt, yearOf } from './spending.ts';

const at = new Date('2014-12-31T15:59:59.999Z');
const afterMidnight = new Date('2014-12-31T16:00:00Z');

const spent = (day: bigint, amount: bigint, fromBalance = true): Spending => ({
  day,
  dayCount: 1n,
  dayAmount: amount,
  year: 2014n + day / 365n,
  yearBalance: fromBalance ? amount : 0n,
  everBalance: fromBalance ? amount : 0n,
});

describe('the sums of a payer', () => {
  it('begin anew with the day and the year in Shanghai', () => {
    expect(dayOf(afterMidnight)).toBe(dayOf(at) + 1n);
    expect([yearOf(at), yearOf(afterMidnight)]).toEqual([2014n, 2015n]);
    const sums = { ...spent(dayOf(at), 500n), year: 2014n };
    expect(usageAt(sums, at)).toEqual({
      today: { count: 1n, amount: 500n },
      balanceThisYear: 500n,
      balanceEver: 500n,
    });
    expect(usageAt(sums, afterMidnight)).toEqual({
      today: { count: 0n, amount: 0n },
      balanceThisYear: 0n,
      balanceEver: 500n,
    });
    expect(usageAt(undefined, at).balanceEver).toBe(0n);
  });

  it('are those of the payments of the last day and year, and of all of them', () => {
    const payment = fc.record({
      day: fc.bigInt(0n, 800n),
      amount: fc.bigInt(1n, 10n ** 6n),
      fromBalance: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(payment, { minLength: 1, maxLength: 30 }), (payments) => {
        const inOrder = payments.sort((a, b) => (a.day < b.day ? -1 : 1));
        const rows = inOrder.map(({ day, amount, fromBalance }) => spent(day, amount, fromBalance));
        const last = rows.at(-1)!;
        const sum = (of: readonly Spending[], pick: (row: Spending) => bigint) =>
          of.reduce((total, row) => total + pick(row), 0n);
        const sums = rows.slice(1).reduce((before: Spending, row) => plus(before, row), rows[0]!);
        const today = rows.filter(({ day }) => day === last.day);
        expect(sums).toEqual({
          day: last.day,
          dayCount: BigInt(today.length),
          dayAmount: sum(today, (row) => row.dayAmount),
          year: last.year,
          yearBalance: sum(
            rows.filter(({ year }) => year === last.year),
            (row) => row.yearBalance,
          ),
          everBalance: sum(rows, (row) => row.everBalance),
        });
      }),
    );
  });

  it('what is taken back for a former day changes nothing of today, and nothing falls below zero', () => {
    const today = spent(10n, 700n);
    const back = { ...spent(9n, 0n, false), dayCount: -1n, dayAmount: -300n };
    expect(plus(today, back)).toEqual(today);
    expect(plus(today, { ...back, day: 10n, dayAmount: -900n })).toMatchObject({
      dayCount: 0n,
      dayAmount: 0n,
    });
  });
});

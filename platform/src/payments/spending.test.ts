// Days and years of payments begin at midnight in Shanghai.
import { expect, it } from 'vitest';
import { nothingSpent } from '../ledger/index.ts';
import type { Payment } from './payment.ts';
import { spentBy, takenBack, usageAt } from './spending.ts';

const at = new Date('2014-12-31T15:59:59.999Z');
const afterMidnight = new Date('2014-12-31T16:00:00Z');
const payment = { payerAmount: { currency: 'CNY', amount: 500n } } as Payment;

it('what was spent before midnight counts for that day and that year only', () => {
  const sums = spentBy(payment, 'balance', at);
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
  expect(usageAt(nothingSpent, at).balanceEver).toBe(0n);
});

it('the day is counted from 1970, the year is Shanghai’s, and both begin at its midnight', () => {
  const of = (instant: Date) => spentBy(payment, 'balance', instant);
  expect(of(at)).toEqual({
    ...{ day: 16_435n, dayCount: 1n, dayAmount: 500n },
    ...{ year: 2014n, yearAmount: 500n, everAmount: 500n },
  });
  expect(of(afterMidnight)).toMatchObject({ day: 16_436n, year: 2015n });
  // Also the very first instant that is asked about, and the same again.
  expect(of(afterMidnight)).toMatchObject({ day: 16_436n, year: 2015n });
});

it('core 13: what a bank refused is taken back from the day on which it was asked', () => {
  expect(takenBack(payment, afterMidnight)).toEqual({
    ...{ day: 16_436n, dayCount: -1n, dayAmount: -500n },
    ...{ year: 2015n, yearAmount: 0n, everAmount: 0n },
  });
});

it('a card payment counts for the day, and not for what leaves the balance', () => {
  expect(usageAt(spentBy(payment, 'card', at), at)).toEqual({
    today: { count: 1n, amount: 500n },
    balanceThisYear: 0n,
    balanceEver: 0n,
  });
});

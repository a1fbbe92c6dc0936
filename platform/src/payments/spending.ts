// Which payments count for the limits of wallets, and when: the day and the year are those of Shanghai; a payment counts
// when it is confirmed, a card payment when its bank is asked.
import type { Spending } from '../ledger/index.ts';
import type { RiskFacts } from '../risk/index.ts';
import { dayOfNumber, houseDayNumber } from '../system/index.ts';
import type { Payment } from './payment.ts';

interface Periods {
  /** Days since 1970-01-01. */
  readonly day: bigint;
  readonly year: bigint;
}
// All payments of a moment share them, and most moments share the day.
let lastDay = Number.NaN;
let last: Periods = { day: 0n, year: 0n };
function periodsOf(at: Date): Periods {
  const day = houseDayNumber(at);
  if (day !== lastDay) {
    lastDay = day;
    last = { day: BigInt(day), year: BigInt(dayOfNumber(day).slice(0, 4)) };
  }
  return last;
}

/** What the risk rules ask of a payer's sums at an instant: those of another day or year count as nothing. */
export function usageAt(
  spending: Spending,
  at: Date,
): Pick<RiskFacts, 'today' | 'balanceThisYear' | 'balanceEver'> {
  const { day, year } = periodsOf(at);
  const isToday = spending.day === day;
  return {
    today: isToday ? { count: spending.dayCount, amount: spending.dayAmount } : { count: 0n, amount: 0n },
    balanceThisYear: spending.year === year ? spending.yearAmount : 0n,
    balanceEver: spending.everAmount,
  };
}

/** What a payment that is confirmed at an instant adds to its payer's sums. */
export function spentBy(payment: Payment, method: 'balance' | 'card', at: Date): Spending {
  const { amount } = payment.payerAmount;
  const { day, year } = periodsOf(at);
  const fromBalance = method === 'balance' ? amount : 0n;
  return {
    day,
    dayCount: 1n,
    dayAmount: amount,
    year,
    yearAmount: fromBalance,
    everAmount: fromBalance,
  };
}

/** The same taken back: a card's bank has refused what was counted when it was asked, be it a day ago. */
export function takenBack(payment: Payment, askedAt: Date): Spending {
  const spent = spentBy(payment, 'card', askedAt);
  return { ...spent, dayCount: -1n, dayAmount: -spent.dayAmount };
}

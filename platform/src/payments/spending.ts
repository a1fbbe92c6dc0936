// What a payer has paid, counted as the limits of wallets count it: payments of the day in Shanghai by number and sum,
// and what left the balance this year and ever. Pure: the rows come and go through spending-store.ts.
import { currency as currencyOf } from '@tongbao/money';
import type { RiskFacts } from '../risk/index.ts';
import type { Payment } from './payment.ts';

export interface Spending {
  /** Days since 1970-01-01, in Shanghai. */
  readonly day: bigint;
  readonly dayCount: bigint;
  readonly dayAmount: bigint;
  readonly year: bigint;
  readonly yearBalance: bigint;
  readonly everBalance: bigint;
}

/** What one payment adds to its payer's sums; a negative count takes back what a bank refused. */
export interface Spent extends Spending {
  readonly payerId: bigint;
  /** ISO 4217 number. */
  readonly currency: bigint;
}

/** `payer/currency number`. */
export type SpendingFacts = Map<string, Spending>;

export const spendingKey = (payerId: bigint, currency: bigint): string => `${payerId}/${currency}`;

// Mainland China has had one time zone and no summer time since 1991, so the offset is arithmetic.
const shanghaiOffsetMs = 8 * 3_600_000;
const dayMs = 86_400_000;

export const dayOf = (at: Date): bigint => BigInt(Math.floor((at.getTime() + shanghaiOffsetMs) / dayMs));
export const yearOf = (at: Date): bigint =>
  BigInt(new Date(at.getTime() + shanghaiOffsetMs).getUTCFullYear());

export const currencyNumberOf = (code: string): bigint => BigInt(currencyOf(code).numeric);

/** What the risk rules ask of a payer's sums at an instant: a row of another day or year counts as nothing. */
export function usageAt(
  spending: Spending | undefined,
  at: Date,
): Pick<RiskFacts, 'today' | 'balanceThisYear' | 'balanceEver'> {
  if (spending === undefined)
    return { today: { count: 0n, amount: 0n }, balanceThisYear: 0n, balanceEver: 0n };
  const isToday = spending.day === dayOf(at);
  return {
    today: isToday ? { count: spending.dayCount, amount: spending.dayAmount } : { count: 0n, amount: 0n },
    balanceThisYear: spending.year === yearOf(at) ? spending.yearBalance : 0n,
    balanceEver: spending.everBalance,
  };
}

/** What a payment that its payer confirms at an instant adds. */
export function spentBy(payment: Payment, by: { payerId: bigint; fromBalance: boolean; at: Date }): Spent {
  const { amount, currency } = payment.payerAmount;
  const balance = by.fromBalance ? amount : 0n;
  return {
    payerId: by.payerId,
    currency: currencyNumberOf(currency),
    day: dayOf(by.at),
    dayCount: 1n,
    dayAmount: amount,
    year: yearOf(by.at),
    yearBalance: balance,
    everBalance: balance,
  };
}

/** The same taken back: a card's bank has refused what was counted when it was asked. */
export function takenBack(payment: Payment): Spent {
  const spent = spentBy(payment, { payerId: payment.payerId!, fromBalance: false, at: payment.createdAt });
  return { ...spent, dayCount: -1n, dayAmount: -spent.dayAmount };
}

/** The sums after one more payment; those of a former day or year begin anew, and a later day takes nothing of a former. */
export function plus(before: Spending | undefined, spent: Spending): Spending {
  if (before === undefined) return spent;
  const [sameDay, sameYear] = [before.day === spent.day, before.year === spent.year];
  const [laterDay, laterYear] = [before.day > spent.day, before.year > spent.year];
  const floor = (sum: bigint): bigint => (sum < 0n ? 0n : sum);
  return {
    day: laterDay ? before.day : spent.day,
    dayCount: laterDay ? before.dayCount : floor(sameDay ? before.dayCount + spent.dayCount : spent.dayCount),
    dayAmount: laterDay
      ? before.dayAmount
      : floor(sameDay ? before.dayAmount + spent.dayAmount : spent.dayAmount),
    year: laterYear ? before.year : spent.year,
    yearBalance: laterYear
      ? before.yearBalance
      : sameYear
        ? before.yearBalance + spent.yearBalance
        : spent.yearBalance,
    everBalance: before.everBalance + spent.everBalance,
  };
}

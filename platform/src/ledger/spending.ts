// What an account's owner has spent, kept beside the balance: whoever changes one holds the lock of the other. Which
// payments count, and in which day and year, is the caller's business.

export interface Spending {
  /** Days since 1970-01-01. */
  readonly day: bigint;
  readonly dayCount: bigint;
  readonly dayAmount: bigint;
  readonly year: bigint;
  readonly yearAmount: bigint;
  readonly everAmount: bigint;
}

export const nothingSpent: Spending = {
  day: 0n,
  dayCount: 0n,
  dayAmount: 0n,
  year: 0n,
  yearAmount: 0n,
  everAmount: 0n,
};

const notBelowZero = (sum: bigint): bigint => (sum < 0n ? 0n : sum);

/**
 * The sums after one more. Those of a former day or year begin anew; what is of a former day (something taken back)
 * changes nothing of a later one.
 */
export function addSpending(before: Spending, more: Spending): Spending {
  const day =
    before.day > more.day
      ? { day: before.day, dayCount: before.dayCount, dayAmount: before.dayAmount }
      : {
          day: more.day,
          dayCount: notBelowZero((before.day === more.day ? before.dayCount : 0n) + more.dayCount),
          dayAmount: notBelowZero((before.day === more.day ? before.dayAmount : 0n) + more.dayAmount),
        };
  const year =
    before.year > more.year
      ? { year: before.year, yearAmount: before.yearAmount }
      : {
          year: more.year,
          yearAmount: (before.year === more.year ? before.yearAmount : 0n) + more.yearAmount,
        };
  return { ...day, ...year, everAmount: before.everAmount + more.everAmount };
}

// Two feeds of rates held against each other. Pure and exact.
import type { PublishedRates } from '@tongbao/connector-interface';
import { chain, invert, parseRate, type Rate, toDecimal } from '@tongbao/money';
import { daysBetween } from '../system/index.ts';

/** Publishers' days and holidays differ: a rate is held against one that is so many days older at most. */
const oldestDays = 3;
const decimals = 10;

/**
 * The currencies whose rate differs from the second feed's by more than a tolerance, with what that feed says (in units for
 * one of the day's pivot). Null: the second feed has nothing young enough, or cannot be counted in the same pivot. A currency
 * that it does not know is not disputed.
 */
export function crossCheck(
  day: PublishedRates,
  others: readonly PublishedRates[],
  toleranceBps: number,
): ReadonlyMap<string, string> | null {
  const other = others.find(({ date }) => date <= day.date && daysBetween(date, day.date) <= oldestDays);
  if (other === undefined) return null;
  const perPivot = countedIn(day.pivot, other);
  if (perPivot === null) return null;
  const disputed = new Map<string, string>();
  for (const [currency, text] of day.perPivot) {
    const said = perPivot(currency);
    if (said !== null && differs(parseRate(day.pivot, currency, text), said, toleranceBps))
      disputed.set(currency, toDecimal(said, decimals, 'half-even').replace(/\.?0+$/, ''));
  }
  return disputed;
}

/** The other feed's rates for one of our pivot; null when it does not know the pivot. */
function countedIn(pivot: string, other: PublishedRates): ((currency: string) => Rate | null) | null {
  const of = (currency: string): Rate | null => {
    const text = other.perPivot.get(currency);
    return text === undefined ? null : parseRate(other.pivot, currency, text);
  };
  if (other.pivot === pivot) return of;
  const pivotThere = of(pivot);
  if (pivotThere === null) return null;
  const toTheirs = invert(pivotThere);
  return (currency) => {
    if (currency === other.pivot) return toTheirs;
    const theirs = of(currency);
    return theirs === null ? null : chain(toTheirs, theirs);
  };
}

function differs(ours: Rate, theirs: Rate, toleranceBps: number): boolean {
  const [left, right] = [ours.numerator * theirs.denominator, theirs.numerator * ours.denominator];
  const difference = left > right ? left - right : right - left;
  return difference * 10_000n > right * BigInt(toleranceBps);
}

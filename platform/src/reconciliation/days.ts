// Days as banks write them: SWIFT's two-digit years, entry dates without a year, and the ends of a list of days.
import { daysBetween } from '../system/index.ts';
import { isDay } from './fields.ts';

/** YYMMDD; SWIFT counts 80 to 99 as the last century. Null where the calendar has no such day. */
export function dayOfSwift(text: string): string | null {
  const match = /^(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (match === null) return null;
  const century = match[1]! >= '80' ? '19' : '20';
  const day = `${century}${match[1]}-${match[2]}-${match[3]}`;
  return isDay(day) ? day : null;
}

/** A statement has few days and many lines: what was found for a pair of dates is found again. */
const nearest = new Map<string, string | null>();
const mostNearest = 1_000;

/**
 * MMDD beside a value date: the day of that name that is nearest to it, so that an entry of 2 January with a value date
 * of 31 December is in the next year. Null where no year near it has such a day.
 */
export function entryDay(text: string, valueDay: string): string | null {
  const key = `${text} ${valueDay}`;
  let found = nearest.get(key);
  if (found === undefined) {
    found = nearestTo(valueDay, text);
    if (nearest.size >= mostNearest) nearest.clear();
    nearest.set(key, found);
  }
  return found;
}

function nearestTo(valueDay: string, text: string): string | null {
  const year = Number.parseInt(valueDay.slice(0, 4), 10);
  const distance = (day: string) => Math.abs(daysBetween(valueDay, day));
  const candidates = [year - 1, year, year + 1]
    .map((each) => `${each}-${text.slice(0, 2)}-${text.slice(2)}`)
    .filter(isDay);
  return candidates.toSorted((left, right) => distance(left) - distance(right))[0] ?? null;
}

/** The least and the greatest; null where there is none. */
export function endsOf(days: readonly string[]): [first: string | null, last: string | null] {
  let [first, last]: [string | null, string | null] = [null, null];
  for (const each of days) {
    if (first === null || each < first) first = each;
    if (last === null || each > last) last = each;
  }
  return [first, last];
}

// Working days and local times: when a batch is cut off and when its payout may leave. A day is a working day when
// neither the merchant's calendar nor the currency's has a weekend, a public holiday or a declared closure on it.
import chineseDays from 'chinese-days';
import Holidays from 'date-holidays';

/** Closed days by calendar, as `KR/2014-11-12`. */
export type Closures = ReadonlySet<string>;

/** Where a currency's banks are. A currency that is not here follows the merchant's calendar alone. */
const countryOf: Readonly<Record<string, string>> = {
  CNY: 'CN',
  KRW: 'KR',
  JPY: 'JP',
  GBP: 'GB',
  HKD: 'HK',
  TWD: 'TW',
  USD: 'US',
  SGD: 'SG',
  AUD: 'AU',
  CAD: 'CA',
  CHF: 'CH',
  SEK: 'SE',
  NOK: 'NO',
  DKK: 'DK',
  NZD: 'NZ',
  THB: 'TH',
};

export const calendarsOf = (calendar: string, currency: string): string[] => [
  ...new Set([calendar, countryOf[currency] ?? calendar]),
];

const dayMs = 86_400_000;
const dayText = (instant: Date): string => instant.toISOString().slice(0, 10);
const utcMidnight = (day: string): number => Date.parse(`${day}T00:00:00Z`);
export const addDays = (day: string, days: number): string =>
  dayText(new Date(utcMidnight(day) + days * dayMs));

const holidaysOf = new Map<string, ReadonlySet<string>>();

/** The public and bank holidays of a country's year, as days. */
function holidays(calendar: string, year: string): ReadonlySet<string> {
  const key = `${calendar}/${year}`;
  const known = holidaysOf.get(key);
  if (known !== undefined) return known;
  const found = new Set<string>();
  const source = calendar === 'GB' ? new Holidays('GB', 'ENG') : new Holidays(calendar);
  for (const { date, start, end, type } of source.getHolidays(Number.parseInt(year, 10)) ?? []) {
    if (type !== 'public' && type !== 'bank') continue;
    const days = Math.max(1, Math.round((end.getTime() - start.getTime()) / dayMs));
    for (let offset = 0; offset < Math.min(days, 31); offset++) found.add(addDays(date.slice(0, 10), offset));
  }
  if (holidaysOf.size > 2_000) holidaysOf.clear();
  holidaysOf.set(key, found);
  return found;
}

function isWeekend(day: string): boolean {
  const weekday = new Date(utcMidnight(day)).getUTCDay();
  return weekday === 0 || weekday === 6;
}

/** Whether banks work on a day (YYYY-MM-DD) in all the calendars. */
export function isWorkingDay(day: string, calendars: readonly string[], closures: Closures): boolean {
  return calendars.every((calendar) => {
    if (closures.has(`${calendar}/${day}`)) return false;
    // Mainland China works on some weekends instead of days around its festivals.
    if (calendar === 'CN') return chineseDays.isWorkday(day);
    return !isWeekend(day) && !holidays(calendar, day.slice(0, 4)).has(day);
  });
}

/** The day itself when it is a working day, else the next one. Throws when a year has none. */
export function workingDayFrom(day: string, calendars: readonly string[], closures: Closures): string {
  for (let offset = 0; offset < 366; offset++) {
    const candidate = addDays(day, offset);
    if (isWorkingDay(candidate, calendars, closures)) return candidate;
  }
  throw new Error(`no working day within a year of ${day} in ${calendars.join(' and ')}`);
}

/** So many working days after a day; zero is the day itself. */
export function addWorkingDays(
  day: string,
  count: number,
  in_: { calendars: readonly string[]; closures: Closures },
): string {
  let reached = day;
  for (let left = count; left > 0; left--)
    reached = workingDayFrom(addDays(reached, 1), in_.calendars, in_.closures);
  return reached;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function wallClock(instant: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(timeZone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(instant).map((part) => [part.type, part.value]));
  return Date.parse(
    `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:${parts.second}Z`,
  );
}

/** The day of an instant in a zone, YYYY-MM-DD. */
export const localDayOf = (instant: Date, timeZone: string): string =>
  dayText(new Date(wallClock(instant.getTime(), timeZone)));

/** `2014-11-12T14:03:05+09:00`: an instant in a zone's own time, seconds precision. */
export function localTimeText(instant: Date, timeZone: string): string {
  const whole = Math.floor(instant.getTime() / 1000) * 1000;
  const wall = wallClock(whole, timeZone);
  const minutes = Math.round((wall - whole) / 60_000);
  const two = (value: number) => value.toString().padStart(2, '0');
  const sign = minutes < 0 ? '-' : '+';
  const zone = `${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
  return `${new Date(wall).toISOString().slice(0, 19)}${zone}`;
}

/** The instant of a local day's minute (1440: its end). Where clocks go forward, the first instant after the gap. */
export function instantOf(day: string, minute: number, timeZone: string): Date {
  const wanted = utcMidnight(day) + minute * 60_000;
  let guess = wanted;
  for (let round = 0; round < 3; round++) guess += wanted - wallClock(guess, timeZone);
  return new Date(guess);
}

export interface CutOff {
  readonly at: Date;
  /** The merchant's working day that ends with it. */
  readonly day: string;
}

interface Cycle {
  readonly calendar: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly cutOffMinute: number;
  readonly payMinute: number;
  readonly cycleDays: number;
}

/** The first cut-off after an instant: what happens at that instant is in it. */
export function cutOffAfter(instant: Date, terms: Cycle, closures: Closures): CutOff {
  const calendars = calendarsOf(terms.calendar, terms.currency);
  let day = workingDayFrom(localDayOf(instant, terms.timeZone), calendars, closures);
  for (let tries = 0; tries < 3; tries++) {
    const at = instantOf(day, terms.cutOffMinute, terms.timeZone);
    if (at > instant) return { at, day };
    day = workingDayFrom(addDays(day, 1), calendars, closures);
  }
  throw new Error(`no cut-off after ${instant.toISOString()} in ${terms.timeZone}`);
}

/** When the payout of a cut-off may leave: T+N working days later in the morning, never before the cut-off itself. */
export function payoutAt(cutOff: CutOff, terms: Cycle, closures: Closures): Date {
  const calendars = calendarsOf(terms.calendar, terms.currency);
  const day = addWorkingDays(cutOff.day, terms.cycleDays, { calendars, closures });
  const at = instantOf(day, terms.payMinute, terms.timeZone);
  return new Date(Math.max(at.getTime(), cutOff.at.getTime()));
}

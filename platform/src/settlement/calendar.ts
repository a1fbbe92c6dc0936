// Working days: when a batch is cut off and when its payout may leave. A day is a working day when banks work on it by
// the merchant's calendar and by the currency's (`bank-calendars.ts`), and when no operator has declared it closed.
// Where no published year reaches, nobody guesses: settlement stops there and says which year is missing.
import { addDays, instantOf, localDayOf, weekdayOf } from '../system/index.ts';
import { type BankCalendar, bankCalendars } from './bank-calendars.ts';

/**
 * What operators have declared beyond the published calendars: closed days (`KR/2014-11-12`), weekend days on which banks
 * work, and whole years (`KR/2028`) whose closed days they have entered.
 */
export interface DeclaredDays {
  readonly closed: ReadonlySet<string>;
  readonly working: ReadonlySet<string>;
  readonly years: ReadonlySet<string>;
}

export const nothingDeclared: DeclaredDays = { closed: new Set(), working: new Set(), years: new Set() };

/** Nobody knows yet on which days of a year banks work. */
export class CalendarUnknown extends Error {
  constructor(calendar: string, year: string) {
    const known = yearsOf(publishedOf(calendar));
    super(
      known === null
        ? `there is no calendar of bank holidays for ${calendar}`
        : `the calendar of ${calendar} is known from ${known.first} to ${known.last}: declare the closed days of ${year}, or install a newer release`,
    );
    this.name = 'CalendarUnknown';
  }
}

const publishedOf = (calendar: string): BankCalendar | undefined =>
  Object.hasOwn(bankCalendars, calendar) ? bankCalendars[calendar] : undefined;

function yearsOf(calendar: BankCalendar | undefined): { first: number; last: number } | null {
  if (calendar === undefined) return null;
  const years = Object.keys(calendar.closed).map((year) => Number.parseInt(year, 10));
  return { first: Math.min(...years), last: Math.max(...years) };
}

/** The first and last published year of each calendar, for the people who keep them. */
export const publishedYears = (): { calendar: string; source: string; first: number; last: number }[] =>
  Object.entries(bankCalendars).map(([calendar, of]) => ({ calendar, source: of.source, ...yearsOf(of)! }));

/** Where a currency's banks are. A currency that is not here follows the merchant's calendar alone. */
const calendarOf: Readonly<Record<string, string>> = {
  CNY: 'CN',
  KRW: 'KR',
  JPY: 'JP',
  GBP: 'GB',
  HKD: 'HK',
  TWD: 'TW',
  USD: 'US',
  EUR: 'EU',
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
  ...new Set([calendar, calendarOf[currency] ?? calendar]),
];

type Days = { readonly closed: ReadonlySet<string>; readonly working: ReadonlySet<string> };
const none: ReadonlySet<string> = new Set();

/** By calendar and year, as MM-DD; made from the published texts when first asked for. Bounded by their number. */
const published = new Map<string, Days | null>();

function publishedDays(calendar: string, year: string): Days | null {
  const key = `${calendar}/${year}`;
  const known = published.get(key);
  if (known !== undefined) return known;
  const of = publishedOf(calendar);
  const closed = of?.closed[Number.parseInt(year, 10)];
  if (closed === undefined) return null;
  const working = of?.working?.[Number.parseInt(year, 10)];
  const days = {
    closed: new Set(closed.split(' ')),
    working: working === undefined ? none : new Set(working.split(' ')),
  };
  published.set(key, days);
  return days;
}

/** Throws CalendarUnknown for a year that is neither published nor declared. */
function isWorkingDayIn(calendar: string, day: string, declared: DeclaredDays): boolean {
  const year = day.slice(0, 4);
  const days = publishedDays(calendar, year);
  if (days === null && !declared.years.has(`${calendar}/${year}`)) throw new CalendarUnknown(calendar, year);
  const key = `${calendar}/${day}`;
  if (declared.closed.has(key)) return false;
  if (declared.working.has(key)) return true;
  const monthDay = day.slice(5);
  return weekdayOf(day) > 5 ? days?.working.has(monthDay) === true : days?.closed.has(monthDay) !== true;
}

/** Whether banks work on a day (YYYY-MM-DD) in all the calendars. Throws CalendarUnknown where one does not reach. */
export const isWorkingDay = (day: string, calendars: readonly string[], declared: DeclaredDays): boolean =>
  calendars.every((calendar) => isWorkingDayIn(calendar, day, declared));

/** The day itself when it is a working day, else the next one. Throws when a year has none. */
export function workingDayFrom(day: string, calendars: readonly string[], declared: DeclaredDays): string {
  for (let offset = 0; offset < 366; offset++) {
    const candidate = addDays(day, offset);
    if (isWorkingDay(candidate, calendars, declared)) return candidate;
  }
  throw new Error(`no working day within a year of ${day} in ${calendars.join(' and ')}`);
}

/** So many working days after a day; zero is the day itself. */
export function addWorkingDays(
  day: string,
  count: number,
  by: { calendars: readonly string[]; declared: DeclaredDays },
): string {
  let reached = day;
  for (let left = count; left > 0; left--)
    reached = workingDayFrom(addDays(reached, 1), by.calendars, by.declared);
  return reached;
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
export function cutOffAfter(instant: Date, terms: Cycle, declared: DeclaredDays): CutOff {
  const calendars = calendarsOf(terms.calendar, terms.currency);
  const cutOffFrom = (from: string): CutOff => {
    const day = workingDayFrom(from, calendars, declared);
    return { at: instantOf(day, terms.cutOffMinute, terms.timeZone), day };
  };
  const first = cutOffFrom(localDayOf(instant, terms.timeZone));
  return first.at > instant ? first : cutOffFrom(addDays(first.day, 1));
}

/** When the payout of a cut-off may leave: T+N working days later in the morning, never before the cut-off itself. */
export function payoutAt(cutOff: CutOff, terms: Cycle, declared: DeclaredDays): Date {
  const calendars = calendarsOf(terms.calendar, terms.currency);
  const day = addWorkingDays(cutOff.day, terms.cycleDays, { calendars, declared });
  const at = instantOf(day, terms.payMinute, terms.timeZone);
  return new Date(Math.max(at.getTime(), cutOff.at.getTime()));
}

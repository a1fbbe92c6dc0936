// The bank calendars beside two independent packages, day by day. `npm run conformance` compares all of them with a third.
import chineseDays from 'chinese-days';
import Holidays from 'date-holidays';
import { expect, test } from 'vitest';
import { isWorkingDay, nothingDeclared, publishedYears } from '../platform/src/settlement/index.ts';
import { addDays, weekdayOf } from '../platform/src/system/index.ts';

/** Days of a calendar on which the two differ, as `2014-11-11 works here`. */
function differences(calendar: string, works: (day: string) => boolean): string[] {
  const { first, last } = publishedYears().find((each) => each.calendar === calendar)!;
  const found: string[] = [];
  for (let day = `${first}-01-01`; day <= `${last}-12-31`; day = addDays(day, 1)) {
    const ours = isWorkingDay(day, [calendar], nothingDeclared);
    if (ours !== works(day)) found.push(`${day} ${ours ? 'works' : 'is closed'} here`);
  }
  return found;
}

/** Public and bank holidays by date-holidays, which computes them by rules. */
function byRules(country: string, region?: string): (day: string) => boolean {
  const source = region === undefined ? new Holidays(country) : new Holidays(country, region);
  const closed = new Map<string, Set<string>>();
  const ofYear = (year: string): Set<string> => {
    const known = closed.get(year);
    if (known !== undefined) return known;
    const days = new Set<string>();
    for (const { date, start, end, type } of source.getHolidays(Number(year)) ?? []) {
      if (type !== 'public' && type !== 'bank') continue;
      const length = Math.max(1, Math.round((end.getTime() - start.getTime()) / 86_400_000));
      for (let offset = 0; offset < length; offset++) days.add(addDays(date.slice(0, 10), offset));
    }
    closed.set(year, days);
    return days;
  };
  return (day) => weekdayOf(day) < 6 && !ofYear(day.slice(0, 4)).has(day);
}

test('China, with its make-up working days: no difference', () => {
  expect(differences('CN', (day) => chineseDays.isWorkday(day))).toEqual([]);
});

test('Japan: no difference', () => {
  expect(differences('JP', byRules('JP'))).toEqual([]);
});

test('England: what the package does not know', () => {
  expect(differences('GB', byRules('GB', 'ENG'))).toEqual([
    // The wedding of William and Catherine; in 2012 the spring holiday was moved to June for the Jubilee.
    '2011-04-29 is closed here',
    '2012-05-28 works here',
    '2012-06-04 is closed here',
  ]);
});

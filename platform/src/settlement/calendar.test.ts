// Working days, cut-offs and pay days: public holidays as printed in the calendars of those years, and laws.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { localDayOf } from '../system/index.ts';
import {
  addWorkingDays,
  CalendarUnknown,
  calendarsOf,
  cutOffAfter,
  isWorkingDay,
  nothingDeclared as none,
  payoutAt,
  publishedYears,
  workingDayFrom,
} from './calendar.ts';

describe('working days', () => {
  test.each([
    ['KR', '2014-12-25', false],
    ['KR', '2014-10-03', false],
    ['JP', '2014-11-03', false],
    ['JP', '2014-11-24', false],
    ['GB', '2014-08-25', false],
    ['GB', '2014-12-26', false],
    ['HK', '2014-10-01', false],
    ['TW', '2014-10-10', false],
    ['CN', '2014-10-01', false],
    // Worked instead of a day of the National Day week.
    ['CN', '2014-10-11', true],
    ['CN', '2014-10-12', false],
    ['KR', '2014-11-11', true],
    ['KR', '2014-11-15', false],
  ])('%s on %s: %s', (calendar, day, works) => {
    expect(isWorkingDay(day, [calendar], none)).toBe(works);
  });

  test('a holiday of either calendar counts, and so does a declared closure', () => {
    const closed = (day: string) => ({ ...none, closed: new Set([day]) });
    expect(isWorkingDay('2014-11-03', ['KR', 'JP'], none)).toBe(false);
    expect(isWorkingDay('2014-11-11', ['KR'], closed('KR/2014-11-11'))).toBe(false);
    expect(isWorkingDay('2014-11-11', ['KR'], closed('JP/2014-11-11'))).toBe(true);
  });

  const seollal =
    '2014-01-30 2015-02-18 2017-01-27 2018-02-15 2019-02-04 2020-01-24 2021-02-11 2022-01-31 2024-02-09 2025-01-28 2026-02-16';
  const temporary = '2015-08-14 2016-05-06 2017-10-02 2020-08-17 2023-10-02 2024-10-01 2025-01-27';
  const elections =
    '2014-06-04 2016-04-13 2017-05-09 2018-06-13 2020-04-15 2022-03-09 2022-06-01 2024-04-10 2025-06-03';
  test.each([
    ['case 13: the day before Lunar New Year in Korea', 'KR', seollal, false],
    [
      'case 13: days after Seollal on which Korean banks work',
      'KR',
      '2019-02-07 2022-02-03 2025-01-31 2026-02-19',
      true,
    ],
    ['case 14: temporary holidays in Korea', 'KR', temporary, false],
    ['case 14: elections in Korea', 'KR', elections, false],
    ['case 14: 1 May in Korea', 'KR', '2014-05-01 2015-05-01 2018-05-01 2019-05-01 2025-05-01', false],
    ['case 14: the victory day of 2015 in Hong Kong and China', 'HK', '2015-09-03', false],
    ['days worked on a weekend in Taiwan', 'TW', '2014-12-27 2016-01-30 2025-02-08', true],
    [
      'TARGET is closed at Easter and open on national holidays',
      'EU',
      '2014-04-18 2014-04-21 2014-05-01',
      false,
    ],
    ['TARGET works on German Unity Day', 'EU', '2014-10-03', true],
    ['the Federal Reserve does not move a Saturday', 'US', '2015-07-03 2021-12-24', true],
  ])('%s', (_, calendar, days, works) => {
    for (const day of days.split(' '))
      expect([day, isWorkingDay(day, [calendar], none)]).toEqual([day, works]);
  });

  test('case 13: a KRW batch cut off on 2015-02-17 is paid on 2015-02-23', () => {
    const terms = {
      calendar: 'KR',
      currency: 'KRW',
      timeZone: 'Asia/Seoul',
      cutOffMinute: 1440,
      payMinute: 600,
    };
    const cutOff = cutOffAfter(new Date('2015-02-17T03:00:00Z'), { ...terms, cycleDays: 1 }, none);
    expect(cutOff.day).toBe('2015-02-17');
    expect(payoutAt(cutOff, { ...terms, cycleDays: 1 }, none).toISOString()).toBe('2015-02-23T01:00:00.000Z');
  });
});

describe('where a calendar ends', () => {
  test('core 14: nobody guesses beyond the last published year, and the message says what is missing', () => {
    const refused = () => isWorkingDay('2027-10-01', ['CN'], none);
    expect(refused).toThrow(CalendarUnknown);
    expect(refused).toThrow(expect.objectContaining({ name: 'CalendarUnknown' }));
    expect(refused).toThrow(/CN is known from 2011 to 2026: declare the closed days of 2027/);
    expect(() => isWorkingDay('2010-12-31', ['KR'], none)).toThrow(CalendarUnknown);
    expect(() => isWorkingDay('2014-11-11', ['XX'], none)).toThrow(/no calendar of bank holidays for XX/);
    expect(() => isWorkingDay('2014-11-11', ['toString'], none)).toThrow(CalendarUnknown);
  });

  test('a year that operators declared is known: weekends, and the days that they entered', () => {
    const declared = {
      years: new Set(['CN/2027']),
      closed: new Set(['CN/2027-10-01']),
      working: new Set(['CN/2027-10-10']),
    };
    expect(isWorkingDay('2027-10-01', ['CN'], declared)).toBe(false);
    expect(isWorkingDay('2027-10-09', ['CN'], declared)).toBe(false);
    expect(isWorkingDay('2027-10-10', ['CN'], declared)).toBe(true);
    expect(isWorkingDay('2027-10-11', ['CN'], declared)).toBe(true);
    expect(() => isWorkingDay('2028-01-03', ['CN'], declared)).toThrow(CalendarUnknown);
  });

  test('every calendar is complete from 2011 on and says where it is from', () => {
    for (const { calendar, source, first, last } of publishedYears()) {
      expect(source.length, calendar).toBeGreaterThan(10);
      expect(first, calendar).toBe(2011);
      expect(last, calendar).toBeGreaterThanOrEqual(2026);
      for (let year = first; year <= last; year++) {
        const newYear = isWorkingDay(`${year}-01-01`, [calendar], none);
        expect(newYear, `${calendar} ${year}`).toBe(false);
      }
    }
  });
});

describe('calendars', () => {
  test('of a merchant and a currency: both countries’, once, and each is known', () => {
    const expected: Record<string, string> = {
      ...{
        CNY: 'CN',
        KRW: 'KR',
        JPY: 'JP',
        GBP: 'GB',
        HKD: 'HK',
        TWD: 'TW',
        USD: 'US',
        SGD: 'SG',
        EUR: 'EU',
      },
      ...{ AUD: 'AU', CAD: 'CA', CHF: 'CH', SEK: 'SE', NOK: 'NO', DKK: 'DK', NZD: 'NZ', THB: 'TH' },
    };
    for (const [currency, country] of Object.entries(expected)) {
      expect(calendarsOf('XX', currency)).toEqual(['XX', country]);
      expect(calendarsOf(country, currency)).toEqual([country]);
      expect(() =>
        calendarsOf('XX', 'ISK').map((known) => isWorkingDay('2014-11-11', [known], none)),
      ).toThrow();
    }
    expect(calendarsOf('KR', 'ISK')).toEqual(['KR']);
  });

  test('the next working day is the day itself when it is one; a year without any is an error', () => {
    expect(workingDayFrom('2014-11-11', ['KR'], none)).toBe('2014-11-11');
    expect(workingDayFrom('2014-11-15', ['KR'], none)).toBe('2014-11-17');
    const day = (number: number) => new Date(Date.UTC(2014, 0, 1 + number)).toISOString().slice(0, 10);
    const closed = (count: number) => ({
      ...none,
      closed: new Set(Array.from({ length: count }, (_, number) => `KR/${day(number)}`)),
    });
    // The 366th day is a Thursday, the first of January; the 367th a Friday.
    expect(workingDayFrom('2014-01-02', ['KR'], closed(366))).toBe('2015-01-02');
    expect(() => workingDayFrom('2014-01-01', ['KR'], closed(366))).toThrow(
      'no working day within a year of 2014-01-01 in KR',
    );
    expect(() => workingDayFrom('2014-01-01', ['KR', 'HK'], closed(367))).toThrow('in KR and HK');
  });

  test('so many working days later', () => {
    const by = { calendars: ['KR'], declared: none };
    expect(addWorkingDays('2014-11-15', 0, by)).toBe('2014-11-15');
    expect(addWorkingDays('2014-11-14', 1, by)).toBe('2014-11-17');
    expect(addWorkingDays('2014-11-13', 3, by)).toBe('2014-11-18');
  });
});

describe('a cut-off', () => {
  const terms = {
    ...{ calendar: 'KR', currency: 'KRW', timeZone: 'Asia/Seoul' },
    ...{ cutOffMinute: 1080, payMinute: 600, cycleDays: 2 },
  };
  // 18:00 in Seoul.
  const at = new Date('2014-11-11T09:00:00Z');

  test('what happens at its very instant belongs to the next one', () => {
    expect(cutOffAfter(new Date(at.getTime() - 1), terms, none)).toEqual({ at, day: '2014-11-11' });
    expect(cutOffAfter(at, terms, none).day).toBe('2014-11-12');
  });

  test('moves over weekends and closures; the payout leaves T+N in the morning', () => {
    const friday = cutOffAfter(new Date('2014-11-14T09:00:00Z'), terms, none);
    expect(friday).toEqual({ at: new Date('2014-11-17T09:00:00Z'), day: '2014-11-17' });
    expect(payoutAt({ at, day: '2014-11-11' }, terms, none)).toEqual(new Date('2014-11-13T01:00:00Z'));
    const closed = { ...none, closed: new Set(['KR/2014-11-12']) };
    expect(payoutAt({ at, day: '2014-11-11' }, terms, closed)).toEqual(new Date('2014-11-14T01:00:00Z'));
  });

  test('a payout on the day itself waits for the cut-off', () => {
    expect(payoutAt({ at, day: '2014-11-11' }, { ...terms, cycleDays: 0 }, none)).toEqual(at);
  });
});

test('a cut-off is after the instant, at its minute, on a working day; the pay day never before it', () => {
  const terms = fc.record({
    calendar: fc.constantFrom('KR', 'JP', 'GB', 'HK', 'TW'),
    currency: fc.constantFrom('KRW', 'JPY', 'GBP', 'HKD', 'TWD', 'EUR'),
    timeZone: fc.constantFrom('Asia/Seoul', 'Europe/London', 'Asia/Taipei', 'America/New_York'),
    cutOffMinute: fc.constantFrom(60, 480, 1080, 1439, 1440),
    payMinute: fc.constantFrom(0, 600, 1439),
    cycleDays: fc.integer({ min: 0, max: 10 }),
  });
  const instants = fc.date({
    min: new Date('2014-01-01T00:00:00Z'),
    max: new Date('2016-12-31T00:00:00Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(instants, terms, (instant, of) => {
      const cutOff = cutOffAfter(instant, of, none);
      expect(cutOff.at.getTime()).toBeGreaterThan(instant.getTime());
      expect(isWorkingDay(cutOff.day, [of.calendar], none)).toBe(true);
      expect(localDayOf(new Date(cutOff.at.getTime() - 60_000), of.timeZone)).toBe(cutOff.day);
      // No working day's cut-off lies between: the one before the found one is not after the instant.
      const earlier = cutOffAfter(new Date(cutOff.at.getTime() - 1), of, none);
      expect(earlier.at).toEqual(cutOff.at);
      expect(payoutAt(cutOff, of, none).getTime()).toBeGreaterThanOrEqual(cutOff.at.getTime());
    }),
    { numRuns: 300 },
  );
});

// Working days, cut-offs and pay days: public holidays as printed in the calendars of those years, and laws.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutOffAfter, instantOf, isWorkingDay, localDayOf, localTimeText, payoutAt } from './calendar.ts';

const none: ReadonlySet<string> = new Set();

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
    expect(isWorkingDay('2014-11-03', ['KR', 'JP'], none)).toBe(false);
    expect(isWorkingDay('2014-11-11', ['KR'], new Set(['KR/2014-11-11']))).toBe(false);
    expect(isWorkingDay('2014-11-11', ['KR'], new Set(['JP/2014-11-11']))).toBe(true);
  });
});

describe('local times', () => {
  test('where clocks go forward the minute that does not exist is the first after the gap', () => {
    expect(instantOf('2015-03-29', 90, 'Europe/London').toISOString()).toMatch(/^2015-03-29T0[01]:30/);
    expect(instantOf('2015-03-29', 1440, 'Europe/London').toISOString()).toBe('2015-03-29T23:00:00.000Z');
  });
  test('are written with their offset', () => {
    expect(localTimeText(new Date('2014-11-11T15:00:00Z'), 'Asia/Seoul')).toBe('2014-11-12T00:00:00+09:00');
    expect(localTimeText(new Date('2014-11-11T15:00:00Z'), 'America/St_Johns')).toBe(
      '2014-11-11T11:30:00-03:30',
    );
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

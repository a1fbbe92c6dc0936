// Local days and times: against Intl as an independent reader, around every kind of clock change.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addDays,
  dayOfNumber,
  daysBetween,
  houseDayNumber,
  houseDayOf,
  houseTimeText,
  houseZone,
  instantOf,
  isDay,
  localDayOf,
  localTimeText,
  weekdayOf,
} from './local-time.ts';

describe('a local minute', () => {
  test('core 15: where clocks go forward a minute that does not exist is the first instant after the gap', () => {
    expect(instantOf('2015-03-29', 90, 'Europe/London').toISOString()).toBe('2015-03-29T01:00:00.000Z');
    expect(instantOf('2015-03-29', 60, 'Europe/London').toISOString()).toBe('2015-03-29T01:00:00.000Z');
    expect(instantOf('2015-03-29', 119, 'Europe/London').toISOString()).toBe('2015-03-29T01:00:00.000Z');
    expect(instantOf('2015-03-29', 120, 'Europe/London').toISOString()).toBe('2015-03-29T01:00:00.000Z');
    expect(instantOf('2015-03-29', 1440, 'Europe/London').toISOString()).toBe('2015-03-29T23:00:00.000Z');
    // Samoa left out a whole day.
    expect(instantOf('2011-12-30', 600, 'Pacific/Apia').toISOString()).toBe('2011-12-30T10:00:00.000Z');
  });
  test('where clocks go back it is the first of the two', () => {
    expect(instantOf('2014-10-26', 90, 'Europe/London').toISOString()).toBe('2014-10-26T00:30:00.000Z');
  });
  test('is on its day, as another reader of the zone sees it', () => {
    const zones = fc.constantFrom('Asia/Seoul', 'Europe/London', 'America/New_York', 'Australia/Lord_Howe');
    const days = fc.integer({ min: 0, max: 5_000 }).map((offset) => addDays('2011-01-01', offset));
    fc.assert(
      fc.property(zones, days, fc.integer({ min: 0, max: 1439 }), (timeZone, day, minute) => {
        const instant = instantOf(day, minute, timeZone);
        const seen = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(instant);
        expect(seen).toBe(day);
        expect(localDayOf(instant, timeZone)).toBe(day);
      }),
    );
  });
});

test('an instant is written with its offset', () => {
  expect(localTimeText(new Date('2014-11-11T15:00:00.999Z'), 'Asia/Seoul')).toBe('2014-11-12T00:00:00+09:00');
  expect(localTimeText(new Date('2014-11-11T15:00:00Z'), 'America/St_Johns')).toBe(
    '2014-11-11T11:30:00-03:30',
  );
});

test('days follow each other, over years and leap days', () => {
  expect(addDays('2016-02-28', 1)).toBe('2016-02-29');
  expect(addDays('2014-12-31', 1)).toBe('2015-01-01');
  expect(addDays('2015-01-01', -1)).toBe('2014-12-31');
  expect(weekdayOf('2014-11-10')).toBe(1);
  expect(weekdayOf('2014-11-16')).toBe(7);
});

test('a zone that does not exist is an error', () => {
  expect(() => localDayOf(new Date(0), 'Mars/Olympus')).toThrow(RangeError);
});

describe('days', () => {
  test('that the calendar does not have are none', () => {
    expect(['2014-11-11', '2016-02-29', '2014-12-31'].every(isDay)).toBe(true);
    const none = [
      '2014-02-29',
      '2014-13-01',
      '2014-00-10',
      '2014-11-31',
      '14-11-11',
      '2014-11-11 ',
      '20141111',
      '+002014-11-11',
      '',
    ];
    expect([...none, 'undefined', '2014-11-11T00:00'].filter(isDay)).toEqual([]);
  });

  test('are counted over the ends of months and years', () => {
    expect(addDays('2014-01-03', -5)).toBe('2013-12-29');
    expect(addDays('2016-03-01', -1)).toBe('2016-02-29');
    expect(daysBetween('2013-12-29', '2014-01-03')).toBe(5);
    expect(daysBetween('2014-01-03', '2013-12-29')).toBe(-5);
  });

  test('a zone’s day begins at its midnight, also the year', () => {
    const [before, at] = [new Date('2014-12-31T14:59:59.999Z'), new Date('2014-12-31T15:00:00Z')];
    expect([localDayOf(before, 'Asia/Seoul'), localDayOf(at, 'Asia/Seoul')]).toEqual([
      '2014-12-31',
      '2015-01-01',
    ]);
    expect(localDayOf(at, 'Europe/London')).toBe('2014-12-31');
  });
});

test('the house’s arithmetic is what Temporal says of its zone, at every midnight of a century', () => {
  for (let midnight = instantOf('1992-01-01', 0, houseZone), day = '1992-01-01'; day < '2100-01-01'; ) {
    for (const instant of [midnight, new Date(midnight.getTime() + 86_399_999)]) {
      expect(houseDayOf(instant)).toBe(day);
      expect(dayOfNumber(houseDayNumber(instant))).toBe(day);
    }
    day = addDays(day, 1);
    midnight = new Date(midnight.getTime() + 86_400_000);
  }
  const instants = fc.date({
    min: new Date('1992-01-01T00:00:00Z'),
    max: new Date('2099-12-31T00:00:00Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(instants, (instant) => {
      expect(houseDayOf(instant)).toBe(localDayOf(instant, houseZone));
      expect(houseTimeText(instant)).toBe(localTimeText(instant, houseZone));
    }),
  );
});

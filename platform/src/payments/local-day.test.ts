// A contract's own days, as text that sorts like time.
import { expect, it } from 'vitest';
import { localDay } from './local-day.ts';

it('the day begins at midnight of the zone, also the year', () => {
  const [before, at] = [new Date('2014-12-31T14:59:59.999Z'), new Date('2014-12-31T15:00:00Z')];
  expect([localDay(before, 'Asia/Seoul'), localDay(at, 'Asia/Seoul')]).toEqual(['2014-12-31', '2015-01-01']);
  expect(localDay(at, 'Europe/London')).toBe('2014-12-31');
  expect(localDay(new Date('2014-02-03T12:00:00Z'), 'Europe/London')).toBe('2014-02-03');
});

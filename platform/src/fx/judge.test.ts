// The guards: how old is too old, how far is too far, and what a held rate does to those after it.
import { describe, expect, it } from 'vitest';
import { isOutlier, isStale } from './guards.ts';
import { judge } from './judge.ts';
import type { PublishedRates } from './source.ts';

const day = (date: string, rates: Record<string, string>): PublishedRates => ({
  date,
  pivot: 'USD',
  perPivot: new Map(Object.entries(rates)),
});
const won = (date: string, rate: string) => ({ currency: 'KRW', pivot: 'USD', rate, date, source: 'test' });
const verdicts = (published: PublishedRates[], accepted = [won('2014-11-10', '1000')], held: string[] = []) =>
  judge(published, { accepted, held: new Set(held) }, 1_000).map(({ date, rate, status }) => [
    date,
    rate,
    status,
  ]);

describe('isStale', () => {
  it('counts calendar days', () => {
    expect(isStale('2014-11-06', '2014-11-11', 5)).toBe(false);
    expect(isStale('2014-11-05', '2014-11-11', 5)).toBe(true);
    expect(isStale('2014-12-29', '2015-01-03', 5)).toBe(false);
    expect(isStale('2014-11-11', '2014-11-11', 0)).toBe(false);
  });
});

describe('isOutlier', () => {
  it('lets a move of exactly the limit pass, up and down, and nothing beyond it', () => {
    expect(isOutlier('1100', '1000', 1_000)).toBe(false);
    expect(isOutlier('900', '1000', 1_000)).toBe(false);
    expect(isOutlier('1100.0000001', '1000', 1_000)).toBe(true);
    expect(isOutlier('899.9999999', '1000', 1_000)).toBe(true);
    expect(isOutlier('0.00000000011', '0.0000000001', 1_000)).toBe(false);
    expect(isOutlier('10850', '1085', 1_000)).toBe(true);
  });
});

describe('judge', () => {
  it('accepts the first rate of a currency, and then what moves within the limit', () => {
    expect(verdicts([day('2014-11-12', { KRW: '1150' }), day('2014-11-11', { KRW: '1050' })], [])).toEqual([
      ['2014-11-11', '1050', 'accepted'],
      ['2014-11-12', '1150', 'accepted'],
    ]);
  });

  it('holds a first rate that is far from the others published with it', () => {
    const days = [
      day('2014-11-11', { KRW: '10000' }),
      day('2014-11-12', { KRW: '1000' }),
      day('2014-11-13', { KRW: '1001' }),
    ];
    expect(verdicts(days, [])).toEqual([
      ['2014-11-11', '10000', 'held'],
      ['2014-11-12', '1000', 'accepted'],
      ['2014-11-13', '1001', 'accepted'],
    ]);
  });

  it('holds an outlier and compares the next day with the last accepted rate, not with the outlier', () => {
    const days = [
      day('2014-11-11', { KRW: '10000' }),
      day('2014-11-12', { KRW: '10001' }),
      day('2014-11-13', { KRW: '1001' }),
    ];
    expect(verdicts(days)).toEqual([
      ['2014-11-11', '10000', 'held'],
      ['2014-11-12', '10001', 'held'],
      ['2014-11-13', '1001', 'accepted'],
    ]);
  });

  it('goes on holding a currency whose last accepted rate is forgotten', () => {
    expect(verdicts([day('2014-12-24', { KRW: '10000', JPY: '100' })], [], ['KRW'])).toEqual([
      ['2014-12-24', '10000', 'held'],
      ['2014-12-24', '100', 'accepted'],
    ]);
  });

  it('names the currency, and judges each day once, whichever way round they came', () => {
    const judged = judge(
      [
        day('2014-11-12', { KRW: '1002' }),
        day('2014-11-11', { KRW: '1001' }),
        day('2014-11-12', { KRW: '1003' }),
      ],
      { accepted: [won('2014-11-10', '1000')], held: new Set() },
      1_000,
    );
    expect(judged).toEqual([
      { currency: 'KRW', date: '2014-11-11', rate: '1001', status: 'accepted', other: null },
      { currency: 'KRW', date: '2014-11-12', rate: '1002', status: 'accepted', other: null },
    ]);
  });

  it('takes the middle one of what was published, of two the lower, in whatever order', () => {
    const published = (rates: string[]) =>
      rates.map((rate, index) => day(`2014-11-1${index}`, { KRW: rate }));
    const first = (rates: string[]) => verdicts(published(rates), [])[0]![2];
    // The middle of 500, 900, 1000, 1001, 5000 is 1000.
    expect(first(['1000', '5000', '500', '1001', '900'])).toBe('accepted');
    expect(first(['500', '5000', '1000', '1001', '900'])).toBe('held');
    // Of two the lower: 1000 is near itself, and 1200 is far from it.
    expect(first(['1000', '1200'])).toBe('accepted');
    expect(first(['1200', '1000'])).toBe('held');
    // Of three the second, of four the second.
    expect(first(['1000', '1050', '2000'])).toBe('accepted');
    expect(first(['2000', '1900', '1000', '1000'])).toBe('held');
    expect(first(['1000', '2000', '2000', '2000', '2000'])).toBe('held');
  });

  it('a currency that has an accepted rate goes on, also when another rate of it is held', () => {
    expect(verdicts([day('2014-11-11', { KRW: '1001' })], [won('2014-11-10', '1000')], ['KRW'])).toEqual([
      ['2014-11-11', '1001', 'accepted'],
    ]);
  });

  it('says nothing about days that it has judged before', () => {
    expect(verdicts([day('2014-11-10', { KRW: '5' }), day('2014-11-07', { KRW: '5' })])).toEqual([]);
  });

  it('judges each currency by itself', () => {
    const mixed = [day('2014-11-11', { KRW: '2000', JPY: '100' }), day('2014-11-12', { JPY: '101' })];
    expect(verdicts(mixed)).toEqual([
      ['2014-11-11', '2000', 'held'],
      ['2014-11-11', '100', 'accepted'],
      ['2014-11-12', '101', 'accepted'],
    ]);
  });
});

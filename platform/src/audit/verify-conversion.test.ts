// The verifier's own idea of what merchants get in another currency: it agrees with the server's on every rate, and names what
// somebody changed.
import { money, parseRate, rate } from '@tongbao/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { priceAt, settlementOf } from '../fx/index.ts';
import { inDollars, samplePaid } from '../testing/sample-payment.ts';
import type { Json } from './verify.ts';
import { conversionFault, conversionOf, settled, settledIn } from './verify-conversion.ts';

/** As it stands in an export. */
const exported = (payment: object): Json =>
  JSON.parse(
    JSON.stringify(payment, (_key, value) => (typeof value === 'bigint' ? value.toString() : value)),
  ) as Json;
const { settlementQuote, ...rest } = inDollars();
const paid = (over: object = {}) => exported(samplePaid({ ...rest, settlementQuote, ...over }));

describe('what it works out', () => {
  it('is what the server does, for every rate, spread and amount', () => {
    const part = fc.bigInt(1n, 10n ** 18n);
    fc.assert(
      fc.property(
        ...([part, part, fc.bigInt(1n, 10n ** 12n), fc.integer({ min: 0, max: 1_000 })] as const),
        fc.constantFrom('JPY', 'USD', 'KWD'),
        (numerator, denominator, units, bps, currency) => {
          const mid = rate('KRW', currency, numerator, denominator);
          const quote = { ...settlementQuote!, mid, price: priceAt(mid, -bps), spreadBps: 0 - bps };
          const amount = money('KRW', units);
          const { settlementAmount, midAmount, spreadAmount } = settlementOf(quote, amount);
          const payment = paid({
            ...{ amount, settlementAmount, settlementQuote: quote },
            terms: { ...rest.terms, settlementCurrency: currency },
          });
          expect(conversionFault(payment)).toBeNull();
          expect(conversionOf(payment)).toEqual({ mid: midAmount.amount, spread: spreadAmount.amount });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('of an export of before anything could be converted is the amount', () => {
    const { settlementAmount: _amount, settlementQuote: _quote, ...former } = exported(samplePaid());
    expect(conversionFault(former)).toBeNull();
    expect(conversionOf(former)).toEqual({ mid: 59_000n, spread: 0n });
    expect([settled(former), settledIn(former)]).toEqual([59_000n, 'KRW']);
  });
});

describe('what it names', () => {
  const price = (text: string) => ({ ...settlementQuote!, price: parseRate('KRW', 'USD', text) });

  it.each<[string, object, RegExp]>([
    ['another amount', { settlementAmount: money('USD', 5_871n) }, /it is worth 5870, it states 5871/],
    ['another price', { settlementQuote: price('0.000996') }, /is not the middle rate less the spread/],
    [
      'an eighth digit',
      { settlementQuote: price('0.00099500001') },
      /is not the middle rate less the spread/,
    ],
    ['a spread on top', { settlementQuote: { ...settlementQuote!, spreadBps: 50 } }, /less the spread/],
    ['no rate', { settlementQuote: null }, /5870 are settled for 59000, and no rate says why/],
    [
      'no rate, and the same figure',
      { settlementQuote: null, settlementAmount: money('USD', 59_000n) },
      /59000 are settled for 59000, and no rate says why/,
    ],
    [
      'another currency',
      { settlementAmount: money('HKD', 5_870n) },
      /is settled in HKD, its contract says USD/,
    ],
  ])('%s', (_what, over, says) => {
    expect(conversionFault(paid())).toBeNull();
    expect(conversionFault(paid(over))).toMatch(says);
  });
});

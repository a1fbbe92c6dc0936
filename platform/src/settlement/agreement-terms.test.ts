// What was agreed with the bank's desk: the cost that a rate makes, the rate that amounts make, and what is too far off. Pure.
import { convert, money, parseRate } from '@tongbao/money';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideTerms } from './agreement-terms.ts';
import { lessUnderWay } from './treasury.ts';

const won = { id: 7n, currency: 'KRW', bought: 1_000_000n, home: 'CNY', cost: 565_800n, rate: '0.005658' };
const sold = { ...won, bought: -1_000_000n, cost: -565_800n };
const rate = (text: string) => ({ kind: 'rate', rate: text }) as const;
const amounts = (bought: bigint, cost: bigint) => ({ kind: 'amounts', bought, cost }) as const;
const refusalOf = (work: () => unknown) => {
  try {
    work();
    return null;
  } catch (error) {
    const { code, message, detail } = error as Error & { code: string; detail: object };
    return { code, message, ...detail };
  }
};

describe('what was agreed', () => {
  test('a rate makes the cost, half-even', () => {
    expect(decideTerms(won, rate('0.00566'), 200)).toEqual({ rate: '0.00566', cost: 566_000n });
    expect(decideTerms(won, rate('0.0056580050'), 200)).toEqual({ rate: '0.0056580050', cost: 565_800n });
    expect(decideTerms(sold, rate('0.00566'), 200).cost).toBe(-566_000n);
  });

  test('amounts make the shortest rate at which they come out to the unit', () => {
    expect(decideTerms(won, amounts(1_000_000n, 566_000n), 200)).toEqual({ rate: '0.00566', cost: 566_000n });
    expect(decideTerms(sold, amounts(-1_000_000n, -566_000n), 200).rate).toBe('0.00566');
    fc.assert(
      fc.property(
        fc.constantFrom('KRW', 'GBP', 'KWD', 'JPY'),
        fc.bigInt({ min: 1n, max: 10n ** 15n }),
        fc.bigInt({ min: 1n, max: 10n ** 15n }),
        fc.boolean(),
        (currency, bought, cost, isSold) => {
          const sign = isSold ? -1n : 1n;
          const deal = { ...won, currency, bought: bought * sign, cost: cost * sign };
          // What costs next to nothing has no rate of so many decimals that is not zero.
          fc.pre(cost * 10n ** 9n > bought);
          const found = decideTerms(deal, amounts(deal.bought, deal.cost), 0);
          const worth = convert(
            money(currency, deal.bought),
            parseRate(currency, 'CNY', found.rate),
            'half-even',
          );
          expect(worth.amount).toBe(deal.cost);
          expect(found.cost).toBe(deal.cost);
        },
      ),
    );
  });

  test('up to the tolerance, to the unit, on both sides', () => {
    for (const [cost, isFine] of [
      [577_116n, true],
      [577_117n, false],
      [554_484n, true],
      [554_483n, false],
    ] as const)
      expect(refusalOf(() => decideTerms(won, amounts(1_000_000n, cost), 200)) === null).toBe(isFine);
    expect(refusalOf(() => decideTerms(won, rate('0.0056581'), 0))).toMatchObject({
      code: 'deal-refused',
      field: 'rate',
      message: expect.stringMatching(
        /^5658.10 CNY is more than 0 basis points from the 5658.00 CNY that were expected at 0.005658/,
      ),
    });
    expect(refusalOf(() => decideTerms(won, amounts(1_000_000n, 900_000n), 200))).toMatchObject({
      field: 'cost',
    });
  });

  test('nothing of another amount, of nothing, or the other way round', () => {
    expect(refusalOf(() => decideTerms(won, amounts(999_999n, 565_800n), 200))).toMatchObject({
      field: 'bought',
      message: expect.stringContaining('the deal is about 1000000 KRW, not 999999 KRW'),
    });
    for (const cost of [0n, -565_800n])
      expect(refusalOf(() => decideTerms(won, amounts(1_000_000n, cost), 200))).toMatchObject({
        field: 'cost',
      });
    expect(refusalOf(() => decideTerms(sold, amounts(-1_000_000n, 565_800n), 200))).toMatchObject({
      field: 'cost',
    });
    for (const text of ['0', '-1', '1,5', 'x', '', '1e5'])
      expect(refusalOf(() => decideTerms(won, rate(text), 200))).toMatchObject({ field: 'rate' });
    // A rate at which nothing is left.
    expect(refusalOf(() => decideTerms(won, rate('0.000000000001'), 2_000))).toMatchObject({ field: 'cost' });
  });
});

test('a day closes what the deals before it, which are not booked yet, leave open', () => {
  const positions = [
    { currency: 'CNY', amount: 1_000_000n },
    { currency: 'KRW', amount: -1_200_000n },
    { currency: 'GBP', amount: -500n },
  ];
  const deals = [
    { currency: 'KRW', home: 'CNY', bought: 1_000_000n, collected: 600_000n },
    { currency: 'GBP', home: 'CNY', bought: 500n, collected: 5_000n },
  ];
  expect(lessUnderWay(positions, deals)).toEqual([
    { currency: 'CNY', amount: 395_000n },
    { currency: 'KRW', amount: -200_000n },
    { currency: 'GBP', amount: 0n },
  ]);
  expect(lessUnderWay(positions, [])).toEqual(positions);
});

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

  test('of amounts, ties go to the even unit; what is next to nothing has a rate; what has none is refused', () => {
    const pounds = { ...won, currency: 'GBP', bought: 10_050n, cost: 97_786n, rate: '9.73' };
    // 100.50 × 9.73 = 977.865
    expect(decideTerms(pounds, amounts(10_050n, 97_786n), 0)).toEqual({ rate: '9.7300', cost: 97_786n });
    expect(decideTerms(pounds, rate('9.73'), 0).cost).toBe(97_786n);
    expect(decideTerms(pounds, rate('9.71'), 200).cost).toBe(97_586n);
    // 38,841 ÷ 4,000 and 1,000 ÷ 300, to four decimals.
    const forty = { ...pounds, bought: 4_000n, cost: 38_841n };
    expect(decideTerms(forty, amounts(4_000n, 38_841n), 0).rate).toBe('9.7102');
    const three = { ...pounds, bought: 300n, cost: 1_000n };
    expect(decideTerms(three, amounts(300n, 1_000n), 0).rate).toBe('3.3333');
    const penny = { ...pounds, bought: 1n, cost: 1n };
    expect(decideTerms(penny, amounts(1n, 1n), 0).rate).toBe('1.0000');
    const least = { ...won, cost: 1n };
    expect(decideTerms(least, amounts(1_000_000n, 1n), 0)).toEqual({ rate: '0.00000001', cost: 1n });
    // 1,000 fils a dinar, 100 fen a yuan.
    const dinars = { ...won, currency: 'KWD', bought: 1_000n, cost: 2_345n };
    expect(decideTerms(dinars, amounts(1_000n, 2_345n), 0).rate).toBe('23.4500');
    const endless = { ...won, bought: 3n * 10n ** 21n, cost: 10n ** 21n + 1n };
    expect(refusalOf(() => decideTerms(endless, amounts(endless.bought, endless.cost), 0))).toMatchObject({
      ...{ code: 'deal-refused', field: 'cost' },
      message: 'no rate of 18 decimals makes 10000000000000000000.01 CNY of 3000000000000000000000 KRW',
    });
    // Seventeen and eighteen decimals are still found.
    const long = { ...won, bought: 10n ** 16n, cost: 3n };
    expect(decideTerms(long, amounts(long.bought, 3n), 0).rate).toBe('0.000000000000000003');
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
      message:
        '5658.10 CNY is more than 0 basis points from the 5658.00 CNY that were expected at 0.005658: look at the bank’s confirmation once more',
    });
    expect(refusalOf(() => decideTerms(won, amounts(1_000_000n, 900_000n), 200))).toMatchObject({
      field: 'cost',
    });
  });

  test('nothing of another amount, of nothing, or the other way round', () => {
    expect(refusalOf(() => decideTerms(won, amounts(999_999n, 565_800n), 200))).toMatchObject({
      field: 'bought',
      message:
        'the deal is about 1000000 KRW, not 999999 KRW: agree that amount, or a part of the position stays open',
    });
    for (const cost of [0n, -565_800n])
      expect(refusalOf(() => decideTerms(won, amounts(1_000_000n, cost), 200))).toMatchObject({
        field: 'cost',
      });
    expect(refusalOf(() => decideTerms(sold, amounts(-1_000_000n, 565_800n), 200))).toMatchObject({
      field: 'cost',
    });
    expect(refusalOf(() => decideTerms(won, amounts(1_000_000n, 0n), 200))).toMatchObject({
      message: '1000000 KRW cannot come to 0.00 CNY',
    });
    expect(refusalOf(() => decideTerms(sold, amounts(-1_000_000n, 565_800n), 2_000))).toMatchObject({
      message: '-1000000 KRW cannot come to 5658.00 CNY',
    });
    expect(refusalOf(() => decideTerms(won, rate('x'.repeat(50)), 200))).toMatchObject({
      message: `"${'x'.repeat(40)}" is not a rate: so many CNY for one KRW`,
    });
    expect(
      refusalOf(() => decideTerms({ ...won, home: 'no money' }, amounts(1_000_000n, 1n), 0)),
    ).not.toHaveProperty('code', 'deal-refused');
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

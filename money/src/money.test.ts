// The laws of amounts: a group per currency, no sum across currencies, text that reads back as it was written.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currencies, MoneyError, minorUnits } from './currency.ts';
import {
  add,
  compare,
  formatMajor,
  fromWire,
  isNegative,
  isPositive,
  isZero,
  money,
  negate,
  parseMajor,
  parseMinor,
  subtract,
  sum,
  toWire,
  zero,
} from './money.ts';

const code = fc.constantFrom(...currencies().map((entry) => entry.code));
const amount = fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n });
const any = fc.tuple(code, amount).map(([of, units]) => money(of, units));
const pair = fc.tuple(code, amount, amount).map(([of, a, b]) => [money(of, a), money(of, b)] as const);

describe('sums', () => {
  it('form a group in each currency', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        expect(add(a, b)).toEqual(add(b, a));
        expect(add(a, zero(a.currency))).toEqual(a);
        expect(add(a, negate(a))).toEqual(zero(a.currency));
        expect(subtract(add(a, b), b)).toEqual(a);
      }),
    );
  });

  it('of a list are the fold of it, and zero for none', () => {
    fc.assert(
      fc.property(code, fc.array(amount, { maxLength: 20 }), (of, amounts) => {
        const total = sum(
          of,
          amounts.map((units) => money(of, units)),
        );
        expect(total).toEqual({ currency: of, amount: amounts.reduce((all, units) => all + units, 0n) });
      }),
    );
  });

  it('compare as their difference does', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const difference = subtract(a, b);
        expect(compare(a, b)).toBe(isZero(difference) ? 0 : isPositive(difference) ? 1 : -1);
        expect([isZero(a), isPositive(a), isNegative(a)].filter(Boolean).length).toBe(1);
      }),
    );
  });

  it('are zero, positive or negative: the borders', () => {
    const signs = ([isZero, isPositive, isNegative] as const).map((is) =>
      [-1n, 0n, 1n].map((units) => is(money('CNY', units))),
    );
    expect(signs).toEqual([
      [false, true, false],
      [false, false, true],
      [true, false, false],
    ]);
  });

  it('never mix currencies', () => {
    const won = money('KRW', 1n);
    const yuan = money('CNY', 1n);
    for (const mix of [add, subtract, compare]) expect(() => mix(won, yuan)).toThrow(MoneyError);
    expect(() => sum('KRW', [won, yuan])).toThrow(MoneyError);
    expect(() => sum('KRW', [yuan])).toThrow(MoneyError);
    expect(() => money('XXX', 1n)).toThrow(MoneyError);
  });
});

describe('text', () => {
  it('in major units has exactly the decimals of the currency', () => {
    expect(formatMajor(money('CNY', 33_722n))).toBe('337.22');
    expect(formatMajor(money('KRW', 59_000n))).toBe('59000');
    expect(formatMajor(money('KWD', 1_500n))).toBe('1.500');
    expect(formatMajor(money('CNY', -5n))).toBe('-0.05');
    expect(formatMajor(money('CNY', -1n))).toBe('-0.01');
    expect(formatMajor(money('CNY', 0n))).toBe('0.00');
    expect(formatMajor(money('KRW', 0n))).toBe('0');
    expect(parseMajor('59000.50', 'CNY').amount).toBe(5_900_050n);
    expect(parseMajor('59000.5', 'CNY').amount).toBe(5_900_050n);
    expect(parseMajor('59000', 'KRW').amount).toBe(59_000n);
  });

  it('reads back as it was written, in major and in minor units', () => {
    fc.assert(
      fc.property(any, (value) => {
        const text = formatMajor(value);
        expect(text.split('.')[1]?.length ?? 0).toBe(minorUnits(value.currency));
        expect(parseMajor(text, value.currency)).toEqual(value);
        expect(fromWire(toWire(value))).toEqual(value);
        expect(parseMinor(toWire(value).value, value.currency)).toEqual(value);
      }),
    );
  });

  it.each([
    '',
    ' 1',
    '1 ',
    '+1',
    '1.',
    '.5',
    '1e3',
    '0x10',
    '1,000',
    '١',
    '1.5',
    '--1',
    '1\n',
    'NaN',
    'null',
  ])('that is no whole number is refused as minor units: %j', (text) => {
    expect(() => parseMinor(text, 'CNY')).toThrow(MoneyError);
  });

  it.each(['', ' 1', '1 ', '+1', '1.', '.5', '1e3', '0x10', '1,000', '1.005', '1.5.0', '--1', '1\n'])(
    'that is no amount is refused as major units: %j',
    (text) => {
      expect(() => parseMajor(text, 'CNY')).toThrow(MoneyError);
    },
  );

  it('with decimals that the currency does not have is refused', () => {
    expect(() => parseMajor('59000.0', 'KRW')).toThrow(MoneyError);
    expect(() => parseMajor('1.0001', 'KWD')).toThrow(MoneyError);
    expect(() => parseMajor('1', 'XXX')).toThrow(MoneyError);
  });
});

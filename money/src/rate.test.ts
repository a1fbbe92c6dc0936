// The laws of rates: exact fractions, inverses and chains that lose nothing, one named rounding at the very end.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currencies, MoneyError, minorUnits } from './currency.ts';
import { money } from './money.ts';
import {
  chain,
  convert,
  invert,
  parseRate,
  type Rate,
  rate,
  roundToSignificant,
  toDecimal,
  toPlainDecimal,
  withSpread,
} from './rate.ts';

const positive = fc.bigInt({ min: 1n, max: 10n ** 24n });
const anyRate = fc.tuple(positive, positive).map(([n, d]) => rate('KRW', 'CNY', n, d));
const code = fc.constantFrom(...currencies().map((entry) => entry.code));
/** Left less right as a fraction's numerator over the common denominator. */
const difference = (left: Rate, right: Rate) =>
  left.numerator * right.denominator - right.numerator * left.denominator;
const abs = (value: bigint) => (value < 0n ? -value : value);

describe('a rate', () => {
  it('is reduced, whatever it was made from', () => {
    fc.assert(
      fc.property(positive, positive, positive, (n, d, factor) => {
        expect(rate('KRW', 'CNY', n * factor, d * factor)).toEqual(rate('KRW', 'CNY', n, d));
      }),
    );
    expect(rate('KRW', 'CNY', 6n, 4n)).toEqual({ base: 'KRW', quote: 'CNY', numerator: 3n, denominator: 2n });
  });

  it('is never zero, negative or of an unknown currency', () => {
    expect(() => rate('KRW', 'CNY', 0n, 1n)).toThrow(MoneyError);
    expect(() => rate('KRW', 'CNY', 1n, 0n)).toThrow(MoneyError);
    expect(() => rate('KRW', 'CNY', -1n, -1n)).toThrow(MoneyError);
    expect(() => rate('XXX', 'CNY', 1n, 1n)).toThrow(MoneyError);
    expect(() => rate('CNY', 'XXX', 1n, 1n)).toThrow(MoneyError);
    expect(() => withSpread(parseRate('KRW', 'CNY', '0.0056'), -10_000)).toThrow(MoneyError);
  });

  it('inverts back to itself and chains with its inverse to one', () => {
    fc.assert(
      fc.property(anyRate, (of) => {
        expect(invert(invert(of))).toEqual(of);
        expect(chain(of, invert(of))).toEqual(rate('KRW', 'KRW', 1n, 1n));
      }),
    );
  });

  it('chains only where the middle fits', () => {
    const perWon = parseRate('KRW', 'USD', '0.00092');
    expect(chain(perWon, parseRate('USD', 'CNY', '6.1'))).toEqual(parseRate('KRW', 'CNY', '0.005612'));
    expect(() => chain(perWon, perWon)).toThrow(MoneyError);
  });

  it('with a spread is the price times one plus the basis points, exactly', () => {
    expect(withSpread(parseRate('KRW', 'CNY', '0.0056'), 50)).toEqual(parseRate('KRW', 'CNY', '0.005628'));
    fc.assert(
      fc.property(anyRate, fc.integer({ min: -9_999, max: 10_000 }), (of, bps) => {
        expect(difference(withSpread(of, bps), of) > 0n).toBe(bps > 0);
        expect(withSpread(of, 0)).toEqual(of);
      }),
    );
  });
});

describe('as text', () => {
  it('reads and writes plain decimals', () => {
    expect(parseRate('KRW', 'CNY', '0.005658')).toEqual(rate('KRW', 'CNY', 5_658n, 1_000_000n));
    expect(toPlainDecimal(parseRate('KRW', 'CNY', '0.0056580'))).toBe('0.005658');
    expect(toPlainDecimal(rate('USD', 'KRW', 1_085n, 1n))).toBe('1085');
    expect(toDecimal(rate('KRW', 'CNY', 1n, 3n), 4, 'half-even')).toBe('0.3333');
    expect(toDecimal(rate('KRW', 'CNY', 2n, 3n), 0, 'half-even')).toBe('1');
    expect(toDecimal(rate('KRW', 'CNY', 1n, 1_000n), 2, 'down')).toBe('0.00');
    expect(() => toPlainDecimal(rate('KRW', 'CNY', 1n, 3n))).toThrow(MoneyError);
  });

  it('has at most forty decimals', () => {
    expect(toPlainDecimal(rate('KRW', 'CNY', 1n, 10n ** 40n))).toBe(`0.${'0'.repeat(39)}1`);
    expect(() => toPlainDecimal(rate('KRW', 'CNY', 1n, 10n ** 41n))).toThrow(MoneyError);
  });

  it('reads back exactly what it wrote', () => {
    fc.assert(
      fc.property(
        positive.filter((n) => n < 10n ** 20n),
        fc.nat({ max: 20 }),
        (n, decimals) => {
          const of = rate('KRW', 'CNY', n, 10n ** BigInt(decimals));
          expect(parseRate('KRW', 'CNY', toPlainDecimal(of))).toEqual(of);
        },
      ),
    );
  });

  it.each([
    '',
    '0',
    '0.0',
    '-1',
    '+1',
    '1e-3',
    '.5',
    '1.',
    '1,5',
    ' 1',
    'NaN',
    '1'.repeat(21),
    `0.${'1'.repeat(21)}`,
  ])('refuses %j', (text) => {
    expect(() => parseRate('KRW', 'CNY', text)).toThrow(MoneyError);
  });
});

describe('roundToSignificant', () => {
  it('counts from the first digit that is not zero', () => {
    const at = (text: string, digits: number) =>
      toPlainDecimal(roundToSignificant(parseRate('KRW', 'CNY', text), digits, 'half-even'));
    expect(at('0.0056591412345', 7)).toBe('0.005659141');
    expect(at('176.7052834', 7)).toBe('176.7053');
    expect(at('1085196.102', 4)).toBe('1085000');
    expect(at('0.00099999999', 3)).toBe('0.001');
    expect(at('999.96', 4)).toBe('1000');
    expect(at('1000', 2)).toBe('1000');
    expect(at('0.25', 1)).toBe('0.2');
    for (const digits of [0, -1, 1.5, Number.NaN])
      expect(() => at('1', digits)).toThrow(`${digits} significant digits do not exist`);
  });

  it('keeps at most that many digits, is within half of the last one, and changes nothing the second time', () => {
    fc.assert(
      fc.property(anyRate, fc.integer({ min: 1, max: 12 }), (of, digits) => {
        const rounded = roundToSignificant(of, digits, 'half-even');
        const significant = toPlainDecimal(rounded).replace('.', '').replace(/^0+/, '').replace(/0+$/, '');
        expect(significant.length <= digits).toBe(true);
        // |rounded − exact| ÷ exact ≤ ½ · 10^(1 − digits)
        const off = abs(difference(rounded, of)) * 2n * 10n ** BigInt(digits - 1);
        expect(off <= of.numerator * rounded.denominator).toBe(true);
        expect(roundToSignificant(rounded, digits, 'half-even')).toEqual(rounded);
      }),
    );
  });
});

describe('convert', () => {
  it('takes the minor units of both currencies into account', () => {
    const to = (text: string, base: string, quote: string, units: bigint) =>
      convert(money(base, units), parseRate(base, quote, text), 'half-even');
    expect(to('0.005659', 'KRW', 'CNY', 59_000n)).toEqual(money('CNY', 33_388n));
    expect(to('176.7', 'CNY', 'KRW', 10_000n)).toEqual(money('KRW', 17_670n));
    expect(to('20', 'KWD', 'CNY', 1_500n)).toEqual(money('CNY', 3_000n));
    expect(to('3600', 'KWD', 'KRW', 1n)).toEqual(money('KRW', 4n));
    expect(to('0.005', 'KRW', 'CNY', 1n)).toEqual(money('CNY', 0n));
    expect(() => convert(money('JPY', 1n), parseRate('KRW', 'CNY', '1'), 'down')).toThrow(MoneyError);
  });

  it('is within one minor unit of the exact value, for any two currencies', () => {
    fc.assert(
      fc.property(
        code,
        code,
        positive,
        positive,
        fc.bigInt({ min: 0n, max: 10n ** 15n }),
        (base, quote, n, d, units) => {
          const by = rate(base, quote, n, d);
          const got = convert(money(base, units), by, 'half-even');
          expect(got.currency).toBe(quote);
          // got ÷ 10^q against units ÷ 10^b × n ÷ d, both times 10^(q + b) × d
          const exact = units * by.numerator * 10n ** BigInt(minorUnits(quote));
          const have = got.amount * by.denominator * 10n ** BigInt(minorUnits(base));
          const unit = by.denominator * 10n ** BigInt(minorUnits(base));
          expect(abs(have - exact) * 2n <= unit).toBe(true);
        },
      ),
    );
  });

  it('never falls as the amount grows, and mirrors at zero', () => {
    fc.assert(
      fc.property(anyRate, fc.bigInt(0n, 10n ** 15n), fc.bigInt(0n, 10n ** 15n), (by, a, more) => {
        const of = (units: bigint) => convert(money('KRW', units), by, 'half-even').amount;
        expect(of(a) <= of(a + more)).toBe(true);
        expect(of(-a)).toBe(-of(a));
      }),
    );
  });
});

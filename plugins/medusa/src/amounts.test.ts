// The border between Medusa's amounts and the wire's.
import { formatMajor, money } from '@tongbao/money';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toWire } from './amounts.ts';

describe('amounts', () => {
  test('a won and a yen have no decimals, a pound two, a Kuwaiti dinar three', () => {
    expect(toWire(59_000, 'krw')).toBe(59_000n);
    expect(toWire('1980', 'JPY')).toBe(1_980n);
    expect(toWire(49.99, 'gbp')).toBe(4_999n);
    expect(toWire({ value: '49.9', precision: 20 } as never, 'gbp')).toBe(4_990n);
    expect(toWire({ numeric: 12.5, raw: { value: '12.5' } } as never, 'kwd')).toBe(12_500n);
  });

  test('half of a minor unit goes to the even neighbour', () => {
    expect(toWire('0.5', 'krw')).toBe(0n);
    expect(toWire('1.5', 'krw')).toBe(2n);
    expect(toWire('0.125', 'gbp')).toBe(12n);
    expect(toWire('0.12500000001', 'gbp')).toBe(13n);
  });

  test('what is no amount is refused', () => {
    for (const wrong of ['-1', '1,000', '1e21', '', 'NaN', Number.NaN, 1e21])
      expect(() => toWire(wrong, 'krw')).toThrow('not an amount');
    expect(() => toWire('1', 'xx1')).toThrow();
  });

  test('every amount that a currency has comes over exactly, as text and as a number', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 13n }),
        fc.constantFrom('KRW', 'JPY', 'GBP', 'KWD'),
        (minor, currency) => {
          const text = formatMajor(money(currency, minor));
          expect(toWire(text, currency)).toBe(minor);
          expect(toWire(+text, currency)).toBe(minor);
        },
      ),
    );
  });
});

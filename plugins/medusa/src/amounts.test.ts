// The border between Medusa's amounts and the wire's.
import { formatMajor, money } from '@tongbao/money';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refundToWire, toWire } from './amounts.ts';

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

describe('partial refunds', () => {
  const inTurn = (parts: readonly string[], currency: string): bigint[] => {
    const before: { asked: string; wire: bigint }[] = [];
    for (const asked of parts) before.push({ asked, wire: refundToWire(asked, before, currency) });
    return before.map(({ wire }) => wire);
  };
  test('case 21: parts with fractions of a penny give back together exactly what was paid', () => {
    expect(inTurn(['14.995', '14.99'], 'gbp')).toEqual([1_500n, 1_498n]);
    expect(toWire('29.985', 'gbp')).toBe(2_998n);
    expect(inTurn(['3.335', '6.67'], 'gbp').reduce((sum, part) => sum + part)).toBe(toWire('10.005', 'gbp'));
    expect(inTurn(['0.015', '0.015'], 'gbp').reduce((sum, part) => sum + part)).toBe(toWire('0.03', 'gbp'));
  });

  test('any parts in any currency, and none of them below zero', () => {
    const part = fc.bigInt({ min: 1n, max: 10n ** 9n }).map((value) => formatMajor(money('CLF', value)));
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 8 }),
        fc.constantFrom('KRW', 'GBP', 'KWD'),
        (parts, currency) => {
          const sent = inTurn(parts, currency);
          const whole = parts.reduce((sum, text) => sum + BigInt(text.replace('.', '')), 0n);
          expect(sent.every((wire) => wire >= 0n)).toBe(true);
          expect(sent.reduce((sum, wire) => sum + wire, 0n)).toBe(
            toWire(formatMajor(money('CLF', whole)), currency),
          );
        },
      ),
    );
  });
});

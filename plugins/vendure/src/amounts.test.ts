// The border between Vendure's amounts and the wire's: won and yen are not multiplied by a hundred, and partial refunds
// add up to what was paid.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RefundedPart, refundToWire, settledToWire, wireToSettled } from './amounts.ts';

describe('amounts', () => {
  test('a won has no decimals, a pound two, whatever precision Vendure stores', () => {
    expect(settledToWire(5_900_000, 'KRW', 2)).toBe(59_000n);
    expect(settledToWire(680_000, 'JPY', 2)).toBe(6_800n);
    expect(settledToWire(4_599, 'GBP', 2)).toBe(4_599n);
    expect(settledToWire(128_050, 'TWD', 2)).toBe(128_050n);
    expect(settledToWire(59_000, 'KRW', 0)).toBe(59_000n);
    expect(settledToWire(459_900, 'GBP', 4)).toBe(4_599n);
    expect(settledToWire(1_250, 'KWD', 2)).toBe(12_500n);
  });

  test('half a won goes to the even neighbour', () => {
    expect(settledToWire(150, 'KRW', 2)).toBe(2n);
    expect(settledToWire(250, 'KRW', 2)).toBe(2n);
    expect(settledToWire(251, 'KRW', 2)).toBe(3n);
  });

  test('what is no amount is refused', () => {
    expect(() => settledToWire(1.5, 'KRW', 2)).toThrow('not an amount');
    expect(() => settledToWire(100, 'XX1', 2)).toThrow();
    expect(() => wireToSettled('59,000', 'KRW', 2)).toThrow('minor units');
  });

  test('whole amounts come back as they were', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2_000_000_000 }),
        fc.constantFrom('KRW', 'JPY', 'GBP', 'HKD', 'TWD'),
        (value, currency) => {
          const stored = wireToSettled(String(value), currency, 2);
          expect(settledToWire(stored, currency, 2)).toBe(BigInt(value));
        },
      ),
    );
  });

  test('partial refunds that add up to the payment give back exactly what was paid', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9_999_999 }), { minLength: 1, maxLength: 12 }),
        fc.constantFrom('KRW', 'JPY', 'GBP', 'KWD'),
        (parts, currency) => {
          const paid = settledToWire(
            parts.reduce((sum, part) => sum + part, 0),
            currency,
            2,
          );
          const sent: RefundedPart[] = [];
          for (const stored of parts) sent.push({ stored, wire: refundToWire(stored, sent, currency, 2) });
          expect(sent.reduce((sum, part) => sum + part.wire, 0n)).toBe(paid);
          for (const part of sent) expect(part.wire).toBeGreaterThanOrEqual(0n);
        },
      ),
    );
  });
});

// The laws of named rounding, and each mode's behaviour at a tie on both sides of zero.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divide, type RoundingMode } from './rounding.ts';

const modes: RoundingMode[] = ['half-even', 'half-up', 'up', 'down', 'ceiling', 'floor'];
const mode = fc.constantFrom(...modes);
const integer = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
const nonZero = integer.filter((value) => value !== 0n);
const abs = (value: bigint) => (value < 0n ? -value : value);

describe('divide', () => {
  // Quotients 2.5, 3.5, -2.5, -3.5, 2.25, 2.75, -2.25, -2.75 as quarters.
  it.each([
    ['half-even', [2n, 4n, -2n, -4n, 2n, 3n, -2n, -3n]],
    ['half-up', [3n, 4n, -3n, -4n, 2n, 3n, -2n, -3n]],
    ['up', [3n, 4n, -3n, -4n, 3n, 3n, -3n, -3n]],
    ['down', [2n, 3n, -2n, -3n, 2n, 2n, -2n, -2n]],
    ['ceiling', [3n, 4n, -2n, -3n, 3n, 3n, -2n, -2n]],
    ['floor', [2n, 3n, -3n, -4n, 2n, 2n, -3n, -3n]],
  ] as const)('%s', (name, expected) => {
    const quarters = [10n, 14n, -10n, -14n, 9n, 11n, -9n, -11n];
    expect(quarters.map((value) => divide(value, 4n, name))).toEqual(expected);
    expect(quarters.map((value) => divide(-value, -4n, name))).toEqual(expected);
  });

  it('is never a whole unit away from the exact quotient, and never half a unit in the half modes', () => {
    fc.assert(
      fc.property(integer, nonZero, mode, (numerator, denominator, by) => {
        const off = abs(divide(numerator, denominator, by) * denominator - numerator);
        expect(off < abs(denominator)).toBe(true);
        if (by.startsWith('half')) expect(off * 2n <= abs(denominator)).toBe(true);
      }),
    );
  });

  it('is exact where the quotient is whole, in every mode', () => {
    fc.assert(
      fc.property(integer, nonZero, mode, (quotient, denominator, by) => {
        expect(divide(quotient * denominator, denominator, by)).toBe(quotient);
      }),
    );
  });

  it('mirrors ceiling and floor, and every other mode, at zero', () => {
    const mirror = { ceiling: 'floor', floor: 'ceiling' } as Partial<Record<RoundingMode, RoundingMode>>;
    fc.assert(
      fc.property(integer, nonZero, mode, (numerator, denominator, by) => {
        expect(divide(-numerator, denominator, by)).toBe(-divide(numerator, denominator, mirror[by] ?? by));
      }),
    );
  });

  it('never falls as the numerator grows', () => {
    fc.assert(
      fc.property(integer, integer, nonZero, mode, (a, b, denominator, by) => {
        const [less, more] = a < b ? [a, b] : [b, a];
        const positive = abs(denominator);
        expect(divide(less, positive, by) <= divide(more, positive, by)).toBe(true);
      }),
    );
  });

  it('refuses zero below the line', () => {
    for (const by of modes) expect(() => divide(1n, 0n, by)).toThrow('division by zero');
  });

  it('of the smallest parts: one below and above zero, and a divisor of minus one', () => {
    expect(divide(-1n, 4n, 'floor')).toBe(-1n);
    expect(divide(-1n, 4n, 'up')).toBe(-1n);
    expect(divide(1n, 4n, 'ceiling')).toBe(1n);
    expect(divide(5n, -1n, 'down')).toBe(-5n);
    expect(divide(-3n, 2n, 'half-even')).toBe(-2n);
    expect(divide(3n, 2n, 'half-even')).toBe(2n);
  });
});

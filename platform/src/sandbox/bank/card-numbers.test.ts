// The check digit against a published number and against its law.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDigitOf, faceOf, passesLuhn } from './card-numbers.ts';

describe('card numbers', () => {
  it('have the check digit of ISO/IEC 7812-1, annex B', () => {
    expect(checkDigitOf('7992739871')).toBe('3');
    expect(passesLuhn('4242424242424242')).toBe(true);
    expect(passesLuhn('4242424242424241')).toBe(false);
    expect(passesLuhn('')).toBe(false);
  });

  it('show every single wrong digit', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^\d{15}$/),
        fc.integer({ min: 0, max: 14 }),
        fc.integer({ min: 1, max: 9 }),
        (digits, place, by) => {
          const wrong = (digits.charCodeAt(place) - 48 + by) % 10;
          const slipped = digits.slice(0, place) + wrong + digits.slice(place + 1);
          expect(passesLuhn(digits + checkDigitOf(digits))).toBe(true);
          expect(passesLuhn(slipped + checkDigitOf(digits))).toBe(false);
        },
      ),
    );
  });

  it('say their bank by the first six digits', () => {
    expect(faceOf('6299010000')).toMatchObject({ bank: 'JADE', kind: 'debit', digits: 19 });
    expect(faceOf('629912')).toMatchObject({ bank: 'BAMBOO', kind: 'credit', digits: 16 });
    expect(faceOf('622202')).toBeNull();
  });
});

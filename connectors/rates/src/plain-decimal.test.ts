// Reading what sources write: numbers in every notation they use, and days that exist.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainDecimal } from './plain-decimal.ts';

describe('plainDecimal', () => {
  it.each([
    ['7.3', '7.3'],
    ['1085.196102513715', '1085.196102513715'],
    ['0.10', '0.1'],
    ['007', '7'],
    ['2.875e-8', '0.00000002875'],
    ['1.7e-13', '0.00000000000017'],
    ['1.36525971515314e-9', '0.00000000136525971515'],
    ['1.5E+3', '1500'],
    ['12e0', '12'],
  ])('reads %s as %s', (text, plain) => {
    expect(plainDecimal(text)).toBe(plain);
  });

  it.each([
    '',
    '0',
    '0.000',
    '0e5',
    '-1',
    '+1',
    'N/A',
    'NaN',
    'Infinity',
    '1,5',
    '1.',
    '.5',
    ' 1',
    '1 ',
    '1e',
    '1e999',
    '1e-25',
    '1e20',
    '9'.repeat(21),
  ])('refuses %j', (text) => {
    expect(plainDecimal(text)).toBeNull();
  });

  it('keeps the value of a number, wherever its point is written', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 10n ** 15n), fc.integer({ min: -15, max: 4 }), (digits, exponent) => {
        const plain = plainDecimal(`${digits}e${exponent}`)!;
        const [whole, fraction = ''] = plain.split('.');
        const scaled = BigInt(whole! + fraction) * 10n ** BigInt(20 - fraction.length);
        expect(scaled).toBe(digits * 10n ** BigInt(20 + exponent));
      }),
    );
  });
});

// Numbers of cards: one slip is seen, whichever digit it is in, and whatever a keyboard puts between them.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cardNumberOf } from './card-number.ts';

// Published test numbers of card schemes, and one of nineteen digits.
const real = [
  '4111111111111111',
  '5555555555554444',
  '378282246310005',
  '6222020200112230004',
  '411111111117',
];

test.each(real)('%s is one, however it is typed', (number) => {
  expect(cardNumberOf(number)).toBe(number);
  expect(cardNumberOf(` ${number.replace(/(\d{4})/g, '$1-')} `)).toBe(number);
  expect(cardNumberOf(number.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit))))).toBe(
    number,
  );
});

test('another digit in any place is a slip', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...real),
      fc.nat(18),
      fc.integer({ min: 1, max: 9 }),
      (number, place, more) => {
        const at = place % number.length;
        const slip = [...number].with(at, String((Number(number[at]) + more) % 10)).join('');
        expect(cardNumberOf(slip)).toBeNull();
      },
    ),
  );
});

test('too short, too long, or no digits', () => {
  // Each passes the check digit.
  expect(cardNumberOf('00000000000')).toBeNull();
  expect(cardNumberOf('000000000000')).toBe('000000000000');
  expect(cardNumberOf('0'.repeat(19))).toBe('0'.repeat(19));
  expect(cardNumberOf('0'.repeat(20))).toBeNull();
  for (const text of ['', '4111x111111111111', '4111111111111111a', 'a4111111111111111'])
    expect(cardNumberOf(text)).toBeNull();
});

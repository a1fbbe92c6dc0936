// The check character against published numbers and against its law: no single slip of a digit goes unseen.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageOf, checkCharacterOf, maskResidentId, residentIdOf } from './resident-id.ts';

describe('a resident identity number', () => {
  it.each(['11010519491231002X', '440524188001010014'])('is read: %s (GB 11643-1999, examples)', (number) => {
    expect(residentIdOf(number)?.number).toBe(number);
  });

  it('is read as people type it', () => {
    expect(residentIdOf('110105 19491231 002x')).toEqual({
      number: '11010519491231002X',
      bornOn: '1949-12-31',
    });
    expect(maskResidentId(residentIdOf('11010519491231002X')!)).toBe('1****************X');
  });

  it.each([
    ['a check character in lower case', '11010519880229002', 'x'],
    ['full-width digits', '１１０１０５１９８８０２２９００２', 'Ｘ'],
    ['full-width digits, a small letter', '１１０１０５１９８８０２２９００２', 'ｘ'],
  ])('case 31: %s, born on 29 February, is kept with X', (_name, digits, check) => {
    // The region is chosen so that the check character is X.
    const plain = digits.normalize('NFKC');
    const own = [...Array(99).keys()]
      .map((order) => `${plain.slice(0, 15)}${order.toString().padStart(2, '0')}`)
      .find((each) => checkCharacterOf(each) === 'X')!;
    const typed =
      digits === plain
        ? own
        : [...own].map((digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)).join('');
    expect(residentIdOf(`${typed}${check}`)).toEqual({ number: `${own}X`, bornOn: '1988-02-29' });
  });

  it.each([
    ['another check character', '110105194912310021'],
    ['fifteen digits', '110105491231002'],
    ['no such province', `990105194912310${'02'}${checkCharacterOf('99010519491231002')}`],
    ['no such day', `11010519490230002${checkCharacterOf('11010519490230002')}`],
    ['letters', '1101051949123100AX'],
    ['nothing', ''],
  ])('is refused: %s', (_name, number) => {
    expect(residentIdOf(number)).toBeNull();
  });

  it('shows every single wrong digit', () => {
    const digits = '11010519491231002';
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 16 }), fc.integer({ min: 1, max: 9 }), (place, by) => {
        const wrong = (digits.charCodeAt(place) - 48 + by) % 10;
        const slipped = digits.slice(0, place) + wrong + digits.slice(place + 1);
        expect(residentIdOf(`${slipped}X`)).toBeNull();
      }),
    );
  });

  it('says the age in Shanghai', () => {
    const id = residentIdOf('11010519491231002X')!;
    expect(ageOf(id, new Date('2014-12-30T15:59:59Z'))).toBe(64);
    expect(ageOf(id, new Date('2014-12-30T16:00:00Z'))).toBe(65);
  });
});

// What people type as a phone number, and what others see of a person.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskName, maskPhone, phoneOf } from './customer.ts';

describe('phoneOf', () => {
  it.each([
    ['13800000001', '+8613800000001'],
    ['138 0000 0001', '+8613800000001'],
    ['8613800000001', '+8613800000001'],
    ['+8613800000001', '+8613800000001'],
    ['+82 2-771-2500', '+8227712500'],
  ])('reads %s', (typed, phone) => expect(phoneOf(typed)).toBe(phone));

  it.each(['12800000001', '1380000000', '138000000012', '+8612345', '+0123456', 'phone', ''])(
    'refuses %s',
    (typed) => expect(phoneOf(typed)).toBeNull(),
  );

  it('finds every number that it made to be that number', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+?[0-9]{6,15}$/), (typed) => {
        const phone = phoneOf(typed);
        if (phone !== null) expect(phoneOf(phone)).toBe(phone);
      }),
    );
  });
});

describe('masks', () => {
  it('shows of a mainland phone the operator and the last four digits', () => {
    expect(maskPhone('+8613800001234')).toBe('+86 138****1234');
  });

  it('never shows more than half of any phone', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+[1-9][0-9]{9,14}$/), (phone) => {
        const shown = maskPhone(phone).replace(/[^0-9]/g, '').length;
        expect(shown).toBeLessThanOrEqual(phone.startsWith('+86') ? 9 : phone.length / 2);
      }),
    );
  });

  it.each([
    ['李伟', '李*'],
    ['欧阳小明', '欧***'],
    ['Li Wei', 'L* W**'],
    ['𠮷田', '𠮷*'],
  ])('masks %s', (name, masked) => expect(maskName(name)).toBe(masked));
});

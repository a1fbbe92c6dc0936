// Outcomes in every order of arrival: whatever comes first and however often, a payment is settled at most once, and money
// that the order cannot take goes back.
import type { Outcome } from '@tongbao/sdk';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, type Standing } from './decide.ts';

const asked = { currency: 'KRW', value: '59000' };
const paid: Outcome = { kind: 'paid', amount: asked };
const open: Standing = {
  paymentState: 'AwaitingShopper',
  asked,
  isReturned: false,
  orderState: 'ArrangingPayment',
  orderNeedsThis: true,
};

describe('decide', () => {
  test('each outcome of an open payment', () => {
    expect(decide(open, paid)).toBe('settle');
    expect(decide(open, { kind: 'failed', reason: 'expired' })).toBe('decline');
    expect(decide(open, { kind: 'cancelled' })).toBe('cancel');
    expect(decide(open, { kind: 'waiting' })).toBe('nothing');
  });

  test('money that the order cannot take goes back, once', () => {
    expect(decide({ ...open, orderNeedsThis: false }, paid)).toBe('give-back');
    expect(decide({ ...open, orderState: 'Cancelled' }, paid)).toBe('give-back');
    expect(decide({ ...open, paymentState: 'Cancelled' }, paid)).toBe('give-back');
    expect(decide({ ...open, paymentState: 'Cancelled', isReturned: true }, paid)).toBe('nothing');
  });

  test('back at the cart, nothing changed, paid in the other window', () => {
    expect(decide({ ...open, orderState: 'AddingItems' }, paid)).toBe('reopen-and-settle');
    expect(decide({ ...open, orderState: 'AddingItems', orderNeedsThis: false }, paid)).toBe('give-back');
  });

  test('another amount or currency is left to a person', () => {
    expect(decide(open, { kind: 'paid', amount: { currency: 'KRW', value: '5900000' } })).toBe(
      'amount-differs',
    );
    expect(decide(open, { kind: 'paid', amount: { currency: 'JPY', value: '59000' } })).toBe(
      'amount-differs',
    );
  });

  test('any sequence: settled at most once, and nothing after it', () => {
    const outcome = fc.constantFrom<Outcome>(
      paid,
      { kind: 'failed', reason: 'expired' },
      { kind: 'cancelled' },
      { kind: 'waiting' },
    );
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 12 }), (outcomes) => {
        let standing = open;
        let moved = 0;
        for (const each of outcomes) {
          const step = decide(standing, each);
          if (step === 'settle' || step === 'give-back') moved += 1;
          const states = { settle: 'Settled', decline: 'Declined', cancel: 'Cancelled' } as const;
          if (step in states) standing = { ...standing, paymentState: states[step as keyof typeof states] };
          if (step === 'give-back') standing = { ...standing, isReturned: true };
        }
        // The first word of money is acted upon, in one way or the other; every later one finds it done.
        expect(moved).toBe(outcomes.some(({ kind }) => kind === 'paid') ? 1 : 0);
      }),
    );
  });
});

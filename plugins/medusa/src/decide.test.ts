// Outcomes in every order of arrival: a session is completed at most once, and money that no order can take goes back.
import type { Outcome } from '@tongbao/sdk';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, type Standing } from './decide.ts';

const asked = { currency: 'KRW', value: '59000' };
const paid: Outcome = { kind: 'paid', amount: asked };
const open: Standing = { session: 'open', asked, isNeeded: true };

describe('decide', () => {
  test('each outcome of an open session', () => {
    expect(decide(open, paid)).toBe('complete');
    expect(decide(open, { kind: 'failed', reason: 'expired' })).toBe('close');
    expect(decide(open, { kind: 'cancelled' })).toBe('close');
    expect(decide(open, { kind: 'waiting' })).toBe('nothing');
  });

  test('money that no order can take goes back', () => {
    expect(decide({ ...open, isNeeded: false }, paid)).toBe('give-back');
    expect(decide({ ...open, session: 'closed' }, paid)).toBe('give-back');
    expect(decide({ session: 'gone', asked: null, isNeeded: false }, paid)).toBe('give-back');
  });

  test('another amount or currency is left to a person', () => {
    const other = (currency: string, value: string): Outcome => ({
      kind: 'paid',
      amount: { currency, value },
    });
    expect(decide(open, other('KRW', '5900000'))).toBe('amount-differs');
    expect(decide(open, other('JPY', '59000'))).toBe('amount-differs');
  });

  test('any sequence: completed at most once, and never given back after it', () => {
    const outcome = fc.constantFrom<Outcome>(
      paid,
      { kind: 'failed', reason: 'expired' },
      { kind: 'cancelled' },
      { kind: 'waiting' },
    );
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 12 }), (outcomes) => {
        let standing = open;
        const steps = outcomes.map((each) => {
          const step = decide(standing, each);
          if (step === 'complete') standing = { ...standing, session: 'captured' };
          if (step === 'close') standing = { ...standing, session: 'closed' };
          return step;
        });
        const completed = steps.indexOf('complete');
        expect(steps.filter((step) => step === 'complete').length).toBeLessThanOrEqual(1);
        if (completed >= 0) expect(steps.slice(completed)).not.toContain('give-back');
        const final = outcomes.find(({ kind }) => kind !== 'waiting');
        expect(completed >= 0).toBe(final?.kind === 'paid');
      }),
    );
  });
});

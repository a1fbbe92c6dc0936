// Whatever was decided is asserted before it is written: steps of the table, from what was locked, within the bounds.
import { money } from '@tongbao/money';
import { describe, expect, it } from 'vitest';
import {
  createFacts,
  now,
  sampleCreate,
  samplePaid,
  samplePayment,
  sampleRefund,
} from '../testing/sample-payment.ts';
import { decideCreate } from './create.ts';
import { assertDecisions, type Decision, withEvent } from './decision.ts';
import type { Payment } from './payment.ts';
import { noRefunds } from './refund-price.ts';

const paid = samplePaid();
const locked = (payment: Payment) => new Map([[payment.id, payment]]);
const faultOf = (decisions: readonly Decision<unknown>[], before: Map<bigint, Payment> = new Map()) => {
  try {
    assertDecisions(decisions, before);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
};
const step = (payment: Payment): { decision: Decision<unknown>; changed: Payment } => {
  const { payment: changed, event } = withEvent(payment, { kind: 'refund-requested', at: now });
  return { decision: { changed, events: [event] }, changed };
};

describe('before it is written', () => {
  it('a new payment, a change of a locked one, and two changes of one after the other are right', () => {
    expect(faultOf([decideCreate(createFacts(), sampleCreate())])).toBeNull();
    const one = step(paid);
    const two = step(one.changed);
    expect(faultOf([one.decision, two.decision], locked(paid))).toBeNull();
    expect(faultOf([{ refused: { code: 'payment-not-paid' } }, { answer: null }])).toBeNull();
    // Created and paid in one step.
    const created = samplePayment();
    const done = withEvent(created, { kind: 'paid', at: now }, samplePaid({ events: 1, status: 'created' }));
    const first = {
      paymentId: 12n,
      sequence: 1,
      kind: 'created',
      occurredAt: now,
      entryId: 0n,
      refundId: 0n,
    } as const;
    expect(faultOf([{ created: done.payment, events: [first, done.event] }])).toBeNull();
  });

  it('a change of what was not locked is wrong, and so is one that forgets the one before', () => {
    const one = step(paid);
    expect(faultOf([{ created: samplePaid({ payerId: null }), events: [] }])).toContain('has a payer');
    expect(faultOf([one.decision])).toBe('payment 12 was changed without being locked');
    expect(faultOf([one.decision, one.decision], locked(paid))).toBe(
      'payment 12: event 3 came where 4 was due',
    );
    const { changed } = one;
    expect(faultOf([{ changed }], locked(paid))).toContain('its events say paid after 2');
  });

  it('a refund and what refunds come to are held to their bounds', () => {
    const { decision, changed } = step(paid);
    const refund = sampleRefund();
    const wrong = sampleRefund({ paymentId: 13n });
    const sums = { ...noRefunds, feeReturned: 1n };
    const of = (more: Decision<unknown>) => faultOf([{ ...decision, ...more }], locked(paid));
    expect(of({ newRefund: refund, refundSums: { payment: changed, sums: noRefunds } })).toBeNull();
    const stranger = 'refund 20: it does not hold that it is one of its payment';
    expect(of({ newRefund: wrong })).toBe(stranger);
    expect(of({ changedRefund: wrong })).toBe(stranger);
    expect(of({ changedRefund: sampleRefund({ amount: money('KRW', 59_001n) }) })).toContain('refund 20');
    expect(of({ newRefund: refund, refundSums: { payment: changed, sums } })).toBe(
      'payment 12: it does not hold that its refunds return no more fee than was charged',
    );
  });
});

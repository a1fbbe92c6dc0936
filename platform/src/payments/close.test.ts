// A payment that nobody paid ends: by the clock, or by the shopper's no.
import { describe, expect, it } from 'vitest';
import { changeFacts, later, minute, now, samplePayment } from '../testing/sample-payment.ts';
import { decideDecline, decideExpire } from './close.ts';
import type { PaymentStatus } from './payment.ts';

const closedAs = (status: 'expired' | 'declined', at: Date) => {
  const changed = samplePayment({ status, closedAt: at, events: 2 });
  return {
    answer: changed,
    changed,
    events: [{ paymentId: 12n, sequence: 2, kind: status, occurredAt: at, entryId: 0n, refundId: 0n }],
    notification: {
      ...{ id: 100n, merchantId: 2n, payerId: null, kind: 'payment', subjectId: 12n, paymentId: 12n },
      ...{ sequence: 2, url: 'https://mall.example/notify', protocol: 'ams', dueAt: at, createdAt: at },
    },
  };
};

describe('expire', () => {
  it('closes at the deadline, not before, and tells the merchant', () => {
    const at = later(14 * minute);
    const facts = changeFacts([samplePayment()], { now: at });
    expect(decideExpire(facts, { paymentId: 12n })).toEqual(closedAs('expired', at));
    expect(facts.payments.get(12n)!.status).toBe('expired');
    const early = changeFacts([samplePayment()], { now: later(14 * minute - 1) });
    expect(decideExpire(early, { paymentId: 12n })).toEqual({ answer: null });
  });

  it.each<PaymentStatus>(['pending', 'paid', 'cancelled', 'declined', 'expired'])(
    'leaves alone what is %s, and what is not there',
    (status) => {
      const facts = changeFacts([samplePayment({ status })], { now: later(60 * minute) });
      expect(decideExpire(facts, { paymentId: 12n })).toEqual({ answer: null });
      expect(decideExpire(facts, { paymentId: 13n })).toEqual({ answer: null });
    },
  );
});

describe('decline', () => {
  it('closes, tells the merchant, and is answered the same again', () => {
    const facts = changeFacts([samplePayment()]);
    expect(decideDecline(facts, { paymentId: 12n })).toEqual(closedAs('declined', now));
    expect(decideDecline(facts, { paymentId: 12n })).toEqual({ answer: facts.payments.get(12n) });
  });

  it('security M4: of a displayed order lets the shopper go, changes nothing and tells nobody', () => {
    const { order } = samplePayment();
    const displayed = samplePayment({ order: { ...order, isDisplayed: true } });
    const facts = changeFacts([displayed]);
    expect(decideDecline(facts, { paymentId: 12n })).toEqual({ answer: displayed });
    expect(facts.payments.get(12n)).toBe(displayed);
  });

  it.each<[PaymentStatus, string]>([
    ['paid', 'payment-already-paid'],
    ['pending', 'payment-in-progress'],
    ['cancelled', 'payment-cancelled'],
    ['expired', 'payment-expired'],
  ])('of one that is %s is refused: %s', (status, code) => {
    const facts = changeFacts([samplePayment({ status })]);
    expect(decideDecline(facts, { paymentId: 12n })).toEqual({ refused: { code, detail: undefined } });
  });

  it('of one that is not there is refused', () => {
    expect(decideDecline(changeFacts([]), { paymentId: 12n }).refused?.code).toBe('payment-not-found');
  });
});

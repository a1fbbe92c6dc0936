// Whom a change is told to, and what is asked of a card's bank.
import { money } from '@tongbao/money';
import { describe, expect, it } from 'vitest';
import { clearing, now, sampleOrder, samplePaid } from '../testing/sample-payment.ts';
import { askAgain, debitQuestion, refundQuestion, reversalQuestion } from './bank-question.ts';
import { notificationOf, refundNotifyUrl } from './change.ts';
import { withEvent } from './decision.ts';
import type { OrderFacts, Refund } from './payment.ts';

const refundTo = (notifyUrl: string | null, order: Partial<OrderFacts> = {}) =>
  refundNotifyUrl(samplePaid({ order: { ...sampleOrder, ...order } }), { notifyUrl } as Refund);

describe('a refund is told', () => {
  it('where it says, else where its payment was, except over the classic gateway', () => {
    expect(refundTo('https://own.example/r')).toBe('https://own.example/r');
    expect(refundTo('https://own.example/r', { channel: 'gateway' })).toBe('https://own.example/r');
    expect(refundTo(null)).toBe(sampleOrder.notifyUrl);
    expect(refundTo(null, { channel: 'ams-session' })).toBe(sampleOrder.notifyUrl);
    expect(refundTo(null, { channel: 'gateway' })).toBeNull();
  });

  it('in the words of its payment’s protocol', () => {
    const about = { kind: 'refund', subjectId: 20n, url: 'https://own.example/r' } as const;
    const ids = [5n, 4n];
    expect(notificationOf({ now, ids }, samplePaid(), about)).toEqual({
      ...{ id: 4n, merchantId: 2n, payerId: 7n, kind: 'refund', subjectId: 20n, paymentId: 12n },
      ...{ sequence: 2, url: 'https://own.example/r', protocol: 'ams', dueAt: now, createdAt: now },
    });
    const classic = samplePaid({ order: { ...sampleOrder, channel: 'gateway' } });
    expect(notificationOf({ now, ids }, classic, about)?.protocol).toBe('gateway');
    expect(notificationOf({ now, ids }, classic, { ...about, url: null })).toBeUndefined();
  });
});

it('an event counts, names its entry and refund, and moves the status by the table', () => {
  const { payment, event } = withEvent(
    samplePaid(),
    { kind: 'refunded', at: now, entryId: 8n, refundId: 20n },
    { refunded: money('KRW', 1n) },
  );
  expect(payment).toEqual(samplePaid({ events: 3, refunded: money('KRW', 1n) }));
  expect(event).toEqual({
    ...{ paymentId: 12n, sequence: 3, kind: 'refunded', occurredAt: now, entryId: 8n, refundId: 20n },
  });
  expect(() => withEvent(samplePaid(), { kind: 'expired', at: now })).toThrow(
    'cannot take the event expired',
  );
});

describe('a question to a card’s bank', () => {
  const byCard = samplePaid({ funding: { kind: 'card', cardId: 3n }, fundingAccount: clearing });
  const open = {
    ...{ paymentId: 12n, event: 0, refundId: 0n, cardId: 3n, clearingAccount: clearing, askedAt: now },
    ...{ amount: money('CNY', 37_059n), attempts: 0, nextAskAt: now, outcome: null, answeredAt: null },
    mayAsk: false,
  };
  const refund = { id: 20n, payerAmount: money('CNY', 100n) } as Refund;

  it('has a reference of its own: each debit, each refund, the reversal', () => {
    expect(debitQuestion(byCard, now)).toEqual({ ...open, reference: 'P12-2', task: 'debit-card', event: 2 });
    expect(debitQuestion(byCard, now, true).mayAsk).toBe(true);
    expect(refundQuestion(byCard, refund, now)).toEqual({
      ...{ ...open, reference: 'R20', task: 'refund-card', refundId: 20n, amount: money('CNY', 100n) },
    });
    expect(reversalQuestion(byCard, now)).toEqual({ ...open, reference: 'V12', task: 'reverse-card' });
  });

  it('is not asked about a payment that no card made', () => {
    expect(() => reversalQuestion(samplePaid(), now)).toThrow('payment 12 was not made with a card');
    const unbooked = samplePaid({ funding: { kind: 'card', cardId: 3n }, fundingAccount: null });
    expect(() => reversalQuestion(unbooked, now)).toThrow('payment 12 was not made with a card');
  });

  it('is asked again under a new reference', () => {
    const at = new Date(now.getTime() + 1);
    const refused = {
      ...reversalQuestion(byCard, now),
      ...{ attempts: 4, outcome: 'no', answeredAt: now, nextAskAt: null },
    };
    const again = askAgain(refused, at);
    expect(again).toEqual({ ...open, task: 'reverse-card', reference: 'V12.2', askedAt: at, nextAskAt: at });
    expect(askAgain(again, at).reference).toBe('V12.3');
    expect(askAgain({ ...again, reference: 'V12.9' }, at).reference).toBe('V12.10');
    expect(askAgain({ ...again, reference: 'V12.10' }, at).reference).toBe('V12.11');
  });
});

// Each law that a payment, a refund and a step must keep, broken once: the fault is named; and whole ones have none.
import { money } from '@tongbao/money';
import { describe, expect, it } from 'vitest';
import {
  later,
  now,
  sampleOrder,
  samplePaid,
  samplePayment,
  sampleRefund,
} from '../testing/sample-payment.ts';
import { assertPayment, paymentFault, refundFault, sumsFault } from './bounds.ts';
import { withEvent } from './decision.ts';
import type { Payment, Refund } from './payment.ts';

const won = (amount: bigint) => money('KRW', amount);
const fen = (amount: bigint) => money('CNY', amount);
const withShares = (amounts: readonly string[], fee: bigint): Payment =>
  samplePaid({
    fee: won(fee),
    order: {
      ...sampleOrder,
      shares: {
        pricedIn: 'order',
        parts: amounts.map((amount, index) => ({ receiver: `${index}`, account: '6156', amount })),
      },
    },
  });

describe('a payment', () => {
  it.each<[string, Payment]>([
    ['created', samplePayment()],
    ['paid', samplePaid()],
    [
      'of the least amounts',
      samplePaid({ amount: won(1n), payerAmount: fen(1n), midAmount: fen(0n), fee: won(0n) }),
    ],
    ['that is all fee and all middle rate', samplePaid({ fee: won(59_000n), midAmount: fen(37_059n) })],
    ['whose shares are its fee', withShares(['10000', '885'], 10_885n)],
    ['with a share of nothing', withShares(['0'], 885n)],
    [
      'refunded whole, half of it in progress',
      samplePaid({
        ...{ refunded: won(29_500n), refunding: won(29_500n) },
        ...{ refundedToPayer: fen(18_530n), refundingToPayer: fen(18_529n) },
      }),
    ],
    ['of which nothing went back yet', samplePaid({ refunding: won(58_999n), refundingToPayer: fen(0n) })],
    ['cancelled', samplePaid({ status: 'cancelled' })],
  ])('%s: nothing is wrong', (_what, payment) => {
    expect(paymentFault(payment)).toBeNull();
  });

  it.each<[string, Payment]>([
    ['its amounts are above zero', samplePaid({ amount: won(0n), settlementAmount: won(1n), fee: won(0n) })],
    ['its amounts are above zero', samplePaid({ payerAmount: fen(0n), midAmount: fen(0n) })],
    ['its middle rate’s value is part of what is paid', samplePaid({ midAmount: fen(37_060n) })],
    ['its middle rate’s value is part of what is paid', samplePaid({ midAmount: fen(-1n) })],
    ['its fee is part of what its merchant gets', samplePaid({ fee: won(59_001n) })],
    ['its fee is part of what its merchant gets', samplePaid({ fee: won(-1n) })],
    ['its shares are part of its fee', withShares(['10000', '885'], 10_884n)],
    ['its shares are part of its fee', withShares(['-1', '10'], 885n)],
    ['its refunds are not below zero', samplePaid({ refunded: won(-1n) })],
    ['its refunds are not below zero', samplePaid({ refunding: won(-1n) })],
    ['its refunds are part of its amount', samplePaid({ refunded: won(59_000n), refunding: won(1n) })],
    ['what goes back to the payer is not below zero', samplePaid({ refundedToPayer: fen(-1n) })],
    ['what goes back to the payer is not below zero', samplePaid({ refundingToPayer: fen(-1n) })],
    [
      'what goes back to the payer is part of what was paid',
      samplePaid({ refundedToPayer: fen(37_059n), refundingToPayer: fen(1n) }),
    ],
    [
      'refunds of all of it return all that was paid',
      samplePaid({ refunded: won(59_000n), refundedToPayer: fen(37_058n) }),
    ],
    ['only what is paid is refunded', samplePayment({ status: 'cancelled', refunded: won(1n) })],
    ['what is paid has a payer', samplePaid({ payerId: null })],
    ['what is paid has a payer', samplePaid({ fundingAccount: null })],
    ['what is paid has a payer', samplePaid({ status: 'pending', payerId: null })],
    ['what is paid was paid at some time', samplePaid({ paidAt: null })],
  ])('it does not hold that %s', (law, payment) => {
    expect(paymentFault(payment)).toBe(`payment 12: it does not hold that ${law}`);
  });
});

describe('a refund', () => {
  const payment = withShares(['10000'], 10_885n);
  const share = { receiver: '0', account: 6156n, amount: 5_000n, payerAmount: 1n, midAmount: 1n };
  const faultOf = (over: Partial<Refund>) => refundFault({ payment, refund: sampleRefund(over) });

  it.each<[string, Partial<Refund>]>([
    ['in progress', {}],
    ['done', { status: 'succeeded', finishedAt: now }],
    ['failed', { status: 'failed', finishedAt: now }],
    ['of one won that returns nothing', { amount: won(1n), payerAmount: fen(0n) }],
    ['of everything', { amount: won(59_000n), payerAmount: fen(37_059n) }],
    ['whose shares are all of it', { amount: won(5_000n), shares: [share], feeReturned: won(5_000n) }],
    ['that returns the whole fee', { shares: [share], feeReturned: won(5_885n) }],
    ['that is owed whole', { owedFee: 500n, owed: 29_000n }],
  ])('%s: nothing is wrong', (_what, over) => {
    expect(faultOf(over)).toBeNull();
  });

  it.each<[string, Partial<Refund>]>([
    ['it is one of its payment', { paymentId: 13n }],
    ['its amount is part of the payment', { amount: won(0n) }],
    ['its amount is part of the payment', { amount: won(59_001n) }],
    ['it returns part of what was paid', { payerAmount: fen(37_060n) }],
    ['it returns part of what was paid', { payerAmount: fen(-1n) }],
    [
      'what it takes back of shares is part of it',
      { amount: won(4_999n), shares: [share], feeReturned: won(5_000n) },
    ],
    ['the fee that it returns is part of the fee', { shares: [share], feeReturned: won(5_886n) }],
    ['the fee that it returns is part of the fee', { shares: [share], feeReturned: won(4_999n) }],
    ['what is owed for it is not below zero', { owedFee: -1n }],
    ['what is owed for it is not below zero', { owed: -1n }],
    ['what is owed for it is part of what it needs', { owedFee: 1n, owed: 29_500n }],
    ['it has ended when it is finished', { status: 'succeeded' }],
    ['it has ended when it is finished', { finishedAt: now }],
  ])('it does not hold that %s', (law, over) => {
    expect(faultOf(over)).toBe(`refund 20: it does not hold that ${law}`);
  });
});

describe('what all refunds of a payment come to', () => {
  const faultOf = (returnsFee: boolean, feeReturned: bigint, owedFee: bigint) =>
    sumsFault({
      payment: samplePaid({ terms: { ...samplePaid().terms, returnsFee } }),
      sums: { feeReturned, settled: 0n, owedFee },
    });
  const returned = 'payment 12: it does not hold that its refunds return no more fee than was charged';
  const lent = 'payment 12: it does not hold that no more than the kept fee is lent';

  it('returns the fee or lends it, never more than it', () => {
    expect(faultOf(true, 885n, 0n)).toBeNull();
    expect(faultOf(false, 0n, 885n)).toBeNull();
    for (const fee of [886n, -1n]) expect(faultOf(true, fee, 0n)).toBe(returned);
    expect(faultOf(false, 1n, 0n)).toBe(returned);
    for (const fee of [886n, -1n]) expect(faultOf(false, 0n, fee)).toBe(lent);
    expect(faultOf(true, 0n, 1n)).toBe(lent);
  });
});

describe('a step', () => {
  const before = samplePaid();
  const { payment: after, event } = withEvent(before, { kind: 'refund-requested', at: now });
  const faultOf = (...of: Parameters<typeof assertPayment>): string | null => {
    try {
      assertPayment(...of);
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('leads from what was locked to what is written, by events that are counted', () => {
    expect(faultOf(before, after, [event])).toBeNull();
    const created = { ...event, sequence: 1, kind: 'created' } as const;
    expect(faultOf(null, samplePayment(), [created])).toBeNull();
    expect(faultOf(before, before, [])).toBeNull();
  });

  it('is refused with another’s event, a gap, a missing one, and a state that its events do not say', () => {
    const due = 'payment 12: event 3 came where 3 was due';
    expect(faultOf(before, after, [{ ...event, paymentId: 13n }])).toBe(due);
    expect(faultOf(before, after, [{ ...event, sequence: 4 }])).toBe(
      'payment 12: event 4 came where 3 was due',
    );
    expect(faultOf(before, after, [])).toBe('payment 12 is paid after 3 events, its events say paid after 2');
    expect(faultOf(before, { ...after, status: 'cancelled' }, [event])).toBe(
      'payment 12 is cancelled after 3 events, its events say paid after 3',
    );
    expect(faultOf(null, samplePayment(), [{ ...event, sequence: 1 }])).toBe(
      'a payment that is none cannot take the event refund-requested',
    );
    expect(faultOf(null, samplePaid({ payerId: null }), [])).toBe(
      'payment 12: it does not hold that what is paid has a payer',
    );
  });

  it.each<[string, Partial<Payment>]>([
    ['id', { id: 13n }],
    ['merchantId', { merchantId: 3n }],
    ['requestId', { requestId: 'other' }],
    ['quote', { quote: { ...before.quote } }],
    ['terms', { terms: { ...before.terms } }],
    ['order', { order: { ...before.order } }],
    ['createdAt', { createdAt: later(0) }],
    ['expiresAt', { expiresAt: later(0) }],
    ['amount', { amount: won(59_001n), settlementAmount: won(59_001n) }],
    ['payerAmount', { payerAmount: fen(37_060n) }],
    ['midAmount', { midAmount: fen(36_874n) }],
    ['spreadAmount', { spreadAmount: fen(183n) }],
    ['fee', { fee: won(886n) }],
    ['fee', { fee: money('JPY', 885n) }],
  ])('never changes the %s', (name, over) => {
    const changed = { ...before, ...over };
    expect(faultOf(before, changed, [])).toBe(`payment ${changed.id}: ${name} was changed`);
  });

  it('never changes who paid, and when, once it is paid', () => {
    const other = 'payment 12: its payer was changed after it was paid';
    expect(faultOf(before, { ...before, payerId: 8n }, [])).toBe(other);
    expect(faultOf(before, { ...before, fundingAccount: 1n }, [])).toBe(other);
    expect(faultOf(before, { ...before, paidAt: later(0) }, [])).toBe('payment 12 was paid twice');
    const open = samplePayment();
    expect(faultOf(open, { ...open, payerId: 8n, fundingAccount: 1n, paidAt: now }, [])).toBeNull();
  });
});

// What cancel decides: withdrawn before it is paid, reversed on its day, and every reason to refuse.
import { money } from '@tongbao/money';
import { describe, expect, it } from 'vitest';
import {
  changeFacts,
  clearing,
  fundsOf,
  house,
  later,
  merchant,
  minute,
  now,
  pending,
  samplePaid,
  samplePayment,
  wallet,
} from '../testing/sample-payment.ts';
import { type CancelFacts, decideCancel } from './cancel.ts';
import type { Payment, PaymentStatus } from './payment.ts';

const command = { merchantId: 2n, paymentId: 12n };
const factsOf = (payment: Payment, over: Partial<CancelFacts> = {}): CancelFacts => ({
  ...changeFacts([payment]),
  funds: fundsOf(58_115n),
  ...over,
});
const codeOf = (payment: Payment, over: Partial<CancelFacts> = {}) =>
  decideCancel(factsOf(payment, over), command).refused?.code ?? null;

it('before it is paid it is withdrawn, and moves nothing', () => {
  const facts = factsOf(samplePayment());
  const changed = samplePayment({ status: 'cancelled', closedAt: now, events: 2 });
  expect(decideCancel(facts, command)).toEqual({
    answer: changed,
    changed,
    events: [{ paymentId: 12n, sequence: 2, kind: 'cancelled', occurredAt: now, entryId: 0n, refundId: 0n }],
  });
  // Again it is answered as it is.
  expect(decideCancel(facts, command)).toEqual({ answer: changed });
});

describe('a paid one', () => {
  it('is reversed leg by leg out of what its shop has not settled', () => {
    const facts = factsOf(samplePaid());
    const changed = samplePaid({ status: 'cancelled', closedAt: now, events: 3 });
    expect(decideCancel(facts, command)).toEqual({
      answer: changed,
      changed,
      events: [
        { paymentId: 12n, sequence: 3, kind: 'reversed', occurredAt: now, entryId: 100n, refundId: 0n },
      ],
      entry: {
        ...{ id: 100n, kind: 'payment-reversal', payerId: 7n, subjectId: 12n, occurredAt: now },
        postings: [
          { account: wallet, amount: 37_059n },
          { account: house.payerPosition, amount: -36_875n },
          { account: house.payerSpread, amount: -184n },
          { account: house.settlementPosition, amount: 59_000n },
          { account: pending, amount: -58_115n },
          { account: house.settlementFee, amount: -885n },
        ],
      },
      question: undefined,
    });
    expect(facts.payments.get(12n)).toEqual(changed);
    expect(facts.funds.get(pending)).toMatchObject({ pending: 0n, credit: 0n });
  });

  it('security C2: is not reversed with money that its shop has not; within its limit it owes the rest', () => {
    expect(codeOf(samplePaid(), { funds: fundsOf(58_114n) })).toBe('merchant-balance-insufficient');
    const facts = factsOf(samplePaid(), { funds: fundsOf(58_100n, 15n) });
    const { entry } = decideCancel(facts, command);
    expect(entry!.postings).toContainEqual({ account: pending, amount: -58_100n });
    expect(entry!.postings).toContainEqual({ account: merchant.receivable, amount: -15n });
    expect(codeOf(samplePaid(), { funds: fundsOf(58_100n, 14n) })).toBe('merchant-balance-insufficient');
  });

  it('by card has its bank asked to give the money back', () => {
    const byCard = samplePaid({ funding: { kind: 'card', cardId: 3n }, fundingAccount: clearing });
    expect(decideCancel(factsOf(byCard), command).question).toMatchObject({
      ...{ reference: 'V12', task: 'reverse-card', clearingAccount: clearing, askedAt: now },
    });
  });

  it('core: is not cancelled once a refund is done, or in progress', () => {
    const one = money('KRW', 1n);
    expect(codeOf(samplePaid({ refunded: one }))).toBe('cancel-window-exceeded');
    expect(codeOf(samplePaid({ refunding: one }))).toBe('cancel-window-exceeded');
    expect(codeOf(samplePaid({ refunded: one, refunding: one }))).toBe('cancel-window-exceeded');
  });

  it('is cancelled until a quarter past midnight of its shop’s next day', () => {
    // Paid at 11:00 in Seoul; midnight is 13 hours later.
    const at = (ms: number) => codeOf(samplePaid(), { now: later(13 * 60 * minute + ms) });
    expect(at(15 * minute - 1)).toBeNull();
    expect(at(15 * minute)).toBe('cancel-window-exceeded');
  });
});

it.each<[PaymentStatus, string]>([
  ['pending', 'payment-in-progress'],
  ['expired', 'payment-expired'],
  ['declined', 'payment-expired'],
])('one that is %s is refused: %s', (status, code) => {
  expect(codeOf(samplePayment({ status }))).toBe(code);
});

it('another shop’s payment, and none, are not found', () => {
  const facts = factsOf(samplePaid());
  for (const other of [
    { ...command, merchantId: 3n },
    { ...command, paymentId: 13n },
  ])
    expect(decideCancel(facts, other)).toEqual({ refused: { code: 'payment-not-found', detail: undefined } });
});

// What the bank's answer to a debit leads to: paid, or open again, with what was counted given back to its own day.
import { describe, expect, it } from 'vitest';
import { nothingSpent } from '../ledger/index.ts';
import {
  balanceOf,
  changeFacts,
  clearing,
  later,
  now,
  samplePayment,
  wallet,
} from '../testing/sample-payment.ts';
import { decideFinishDebit, type FinishDebitFacts } from './finish-debit.ts';
import type { Payment, PaymentStatus } from './payment.ts';

const waiting = (over: Partial<Payment> = {}) =>
  samplePayment({
    ...{ status: 'pending', payerId: 7n, funding: { kind: 'card', cardId: 3n } },
    ...{ fundingAccount: clearing, events: 2 },
    ...over,
  });
const factsOf = (payment: Payment, over: Partial<FinishDebitFacts> = {}): FinishDebitFacts => ({
  ...changeFacts([payment]),
  payerAccounts: new Map([[12n, wallet]]),
  ...over,
});
const yes = { paymentId: 12n, askedAt: now, answer: { approved: true } } as const;
const no = { paymentId: 12n, askedAt: now, answer: { approved: false, reason: 'no money' } } as const;

it('approved: paid from the clearing account, and the merchant is told', () => {
  const facts = factsOf(waiting({ lastRefusal: 'earlier' }));
  const paid = waiting({ status: 'paid', paidAt: now, events: 3, lastRefusal: null });
  const decision = decideFinishDebit(facts, yes);
  expect(decision).toEqual({
    answer: paid,
    changed: paid,
    events: [{ paymentId: 12n, sequence: 3, kind: 'paid', occurredAt: now, entryId: 100n, refundId: 0n }],
    entry: expect.objectContaining({ id: 100n, kind: 'payment', payerId: 7n, subjectId: 12n }),
    notification: expect.objectContaining({ id: 101n, kind: 'payment', sequence: 3, payerId: 7n }),
  });
  expect(decision.entry!.postings[0]).toEqual({ account: clearing, amount: -37_059n });
  expect(facts.payments.get(12n)).toEqual(paid);
});

describe('declined', () => {
  const open = samplePayment({ events: 3, lastRefusal: 'no money' });

  it('open again, with the reason; nobody pays any more', () => {
    const facts = factsOf(waiting(), { payerAccounts: new Map() });
    expect(decideFinishDebit(facts, no)).toEqual({
      answer: open,
      changed: open,
      events: [
        { paymentId: 12n, sequence: 3, kind: 'debit-declined', occurredAt: now, entryId: 0n, refundId: 0n },
      ],
    });
    expect(facts.payments.get(12n)).toEqual(open);
  });

  const day = 16_385n; // 2014-11-11 in Shanghai
  const spent = (of: bigint, count: bigint, amount: bigint) => ({
    ...{ ...nothingSpent, day: of, dayCount: count, dayAmount: amount, year: 2014n },
  });
  const afterwards = (before: ReturnType<typeof spent>, askedAt: Date, createdAt = now) => {
    const facts = factsOf(waiting({ createdAt }), {
      balances: new Map([balanceOf(1_000_000n, { spending: before })]),
    });
    const { spending } = decideFinishDebit(facts, { ...no, askedAt });
    expect(facts.balances.get(wallet)!.spending).toEqual(spending!.sums);
    return spending;
  };

  it('what was counted is given back to the day on which the bank was asked', () => {
    const left = { account: wallet, sums: spent(day, 1n, 941n) };
    expect(afterwards(spent(day, 2n, 38_000n), now)).toEqual(left);
  });

  it('core 13: also where the payment was created before midnight and confirmed after it', () => {
    const yesterday = later(-12 * 3_600_000);
    const left = { account: wallet, sums: spent(day, 1n, 941n) };
    expect(afterwards(spent(day, 2n, 38_000n), now, yesterday)).toEqual(left);
  });

  it('a later day’s limit is left alone when the bank answers after midnight', () => {
    const before = spent(day + 1n, 2n, 38_000n);
    expect(afterwards(before, now)).toEqual({ account: wallet, sums: before });
  });
});

it.each<PaymentStatus>(['created', 'paid', 'cancelled', 'declined', 'expired'])(
  'one that is %s waits for no bank: nothing changes',
  (status) => {
    const facts = factsOf(waiting({ status }));
    for (const command of [yes, no]) expect(decideFinishDebit(facts, command)).toEqual({ answer: null });
    expect(decideFinishDebit(facts, { ...yes, paymentId: 13n })).toEqual({ answer: null });
    expect(facts.payments.get(12n)!.status).toBe(status);
  },
);

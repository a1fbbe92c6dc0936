// What authorize decides, whole: paid from the balance, asked of a card's bank, and every reason to refuse.
import { money } from '@tongbao/money';
import { describe, expect, it } from 'vitest';
import { nothingSpent } from '../ledger/index.ts';
import { rules } from '../risk/index.ts';
import {
  balanceOf,
  changeFacts,
  clearing,
  later,
  minute,
  now,
  sampleAuthorize,
  samplePayment,
  wallet,
} from '../testing/sample-payment.ts';
import { decideAuthorize } from './authorize.ts';
import type { PaymentStatus } from './payment.ts';
import { mostEventsForDebit } from './payment.ts';

const refusedWith = (code: string, detail?: unknown) => ({ refused: { code, detail } });
const day = 16_385n; // 2014-11-11
const spent = {
  ...{ day, dayCount: 1n, dayAmount: 37_059n, year: 2014n },
  ...{ yearAmount: 37_059n, everAmount: 37_059n },
};

describe('from the balance', () => {
  it('is paid at once: entry, event, notification, what was spent', () => {
    const facts = changeFacts([samplePayment({ lastRefusal: 'declined' })]);
    const paid = samplePayment({
      ...{ status: 'paid', payerId: 7n, funding: { kind: 'balance' }, fundingAccount: wallet },
      ...{ paidAt: now, events: 2 },
    });
    expect(decideAuthorize(facts, sampleAuthorize())).toEqual({
      answer: paid,
      changed: paid,
      events: [{ paymentId: 12n, sequence: 2, kind: 'paid', occurredAt: now, entryId: 100n, refundId: 0n }],
      entry: {
        ...{ id: 100n, kind: 'payment', payerId: 7n, subjectId: 12n, occurredAt: now },
        postings: [
          { account: wallet, amount: -37_059n },
          { account: 1_156n, amount: 36_875n },
          { account: 3_156n, amount: 184n },
          { account: 2_410n, amount: -59_000n },
          { account: 8_410n, amount: 58_115n },
          { account: 5_410n, amount: 885n },
        ],
      },
      notification: {
        ...{ id: 101n, merchantId: 2n, payerId: 7n, kind: 'payment', subjectId: 12n, paymentId: 12n },
        ...{ sequence: 2, url: 'https://mall.example/notify', protocol: 'ams', dueAt: now, createdAt: now },
      },
      spending: { account: wallet, sums: spent },
    });
    expect(facts.payments.get(12n)).toEqual(paid);
    expect(facts.balances.get(wallet)).toEqual(balanceOf(962_941n, { spending: spent })[1]);
  });

  it('an order without an address tells nobody; one of the classic gateway is told in its words', () => {
    const order = samplePayment().order;
    const tell = (over: Partial<typeof order>) =>
      decideAuthorize(changeFacts([samplePayment({ order: { ...order, ...over } })]), sampleAuthorize())
        .notification;
    expect(tell({ notifyUrl: null })).toBeUndefined();
    expect(tell({ channel: 'gateway' })?.protocol).toBe('gateway');
    expect(tell({ channel: 'ams-session' })?.protocol).toBe('ams');
  });

  it('counts what is held and the floor as not there', () => {
    const refusal = (balance: bigint, over: Parameters<typeof balanceOf>[1] = {}) =>
      decideAuthorize(
        changeFacts([samplePayment()], { balances: new Map([balanceOf(balance, over)]) }),
        sampleAuthorize(),
      ).refused?.code;
    expect(refusal(37_059n)).toBeUndefined();
    expect(refusal(37_058n)).toBe('balance-insufficient');
    expect(refusal(37_060n, { held: 1n })).toBeUndefined();
    expect(refusal(37_060n, { held: 2n })).toBe('balance-insufficient');
  });

  it('of a customer without a wallet account is refused', () => {
    const facts = changeFacts([samplePayment()], { balances: new Map() });
    expect(decideAuthorize(facts, sampleAuthorize())).toEqual(refusedWith('customer-unknown'));
  });
});

describe('with a bank card', () => {
  const byCard = sampleAuthorize({ funding: { kind: 'card', cardId: 3n }, clearingAccount: clearing });

  it('is pending, the bank is asked, and it counts for the day, not for what leaves the balance', () => {
    const facts = changeFacts([samplePayment({ lastRefusal: 'declined' })]);
    const changed = samplePayment({
      ...{ status: 'pending', payerId: 7n, funding: { kind: 'card', cardId: 3n }, fundingAccount: clearing },
      ...{ events: 2, lastRefusal: null },
    });
    const sums = { ...spent, yearAmount: 0n, everAmount: 0n };
    const decision = decideAuthorize(facts, byCard);
    expect(decision).toEqual({
      answer: changed,
      changed,
      events: [
        { paymentId: 12n, sequence: 2, kind: 'debit-requested', occurredAt: now, entryId: 0n, refundId: 0n },
      ],
      question: decision.question,
      spending: { account: wallet, sums },
    });
    expect(decision.question).toMatchObject({
      ...{ reference: 'P12-2', task: 'debit-card', paymentId: 12n, event: 2, cardId: 3n },
      ...{ clearingAccount: clearing, amount: money('CNY', 37_059n), mayAsk: false },
    });
    const asked = decideAuthorize(changeFacts([samplePayment()]), { ...byCard, mayAsk: true });
    expect(asked.question?.mayAsk).toBe(true);
    expect(facts.payments.get(12n)).toEqual(changed);
    // The card pays, not the balance.
    expect(facts.balances.get(wallet)).toEqual(balanceOf(1_000_000n, { spending: sums })[1]);
  });

  it('core, payments.events: after thousands of refusals no bank is asked any more, and the balance still pays', () => {
    const after = (events: number) => changeFacts([samplePayment({ events })]);
    expect(mostEventsForDebit).toBe(10_000);
    expect(decideAuthorize(after(mostEventsForDebit - 1), byCard).changed?.status).toBe('pending');
    expect(decideAuthorize(after(mostEventsForDebit), byCard)).toEqual(refusedWith('method-not-available'));
    expect(decideAuthorize(after(mostEventsForDebit), sampleAuthorize()).changed?.status).toBe('paid');
  });

  it('needs no wallet account, and then counts nowhere', () => {
    const decision = decideAuthorize(changeFacts([samplePayment()], { balances: new Map() }), byCard);
    expect(decision.changed?.status).toBe('pending');
    expect('spending' in decision).toBe(false);
  });
});

describe('refused', () => {
  it.each<[PaymentStatus, string]>([
    ['paid', 'payment-already-paid'],
    ['pending', 'payment-in-progress'],
    ['cancelled', 'payment-cancelled'],
    ['declined', 'payment-cancelled'],
    ['expired', 'payment-expired'],
  ])('is one that is %s: %s', (status, code) => {
    const facts = changeFacts([samplePayment({ status })]);
    expect(decideAuthorize(facts, sampleAuthorize())).toEqual(refusedWith(code));
    expect(facts.payments.get(12n)!.status).toBe(status);
    expect(facts.balances.get(wallet)!.balance).toBe(1_000_000n);
  });

  it('is one that is not there, or past its deadline', () => {
    expect(decideAuthorize(changeFacts([]), sampleAuthorize())).toEqual(refusedWith('payment-not-found'));
    const at = (ms: number) =>
      decideAuthorize(changeFacts([samplePayment()], { now: later(14 * minute + ms) }), sampleAuthorize());
    expect(at(-1).changed?.status).toBe('paid');
    expect(at(0)).toEqual(refusedWith('payment-expired'));
  });

  it('is one of a suspended merchant', () => {
    const facts = (suspended: bigint) => changeFacts([samplePayment()], { suspended: new Set([suspended]) });
    expect(decideAuthorize(facts(2n), sampleAuthorize())).toEqual(refusedWith('merchant-not-active'));
    expect(decideAuthorize(facts(3n), sampleAuthorize()).changed?.status).toBe('paid');
  });

  it('is what the rules do not allow, with the rule', () => {
    const payer = { customerId: 7n, kycClass: 0, status: 'active' } as const;
    const facts = changeFacts([samplePayment()]);
    expect(decideAuthorize(facts, sampleAuthorize({ payer }))).toEqual(
      refusedWith('risk-rejected', { field: 'real-name' }),
    );
    expect(facts.balances.get(wallet)!.spending).toEqual(nothingSpent);
  });

  it('is held to the rules of its way to pay', () => {
    const rule = { ...rules[0]!, measure: 'payment-amount', method: 'card', atMost: 1n } as const;
    const facts = () => changeFacts([samplePayment()], { rules: [rule] });
    expect(decideAuthorize(facts(), sampleAuthorize()).changed?.status).toBe('paid');
    const byCard = sampleAuthorize({ funding: { kind: 'card', cardId: 3n }, clearingAccount: clearing });
    expect(decideAuthorize(facts(), byCard).refused?.code).toBe('risk-rejected');
  });

  it('is held to the rules that it is given, and to what was spent before', () => {
    const spending = { ...nothingSpent, day, dayCount: 99n };
    const facts = (dayCount: bigint, rules?: []) =>
      changeFacts([samplePayment()], {
        balances: new Map([balanceOf(1_000_000n, { spending: { ...spending, dayCount } })]),
        ...(rules === undefined ? {} : { rules }),
      });
    expect(decideAuthorize(facts(99n), sampleAuthorize()).changed?.status).toBe('paid');
    expect(decideAuthorize(facts(100n), sampleAuthorize())).toEqual(
      refusedWith('risk-rejected', { field: 'day-count' }),
    );
    expect(decideAuthorize(facts(100n, []), sampleAuthorize()).changed?.status).toBe('paid');
  });
});

// What refunds return and whose money they are, as pure decisions: laws over several refunds of a payment that are in
// progress at once, succeed and fail in any order; and the edges, to the unit and the millisecond.
import { money } from '@tongbao/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertBalanced } from '../ledger/index.ts';
import {
  type AllFacts,
  authorize,
  factsFor,
  merchant,
  merchantOf,
  now,
  refundOf,
  samplePayment,
  settlements,
  wallet,
  withoutFailed,
} from '../testing/refund-sample.ts';
import { decideAuthorize } from './authorize.ts';
import { paymentFault, refundFault, sumsFault } from './bounds.ts';
import { decideFinishDebit } from './finish-debit.ts';
import { decideFinishRefund } from './finish-refund.ts';
import type { OrderShares, Payment, Refund } from './payment.ts';
import { decideRefund, mostParts } from './refund.ts';
import { payerPart } from './refund-price.ts';
import { discountOf } from './unsettled-funds.ts';

const rich = 10n ** 15n;
const usual = { amount: 59_000n, price: '0.005687436', mid: '0.00565914', feeBps: 150n, returnsFee: false };

/** Paid from the balance. */
function paidFacts(created: Payment): AllFacts {
  const facts = factsFor(created, rich);
  expect(decideAuthorize(facts, authorize).answer?.status).toBe('paid');
  return facts;
}

/** Paid with a card: its refunds are in progress until the bank has answered. */
function cardFacts(created: Payment): AllFacts {
  const facts = factsFor(created, rich);
  decideAuthorize(facts, { ...authorize, funding: { kind: 'card', cardId: 3n }, clearingAccount: wallet });
  decideFinishDebit(facts, { paymentId: 1n, askedAt: now, answer: { approved: true } });
  return facts;
}

let number = 0;
/** Asks for a refund and holds it against every bound. */
function ask(facts: AllFacts, amount: bigint, more: Parameters<typeof refundOf>[2] = {}): Refund | string {
  const before = facts.payments.get(1n)!;
  const decision = decideRefund(facts, refundOf(amount, `refund-${++number}`, more));
  if (decision.refused !== undefined) return decision.refused.code;
  const { newRefund: refund, changed, refundSums } = decision;
  if (refund === undefined || changed === undefined || refundSums === undefined) throw new Error('nothing');
  const rest = before.payerAmount.amount - before.refundedToPayer.amount - before.refundingToPayer.amount;
  expect(refund.payerAmount.amount >= 0n && refund.payerAmount.amount <= rest).toBe(true);
  expect([paymentFault(changed), refundFault({ payment: changed, refund }), sumsFault(refundSums)]).toEqual([
    null,
    null,
    null,
  ]);
  if (decision.entry !== undefined) assertBalanced(decision.entry);
  return refund;
}

const asked = (refund: Refund | string): Refund => {
  if (typeof refund === 'string') throw new Error(refund);
  return refund;
};

/** The bank answers. The next batch reads the sums anew, without what failed. */
function answer(facts: AllFacts, refund: Refund, succeeded: boolean): void {
  const decision = decideFinishRefund(
    { ...facts, refunds: new Map([[refund.id, refund]]) },
    { paymentId: 1n, refundId: refund.id, succeeded },
  );
  expect(decision.changedRefund?.status).toBe(succeeded ? 'succeeded' : 'failed');
  expect(paymentFault(decision.changed!)).toBeNull();
  if (decision.entry !== undefined && decision.entry.postings.length > 0) assertBalanced(decision.entry);
  if (!succeeded) facts.sums.set(1n, withoutFailed(facts.sums.get(1n)!, refund));
}

const restOf = ({ amount, refunded, refunding }: Payment): bigint =>
  amount.amount - refunded.amount - refunding.amount;

/** From a won that costs a hundred fen to one that costs a hundredth of a fen. */
const cheapOrDear = fc
  .record({
    amount: fc.bigInt(1n, 5_000n),
    price: fc.constantFrom('0.9876543', '0.05', '0.0056874', '0.0017', '0.00017', '0.0001'),
    feeBps: fc.bigInt(0n, 2_000n),
    returnsFee: fc.boolean(),
  })
  .chain((of) =>
    fc.record({ of: fc.constant(of), settlement: fc.option(settlements(of.amount), { nil: undefined }) }),
  )
  .map(({ of: { price, ...of }, settlement }) =>
    samplePayment({ ...of, price, mid: price, ...(settlement === undefined ? {} : { settlement }) }),
  );

type Step =
  | { readonly part: number; readonly inYuan: boolean }
  | { readonly which: number; readonly ok: boolean };
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ part: fc.integer({ min: 1, max: 1_000 }), inYuan: fc.boolean() }),
    fc.record({ which: fc.nat(20), ok: fc.boolean() }),
  ),
  { maxLength: 30 },
);

describe('core 2, core 3: several refunds in progress, done and failed in any order', () => {
  it('no part is below zero or more than what is left, and all of it together is exactly what was paid', () => {
    fc.assert(
      fc.property(cheapOrDear, steps, fc.boolean(), (created, all, lastFails) => {
        const facts = cardFacts(created);
        const open: Refund[] = [];
        for (const step of all) {
          const payment = facts.payments.get(1n)!;
          if ('part' in step) {
            const rest = restOf(payment);
            if (rest === 0n) continue;
            const payerRest =
              payment.payerAmount.amount - payment.refundedToPayer.amount - payment.refundingToPayer.amount;
            const share = (whole: bigint) => (whole * BigInt(step.part) + 999n) / 1_000n;
            const refund =
              step.inYuan && payerRest > 0n
                ? ask(facts, 0n, { payerAmount: money('CNY', share(payerRest)) })
                : ask(facts, share(rest));
            // In yuan the last won may have to wait for the last fen; nothing else is refused: what it needs is there.
            if (typeof refund === 'string')
              expect(step.inYuan && refund === 'refund-amount-exceeded').toBe(true);
            else open.push(refund);
          } else {
            const [refund] = open.splice(step.which % (open.length || 1), 1);
            if (refund !== undefined) answer(facts, refund, step.ok);
          }
        }
        for (const refund of open) answer(facts, refund, !lastFails);
        const left = restOf(facts.payments.get(1n)!);
        if (left > 0n) answer(facts, asked(ask(facts, left)), true);
        const end = facts.payments.get(1n)!;
        expect([end.refunded, end.refundedToPayer]).toEqual([end.amount, end.payerAmount]);
        expect([end.refunding.amount, end.refundingToPayer.amount]).toEqual([0n, 0n]);
        expect(facts.sums.get(1n)!.feeReturned).toBe(created.terms.returnsFee ? discountOf(created) : 0n);
        // The shop gave back what the payment had brought it, and owes what its contract keeps: nobody else paid for it.
        expect(facts.sums.get(1n)!.settled).toBe(created.settlementAmount.amount);
        const { pending } = facts.funds.get(merchantOf(created).pending)!;
        const kept = created.terms.returnsFee ? 0n : discountOf(created);
        expect(pending - facts.sums.get(1n)!.owedFee).toBe(-kept);
      }),
      { numRuns: 400 },
    );
  });

  it('a larger part never returns less', () => {
    fc.assert(
      fc.property(cheapOrDear, fc.bigInt(1n, 5_000n), fc.bigInt(1n, 5_000n), (created, first, second) => {
        const facts = cardFacts(created);
        const failed = ask(facts, first);
        ask(facts, second);
        if (typeof failed !== 'string') answer(facts, failed, false);
        const payment = facts.payments.get(1n)!;
        let before = 0n;
        for (let part = 1n; part <= restOf(payment) && part < 200n; part++) {
          const { amount } = payerPart(payment, part);
          expect(amount).toBeGreaterThanOrEqual(before);
          before = amount;
        }
      }),
    );
  });

  it('core 2: 29 declined beside 18, 47 declined beside 52, then 1: nothing is below zero', () => {
    const facts = cardFacts(
      samplePayment({ ...usual, amount: 100_000n, price: '0.0056874', mid: '0.0056874' }),
    );
    for (const [fails, stays] of [
      [29n, 18n],
      [47n, 52n],
    ] as const) {
      const failing = asked(ask(facts, fails));
      ask(facts, stays);
      answer(facts, failing, false);
    }
    expect(asked(ask(facts, 1n)).payerAmount.amount).toBeGreaterThanOrEqual(0n);
  });

  it('core 2: in a cheap currency, 2 declined beside 1, then 1', () => {
    const facts = cardFacts(samplePayment({ ...usual, amount: 1_000n, price: '0.0017', mid: '0.0017' }));
    const failing = asked(ask(facts, 2n));
    ask(facts, 1n);
    answer(facts, failing, false);
    expect(asked(ask(facts, 1n)).payerAmount.amount).toBe(0n);
  });

  it('core 3: 1 declined beside 166, then 834, return 15 of a fee of 15', () => {
    const facts = cardFacts(samplePayment({ ...usual, amount: 1_000n, returnsFee: true }));
    const failing = asked(ask(facts, 1n));
    const stays = asked(ask(facts, 166n));
    answer(facts, failing, false);
    const last = asked(ask(facts, 834n));
    expect(stays.feeReturned.amount + last.feeReturned.amount).toBe(15n);
  });
});

describe('security C2: whose money it is', () => {
  const funds = (facts: AllFacts, pending: bigint, credit = 0n) =>
    facts.funds.set(merchant.pending, { accounts: merchant, pending, credit });

  it('takes what is pending first, then lends the kept fee, then the limit; one unit more is refused', () => {
    const moved = (pending: bigint, credit: bigint, amount: bigint) => {
      const facts = paidFacts(samplePayment(usual));
      funds(facts, pending, credit);
      const decision = decideRefund(facts, refundOf(amount, 'r'));
      if (decision.refused !== undefined) return decision.refused.code;
      const left = facts.funds.get(merchant.pending)!;
      const posted = new Map(decision.entry!.postings.map((posting) => [posting.account, posting.amount]));
      expect(left.pending).toBe(pending + (posted.get(merchant.pending) ?? 0n));
      expect(left.credit).toBe(credit + (posted.get(merchant.receivable) ?? 0n));
      const { owedFee, owed } = decision.newRefund!;
      expect([owedFee, owed]).toEqual([
        -(posted.get(merchant.feeReceivable) ?? 0n),
        -(posted.get(merchant.receivable) ?? 0n),
      ]);
      return [posted.get(merchant.pending) ?? 0n, owedFee, owed];
    };
    // Its fee is 885: 59,000 need 58,115 of the shop.
    expect(moved(59_000n, 0n, 59_000n)).toEqual([-59_000n, 0n, 0n]);
    expect(moved(58_115n, 0n, 59_000n)).toEqual([-58_115n, 885n, 0n]);
    expect(moved(58_114n, 0n, 59_000n)).toBe('merchant-balance-insufficient');
    expect(moved(58_114n, 1n, 59_000n)).toEqual([-58_114n, 885n, 1n]);
    expect(moved(0n, 58_115n, 59_000n)).toEqual([0n, 885n, 58_115n]);
    expect(moved(0n, 58_114n, 59_000n)).toBe('merchant-balance-insufficient');
    // Of 1,000 the kept share is 15; of 1,001 it is 15.015, rounded up once.
    expect(moved(985n, 0n, 1_000n)).toEqual([-985n, 15n, 0n]);
    expect(moved(985n, 0n, 1_001n)).toEqual([-985n, 16n, 0n]);
    expect(moved(984n, 0n, 1_001n)).toBe('merchant-balance-insufficient');
  });

  it('a fee is lent once, also when refunds in between failed', () => {
    const facts = cardFacts(samplePayment({ ...usual, amount: 1_000n }));
    funds(facts, 985n);
    const failing = asked(ask(facts, 1_000n));
    expect([failing.owedFee, failing.putAside]).toEqual([15n, true]);
    answer(facts, failing, false);
    // All that was put aside is back, and the shop owes 15.
    expect(facts.funds.get(merchant.pending)!.pending).toBe(1_000n);
    funds(facts, 985n);
    expect(ask(facts, 1_000n)).toBe('merchant-balance-insufficient');
    funds(facts, 1_000n);
    expect(asked(ask(facts, 1_000n)).owedFee).toBe(0n);
  });

  it('a contract that returns the fee is lent nothing, and needs only what the payment brought', () => {
    const facts = paidFacts(samplePayment({ ...usual, amount: 1_000n, returnsFee: true }));
    expect(asked(ask(facts, 600n)).owedFee).toBe(0n);
    funds(facts, 393n);
    expect(ask(facts, 400n)).toBe('merchant-balance-insufficient');
    funds(facts, 394n);
    expect(asked(ask(facts, 400n)).owedFee).toBe(0n);
  });

  it('what waits for funds takes none, and is asked of no bank yet', () => {
    const facts = cardFacts(samplePayment(usual));
    funds(facts, 100n);
    const decision = decideRefund(facts, refundOf(59_000n, 'r', { funds: 'wait' }));
    expect(decision.queued?.refundId).toBe(decision.newRefund!.id);
    expect([decision.entry, decision.question, decision.newRefund!.putAside]).toEqual([
      undefined,
      undefined,
      false,
    ]);
    expect(decision.events!.map(({ kind }) => kind)).toEqual(['refund-requested']);
    expect(facts.funds.get(merchant.pending)!.pending).toBe(100n);
  });

  it('a refund to a card puts its money aside in the step that asks the bank', () => {
    const facts = cardFacts(samplePayment(usual));
    const decision = decideRefund(facts, refundOf(9_000n, 'r'));
    expect(decision.events!.map(({ kind }) => kind)).toEqual(['refund-requested', 'refund-funded']);
    expect(decision.question?.task).toBe('refund-card');
    expect(decision.entry).toMatchObject({
      kind: 'refund-funding',
      postings: [
        { account: merchant.pending, amount: -9_000n },
        { account: merchant.refunding, amount: 9_000n },
      ],
    });
    expect(decision.events![1]!.entryId).toBe(decision.entry!.id);
  });
});

describe('the edges', () => {
  const at = (facts: AllFacts, ms: number): AllFacts => ({ ...facts, now: new Date(now.getTime() + ms) });
  const windowMs = 365 * 24 * 3_600_000;

  it('the refund window’s last millisecond is in it, the next is not', () => {
    const facts = paidFacts(samplePayment(usual));
    expect(decideRefund(at(facts, windowMs + 1), refundOf(1n, 'late')).refused?.code).toBe(
      'refund-window-exceeded',
    );
    expect(decideRefund(at(facts, windowMs), refundOf(1n, 'last')).refused).toBeUndefined();
  });

  it('the pause between two refunds is over at its last millisecond, and counts from the last one asked for', () => {
    const pause = { pauseMs: 3_000 };
    const facts = paidFacts(samplePayment(usual));
    expect(decideRefund(facts, refundOf(1n, 'first', pause)).refused).toBeUndefined();
    expect(decideRefund(at(facts, 2_999), refundOf(1n, 'early', pause)).refused?.code).toBe(
      'refund-too-soon',
    );
    expect(decideRefund(at(facts, 2_999), refundOf(1n, 'without')).refused).toBeUndefined();
    expect(decideRefund(at(facts, 5_998), refundOf(1n, 'too early', pause)).refused?.code).toBe(
      'refund-too-soon',
    );
    expect(decideRefund(at(facts, 5_999), refundOf(1n, 'at last', pause)).refused).toBeUndefined();
  });

  it('asked for in yuan, something of the order stays as long as a fen does; the last fen takes the rest', () => {
    // Three won cost a hundred fen.
    const facts = paidFacts(
      samplePayment({ ...usual, amount: 3n, price: '0.3333', mid: '0.3333', feeBps: 0n }),
    );
    const payment = facts.payments.get(1n)!;
    const fen = (amount: bigint) => ({ payerAmount: money('CNY', amount) });
    expect(payment.payerAmount.amount).toBe(100n);
    expect(asked(ask(facts, 0n, fen(98n))).amount.amount).toBe(2n);
    expect(ask(facts, 0n, fen(1n))).toBe('refund-amount-exceeded');
    expect(asked(ask(facts, 0n, fen(2n))).amount.amount).toBe(1n);
    expect(facts.payments.get(1n)!.refundedToPayer.amount).toBe(100n);
    expect(ask(facts, 0n, fen(1n))).toBe('refund-amount-exceeded');
  });

  it('asked for in yuan: at least a won for the least fen, never another currency, never more than was paid', () => {
    const facts = paidFacts(samplePayment(usual));
    expect(asked(ask(facts, 0n, { payerAmount: money('CNY', 1n) })).amount.amount).toBe(2n);
    expect(ask(facts, 0n, { payerAmount: money('USD', 1n) })).toBe('refund-amount-exceeded');
    expect(ask(facts, 0n, { payerAmount: money('CNY', 0n) })).toBe('refund-amount-exceeded');
    const rest = facts.payments.get(1n)!.payerAmount.amount - 1n;
    expect(ask(facts, 0n, { payerAmount: money('CNY', rest + 1n) })).toBe('refund-amount-exceeded');
    expect(asked(ask(facts, 0n, { payerAmount: money('CNY', rest) })).amount.amount).toBe(58_998n);
  });

  it('more than what is left, nothing, and below nothing are refused', () => {
    const facts = paidFacts(samplePayment(usual));
    for (const amount of [59_001n, 0n, -1n]) expect(ask(facts, amount)).toBe('refund-amount-exceeded');
    expect(asked(ask(facts, 58_999n)).status).toBe('succeeded');
    expect(ask(facts, 2n)).toBe('refund-amount-exceeded');
    expect(asked(ask(facts, 1n)).status).toBe('succeeded');
  });

  it('core: a payment takes a thousand parts, then its whole rest, and no events beyond what can be numbered', () => {
    const facts = paidFacts(samplePayment(usual));
    const before = facts.sums.get(1n);
    expect(before).toBeUndefined();
    facts.sums.set(1n, { count: mostParts - 1, lastAskedAt: now, feeReturned: 0n, settled: 0n, owedFee: 0n });
    expect(asked(ask(facts, 1n)).status).toBe('succeeded');
    expect(ask(facts, 1n)).toBe('refund-too-many');
    expect(asked(ask(facts, 58_999n)).status).toBe('succeeded');

    const busy = paidFacts(samplePayment(usual));
    busy.payments.set(1n, { ...busy.payments.get(1n)!, events: 30_000 });
    expect(ask(busy, 59_000n)).toBe('refund-too-many');
  });
});

describe('shares', () => {
  const shares: OrderShares = {
    pricedIn: 'order',
    parts: [
      { receiver: 'customs', account: '77156', amount: '9000' },
      { receiver: 'insurer', account: '78156', amount: '1000' },
    ],
  };
  const shared = () =>
    samplePayment({ ...usual, price: '0.0056874', mid: '0.0056591', shares, sharesAmount: 10_000n });
  const back = (receiver: string, amount: bigint) => ({ receiver, amount });

  it('what is taken back of them is part of the refund: one unit more is refused', () => {
    const facts = paidFacts(shared());
    expect(ask(facts, 5_000n, { shares: [back('customs', 5_001n)] })).toBe('refund-amount-exceeded');
    expect(ask(facts, 5_000n, { shares: [back('customs', 4_500n), back('insurer', 501n)] })).toBe(
      'refund-amount-exceeded',
    );
    const refund = asked(ask(facts, 5_000n, { shares: [back('customs', 4_500n), back('insurer', 500n)] }));
    expect([refund.feeReturned.amount, refund.shares.map(({ amount }) => amount)]).toEqual([
      5_000n,
      [4_500n, 500n],
    ]);
  });

  it('no receiver gives back more than it got, nor twice in one refund, nor one that has none', () => {
    const facts = paidFacts(shared());
    expect(ask(facts, 20_000n, { shares: [back('customs', 9_001n)] })).toBe('refund-amount-exceeded');
    expect(ask(facts, 20_000n, { shares: [back('customs', 1n), back('customs', 1n)] })).toBe(
      'refund-amount-exceeded',
    );
    expect(ask(facts, 20_000n, { shares: [back('nobody', 1n)] })).toBe('refund-amount-exceeded');
    expect(ask(facts, 20_000n, { shares: [back('customs', 0n)] })).toBe('refund-amount-exceeded');
    asked(ask(facts, 20_000n, { shares: [back('customs', 8_999n)] }));
    expect(ask(facts, 20_000n, { shares: [back('customs', 2n)] })).toBe('refund-amount-exceeded');
    asked(ask(facts, 20_000n, { shares: [back('customs', 1n)] }));
  });

  it('a shop that takes no shares back needs them from its own money', () => {
    const facts = paidFacts(shared());
    // The payment brought 59,000 − 885 − 10,000.
    expect(ask(facts, 59_000n)).toBe('merchant-balance-insufficient');
    expect(
      asked(ask(facts, 59_000n, { shares: [back('customs', 9_000n), back('insurer', 1_000n)] })).owedFee,
    ).toBe(885n);
  });

  it('core 2: cut in any way and failing in any order, a receiver gives back exactly what it got', () => {
    const cut = fc.record({ part: fc.bigInt(1n, 4_000n), fails: fc.boolean() });
    fc.assert(
      fc.property(fc.array(cut, { maxLength: 8 }), (cuts) => {
        const facts = cardFacts(shared());
        facts.funds.set(merchant.pending, { accounts: merchant, pending: rich, credit: 0n });
        const kept: Refund[] = [];
        const failing: Refund[] = [];
        const given = () =>
          kept.concat(failing).reduce((sum, { shares: [share] }) => sum + share!.amount, 0n);
        const take = (part: bigint): Refund => asked(ask(facts, part, { shares: [back('customs', part)] }));
        for (const { part, fails } of cuts) {
          if (given() + part > 9_000n) continue;
          (fails ? failing : kept).push(take(part));
        }
        for (const refund of failing) answer(facts, refund, false);
        facts.sharesBack.set(
          1n,
          kept.flatMap((refund) => refund.shares),
        );
        failing.length = 0;
        if (given() < 9_000n) kept.push(take(9_000n - given()));
        const all = kept.flatMap((refund) => refund.shares);
        const total = (of: 'amount' | 'payerAmount' | 'midAmount') =>
          all.reduce((sum, share) => sum + share[of], 0n);
        expect([total('amount'), total('payerAmount'), total('midAmount')]).toEqual([9_000n, 5_119n, 5_094n]);
        expect(all.every((share) => share.payerAmount >= 0n && share.midAmount >= 0n)).toBe(true);
      }),
    );
  });
});

// Laws of the payments room's pure decisions, over generated payments: money is never made or lost, the state machine
// is never left, refunds return exactly what was paid.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assertBalanced } from '../ledger/index.ts';
import {
  type AllFacts,
  authorize,
  factsFor,
  houseOf,
  merchantOf,
  now,
  payments,
  refundOf,
  samplePayment,
  wallet,
  withoutFailed,
} from '../testing/refund-sample.ts';
import { decideAuthorize } from './authorize.ts';
import { cancelWindowOpen, decideCancel } from './cancel.ts';
import { decideDecline, decideExpire } from './close.ts';
import { decideFinishDebit } from './finish-debit.ts';
import { decideFinishRefund } from './finish-refund.ts';
import { advance, type Payment, type PaymentEventKind, type PaymentStatus, transitions } from './payment.ts';
import { paymentPostings, reversalPostings } from './postings.ts';
import { decideRefund } from './refund.ts';

const rich = 10n ** 12n;

function paidFacts(created: Payment): AllFacts {
  const facts = factsFor(created, rich);
  expect(decideAuthorize(facts, authorize).answer?.status).toBe('paid');
  return facts;
}

describe('paying', () => {
  test('the entry balances, the payer pays his amount, the merchant is owed the amount less the fee', () => {
    fc.assert(
      fc.property(payments, (created) => {
        const facts = factsFor(created, rich);
        const decision = decideAuthorize(facts, authorize);
        const entry = decision.entry!;
        assertBalanced(entry);
        const moved = new Map(entry.postings.map((posting) => [posting.account, posting.amount]));
        expect(moved.get(wallet)).toBe(-created.payerAmount.amount);
        const { pending } = merchantOf(created);
        expect(moved.get(pending) ?? 0n).toBe(created.settlementAmount.amount - created.fee.amount);
        expect(facts.balances.get(wallet)!.balance).toBe(rich - created.payerAmount.amount);
        expect(decision.notification?.sequence).toBe(2);
      }),
    );
  });

  test('one fen too little is refused and changes nothing', () => {
    fc.assert(
      fc.property(payments, (created) => {
        const facts = factsFor(created, created.payerAmount.amount - 1n);
        expect(decideAuthorize(facts, authorize)).toEqual({
          refused: { code: 'balance-insufficient', detail: undefined },
        });
        expect(facts.payments.get(1n)).toBe(created);
      }),
    );
  });

  test('twice in one batch is paid once', () => {
    const facts = paidFacts(
      samplePayment({
        amount: 59_000n,
        price: '0.005687436',
        mid: '0.00565914',
        feeBps: 150n,
        returnsFee: false,
      }),
    );
    const spent = facts.balances.get(wallet)!.balance;
    expect(decideAuthorize(facts, authorize).refused?.code).toBe('payment-already-paid');
    expect(facts.balances.get(wallet)!.balance).toBe(spent);
  });

  test('the deadline counts to the millisecond', () => {
    const created = samplePayment({
      amount: 100n,
      price: '0.005687',
      mid: '0.005659',
      feeBps: 0n,
      returnsFee: false,
    });
    const at = (ms: number) =>
      decideAuthorize(factsFor(created, rich, new Date(created.expiresAt.getTime() + ms)), authorize);
    expect(at(-1).answer?.status).toBe('paid');
    expect(at(0).refused?.code).toBe('payment-expired');
  });

  test('a confirmation that comes after the shopper’s own "no" is told what a late one at the cashier is told', () => {
    const created = samplePayment({
      amount: 59_000n,
      price: '0.0056',
      mid: '0.0056',
      feeBps: 0n,
      returnsFee: false,
    });
    const facts = factsFor(created, rich);
    expect(decideDecline(facts, { paymentId: 1n }).answer?.status).toBe('declined');
    expect(decideAuthorize(facts, authorize).refused?.code).toBe('payment-cancelled');
  });

  test('a reversal is the payment the other way round', () => {
    fc.assert(
      fc.property(payments, (created) => {
        const legs = { house: houseOf(created), merchant: merchantOf(created) };
        const there = paymentPostings(created, wallet, legs.house);
        const paid = { ...created, fundingAccount: wallet };
        const back = reversalPostings(paid, legs, 0n);
        expect(back).toEqual(there.map((posting) => ({ ...posting, amount: -posting.amount })));
      }),
    );
  });
});

const split = (total: bigint, cuts: readonly number[]): bigint[] => {
  const points = [...new Set(cuts.map((cut) => (total * BigInt(cut)) / 1000n))].sort((a, b) =>
    a < b ? -1 : 1,
  );
  return [...points, total]
    .map((point, index) => point - (index === 0 ? 0n : points[index - 1]!))
    .filter((part) => part > 0n);
};

describe('refunds', () => {
  const cuts = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 6 });

  test('parts that add up return exactly what was paid, every entry balances, and the fee goes back as agreed', () => {
    fc.assert(
      fc.property(payments, cuts, (created, at) => {
        const facts = paidFacts(created);
        const sums = { payer: 0n, fee: 0n, settled: 0n };
        for (const [index, part] of split(created.amount.amount, at).entries()) {
          const decision = decideRefund(facts, refundOf(part, `part-${index}`));
          if (decision.entry !== undefined) assertBalanced(decision.entry);
          expect((decision.entry?.id ?? 0n) === decision.events!.at(-1)!.entryId).toBe(true);
          sums.settled += decision.newRefund!.settlementAmount.amount;
          sums.payer += decision.newRefund!.payerAmount.amount;
          sums.fee += decision.newRefund!.feeReturned.amount;
          expect(decision.newRefund!.payerAmount.amount).toBeGreaterThanOrEqual(0n);
        }
        expect(sums.payer).toBe(created.payerAmount.amount);
        expect(sums.settled).toBe(created.settlementAmount.amount);
        expect(sums.fee).toBe(created.terms.returnsFee ? created.fee.amount : 0n);
        expect(decideRefund(facts, refundOf(1n, 'more')).refused?.code).toBe('refund-amount-exceeded');
      }),
    );
  });

  test('to a card: in progress until the bank says so; a failed part does not lose the payer a fen', () => {
    fc.assert(
      fc.property(payments, cuts, fc.infiniteStream(fc.boolean()), (created, at, luck) => {
        const facts = factsFor(created, rich);
        decideAuthorize(facts, {
          ...authorize,
          funding: { kind: 'card', cardId: 3n },
          clearingAccount: wallet,
        });
        decideFinishDebit(facts, { paymentId: 1n, askedAt: now, answer: { approved: true } });
        let returned = 0n;
        let tries = 0;
        for (let rest = [...split(created.amount.amount, at)]; rest.length > 0 && tries < 40; tries++) {
          const part = rest.shift()!;
          const asked = decideRefund(facts, refundOf(part, `try-${tries}`));
          expect(asked.newRefund!.status).toBe('processing');
          const succeeded = tries > 20 || luck.next().value === true;
          const refunds = new Map([[asked.newRefund!.id, asked.newRefund!]]);
          const finish = { paymentId: 1n, refundId: asked.newRefund!.id, succeeded };
          decideFinishRefund({ ...facts, refunds }, finish);
          expect(decideFinishRefund({ ...facts, refunds }, finish).answer).toBeNull();
          if (succeeded) returned += asked.newRefund!.payerAmount.amount;
          else {
            rest = [...rest, part];
            // As the next batch reads them.
            facts.sums.set(1n, withoutFailed(facts.sums.get(1n)!, asked.newRefund!));
          }
        }
        expect(returned).toBe(created.payerAmount.amount);
        expect(facts.payments.get(1n)!.refunding.amount).toBe(0n);
      }),
    );
  });

  test('the same request answers the same refund; with another amount it is refused', () => {
    const facts = paidFacts(
      samplePayment({
        amount: 59_000n,
        price: '0.005687436',
        mid: '0.00565914',
        feeBps: 150n,
        returnsFee: false,
      }),
    );
    const first = decideRefund(facts, refundOf(100n, 'same'));
    const again = decideRefund(facts, refundOf(100n, 'same'));
    expect(again.answer).toEqual({ ...first.answer, replayed: true });
    expect(again.newRefund).toBeUndefined();
    expect(decideRefund(facts, refundOf(101n, 'same')).refused?.code).toBe('request-reused');
  });
});

describe('the state machine', () => {
  const statuses: PaymentStatus[] = ['created', 'pending', 'paid', 'cancelled', 'declined', 'expired'];

  test('every status is reached from none, and final ones are never left', () => {
    const reached = new Set(Object.values(transitions).flatMap((row) => Object.values(row)));
    expect([...reached].sort()).toEqual([...statuses].sort());
    for (const final of ['cancelled', 'declined', 'expired'] as const) expect(transitions[final]).toEqual({});
  });

  test('a step that is not in the table throws', () => {
    const kinds = new Set(
      Object.values(transitions).flatMap((row) => Object.keys(row)),
    ) as Set<PaymentEventKind>;
    for (const status of statuses) {
      for (const kind of kinds) {
        const next = transitions[status][kind];
        if (next === undefined) expect(() => advance(status, kind)).toThrow(/cannot take/);
        else expect(advance(status, kind)).toBe(next);
      }
    }
  });

  test('whatever is asked in whatever order, decisions stay inside the table and never pay twice', () => {
    const created = samplePayment({
      amount: 5_000n,
      price: '0.005687',
      mid: '0.005659',
      feeBps: 100n,
      returnsFee: true,
    });
    const acts = {
      pay: (facts: AllFacts) => decideAuthorize(facts, authorize),
      card: (facts: AllFacts) =>
        decideAuthorize(facts, {
          ...authorize,
          funding: { kind: 'card', cardId: 3n },
          clearingAccount: wallet,
        }),
      yes: (facts: AllFacts) =>
        decideFinishDebit(facts, { paymentId: 1n, askedAt: now, answer: { approved: true } }),
      no: (facts: AllFacts) =>
        decideFinishDebit(facts, {
          paymentId: 1n,
          askedAt: now,
          answer: { approved: false, reason: 'declined' },
        }),
      cancel: (facts: AllFacts) => decideCancel(facts, { merchantId: 2n, paymentId: 1n }),
      decline: (facts: AllFacts) => decideDecline(facts, { paymentId: 1n }),
      expire: (facts: AllFacts) => decideExpire({ ...facts, now: created.expiresAt }, { paymentId: 1n }),
      refund: (facts: AllFacts) => decideRefund(facts, refundOf(5_000n, 'all')),
    };
    const order = fc.array(fc.constantFrom(...(Object.keys(acts) as (keyof typeof acts)[])), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(order, (steps) => {
        const facts = factsFor(created, rich);
        let wallets = 0n;
        let entries = 0;
        for (const step of steps) {
          const decision = acts[step](facts);
          if (decision.entry === undefined) continue;
          entries += decision.entry.kind === 'payment' ? 1 : 0;
          for (const posting of decision.entry.postings)
            if (posting.account === wallet) wallets += posting.amount;
        }
        expect(entries).toBeLessThanOrEqual(1);
        const end = facts.payments.get(1n)!;
        const kept = end.status === 'paid' ? end.payerAmount.amount - end.refundedToPayer.amount : 0n;
        expect(wallets).toBe(-kept);
      }),
    );
  });
});

test('a paid payment can be cancelled until 00:15 of the next day in the contract’s zone', () => {
  const paidAt = new Date('2014-11-11T14:59:00Z'); // 23:59 in Seoul
  expect(cancelWindowOpen(paidAt, new Date('2014-11-11T15:14:59Z'), 'Asia/Seoul')).toBe(true);
  expect(cancelWindowOpen(paidAt, new Date('2014-11-11T15:15:00Z'), 'Asia/Seoul')).toBe(false);
  expect(cancelWindowOpen(paidAt, new Date('2014-11-11T15:15:00Z'), 'Europe/London')).toBe(true);
});

// A refund that waits for its merchant's money: taken when it is there, given up at the last millisecond, once.
import { describe, expect, it } from 'vitest';
import { assertBalanced } from '../ledger/index.ts';
import {
  type AllFacts,
  authorize,
  factsFor,
  merchant,
  now,
  refundOf,
  samplePayment,
  wallet,
} from '../testing/refund-sample.ts';
import { decideAuthorize } from './authorize.ts';
import { paymentFault, refundFault } from './bounds.ts';
import { decideFinishDebit } from './finish-debit.ts';
import { decideRefund } from './refund.ts';
import { decideRetryRefund } from './retry-refund.ts';
import { retryEveryMs, waitsAtMostMs } from './unsettled-funds.ts';

const usual = { amount: 59_000n, price: '0.005687436', mid: '0.00565914', feeBps: 150n, returnsFee: false };
const funds = (facts: AllFacts, pending: bigint, credit = 0n) =>
  facts.funds.set(merchant.pending, { accounts: merchant, pending, credit });

/** A refund of all of it waits: one won is missing. */
function waiting(withCard = false): { facts: AllFacts; retry: { paymentId: bigint; refundId: bigint } } {
  const facts = factsFor(samplePayment(usual), 10n ** 12n);
  if (!withCard) decideAuthorize(facts, authorize);
  else {
    decideAuthorize(facts, { ...authorize, funding: { kind: 'card', cardId: 3n }, clearingAccount: wallet });
    decideFinishDebit(facts, { paymentId: 1n, askedAt: now, answer: { approved: true } });
  }
  funds(facts, 58_114n);
  const { newRefund, queued } = decideRefund(facts, refundOf(59_000n, 'r', { funds: 'wait' }));
  facts.refunds.set(newRefund!.id, newRefund!);
  facts.queued.set(newRefund!.id, queued!);
  return { facts, retry: { paymentId: 1n, refundId: newRefund!.id } };
}
const at = (facts: AllFacts, ms: number): AllFacts => ({ ...facts, now: new Date(now.getTime() + ms) });

describe('a refund that waits for funds', () => {
  it('goes on waiting while a unit is missing, and is looked at again six hours later', () => {
    const { facts, retry } = waiting();
    const { queued, answer, entry } = decideRetryRefund(at(facts, retryEveryMs), retry);
    expect([answer!.status, entry]).toEqual(['processing', undefined]);
    expect(queued!.nextTryAt.getTime()).toBe(now.getTime() + 2 * retryEveryMs);
    expect(facts.funds.get(merchant.pending)!.pending).toBe(58_114n);
  });

  it('to a balance is done in one step when it is there, the kept fee lent', () => {
    const { facts, retry } = waiting();
    funds(facts, 58_115n);
    const decision = decideRetryRefund(at(facts, retryEveryMs), retry);
    expect(decision).toMatchObject({
      dequeued: retry.refundId,
      changedRefund: { status: 'succeeded', owedFee: 885n },
    });
    assertBalanced(decision.entry!);
    expect(decision.entry!.postings).toContainEqual({ account: merchant.pending, amount: -58_115n });
    expect(decision.entry!.postings).toContainEqual({ account: merchant.feeReceivable, amount: -885n });
    expect(paymentFault(decision.changed!)).toBeNull();
    expect(facts.funds.get(merchant.pending)!.pending).toBe(0n);
    expect(decideRetryRefund(facts, retry)).toEqual({ answer: null });
  });

  it('to a card is put aside first; then its bank is asked', () => {
    const { facts, retry } = waiting(true);
    funds(facts, 0n, 58_115n);
    const { changed, changedRefund, dequeued, entry, events, question } = decideRetryRefund(facts, retry);
    expect([dequeued, question?.task, events!.map(({ kind }) => kind)]).toEqual([
      retry.refundId,
      'refund-card',
      ['refund-funded'],
    ]);
    expect(changedRefund).toMatchObject({
      status: 'processing',
      putAside: true,
      owedFee: 885n,
      owed: 58_115n,
    });
    expect(entry!.postings).toContainEqual({ account: merchant.refunding, amount: 59_000n });
    expect(refundFault({ payment: changed!, refund: changedRefund! })).toBeNull();
  });

  it('two of a batch cannot both have the same money', () => {
    const { facts, retry } = waiting();
    const other = { ...facts.payments.get(1n)!, id: 2n };
    const second = { ...facts.refunds.get(retry.refundId)!, id: 900n, paymentId: 2n };
    facts.payments.set(2n, other);
    facts.refunds.set(900n, second);
    facts.queued.set(900n, { ...facts.queued.get(retry.refundId)!, refundId: 900n, paymentId: 2n });
    funds(facts, 2n * 58_115n - 1n);
    expect(decideRetryRefund(facts, retry).changedRefund?.status).toBe('succeeded');
    expect(decideRetryRefund(facts, { paymentId: 2n, refundId: 900n }).queued?.refundId).toBe(900n);
  });

  it('is given up after 180 days, not a millisecond before, and gives the order back what it counted', () => {
    const { facts, retry } = waiting();
    const last = decideRetryRefund(at(facts, waitsAtMostMs - 1), retry);
    expect(last.queued!.nextTryAt.getTime()).toBe(now.getTime() + waitsAtMostMs);
    facts.queued.set(retry.refundId, last.queued!);
    const { changed, changedRefund, dequeued, entry } = decideRetryRefund(at(facts, waitsAtMostMs), retry);
    expect([dequeued, changedRefund!.status, entry]).toEqual([retry.refundId, 'failed', undefined]);
    expect([changed!.refunding.amount, changed!.refundingToPayer.amount]).toEqual([0n, 0n]);
  });

  it('that no longer waits, or is not known, changes nothing', () => {
    const { facts, retry } = waiting();
    facts.queued.clear();
    expect(decideRetryRefund(facts, retry)).toEqual({ answer: null });
    expect(decideRetryRefund(facts, { paymentId: 1n, refundId: 1n })).toEqual({ answer: null });
  });
});

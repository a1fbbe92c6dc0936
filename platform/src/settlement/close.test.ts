// What becomes of a batch, and what that moves: laws over any sums.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assertBalanced } from '../ledger/index.ts';
import { assertStep, type BatchSums } from './batch.ts';
import { decideClose } from './close.ts';
import {
  closePostings,
  instructPostings,
  paidPostings,
  rejectedPostings,
  releasePostings,
} from './postings.ts';

const amount = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
const sumsArbitrary: fc.Arbitrary<BatchSums> = fc.record({
  lines: fc.bigInt({ min: 1n, max: 1_000_000n }),
  gross: amount,
  fee: amount,
  fixedFee: amount,
  refundFee: amount,
  tax: amount,
  adjustments: fc.bigInt({ min: 0n, max: 10n ** 9n }),
});
const accounts = {
  pending: 1_410n,
  payable: 2_410n,
  inTransit: 3_410n,
  reserve: 4_410n,
  fees: 5_410n,
  tax: 6_410n,
  bank: 7_410n,
};

test('a batch closes only with something to pay, and its entry balances', () => {
  fc.assert(
    fc.property(
      sumsArbitrary,
      fc.bigInt({ min: 1n, max: 10n ** 10n }),
      fc.integer({ min: 0, max: 5_000 }),
      (sums, minPayout, reserveBps) => {
        const outcome = decideClose(sums, { minPayout, reserveBps });
        const earned = sums.gross + sums.fee + sums.fixedFee + sums.refundFee + sums.tax;
        if (outcome.kind === 'roll-over') {
          // Short of the minimum, whichever way the reserve was rounded.
          const withheld = earned > 0n ? (earned * BigInt(reserveBps)) / 10_000n : 0n;
          expect(earned + sums.adjustments - withheld).toBeLessThanOrEqual(minPayout);
          return;
        }
        expect(outcome.net).toBeGreaterThanOrEqual(minPayout);
        expect(sums.gross + outcome.fees + outcome.adjustments).toBe(outcome.net);
        expect(outcome.reserve).toBeGreaterThanOrEqual(0n);
        const postings = closePostings(sums, outcome, accounts);
        const balanced = { payerId: 0n, subjectId: 1n, occurredAt: new Date(0) };
        assertBalanced({ id: 1n, kind: 'settlement', ...balanced, postings });
        expect(postings.find((posting) => posting.account === accounts.payable)!.amount).toBe(outcome.net);
      },
    ),
  );
});

test('a payout that is told and rejected moves nothing in the end; one that is paid takes the claim and the money', () => {
  const sum = (postings: readonly { account: bigint; amount: bigint }[]) => {
    const by = new Map<bigint, bigint>();
    for (const each of postings) by.set(each.account, (by.get(each.account) ?? 0n) + each.amount);
    return Object.fromEntries(
      [...by].filter(([, value]) => value !== 0n).map(([key, value]) => [key, value]),
    );
  };
  const told = instructPostings(77n, accounts);
  expect(sum([...told, ...rejectedPostings(77n, accounts)])).toEqual({});
  expect(sum([...told, ...paidPostings(77n, accounts)])).toEqual({ 2410: -77n, 7410: 77n });
  expect(sum(releasePostings(5n, accounts))).toEqual({ 4410: -5n, 1410: 5n });
});

test('what is paid stays paid', () => {
  expect(() => assertStep('PAID', 'IN_TRANSIT')).toThrow('a batch that is PAID cannot become IN_TRANSIT');
  expect(() => assertStep('OPEN', 'PAID')).toThrow();
  expect(() => assertStep('REJECTED', 'IN_TRANSIT')).not.toThrow();
});

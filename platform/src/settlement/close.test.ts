// What becomes of a batch, and what that moves: laws over any sums.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assertBalanced } from '../ledger/index.ts';
import { assertStep, type BatchSums } from './batch.ts';
import { decideClose, decideNetting } from './close.ts';
import {
  closePostings,
  drawOf,
  instructPostings,
  nettingPostings,
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
  receivable: 8_410n,
  feeReceivable: 9_410n,
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
      fc.bigInt({ min: -(10n ** 10n), max: 10n ** 10n }),
      (sums, minPayout, reserveBps, more) => {
        const pending = drawOf(sums) + more < 0n ? 0n : drawOf(sums) + more;
        const outcome = decideClose(sums, { minPayout, reserveBps }, pending);
        const short = drawOf(sums) > pending ? drawOf(sums) - pending : 0n;
        const earned = sums.gross + sums.fee + sums.fixedFee + sums.refundFee + sums.tax;
        if (outcome.kind === 'roll-over') {
          // Short of the minimum, whichever way the reserve was rounded.
          const withheld = earned > 0n ? (earned * BigInt(reserveBps)) / 10_000n : 0n;
          expect(earned + sums.adjustments - withheld - short).toBeLessThanOrEqual(minPayout);
          return;
        }
        expect(outcome.net).toBeGreaterThanOrEqual(minPayout);
        expect(sums.gross + outcome.fees + outcome.adjustments).toBe(outcome.net);
        expect(outcome.reserve).toBeGreaterThanOrEqual(0n);
        expect(outcome.carried).toBe(short);
        const postings = closePostings(sums, outcome, accounts);
        const balanced = { payerId: 0n, subjectId: 1n, occurredAt: new Date(0) };
        assertBalanced({ id: 1n, kind: 'settlement', ...balanced, postings });
        expect(postings.find((posting) => posting.account === accounts.payable)!.amount).toBe(outcome.net);
        // Security C2: nobody is paid what does not stand on their own account.
        const taken = -(postings.find((posting) => posting.account === accounts.pending)?.amount ?? 0n);
        expect(taken).toBeLessThanOrEqual(pending);
      },
    ),
  );
});

/** More than any batch takes. */
const plenty = 10n ** 15n;

const sums = (of: Partial<BatchSums>): BatchSums => ({
  ...{ lines: 3n, gross: 0n, fee: 0n, fixedFee: 0n, refundFee: 0n, tax: 0n, adjustments: 0n },
  ...of,
});

test('core: a batch equal to the minimum closes, one below it rolls over', () => {
  const terms = { minPayout: 10_000n, reserveBps: 0 };
  expect(decideClose(sums({ gross: 10_000n }), terms, plenty)).toEqual({
    kind: 'close',
    lines: 3n,
    fees: 0n,
    adjustments: 0n,
    reserve: 0n,
    carried: 0n,
    net: 10_000n,
  });
  expect(decideClose(sums({ gross: 9_999n }), terms, plenty)).toEqual({ kind: 'roll-over' });
});

test.each([
  [1n, 'close'],
  [0n, 'roll-over'],
  [-1n, 'roll-over'],
])('a batch that would pay %i without a minimum: %s', (gross, kind) => {
  for (const minPayout of [0n, -5n])
    expect(decideClose(sums({ gross }), { minPayout, reserveBps: 0 }, plenty).kind).toBe(kind);
});

test('the reserve is a share of gross and fees, half to even, and a line of its own', () => {
  const reserveOf = (of: Partial<BatchSums>, reserveBps: number) => {
    const outcome = decideClose(sums({ adjustments: 1_000n, ...of }), { minPayout: 1n, reserveBps }, plenty);
    return outcome.kind === 'close'
      ? [outcome.reserve, outcome.adjustments, outcome.net, outcome.lines]
      : null;
  };
  const all = { gross: 100_000n, fee: -1_500n, fixedFee: -100n, refundFee: -50n, tax: -165n };
  // 1 % of 98,185 is 981.85.
  expect(reserveOf(all, 100)).toEqual([982n, 18n, 98_203n, 4n]);
  // 2.5, 3.5 and 2.4: half to even.
  expect(reserveOf({ gross: 25_000n }, 1)?.[0]).toBe(2n);
  expect(reserveOf({ gross: 35_000n }, 1)?.[0]).toBe(4n);
  expect(reserveOf({ gross: 24_000n }, 1)?.[0]).toBe(2n);
  // One that rounds to one, and one that rounds to nothing and is no line.
  expect(reserveOf({ gross: 10_000n }, 1)).toEqual([1n, 999n, 10_999n, 4n]);
  expect(reserveOf({ gross: 4_000n }, 1)).toEqual([0n, 1_000n, 5_000n, 3n]);
  expect(reserveOf({ gross: 1n }, 10_000)).toEqual([1n, 999n, 1_000n, 4n]);
  // What was released is not held back again, and nothing is held back of a debt.
  expect(reserveOf({ gross: 0n }, 5_000)).toEqual([0n, 1_000n, 1_000n, 3n]);
  expect(reserveOf({ gross: -500n }, 5_000)).toEqual([0n, 1_000n, 500n, 3n]);
});

test('security C2: what a merchant owes is netted from what is pending, as far as that goes, kept fees first', () => {
  const amount = fc.bigInt({ min: 0n, max: 10n ** 12n });
  fc.assert(
    fc.property(amount, amount, amount, (pending, owedFee, owed) => {
      const { fee, debt } = decideNetting({ pending, owedFee, owed });
      expect(fee >= 0n && debt >= 0n && fee <= owedFee && debt <= owed && fee + debt <= pending).toBe(true);
      // As much as there is: something is left of it only where nothing is owed any more.
      expect(fee + debt === pending || (fee === owedFee && debt === owed)).toBe(true);
      expect(debt === 0n || fee === owedFee).toBe(true);
      const postings = nettingPostings({ fee, debt }, accounts);
      expect(postings.reduce((sum, posting) => sum + posting.amount, 0n)).toBe(0n);
    }),
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

test('security C2: what does not stand on the account is carried over, as a line of its own', () => {
  const of = (pending: bigint) =>
    decideClose(sums({ gross: 1_000n }), { minPayout: 1n, reserveBps: 0 }, pending);
  expect(of(1_000n)).toMatchObject({ carried: 0n, lines: 3n, net: 1_000n });
  expect(of(999n)).toMatchObject({ carried: 1n, lines: 4n, net: 999n, adjustments: -1n });
  expect(of(1n)).toMatchObject({ carried: 999n, lines: 4n, net: 1n });
  expect(of(0n)).toEqual({ kind: 'roll-over' });
});

test('what is owed is paid from what is pending, account by account', () => {
  expect(nettingPostings({ fee: 3n, debt: 4n }, accounts)).toEqual([
    { account: accounts.pending, amount: -7n },
    { account: accounts.feeReceivable, amount: 3n },
    { account: accounts.receivable, amount: 4n },
  ]);
});

test('a batch goes from open to paid, and back to the bank when it was rejected; nothing else', () => {
  const may = [
    'OPEN CLOSED',
    'CLOSED IN_TRANSIT',
    'IN_TRANSIT PAID',
    'IN_TRANSIT REJECTED',
    'REJECTED IN_TRANSIT',
  ];
  const statuses = ['OPEN', 'CLOSED', 'IN_TRANSIT', 'PAID', 'REJECTED'] as const;
  for (const from of statuses)
    for (const to of statuses) {
      if (may.includes(`${from} ${to}`)) expect(() => assertStep(from, to)).not.toThrow();
      else expect(() => assertStep(from, to)).toThrow(`a batch that is ${from} cannot become ${to}`);
    }
});

test('what is paid stays paid', () => {
  expect(() => assertStep('PAID', 'IN_TRANSIT')).toThrow('a batch that is PAID cannot become IN_TRANSIT');
  expect(() => assertStep('OPEN', 'PAID')).toThrow();
  expect(() => assertStep('REJECTED', 'IN_TRANSIT')).not.toThrow();
});

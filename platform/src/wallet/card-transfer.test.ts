// The pure parts of transfers: how long to wait for a bank, what a request's hash covers, which accounts move.
import { money } from '@tongbao/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertBalanced } from '../ledger/index.ts';
import {
  bankReference,
  beginWithinMs,
  topUpOf,
  transferHash,
  transferLimits,
  waitAfter,
} from './card-transfer.ts';
import { openingPostings, transferPostings } from './postings.ts';

const cnyAccount = fc.bigInt({ min: 1n, max: 10n ** 12n }).map((number) => number * 1000n + 156n);
const fen = fc.bigInt({ min: 1n, max: 5_000_000n });

describe('waitAfter', () => {
  it('never shrinks, is longer than a bank may take, and never exceeds an hour', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (attempts) => {
        const wait = waitAfter(attempts);
        expect(wait).toBeGreaterThanOrEqual(10_000);
        expect(wait).toBeLessThanOrEqual(3_600_000);
        expect(waitAfter(attempts + 1)).toBeGreaterThanOrEqual(wait);
      }),
    );
  });
});

it('how long is waited for a bank: 10 s, doubling, an hour at most; a day until it is given up', () => {
  const waits = [1, 2, 3, 4, 9, 10, 22, 23, 1_000].map(waitAfter);
  expect(waits.map((ms) => ms / 1_000)).toEqual([10, 20, 40, 80, 2_560, 3_600, 3_600, 3_600, 3_600]);
  expect(beginWithinMs).toBe(86_400_000);
});

it('a transfer is between a fen and ¥50,000, and of yuan only', () => {
  expect(transferLimits).toEqual({ CNY: { least: 1n, most: 5_000_000n } });
});

describe('transferHash', () => {
  it('differs with the card, the currency and the amount, and with nothing else', () => {
    const asked = { cardId: 12n, amount: money('CNY', 345n) };
    const hash = transferHash(asked).toString('hex');
    expect(transferHash({ ...asked }).toString('hex')).toBe(hash);
    const others = [
      { ...asked, cardId: 1n },
      { cardId: 1n, amount: money('CNY', 2_345n) },
      { ...asked, amount: money('CNY', 346n) },
      { ...asked, amount: money('HKD', 345n) },
    ];
    for (const other of others) expect(transferHash(other).toString('hex')).not.toBe(hash);
  });
});

describe('postings', () => {
  it('balance, and a withdrawal undoes a top-up', () => {
    fc.assert(
      fc.property(cnyAccount, cnyAccount, fen, (wallet, clearing, amount) => {
        fc.pre(wallet !== clearing);
        const entry = { id: 1n, payerId: 1n, subjectId: 1n, occurredAt: new Date(0) };
        const topUp = transferPostings('top-up', { wallet, clearing, amount });
        const withdrawal = transferPostings('withdrawal', { wallet, clearing, amount });
        assertBalanced({ ...entry, kind: 'top-up', postings: topUp });
        assertBalanced({ ...entry, kind: 'withdrawal', postings: withdrawal });
        expect(topUp).toContainEqual({ account: wallet, amount });
        for (const [index, posting] of topUp.entries())
          expect(withdrawal[index]!.amount).toBe(-posting.amount);
        const opening = openingPostings({ wallet, safeguarding: clearing, amount });
        assertBalanced({ ...entry, kind: 'opening', postings: opening });
        expect(opening).toContainEqual({ account: wallet, amount });
      }),
    );
  });

  it('name a reference of its own for each kind', () => {
    expect(bankReference({ kind: 'top-up', id: 5n, round: 1 })).toBe('TOPUP-5');
    expect(bankReference({ kind: 'withdrawal', id: 5n, round: 1 })).toBe('WITHDRAWAL-5');
    expect(bankReference({ kind: 'return', id: 5n, round: 1 })).toBe('RETURN-5');
    expect(bankReference({ kind: 'return', id: 5n, round: 2 })).toBe('RETURN-5.2');
  });
});

it('the top-up of a reference, whole, and of no other reference', () => {
  expect(topUpOf('TOPUP-12')).toBe(12n);
  for (const other of ['WITHDRAWAL-12', 'XTOPUP-12', 'TOPUP-12.2', 'TOPUP-', ''])
    expect(() => topUpOf(other), other).toThrow(`${other} is no top-up`);
});

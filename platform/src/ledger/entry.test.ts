// An entry balances in each currency and names each account once, or it is refused.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assertBalanced,
  assertEntry,
  currencyNumberOf,
  type Entry,
  type Posting,
  postingsOf,
  reversed,
} from './entry.ts';

const [wallet, house, won, otherWon] = [9_156n, 3_156n, 8_410n, 5_410n];
const entry = (postings: readonly Posting[]) => ({
  ...{ id: 7n, kind: 'payment' as const, payerId: 1n, subjectId: 2n, occurredAt: new Date(0) },
  postings,
});
const posting = (account: bigint, amount: bigint): Posting => ({ account, amount });
const refusalOf = (...postings: Posting[]): string | null => {
  try {
    assertBalanced(entry(postings));
    return null;
  } catch (error) {
    return (error as Error).message;
  }
};

it('an account’s last three digits are its currency', () => {
  expect([wallet, won, 410n, 1_001_008n].map(currencyNumberOf)).toEqual([156n, 410n, 410n, 8n]);
});

describe('postingsOf', () => {
  it('joins what goes to the same account, in the order in which the accounts came', () => {
    const joined = postingsOf([
      posting(wallet, -5n),
      posting(house, 3n),
      posting(wallet, -1n),
      posting(won, 7n),
      posting(house, 3n),
    ]);
    expect(joined).toEqual([posting(wallet, -6n), posting(house, 6n), posting(won, 7n)]);
  });

  it('leaves out what is nothing, from the start and in sum', () => {
    expect(
      postingsOf([posting(wallet, 0n), posting(house, 1n), posting(won, 4n), posting(won, -4n)]),
    ).toEqual([posting(house, 1n)]);
    expect(
      postingsOf([posting(house, -1n), posting(wallet, 1n), posting(won, 2n), posting(won, -1n)]),
    ).toEqual([posting(house, -1n), posting(wallet, 1n), posting(won, 1n)]);
    expect(postingsOf([])).toEqual([]);
  });

  it('keeps each account’s sum, whatever came', () => {
    const movements = fc.array(
      fc.record({ account: fc.constantFrom(wallet, house, won), amount: fc.bigInt(-5n, 5n) }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(movements, (of) => {
        const joined = postingsOf(of);
        const sum = (from: readonly Posting[], account: bigint) =>
          from.reduce((all, each) => all + (each.account === account ? each.amount : 0n), 0n);
        for (const account of [wallet, house, won]) expect(sum(joined, account)).toBe(sum(of, account));
        expect(new Set(joined.map((each) => each.account)).size).toBe(joined.length);
        expect(joined.some((each) => each.amount === 0n)).toBe(false);
      }),
    );
  });
});

describe('assertBalanced', () => {
  it('takes what sums to zero in each of its currencies', () => {
    expect(refusalOf(posting(wallet, -1n), posting(house, 1n))).toBeNull();
    expect(
      refusalOf(posting(won, 50n), posting(wallet, -9n), posting(otherWon, -50n), posting(house, 9n)),
    ).toBeNull();
  });

  it.each([
    [[posting(wallet, -5n), posting(house, 4n)], 'is off by -1 in currency 156'],
    [[posting(wallet, -5n), posting(house, 6n)], 'is off by 1 in currency 156'],
    // Zero over all, and not in each.
    [[posting(wallet, -5n), posting(won, 5n)], 'is off by -5 in currency 156'],
    [[posting(wallet, -5n), posting(house, 5n), posting(won, 1n)], 'is off by 1 in currency 410'],
    [[posting(wallet, -5n), posting(house, 5n), posting(won, -1n)], 'is off by -1 in currency 410'],
  ])('refuses what does not: case %#', (postings, why) => {
    expect(refusalOf(...postings)).toBe(`entry 7 (payment) ${why}`);
  });

  it('refuses a posting of nothing', () => {
    expect(refusalOf(posting(wallet, -1n), posting(house, 1n), posting(won, 0n))).toBe(
      'entry 7 (payment) posts nothing to account 8410',
    );
  });

  it('takes two to 64 postings', () => {
    const pairs = (count: number) =>
      Array.from({ length: count }, (_, index) =>
        posting(wallet + BigInt(index) * 1000n, index % 2 === 0 ? 1n : -1n),
      );
    expect(refusalOf(...pairs(64))).toBeNull();
    expect(refusalOf(...pairs(66))).toBe('entry 7 (payment) has 66 postings');
    expect(refusalOf(...pairs(64), posting(house, 1n))).toBe('entry 7 (payment) has 65 postings');
    expect(refusalOf(posting(wallet, 1n))).toBe('entry 7 (payment) has 1 postings');
    expect(refusalOf()).toBe('entry 7 (payment) has 0 postings');
  });
});

describe('assertEntry', () => {
  const pair = (amount: bigint) => [posting(wallet, -amount), posting(house, amount)];
  const faultOf = (postings: readonly Posting[], over: Partial<Entry> = {}): string | null => {
    try {
      assertEntry({ ...entry(postings), ...over });
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('takes an entry of somebody or nobody, with its own id', () => {
    expect(faultOf(pair(1n))).toBeNull();
    expect(faultOf(pair(1n), { id: 1n, payerId: 0n, subjectId: 0n })).toBeNull();
    for (const over of [{ id: 0n }, { payerId: -1n }, { subjectId: -1n }])
      expect(faultOf(pair(1n), over)).toContain('has no id of its own, or those of nobody and nothing');
    expect(faultOf([posting(wallet, 1n), posting(house, 1n)])).toContain('is off by 2');
  });

  it('holds accounts and amounts to what a row can hold', () => {
    const most = 2n ** 63n - 1n;
    expect(faultOf(pair(most))).toBeNull();
    expect(faultOf(pair(most + 1n))).toContain('which is no account or no amount');
    expect(faultOf(pair(-most - 1n))).toContain('which is no account or no amount');
    const sides = [posting(wallet, most + 1n), posting(house, -most), posting(13_156n, -1n)];
    expect(faultOf(sides)).toBe(
      `entry 7 (payment) posts ${most + 1n} to 9156, which is no account or no amount`,
    );
    const other = [posting(wallet, -most - 1n), posting(house, most), posting(13_156n, 1n)];
    expect(faultOf(other)).toContain('which is no account or no amount');
    expect(faultOf([posting(1_000n, 1n), posting(2_000n, -1n)])).toBeNull();
    expect(faultOf([posting(999n, 1n), posting(1_999n, -1n)])).toBe(
      'entry 7 (payment) posts 1 to 999, which is no account or no amount',
    );
    expect(faultOf([posting(1_999n, -1n), posting(999n, 1n)])).toContain('to 999');
  });

  it('names each account once', () => {
    const twice = 'entry 7 (payment) names account 9156 twice';
    expect(faultOf([posting(wallet, 1n), posting(wallet, -1n)])).toBe(twice);
    expect(
      faultOf([posting(house, 1n), posting(wallet, 1n), posting(13_156n, -3n), posting(wallet, 1n)]),
    ).toBe(twice);
  });
});

it('a reversal is each posting the other way round', () => {
  expect(reversed([posting(wallet, -5n), posting(house, 5n)])).toEqual([
    posting(wallet, 5n),
    posting(house, -5n),
  ]);
});

// Where a refund's money comes from: what is not settled, then the kept fee, then the limit; never anybody else's.
import { money } from '@tongbao/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OwnedBalance } from '../ledger/index.ts';
import {
  fundsOf as fundsWith,
  merchant,
  pending,
  sampleOrder,
  samplePaid,
  sampleRefund,
} from '../testing/sample-payment.ts';
import {
  accountsAmong,
  discountOf,
  fundsOf,
  giveBack,
  keptFeeOf,
  merchantKinds,
  neededFor,
  retryEveryMs,
  takeFunds,
  waitsAtMostMs,
} from './unsettled-funds.ts';

const won = (amount: bigint) => money('KRW', amount);

it('a refund that waits is tried every six hours, for 180 days', () => {
  expect([retryEveryMs, waitsAtMostMs]).toEqual([21_600_000, 15_552_000_000]);
});

describe('what is needed', () => {
  it('is the refund without what its shop gets back, and never less than nothing', () => {
    const needed = (amount: bigint, feeReturned: bigint) =>
      neededFor(sampleRefund({ amount: won(amount), feeReturned: won(feeReturned) }));
    expect([needed(100n, 0n), needed(100n, 15n), needed(100n, 99n)]).toEqual([100n, 85n, 1n]);
    expect([needed(100n, 100n), needed(100n, 101n)]).toEqual([0n, 0n]);
  });

  it('core: of a kept fee is rounded up, so that what is not settled can be refunded from itself', () => {
    // 885 of 59,000: 0.015 a won.
    const kept = (refunded: bigint) => keptFeeOf(samplePaid(), refunded);
    expect([kept(0n), kept(1n), kept(66n), kept(67n), kept(59_000n)]).toEqual([0n, 1n, 1n, 2n, 885n]);
    const returned = samplePaid({ terms: { ...samplePaid().terms, returnsFee: true } });
    expect(keptFeeOf(returned, 59_000n)).toBe(0n);
  });

  it('of the fee is without what goes to others', () => {
    const parts = [{ receiver: 'customs', account: '6156', amount: '9000' }];
    const shared = samplePaid({
      fee: won(9_885n),
      order: { ...sampleOrder, shares: { pricedIn: 'order', parts } },
    });
    expect([discountOf(shared), discountOf(samplePaid())]).toEqual([885n, 885n]);
  });
});

describe('security C2: a refund takes', () => {
  const take = (has: readonly [bigint, bigint], needed: bigint, keptFee: bigint) => {
    const all = fundsWith(...has);
    const sources = takeFunds(all, samplePaid(), { needed, keptFee });
    const left = all.get(pending)!;
    return [sources === null ? null : Object.values(sources), [left.pending, left.credit]];
  };

  it.each([
    ['what is not settled first', [100n, 50n], 60n, 10n, [60n, 0n, 0n], [40n, 50n]],
    ['all of it', [100n, 50n], 100n, 10n, [100n, 0n, 0n], [0n, 50n]],
    ['then the kept fee', [100n, 50n], 110n, 10n, [100n, 10n, 0n], [0n, 50n]],
    ['a part of the kept fee', [100n, 50n], 105n, 10n, [100n, 5n, 0n], [0n, 50n]],
    ['then what the limit allows', [100n, 50n], 160n, 10n, [100n, 10n, 50n], [0n, 0n]],
    ['nothing where that does not suffice', [100n, 50n], 161n, 10n, null, [100n, 50n]],
    ['nothing of a shop that owes already', [-5n, 0n], 1n, 0n, null, [-5n, 0n]],
    ['the fee also there', [-5n, 0n], 1n, 1n, [0n, 1n, 0n], [-5n, 0n]],
    ['no fee that was lent before', [0n, 1n], 1n, -1n, [0n, 0n, 1n], [0n, 0n]],
    ['nothing where nothing is needed', [0n, 0n], 0n, 5n, [0n, 0n, 0n], [0n, 0n]],
  ] as const)('%s', (_what, has, needed, keptFee, sources, left) => {
    expect(take(has, needed, keptFee)).toEqual([sources, left]);
  });

  it('together what it needs, and nothing that is not there', () => {
    const sum = fc.bigInt(-100n, 1_000n);
    const credit = fc.bigInt(0n, 500n);
    fc.assert(
      fc.property(sum, credit, fc.bigInt(0n, 2_000n), sum, (has, may, needed, keptFee) => {
        const all = fundsWith(has, may);
        const sources = takeFunds(all, samplePaid(), { needed, keptFee });
        const left = all.get(pending)!;
        if (sources === null) {
          expect([left.pending, left.credit]).toEqual([has, may]);
          return;
        }
        expect(sources.pending + sources.owedFee + sources.owed).toBe(needed);
        expect([left.pending, left.credit]).toEqual([has - sources.pending, may - sources.owed]);
        expect(left.pending >= 0n || left.pending === has).toBe(true);
        expect(left.credit >= 0n).toBe(true);
        expect(sources.owedFee <= (keptFee > 0n ? keptFee : 0n)).toBe(true);
      }),
    );
  });

  it('what comes back can be used by the next one', () => {
    const all = fundsWith(10n, 3n);
    giveBack(all, samplePaid(), 90n);
    expect(all.get(pending)).toEqual({ accounts: merchant, pending: 100n, credit: 3n });
  });

  it('nothing of a shop whose accounts nobody knows', () => {
    expect(() => fundsOf(new Map(), samplePaid())).toThrow('merchant 2 has no accounts for its refunds');
  });
});

it('a shop’s accounts are found by their kinds, all four or none', () => {
  const ids = {
    'merchant-pending': 1n,
    'merchant-refunding': 2n,
    'merchant-receivable': 3n,
    'merchant-fee-receivable': 4n,
  };
  const rows = merchantKinds.map((kind) => ({ kind, id: ids[kind] }) as OwnedBalance);
  expect(accountsAmong(rows)).toEqual({ pending: 1n, refunding: 2n, receivable: 3n, feeReceivable: 4n });
  for (const missing of merchantKinds)
    expect(accountsAmong(rows.filter(({ kind }) => kind !== missing))).toBeNull();
  expect(merchantKinds).toHaveLength(4);
});

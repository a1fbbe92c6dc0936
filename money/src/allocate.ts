// Splitting amounts so that the parts always add up to the whole.
import { MoneyError } from './currency.ts';
import type { Money } from './money.ts';
import { divide, type RoundingMode } from './rounding.ts';

/**
 * Splits an amount by weights: each part is its share rounded down towards zero, and the units left go one by one to
 * the largest remainders (the earlier part first on a tie). Weights are not negative and not all zero.
 */
export function allocate(value: Money, weights: readonly bigint[]): Money[] {
  const total = weights.reduce((all, weight) => all + weight, 0n);
  if (total <= 0n || weights.some((weight) => weight < 0n))
    throw new MoneyError('weights must be positive in sum, none negative');
  const sign = value.amount < 0n ? -1n : 1n;
  const amount = value.amount * sign;
  const shares = weights.map((weight) => ({
    part: (amount * weight) / total,
    remainder: (amount * weight) % total,
  }));
  let left = amount - shares.reduce((all, share) => all + share.part, 0n);
  // Sorting keeps the order of what is equal.
  const order = [...shares].sort((a, b) =>
    a.remainder > b.remainder ? -1 : a.remainder < b.remainder ? 1 : 0,
  );
  for (const share of order) {
    if (left === 0n) break;
    share.part += 1n;
    left -= 1n;
  }
  return shares.map((share) => ({ currency: value.currency, amount: share.part * sign }));
}

/** total × part ÷ whole, rounded by `mode`. */
export const proportion = (total: bigint, part: bigint, whole: bigint, mode: RoundingMode): bigint =>
  divide(total * part, whole, mode);

/**
 * The share of `total` that belongs to `part` of `whole`, after `before` has had its share: the rounded share of both
 * together less the rounded share of what came before. Parts that add up to the whole get exactly the total.
 */
export function cumulativeShare(
  of: { readonly total: bigint; readonly whole: bigint; readonly before: bigint; readonly part: bigint },
  mode: RoundingMode,
): bigint {
  const { total, whole, before, part } = of;
  return divide(total * (before + part), whole, mode) - divide(total * before, whole, mode);
}

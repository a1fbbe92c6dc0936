// Vendure's amounts and the wire's. Vendure keeps every amount as an integer with the same number of decimals (its
// MoneyStrategy's precision, two unless configured) whatever the currency: ₩59,000 is 5900000. The wire counts the
// currency's own minor units: ₩59,000 is "59000". The two never meet except here.
import { minorUnits } from '@tongbao/sdk';

/** Half to even, the rounding of both directions. A remainder exists only where Vendure has a fraction of a won or yen. */
function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = 2n * (numerator % denominator);
  const magnitude = twice < 0n ? -twice : twice;
  const up = magnitude > denominator || (magnitude === denominator && quotient % 2n !== 0n);
  return up ? quotient + (numerator < 0n ? -1n : 1n) : quotient;
}

/** What to charge, in the currency's minor units, for an amount as Vendure stores it. Throws for an unknown currency. */
export function settledToWire(stored: number, currency: string, precision: number): bigint {
  if (!Number.isSafeInteger(stored)) throw new Error(`${stored} is not an amount as Vendure stores it`);
  return divideHalfEven(BigInt(stored) * 10n ** BigInt(minorUnits(currency)), 10n ** BigInt(precision));
}

/** The wire's amount as Vendure would store it. */
export function wireToSettled(value: string, currency: string, precision: number): number {
  if (!/^\d{1,16}$/.test(value)) throw new Error(`${value} is not an amount in minor units`);
  const stored = divideHalfEven(
    BigInt(value) * 10n ** BigInt(precision),
    10n ** BigInt(minorUnits(currency)),
  );
  return Number.parseInt(stored.toString(), 10);
}

export interface RefundedPart {
  /** As Vendure stores it. */
  readonly stored: number;
  /** What was sent for it, minor units. */
  readonly wire: bigint;
}

/**
 * What to send for the next partial refund: the difference of the rounded sums, so that refunds which add up to the
 * payment give back exactly what was paid, also where each of them has a fraction of a won.
 */
export function refundToWire(
  next: number,
  before: readonly RefundedPart[],
  currency: string,
  precision: number,
): bigint {
  const storedBefore = before.reduce((sum, part) => sum + part.stored, 0);
  const wireBefore = before.reduce((sum, part) => sum + part.wire, 0n);
  return settledToWire(storedBefore + next, currency, precision) - wireBefore;
}

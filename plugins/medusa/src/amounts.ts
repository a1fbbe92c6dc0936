// Medusa's amounts and the wire's. Medusa counts whole units with decimals ("49.99" pounds), as a number, a string or one of
// its own big numbers; the wire counts the currency's own minor units. The two never meet except here, and never as floats.
import { divide } from '@tongbao/money';
import { minorUnits } from '@tongbao/sdk';

/** BigNumberInput and BigNumberRawValue of Medusa: the exact decimal is in `raw` or in `value`. */
export type MedusaAmount =
  | number
  | string
  | { readonly raw: { readonly value: string | number } }
  | { readonly value: string | number };

function decimalOf(amount: MedusaAmount): string {
  if (typeof amount === 'number' || typeof amount === 'string') return String(amount);
  return String('raw' in amount ? amount.raw.value : amount.value);
}

/** An amount as an exact decimal: `digits` with so many of them behind the point. Throws for what is no amount. */
function exact(amount: MedusaAmount): { digits: bigint; scale: number } {
  const decimal = decimalOf(amount);
  const parts = /^(\d{1,20})(?:\.(\d{1,30}))?$/.exec(decimal);
  if (parts === null) throw new Error(`${decimal} is not an amount of money`);
  const fraction = parts[2] ?? '';
  return { digits: BigInt(`${parts[1]}${fraction}`), scale: fraction.length };
}

/** The sum of amounts in the currency's minor units; what is less than one of them is rounded half to even, once. */
function sumToWire(amounts: readonly MedusaAmount[], currencyCode: string): bigint {
  const parts = amounts.map(exact);
  const scale = Math.max(0, ...parts.map((part) => part.scale));
  const sum = parts.reduce((all, part) => all + part.digits * 10n ** BigInt(scale - part.scale), 0n);
  const scaled = sum * 10n ** BigInt(minorUnits(currencyCode.toUpperCase()));
  return divide(scaled, 10n ** BigInt(scale), 'half-even');
}

/**
 * In the currency's minor units; what is less than one of them is rounded half to even. Throws for what is no amount and
 * for an unknown currency.
 */
export const toWire = (amount: MedusaAmount, currencyCode: string): bigint =>
  sumToWire([amount], currencyCode);

export interface RefundedPart {
  /** As Medusa asked for it. */
  readonly asked: MedusaAmount;
  /** What was sent for it, minor units. */
  readonly wire: bigint;
}

/**
 * What to send for the next partial refund: the difference of the rounded sums, so that refunds which add up to the
 * payment give back exactly what was paid, also where each of them has a fraction of a penny. Zero: nothing to send.
 */
export function refundToWire(
  next: MedusaAmount,
  before: readonly RefundedPart[],
  currencyCode: string,
): bigint {
  const sent = before.reduce((sum, part) => sum + part.wire, 0n);
  const owed = sumToWire([...before.map((part) => part.asked), next], currencyCode);
  return owed > sent ? owed - sent : 0n;
}

/** As the text that is kept beside a payment. */
export const amountText = (amount: MedusaAmount): string => decimalOf(amount);

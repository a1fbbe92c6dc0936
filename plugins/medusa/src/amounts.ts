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

/**
 * In the currency's minor units; what is less than one of them is rounded half to even. Throws for what is no amount and
 * for an unknown currency.
 */
export function toWire(amount: MedusaAmount, currencyCode: string): bigint {
  const decimal = decimalOf(amount);
  const parts = /^(\d{1,20})(?:\.(\d{1,30}))?$/.exec(decimal);
  if (parts === null) throw new Error(`${decimal} is not an amount of money`);
  const fraction = parts[2] ?? '';
  const scaled = BigInt(`${parts[1]}${fraction}`) * 10n ** BigInt(minorUnits(currencyCode.toUpperCase()));
  return divide(scaled, 10n ** BigInt(fraction.length), 'half-even');
}

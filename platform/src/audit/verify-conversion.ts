// The verifier's part about what merchants get in another currency than their prices are in, worked out again from the export
// alone: the middle rate, the spread that is taken off, and the price, with a rounding of its own.
import { currency, divide } from '@tongbao/money';
import type { Json } from './verify.ts';

const text = (value: unknown): string => String(value);
const amount = (value: unknown): bigint => BigInt((value as { amount: string }).amount);
const codeOf = (value: unknown): string => (value as { currency: string }).currency;

/** An export of before anything could be converted says nothing about it: then the amount is what is settled. */
export const settled = (of: Json): bigint => amount(of.settlementAmount ?? of.amount);
export const settledIn = (of: Json): string => codeOf(of.settlementAmount ?? of.amount);

interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}
const fractionOf = (rate: unknown): Fraction => {
  const { numerator, denominator } = rate as Record<keyof Fraction, string>;
  return { numerator: BigInt(numerator), denominator: BigInt(denominator) };
};

const units = (code: string): bigint => 10n ** BigInt(currency(code).minorUnits);

/** The payment's amount at a rate between major units, in minor units of what is settled, half-even. */
const worthAt = (payment: Json, { numerator, denominator }: Fraction): bigint =>
  divide(
    amount(payment.amount) * numerator * units(settledIn(payment)),
    denominator * units(codeOf(payment.amount)),
    'half-even',
  );

/** What the house gives for the payment at the middle rate, and what of that it keeps. */
export function conversionOf(payment: Json): { readonly mid: bigint; readonly spread: bigint } {
  const gross = settled(payment);
  const quote = (payment.settlementQuote ?? null) as Json | null;
  if (quote === null) return { mid: gross, spread: 0n };
  const worth = worthAt(payment, fractionOf(quote.mid));
  return worth < gross ? { mid: gross, spread: 0n } : { mid: worth, spread: worth - gross };
}

/** Seven significant digits: the price times a power of ten is a whole number of seven digits, nearest to the exact rate. */
function isPriceOf(price: Fraction, { numerator, denominator }: Fraction): boolean {
  let scale: Fraction = { numerator: 1n, denominator: 1n };
  const scaled = (of: Fraction, mode: 'half-even' | 'down') =>
    divide(of.numerator * scale.numerator, of.denominator * scale.denominator, mode);
  const exact = { numerator, denominator };
  for (let step = 0; step < 80 && scaled(exact, 'down') < 10n ** 6n; step++)
    scale = { ...scale, numerator: scale.numerator * 10n };
  for (let step = 0; step < 80 && scaled(exact, 'down') >= 10n ** 7n; step++)
    scale = { ...scale, denominator: scale.denominator * 10n };
  const digits = scaled(exact, 'half-even');
  return price.numerator * scale.numerator === digits * price.denominator * scale.denominator;
}

/** What is wrong with what a payment's merchant gets for it; null: nothing. */
export function conversionFault(payment: Json): string | null {
  const id = text(payment.id);
  const quote = (payment.settlementQuote ?? null) as Json | null;
  if (settledIn(payment) !== text((payment.terms as Json).settlementCurrency))
    return `payment ${id} is settled in ${settledIn(payment)}, its contract says ${text((payment.terms as Json).settlementCurrency)}`;
  if (quote === null)
    return settled(payment) === amount(payment.amount) && settledIn(payment) === codeOf(payment.amount)
      ? null
      : `payment ${id}: ${settled(payment)} are settled for ${amount(payment.amount)}, and no rate says why`;
  const [mid, price] = [fractionOf(quote.mid), fractionOf(quote.price)];
  const spreadBps = BigInt(text(quote.spreadBps));
  const numerator = mid.numerator * (10_000n + spreadBps);
  if (spreadBps > 0n || !isPriceOf(price, { numerator, denominator: mid.denominator * 10_000n }))
    return `payment ${id}: its settlement price is not the middle rate less the spread`;
  const worth = worthAt(payment, price);
  return worth === settled(payment)
    ? null
    : `payment ${id}: at its settlement rate it is worth ${worth}, it states ${settled(payment)}`;
}

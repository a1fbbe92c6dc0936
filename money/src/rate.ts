// Exchange rates as exact fractions between major units. Nothing here ever becomes a float.
import { MoneyError, minorUnits } from './currency.ts';
import type { Money } from './money.ts';
import { divide, type RoundingMode } from './rounding.ts';

/** One major unit of `base` costs numerator/denominator major units of `quote`. Reduced; both parts positive. */
export interface Rate {
  readonly base: string;
  readonly quote: string;
  readonly numerator: bigint;
  readonly denominator: bigint;
}

function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  let [a, b] = [left, right];
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

/** Throws MoneyError for a rate that is not positive. */
export function rate(base: string, quote: string, numerator: bigint, denominator: bigint): Rate {
  minorUnits(base);
  minorUnits(quote);
  if (numerator <= 0n || denominator <= 0n) throw new MoneyError(`a rate ${base}/${quote} must be positive`);
  const divisor = greatestCommonDivisor(numerator, denominator);
  return { base, quote, numerator: numerator / divisor, denominator: denominator / divisor };
}

/** From a decimal like '0.005658' (exact; at most 40 digits). */
export function parseRate(base: string, quote: string, text: string): Rate {
  const match = /^(\d{1,20})(?:\.(\d{1,20}))?$/.exec(text);
  if (match === null) throw new MoneyError(`"${text.slice(0, 50)}" is not a rate`);
  const [, whole, fraction = ''] = match;
  return rate(base, quote, BigInt(`${whole}${fraction}`), 10n ** BigInt(fraction.length));
}

export const invert = ({ base, quote, numerator, denominator }: Rate): Rate => ({
  base: quote,
  quote: base,
  numerator: denominator,
  denominator: numerator,
});

/** base→x and x→quote make base→quote. */
export function chain(first: Rate, second: Rate): Rate {
  if (first.quote !== second.base)
    throw new MoneyError(`${first.base}/${first.quote} does not lead to ${second.base}`);
  return rate(
    first.base,
    second.quote,
    first.numerator * second.numerator,
    first.denominator * second.denominator,
  );
}

/** The rate with a spread on top: price × (1 + bps/10,000). Throws MoneyError when nothing would be left of it. */
export const withSpread = (of: Rate, bps: number): Rate =>
  rate(of.base, of.quote, of.numerator * (10_000n + BigInt(bps)), of.denominator * 10_000n);

/** Rounded to a number of significant digits (at least one); the result is a terminating decimal. */
export function roundToSignificant(of: Rate, digits: number, mode: RoundingMode): Rate {
  if (!Number.isInteger(digits) || digits < 1)
    throw new MoneyError(`${digits} significant digits do not exist`);
  // The exponent of the first significant digit, found with integers only.
  let exponent = of.numerator.toString().length - of.denominator.toString().length;
  const atLeast = (power: number) =>
    power >= 0
      ? of.numerator >= of.denominator * 10n ** BigInt(power)
      : of.numerator * 10n ** BigInt(-power) >= of.denominator;
  if (!atLeast(exponent)) exponent -= 1;
  const decimals = digits - 1 - exponent;
  const scaled =
    decimals >= 0
      ? divide(of.numerator * 10n ** BigInt(decimals), of.denominator, mode)
      : divide(of.numerator, of.denominator * 10n ** BigInt(-decimals), mode);
  return decimals >= 0
    ? rate(of.base, of.quote, scaled, 10n ** BigInt(decimals))
    : rate(of.base, of.quote, scaled * 10n ** BigInt(-decimals), 1n);
}

/** As a decimal with a fixed number of decimals, rounded by `mode`. */
export function toDecimal(of: Rate, decimals: number, mode: RoundingMode): string {
  const scaled = divide(of.numerator * 10n ** BigInt(decimals), of.denominator, mode)
    .toString()
    .padStart(decimals + 1, '0');
  return decimals === 0 ? scaled : `${scaled.slice(0, -decimals)}.${scaled.slice(-decimals)}`;
}

/** The exact decimal of a rate that terminates. Throws MoneyError for one that does not (within 40 decimals). */
export function toPlainDecimal(of: Rate): string {
  for (let decimals = 0; decimals <= 40; decimals++) {
    if ((of.numerator * 10n ** BigInt(decimals)) % of.denominator === 0n)
      return toDecimal(of, decimals, 'down');
  }
  throw new MoneyError(`the rate ${of.base}/${of.quote} has no exact decimal`);
}

/** What an amount of the base currency costs in the quote currency, rounded to its minor unit by `mode`. */
export function convert(value: Money, by: Rate, mode: RoundingMode): Money {
  if (value.currency !== by.base)
    throw new MoneyError(`a rate ${by.base}/${by.quote} does not convert ${value.currency}`);
  const scale = minorUnits(by.quote) - minorUnits(by.base);
  const numerator = value.amount * by.numerator * (scale > 0 ? 10n ** BigInt(scale) : 1n);
  const denominator = by.denominator * (scale < 0 ? 10n ** BigInt(-scale) : 1n);
  return { currency: by.quote, amount: divide(numerator, denominator, mode) };
}

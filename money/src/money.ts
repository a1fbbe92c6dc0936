// Amounts: a currency and an integer of its minor units. Two currencies never meet in one sum.
import { currency as currencyOf, MoneyError } from './currency.ts';

export interface Money {
  readonly currency: string;
  /** Minor units: won for KRW, fen for CNY. */
  readonly amount: bigint;
}

export function money(currency: string, amount: bigint): Money {
  currencyOf(currency);
  return { currency, amount };
}

export const zero = (currency: string): Money => money(currency, 0n);

function same(left: Money, right: Money): void {
  if (left.currency !== right.currency)
    throw new MoneyError(`${left.currency} and ${right.currency} in one sum`);
}

export function add(left: Money, right: Money): Money {
  same(left, right);
  return { currency: left.currency, amount: left.amount + right.amount };
}

export function subtract(left: Money, right: Money): Money {
  same(left, right);
  return { currency: left.currency, amount: left.amount - right.amount };
}

export const negate = (value: Money): Money => ({ currency: value.currency, amount: -value.amount });

/** Negative, zero or positive, as left is less than, equal to or more than right. */
export function compare(left: Money, right: Money): -1 | 0 | 1 {
  same(left, right);
  return left.amount < right.amount ? -1 : left.amount > right.amount ? 1 : 0;
}

export const isZero = (value: Money): boolean => value.amount === 0n;
export const isPositive = (value: Money): boolean => value.amount > 0n;
export const isNegative = (value: Money): boolean => value.amount < 0n;

export const sum = (currency: string, values: readonly Money[]): Money => values.reduce(add, zero(currency));

/** From minor units: '33722' of CNY is ¥337.22. Throws MoneyError for anything but an integer. */
export function parseMinor(text: string, currency: string): Money {
  if (!/^-?\d+$/.test(text)) throw new MoneyError(`"${text}" is not a whole number of minor units`);
  return money(currency, BigInt(text));
}

/** From major units: '337.22' of CNY, '59000' of KRW. More decimals than the currency has are an error. */
export function parseMajor(text: string, currency: string): Money {
  const digits = currencyOf(currency).minorUnits;
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) throw new MoneyError(`"${text}" is not an amount`);
  const [, sign, whole, fraction = ''] = match;
  if (fraction.length > digits)
    throw new MoneyError(`${currency} has ${digits} decimals, "${text}" has more`);
  const amount = BigInt(`${whole}${fraction.padEnd(digits, '0')}`);
  return { currency, amount: sign === '-' ? -amount : amount };
}

/** In major units with exactly the currency's decimals: '337.22', '59000', '1.500'. */
export function formatMajor(value: Money): string {
  const digits = currencyOf(value.currency).minorUnits;
  const negative = value.amount < 0n;
  const text = (negative ? -value.amount : value.amount).toString().padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  const fraction = digits === 0 ? '' : `.${text.slice(text.length - digits)}`;
  return `${negative ? '-' : ''}${whole}${fraction}`;
}

/** As the wire writes amounts: minor units as a string. */
export const toWire = (value: Money): { currency: string; value: string } => ({
  currency: value.currency,
  value: value.amount.toString(),
});

export const fromWire = (wire: { currency: string; value: string }): Money =>
  parseMinor(wire.value, wire.currency);

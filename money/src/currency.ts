// Currencies by code and by number, from the ISO 4217 table.
import { currencyTable } from './iso-4217.ts';

/** Thrown for amounts that cannot be: an unknown currency, two currencies in one sum, text that is no amount. */
export class MoneyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MoneyError';
  }
}

export interface Currency {
  readonly code: string;
  /** ISO 4217 numeric code. */
  readonly numeric: number;
  /** Digits after the point of the major unit: 2 for CNY, 0 for KRW, 3 for KWD. */
  readonly minorUnits: number;
  readonly name: string;
}

const byCode = new Map<string, Currency>();
const byNumber = new Map<number, Currency>();
for (const [code, numeric, minorUnits, name] of currencyTable) {
  const entry = { code, numeric, minorUnits, name };
  byCode.set(code, entry);
  byNumber.set(numeric, entry);
}

export const currencies = (): readonly Currency[] => [...byCode.values()];

export const isCurrency = (code: string): boolean => byCode.has(code);

/** Throws MoneyError for a code that ISO 4217 does not list. */
export function currency(code: string): Currency {
  const found = byCode.get(code);
  if (found === undefined) throw new MoneyError(`${code} is not an ISO 4217 currency`);
  return found;
}

export function currencyByNumeric(numeric: number): Currency {
  const found = byNumber.get(numeric);
  if (found === undefined) throw new MoneyError(`${numeric} is not an ISO 4217 numeric code`);
  return found;
}

export const minorUnits = (code: string): number => currency(code).minorUnits;

// A contract's limits in each currency that its orders may be priced in. They are agreed in the settlement currency, so
// they move with the rates (decision 0091).
import { convert, invert, type Money, money, type RoundingMode } from '@tongbao/money';
import { type LockedQuote, lockQuote, type RateTable } from '../fx/index.ts';
import type { Contract } from '../merchants/index.ts';
import { settledAt } from '../payments/index.ts';

/** The rate to the settlement currency for each of the contract's: null where it is that itself; absent where there is none now. */
export type SettlementRates = ReadonlyMap<string, LockedQuote | null>;

export function settlementRates(contract: Contract, table: RateTable, now: Date): SettlementRates {
  const { settlementCurrency: payerCurrency } = contract;
  const moment = { table, payerCurrency, lockedAt: now, expiresAt: now, quoteId: '' };
  const found = new Map<string, LockedQuote | null>();
  const spreadBps = 0 - contract.settlementSpreadBps;
  for (const orderCurrency of contract.paymentCurrencies) {
    const isSame = orderCurrency === payerCurrency;
    const quote = isSame ? null : lockQuote({ ...moment, orderCurrency, spreadBps });
    if (isSame || quote !== null) found.set(orderCurrency, quote);
  }
  return found;
}

/** What an amount comes to in the settlement currency, minor units; null where no rate leads there. */
export function settledBy(rates: SettlementRates, amount: Money): bigint | null {
  const quote = rates.get(amount.currency);
  return quote === undefined ? null : settledAt(quote, amount).amount;
}

export interface Limits {
  readonly least: Money;
  readonly most: Money;
}

/** The least and the most in a currency whose settlement amount lies between the contract's limits; null where no rate leads there. */
export function limitsIn(contract: Contract, rates: SettlementRates, currency: string): Limits | null {
  const quote = rates.get(currency);
  if (quote === undefined) return null;
  const limit = (amount: bigint, rounding: RoundingMode) => {
    const settled = money(contract.settlementCurrency, amount);
    return quote === null ? settled : convert(settled, invert(quote.price), rounding);
  };
  return { least: limit(contract.minAmount, 'up'), most: limit(contract.maxAmount, 'down') };
}

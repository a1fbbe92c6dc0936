// A locked rate: what it is made from, and what an amount costs at it. Pure and exact.
import {
  convert,
  type Money,
  money,
  type Rate,
  rate,
  roundToSignificant,
  subtract,
  withSpread,
} from '@tongbao/money';
import type { RateTable } from './rate-table.ts';

/**
 * The rate that a payment is made at. `price` and `mid` say how many units of the payer's currency one unit of the
 * order's currency costs, in major units of both; `price` includes the contract's spread.
 */
export interface LockedQuote {
  readonly quoteId: string;
  readonly mid: Rate;
  readonly price: Rate;
  readonly spreadBps: number;
  /** ISO date (YYYY-MM-DD) of the published rate, and its source. */
  readonly rateDate: string;
  readonly source: string;
  readonly lockedAt: Date;
  readonly expiresAt: Date;
}

/**
 * Seven significant digits, half to even: the wire carries the price as a JSON number, and clients that read it into
 * a 32-bit float keep about seven digits. What the shopper sees is what is computed with.
 */
const priceDigits = 7;

/** The price that a middle rate makes with a spread. */
export const priceAt = (mid: Rate, spreadBps: number): Rate =>
  roundToSignificant(withSpread(mid, spreadBps), priceDigits, 'half-even');

export interface QuoteRequest {
  readonly table: RateTable;
  readonly orderCurrency: string;
  readonly payerCurrency: string;
  readonly spreadBps: number;
  readonly lockedAt: Date;
  readonly expiresAt: Date;
  readonly quoteId: string;
}

/**
 * Null when the pair cannot be quoted at the moment (unknown currency, stale or held rate). A spread below zero makes a
 * rate that is taken off: what a merchant gets in another currency than its prices are in.
 */
export function lockQuote(request: QuoteRequest): LockedQuote | null {
  const { lockedAt, expiresAt, quoteId } = request;
  const offered = offer(request);
  return offered === null ? null : { quoteId, ...offered, lockedAt, expiresAt };
}

type Offered = Pick<LockedQuote, 'mid' | 'price' | 'spreadBps' | 'rateDate' | 'source'>;

// A table never changes, and a day has few pairs and spreads but millions of payments: each price is made once.
const offers = new WeakMap<RateTable, Map<string, Offered>>();

function offer(request: QuoteRequest): Offered | null {
  const { table, orderCurrency, payerCurrency, spreadBps } = request;
  let made = offers.get(table);
  if (made === undefined) {
    made = new Map();
    offers.set(table, made);
  }
  const key = `${orderCurrency}/${payerCurrency}/${spreadBps}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const offered = makeOffer(request);
  // Only what exists is kept: codes that somebody made up must not fill the memory.
  if (offered !== null) made.set(key, offered);
  return offered;
}

function makeOffer(request: QuoteRequest): Offered | null {
  const { table, orderCurrency, payerCurrency } = request;
  const same = orderCurrency === payerCurrency;
  const found = same ? null : table.mid(orderCurrency, payerCurrency);
  if (!same && found === null) return null;
  const mid = found?.rate ?? rate(orderCurrency, payerCurrency, 1n, 1n);
  const spreadBps = same ? 0 : request.spreadBps;
  return {
    mid,
    price: same ? mid : priceAt(mid, spreadBps),
    spreadBps,
    rateDate: found?.date ?? table.businessDay,
    source: found?.source ?? 'same currency',
  };
}

export interface PricedAmount {
  /** What the payer pays: the amount at the price, half to even, at least one minor unit. */
  readonly payerAmount: Money;
  /** The part of it that is the amount at the middle rate (half to even), and the spread, which is the rest. */
  readonly midAmount: Money;
  readonly spreadAmount: Money;
}

/** How what is less than the smallest coin is rounded when an order gets its price; bills say so. */
export const priceRounding = 'half-even';

export function priceOf(quote: Pick<LockedQuote, 'mid' | 'price'>, amount: Money): PricedAmount {
  const converted = convert(amount, quote.price, priceRounding);
  const payerAmount = converted.amount < 1n ? money(converted.currency, 1n) : converted;
  const atMid = convert(amount, quote.mid, priceRounding);
  // The price is rounded and the middle rate is not: with no spread the middle value could come out a hair above.
  const midAmount = atMid.amount > payerAmount.amount ? payerAmount : atMid;
  return { payerAmount, midAmount, spreadAmount: subtract(payerAmount, midAmount) };
}

export interface SettledAmount {
  /** What the merchant gets before fees: the amount at the price, half to even. It can be nothing. */
  readonly settlementAmount: Money;
  /** What the amount is worth at the middle rate (half to even, never less), and the spread, which the house keeps of it. */
  readonly midAmount: Money;
  readonly spreadAmount: Money;
}

/** The mirror of `priceOf`: `quote` leads from the order's currency to the one that its merchant is paid in. */
export function settlementOf(quote: Pick<LockedQuote, 'mid' | 'price'>, amount: Money): SettledAmount {
  const settlementAmount = convert(amount, quote.price, priceRounding);
  const atMid = convert(amount, quote.mid, priceRounding);
  // The price is rounded and the middle rate is not: with no spread the price could come out a hair above.
  const midAmount = atMid.amount < settlementAmount.amount ? settlementAmount : atMid;
  return { settlementAmount, midAmount, spreadAmount: subtract(midAmount, settlementAmount) };
}

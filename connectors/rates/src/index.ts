// The door of the connector for published rates.
export { createRateFeed, type GetAnswer, type RateFeedOptions } from './feed.ts';
export { parseRates } from './forms.ts';
export { plainDecimal } from './plain-decimal.ts';

// A feed as the room's source of rates, alone or held against a second one.
import type { RateFeed } from '@tongbao/connector-interface';
import { createRateFeed, type RateFeedOptions } from '@tongbao/connector-rates';
import { addDays } from '../system/index.ts';
import { crossCheck } from './cross-check.ts';
import type { RateSource } from './source.ts';

/** The rates that are stored as the European Central Bank's. `location`: a file, or a URL that is asked through `get`. */
export const ecbSource = (location: string, get: RateFeedOptions['get']): RateSource =>
  feedSource('ecb', createRateFeed({ location, get }));

/** `name` is stored with every rate. */
function feedSource(name: string, feed: RateFeed): RateSource {
  return {
    name,
    async ratesUpTo(date, days) {
      const from = addDays(date, -days);
      return (await feed.latest()).filter((day) => day.date <= date && day.date > from);
    },
  };
}

/**
 * Every day of the source is held against what the second feed says of it. A day that it says nothing of is not taken: what
 * was accepted before goes on. Throws where that is all that there is, or where the second feed cannot be had.
 */
export function checkedSource(
  source: RateSource,
  { second, toleranceBps }: { second: RateFeed; toleranceBps: number },
): RateSource {
  return {
    name: source.name,
    async ratesUpTo(date, days) {
      const published = await source.ratesUpTo(date, days);
      const others = await second.latest();
      const checked = published.flatMap((day) => {
        const disputed = crossCheck(day, others, toleranceBps);
        return disputed === null ? [] : [{ ...day, disputed }];
      });
      if (published.length > 0 && checked.length === 0)
        throw new Error(`the second feed has no rates for ${published[0]!.date}`);
      return checked;
    },
  };
}

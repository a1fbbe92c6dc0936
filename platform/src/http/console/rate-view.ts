// A locked rate as the console shows it.
import { type Rate, toDecimal } from '@tongbao/money';
import type { LockedRate } from '@tongbao/protocol/console';
import type { LockedQuote } from '../../fx/index.ts';

/** Middle rates are exact fractions; people read so many decimals of them. */
const shownDecimals = 10;

/** Null where nothing is converted. */
export function rateView(quote: LockedQuote | null): LockedRate | null {
  if (quote === null || quote.price.base === quote.price.quote) return null;
  const shown = (rate: Rate) => toDecimal(rate, shownDecimals, 'half-even').replace(/\.?0+$/, '');
  const { spreadBps, rateDate, source } = quote;
  return {
    pair: `${quote.price.base}/${quote.price.quote}`,
    ...{ price: shown(quote.price), mid: shown(quote.mid) },
    ...{ spreadBps, rateDate, source },
  };
}

// The rates that may be quoted at one business day: each currency with its newest accepted rate, and the cross
// between any two as an exact fraction.
import { chain, invert, parseRate, type Rate } from '@tongbao/money';
import { isStale } from './guards.ts';

export interface AcceptedRate {
  readonly currency: string;
  readonly pivot: string;
  /** Units of the currency for one pivot. */
  readonly rate: string;
  readonly date: string;
  readonly source: string;
}

interface MidRate {
  readonly rate: Rate;
  /** The older of the two days that the cross is made from. */
  readonly date: string;
  readonly source: string;
}

export interface RateTable {
  readonly businessDay: string;
  /** One unit of `base` in units of `quote`; null when either is unknown, held or stale. */
  mid(base: string, quote: string): MidRate | null;
  readonly currencies: readonly string[];
}

export function rateTable(options: {
  businessDay: string;
  rates: readonly AcceptedRate[];
  staleAfterDays: number;
}): RateTable {
  const { businessDay, staleAfterDays } = options;
  const fresh = options.rates.filter((row) => !isStale(row.date, businessDay, staleAfterDays));
  const byCurrency = new Map(fresh.map((row) => [row.currency, row]));
  const pivot = options.rates[0]?.pivot ?? null;
  const crosses = new Map<string, MidRate>();

  function perPivot(currency: string): { rate: Rate | null; date: string; source: string } | null {
    if (currency === pivot) return { rate: null, date: '9999-12-31', source: '' };
    const row = byCurrency.get(currency);
    return row === undefined
      ? null
      : { rate: parseRate(row.pivot, row.currency, row.rate), date: row.date, source: row.source };
  }

  function cross(base: string, quote: string): MidRate | null {
    const from = perPivot(base);
    const to = perPivot(quote);
    if (from === null || to === null || (from.rate === null && to.rate === null)) return null;
    const rate =
      from.rate === null
        ? to.rate!
        : to.rate === null
          ? invert(from.rate)
          : chain(invert(from.rate), to.rate);
    const [older] = [from.date, to.date].sort();
    return { rate, date: older!, source: from.source || to.source };
  }

  return {
    businessDay,
    currencies: [...byCurrency.keys()].sort(),
    mid(base, quote) {
      const pair = `${base}/${quote}`;
      let found = crosses.get(pair);
      if (found === undefined) {
        found = cross(base, quote) ?? undefined;
        // Only what exists is kept: codes that somebody made up must not fill the memory.
        if (found !== undefined) crosses.set(pair, found);
      }
      return found ?? null;
    },
  };
}

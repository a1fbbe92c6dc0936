// How old the newest rates are, for whoever watches over the source.
import type { Connection } from '../database/index.ts';
import { addDays, daysBetween } from '../system/index.ts';
import { defaultStaleAfterDays, guardMemoryDays } from './guards.ts';
import type { AcceptedRate } from './rate-table.ts';
import { readAges, selectNewest } from './store.ts';

export interface RateAges {
  /** Of the newest rates that may be quoted; null where there are none. */
  readonly newest: { readonly date: string; readonly days: number } | null;
  readonly held: number;
  /** Older than this, nothing is converted. */
  readonly staleAfterDays: number;
}

export async function readRateAges(connection: Connection, today: string): Promise<RateAges> {
  const { newest, held } = await readAges(connection, today);
  return {
    newest: newest === null ? null : { date: newest, days: daysBetween(newest, today) },
    held,
    staleAfterDays: defaultStaleAfterDays,
  };
}

/** Of every source each currency's newest rate that may be quoted, not after `today`; what is older than a month is left out. */
export const readNewestRates = (connection: Connection, today: string): Promise<AcceptedRate[]> =>
  selectNewest(connection, { upTo: today, after: addDays(today, -guardMemoryDays) });

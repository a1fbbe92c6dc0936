// How old the newest rates are, for whoever watches over the source.
import type { Connection } from '../database/index.ts';
import { daysBetween } from '../system/index.ts';
import { defaultStaleAfterDays } from './guards.ts';
import { readAges } from './store.ts';

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

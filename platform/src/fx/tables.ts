// The rate tables of business days: each made once in this process, from what the source published and what the
// guards accepted, and kept in memory, since every payment asks for one.
import type { Database } from '../database/index.ts';
import { addDays, type Clock, dayOfNumber, houseDayNumber } from '../system/index.ts';
import { defaultMaxMoveBps, defaultStaleAfterDays, guardMemoryDays } from './guards.ts';
import { judge } from './judge.ts';
import { type RateTable, rateTable } from './rate-table.ts';
import type { PublishedRates, RateSource } from './source.ts';
import { insertRates, selectHeldCurrencies, selectLatest } from './store.ts';

export interface TablesOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly source: RateSource;
  readonly staleAfterDays?: number;
  /** A move beyond this many hundredths of a percent against the last accepted rate is held. */
  readonly maxMoveBps?: number;
  /** Told when the source could not be reached and stored rates stand in. */
  readonly onSourceFailed?: (error: unknown) => void;
}

/** A business day's table in memory; one made without the source is made again from `retryAtMs` on. */
interface KeptTable {
  readonly table: Promise<RateTable>;
  retryAtMs: number;
}

const tablesKept = 64;
const sourceRetryMs = 5 * 60_000;

/** The source cannot be reached, and no stored rate is young enough to stand in. Asked again, it may be there. */
export class RatesUnavailable extends Error {
  override readonly name = 'RatesUnavailable';
}

export interface Tables {
  /** The table of an instant's business day. Throws `RatesUnavailable`. */
  at(instant: Date): Promise<RateTable>;
  /** Forgets all of them: a held rate was confirmed. */
  clear(): void;
}

export function createTables(options: TablesOptions): Tables {
  const { clock } = options;
  const tables = new Map<number, KeptTable>();

  function make(businessDay: number): KeptTable {
    const loading = loadTable(options, dayOfNumber(businessDay));
    const kept: KeptTable = {
      table: loading.then((loaded) => loaded.table),
      retryAtMs: Number.POSITIVE_INFINITY,
    };
    loading.then(
      (loaded) => {
        if (!loaded.fromSource) kept.retryAtMs = clock.now().getTime() + sourceRetryMs;
      },
      // Nothing to quote from at all: the next caller tries again.
      () => {
        if (tables.get(businessDay) === kept) tables.delete(businessDay);
      },
    );
    return kept;
  }

  return {
    at(instant) {
      const businessDay = houseDayNumber(instant);
      let kept = tables.get(businessDay);
      if (kept === undefined) {
        if (tables.size >= tablesKept) tables.delete(tables.keys().next().value!);
        kept = make(businessDay);
        tables.set(businessDay, kept);
      } else if (clock.now().getTime() >= kept.retryAtMs) {
        // Callers keep the table that there is while another attempt is made behind their backs.
        const former = kept;
        former.retryAtMs = Number.POSITIVE_INFINITY;
        const next = make(businessDay);
        next.table.then(
          () => {
            if (tables.get(businessDay) === former) tables.set(businessDay, next);
          },
          () => {
            former.retryAtMs = clock.now().getTime() + sourceRetryMs;
          },
        );
      }
      return kept.table;
    },
    clear: () => tables.clear(),
  };
}

async function loadTable(
  options: TablesOptions,
  businessDay: string,
): Promise<{ table: RateTable; fromSource: boolean }> {
  const { database, source } = options;
  const staleAfterDays = options.staleAfterDays ?? defaultStaleAfterDays;
  let published: PublishedRates[] = [];
  let failure: { readonly error: unknown } | null = null;
  try {
    published = await source.ratesUpTo(businessDay, guardMemoryDays);
  } catch (error) {
    failure = { error };
  }
  await importRates(options, businessDay, published);
  const after = addDays(businessDay, -staleAfterDays - 1);
  const rates = await selectLatest(database, { source: source.name, upTo: businessDay, after });
  if (failure !== null) {
    if (rates.length === 0)
      throw new RatesUnavailable(`no rates for ${businessDay}`, { cause: failure.error });
    options.onSourceFailed?.(failure.error);
  }
  return { table: rateTable({ businessDay, rates, staleAfterDays }), fromSource: failure === null };
}

async function importRates(
  options: TablesOptions,
  businessDay: string,
  published: readonly PublishedRates[],
): Promise<void> {
  const { database, source, clock } = options;
  const pivot = published[0]?.pivot;
  if (pivot === undefined) return;
  const remembered = {
    source: source.name,
    upTo: businessDay,
    after: addDays(businessDay, -guardMemoryDays),
  };
  await database.transaction(async (tx) => {
    const accepted = await selectLatest(tx, remembered);
    const held = await selectHeldCurrencies(tx, remembered);
    const rates = judge(published, { accepted, held }, options.maxMoveBps ?? defaultMaxMoveBps);
    await insertRates(tx, { source: source.name, pivot, rates, recordedAt: clock.now() });
  });
}

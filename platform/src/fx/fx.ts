// The fx room: the rate table of a business day (from memory after the first look), and quotes given ahead of time.
import type { Connection, Database } from '../database/index.ts';
import type { Clock, Ids } from '../system/index.ts';
import { defaultMaxMoveBps, defaultStaleAfterDays, isOutlier } from './guards.ts';
import { lockQuote } from './quote.ts';
import { type AcceptedRate, type RateTable, rateTable } from './rate-table.ts';
import { dayBefore, type PublishedRates, type RateSource } from './source.ts';
import {
  confirmRow,
  insertQuotes,
  insertRates,
  type NewRate,
  type QuoteRow,
  selectHeld,
  selectLatest,
  selectQuotes,
} from './store.ts';

export interface FxOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly source: RateSource;
  readonly staleAfterDays?: number;
  readonly maxMoveBps?: number;
}

export interface Fx {
  /** The table of the business day (Asia/Shanghai) that an instant lies in. Throws when the source cannot be reached. */
  rateTableAt(instant: Date): Promise<RateTable>;
  /** Stores a quote for a merchant, good until `expiresAt`. Null when the pair cannot be quoted. */
  createQuote(asked: {
    merchantId: bigint;
    orderCurrency: string;
    payerCurrency: string;
    spreadBps: number;
    expiresAt: Date;
  }): Promise<QuoteRow | null>;
  findQuotes(connection: Connection, quoteIds: readonly string[]): Promise<Map<string, QuoteRow>>;
  /** Rates that the outlier guard holds back. */
  held(): Promise<AcceptedRate[]>;
  /** Lets a held rate be quoted. Answers whether it was held. */
  confirm(rate: { currency: string; date: string }): Promise<boolean>;
}

const tablesKept = 64;
const shanghaiOffsetMs = 8 * 3_600_000;

/** The business day of an instant: Shanghai has had no summer time since 1991. */
export const businessDayOf = (instant: Date): string =>
  new Date(instant.getTime() + shanghaiOffsetMs).toISOString().slice(0, 10);

export function createFx(options: FxOptions): Fx {
  const { database, clock, ids, source } = options;
  const staleAfterDays = options.staleAfterDays ?? defaultStaleAfterDays;
  const maxMoveBps = options.maxMoveBps ?? defaultMaxMoveBps;
  const tables = new Map<string, Promise<RateTable>>();

  async function loadTable(businessDay: string): Promise<RateTable> {
    const after = dayBefore(businessDay, staleAfterDays + 1);
    const published = await source.ratesUpTo(businessDay, staleAfterDays + 1);
    await database.transaction(async (tx) => {
      const known = await selectLatest(tx, { source: source.name, upTo: businessDay, after });
      const pivot = published[0]?.pivot;
      if (pivot === undefined) return;
      const rates = judge(published, known, maxMoveBps);
      await insertRates(tx, { source: source.name, pivot, rates, recordedAt: clock.now() });
    });
    const rates = await selectLatest(database, { source: source.name, upTo: businessDay, after });
    return rateTable({ businessDay, rates, staleAfterDays });
  }

  function rateTableAt(instant: Date): Promise<RateTable> {
    const businessDay = businessDayOf(instant);
    let table = tables.get(businessDay);
    if (table === undefined) {
      if (tables.size >= tablesKept) tables.delete(tables.keys().next().value!);
      table = loadTable(businessDay);
      tables.set(businessDay, table);
      // A source that could not be reached is asked again next time.
      table.catch(() => tables.delete(businessDay));
    }
    return table;
  }

  return {
    rateTableAt,
    async createQuote(asked) {
      const lockedAt = clock.now();
      const locked = lockQuote({
        ...asked,
        table: await rateTableAt(lockedAt),
        lockedAt,
        quoteId: (await ids.one()).toString(),
      });
      if (locked === null) return null;
      const row = { merchantId: asked.merchantId, base: asked.orderCurrency, quote: asked.payerCurrency, locked };
      await insertQuotes(database, [row]);
      return row;
    },
    findQuotes: selectQuotes,
    held: () => selectHeld(database),
    async confirm(rate) {
      const confirmed = await database.transaction((tx) => confirmRow(tx, { ...rate, source: source.name }));
      if (confirmed) tables.clear();
      return confirmed;
    },
  };
}

/** Decides for each published rate, oldest first, whether it is accepted or held: pure over what is known. */
export function judge(
  published: readonly PublishedRates[],
  known: readonly AcceptedRate[],
  maxMoveBps: number,
): NewRate[] {
  const newest = new Map(known.map((row) => [row.currency, row]));
  const judged: NewRate[] = [];
  for (const day of [...published].sort((a, b) => (a.date < b.date ? -1 : 1))) {
    for (const [currency, rate] of day.perPivot) {
      const former = newest.get(currency);
      if (former !== undefined && former.date >= day.date) continue;
      const held = isOutlier(rate, former?.rate ?? null, maxMoveBps);
      judged.push({ currency, date: day.date, rate, status: held ? 'held' : 'accepted' });
      if (!held) newest.set(currency, { currency, rate, date: day.date, pivot: day.pivot, source: '' });
    }
  }
  return judged;
}

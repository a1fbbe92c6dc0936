// The fx room: the rate table of a business day (from memory after the first look), and quotes given ahead of time.
import type { Connection } from '../database/index.ts';
import type { Ids } from '../system/index.ts';
import { lockQuote } from './quote.ts';
import type { AcceptedRate, RateTable } from './rate-table.ts';
import { confirmRow, insertQuotes, type QuoteRow, selectHeld, selectQuotes } from './store.ts';
import { createTables, type TablesOptions } from './tables.ts';

export interface FxOptions extends TablesOptions {
  readonly ids: Ids;
}

export interface Fx {
  /**
   * The table of the business day (Asia/Shanghai) that an instant lies in. When the source cannot be reached, the
   * rates stored before serve as long as they are not stale; throws when there are none.
   */
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

export function createFx(options: FxOptions): Fx {
  const { database, clock, ids, source } = options;
  const tables = createTables(options);

  return {
    rateTableAt: tables.at,
    async createQuote(asked) {
      const lockedAt = clock.now();
      const locked = lockQuote({
        ...asked,
        table: await tables.at(lockedAt),
        lockedAt,
        quoteId: (await ids.one()).toString(),
      });
      if (locked === null) return null;
      const row = {
        merchantId: asked.merchantId,
        base: asked.orderCurrency,
        quote: asked.payerCurrency,
        locked,
      };
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

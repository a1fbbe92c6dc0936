// The fx room: the rate table of a business day (from memory after the first look), and quotes given ahead of time.
import { type Connection, type News, type Transaction, tell } from '../database/index.ts';
import type { Ids } from '../system/index.ts';
import { lockQuote } from './quote.ts';
import type { RateTable } from './rate-table.ts';
import {
  confirmRow,
  type HeldRate,
  insertQuotes,
  lockHeld,
  proposeRow,
  type QuoteRow,
  selectHeld,
  selectQuotes,
} from './store.ts';
import { createTables, type TablesOptions } from './tables.ts';

export interface FxOptions extends TablesOptions {
  readonly ids: Ids;
  /** Where other processes' changes are heard of; absent: there are none. */
  readonly news?: Pick<News, 'on'>;
}

export interface RateAct {
  readonly currency: string;
  /** YYYY-MM-DD. */
  readonly date: string;
  /** Whose act it is. */
  readonly by: string;
}

export interface Fx {
  /**
   * The table of the business day (Asia/Shanghai) that an instant lies in. When the source cannot be reached, the
   * rates stored before serve as long as they are not stale; throws when there are none.
   */
  rateTableAt(instant: Date): Promise<RateTable>;
  /**
   * Stores a quote for a merchant, good until `expiresAt`. Who asks again within a minute is given the same one, up to a
   * minute shorter: what is stored grows with time, not with questions. Null when the pair cannot be quoted.
   */
  createQuote(asked: {
    merchantId: bigint;
    orderCurrency: string;
    payerCurrency: string;
    spreadBps: number;
    expiresAt: Date;
  }): Promise<QuoteRow | null>;
  findQuotes(connection: Connection, quoteIds: readonly string[]): Promise<Map<string, QuoteRow>>;
  /** Rates that the outlier guard holds back. */
  held(): Promise<HeldRate[]>;
  /** The maker says that a held rate is right. Answers whether it is held. */
  propose(tx: Transaction, rate: RateAct): Promise<boolean>;
  /** The checker, who is not the maker, lets it be quoted: by every process as soon as this has committed. */
  confirm(tx: Transaction, rate: RateAct): Promise<'confirmed' | 'not-held' | 'not-proposed' | 'same-person'>;
}

/** Quotes that are given again to who asks again, and for how long. */
const givenKept = 10_000;
const givenAgainMs = 60_000;

/** Given within the last minute, for as long as is asked now. A clock that was turned back makes it old. */
function isFresh({ locked }: QuoteRow, expiresAt: Date, now: Date): boolean {
  const age = now.getTime() - locked.lockedAt.getTime();
  const shorter = expiresAt.getTime() - locked.expiresAt.getTime();
  return age >= 0 && age < givenAgainMs && shorter >= 0 && shorter <= age && locked.expiresAt > now;
}

export function createFx(options: FxOptions): Fx {
  const { database, clock, ids, source } = options;
  const tables = createTables(options);
  options.news?.on('rates', tables.clear);
  const given = new Map<string, { readonly row: QuoteRow; readonly table: RateTable }>();

  return {
    rateTableAt: tables.at,
    async createQuote(asked) {
      const lockedAt = clock.now();
      const table = await tables.at(lockedAt);
      const key = `${asked.merchantId}/${asked.orderCurrency}/${asked.payerCurrency}/${asked.spreadBps}`;
      const former = given.get(key);
      if (former !== undefined && former.table === table && isFresh(former.row, asked.expiresAt, lockedAt))
        return former.row;
      const locked = lockQuote({
        ...asked,
        table,
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
      if (given.size >= givenKept) given.clear();
      given.set(key, { row, table });
      return row;
    },
    findQuotes: selectQuotes,
    held: () => selectHeld(database),
    propose: (tx, rate) => proposeRow(tx, { ...rate, source: source.name }),
    async confirm(tx, rate) {
      const key = { ...rate, source: source.name };
      const proposedBy = await lockHeld(tx, key);
      if (proposedBy === undefined) return 'not-held';
      if (proposedBy === null) return 'not-proposed';
      if (proposedBy === rate.by) return 'same-person';
      await confirmRow(tx, key);
      await tell(tx, 'rates');
      return 'confirmed';
    },
  };
}

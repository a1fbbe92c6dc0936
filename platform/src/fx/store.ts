// All SQL of the fx room.
import { parseRate, rate as rateOf, toPlainDecimal } from '@tongbao/money';
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { JudgedRate } from './judge.ts';
import type { LockedQuote } from './quote.ts';
import type { AcceptedRate } from './rate-table.ts';

const insertRatesStatement = statement(
  'fx.insert-rates',
  `INSERT INTO fx.rate (source, pivot, currency, rate_date, rate, status, recorded_at, other_rate)
   SELECT $1, $2, r.currency, r.rate_date, r.rate, r.status, $7, r.other_rate
   FROM unnest($3::text[], $4::date[], $5::text[], $6::text[], $8::text[])
     AS r(currency, rate_date, rate, status, other_rate)
   ON CONFLICT DO NOTHING`,
);
export async function insertRates(
  tx: Transaction,
  published: { source: string; pivot: string; rates: readonly JudgedRate[]; recordedAt: Date },
): Promise<void> {
  if (published.rates.length === 0) return;
  await tx.query(insertRatesStatement, [
    published.source,
    published.pivot,
    published.rates.map((row) => row.currency),
    published.rates.map((row) => row.date),
    published.rates.map((row) => row.rate),
    published.rates.map((row) => row.status),
    published.recordedAt,
    published.rates.map((row) => row.other),
  ]);
}

const latestStatement = statement(
  'fx.latest-rates',
  `SELECT DISTINCT ON (currency) currency, pivot, rate, to_char(rate_date, 'YYYY-MM-DD') AS date, source
   FROM fx.rate WHERE source = $1 AND status = 'accepted' AND rate_date <= $2::date AND rate_date > $3::date
   ORDER BY currency, rate_date DESC`,
);
/** Each currency's newest accepted rate with a date after `after` and not after `upTo`. */
export const selectLatest = (
  connection: Connection,
  of: { source: string; upTo: string; after: string },
): Promise<AcceptedRate[]> => connection.query<AcceptedRate>(latestStatement, [of.source, of.upTo, of.after]);

const heldCurrenciesStatement = statement(
  'fx.held-currencies',
  `SELECT DISTINCT currency FROM fx.rate
   WHERE source = $1 AND status = 'held' AND rate_date <= $2::date AND rate_date > $3::date`,
);
/** The currencies with a rate that is held, its date after `after` and not after `upTo`. */
export async function selectHeldCurrencies(
  connection: Connection,
  of: { source: string; upTo: string; after: string },
): Promise<Set<string>> {
  const values = [of.source, of.upTo, of.after];
  const rows = await connection.query<{ currency: string }>(heldCurrenciesStatement, values);
  return new Set(rows.map((row) => row.currency));
}

const heldStatement = statement(
  'fx.held-rates',
  `SELECT currency, pivot, rate, to_char(rate_date, 'YYYY-MM-DD') AS date, source, proposed_by AS "proposedBy",
     other_rate AS other
   FROM fx.rate WHERE status = 'held' ORDER BY rate_date DESC, currency LIMIT 100`,
);
export interface HeldRate extends AcceptedRate {
  /** Who says that it is right; null while nobody has. */
  readonly proposedBy: string | null;
  /** What the second feed says, where the feeds differ; null where the rate moved too far. */
  readonly other: string | null;
}
export const selectHeld = (connection: Connection): Promise<HeldRate[]> =>
  connection.query<HeldRate>(heldStatement);

const agesStatement = statement(
  'fx.rate-ages',
  `SELECT to_char(max(rate_date) FILTER (WHERE status = 'accepted' AND rate_date <= $1::date), 'YYYY-MM-DD') AS newest,
     count(*) FILTER (WHERE status = 'held')::int AS held FROM fx.rate`,
);
/** The day of the newest rates that may be quoted, not after `today`, and how many are held. */
export const readAges = async (
  connection: Connection,
  today: string,
): Promise<{ newest: string | null; held: number }> =>
  (await connection.query<{ newest: string | null; held: number }>(agesStatement, [today]))[0]!;

const newestStatement = statement(
  'fx.newest-rates',
  `SELECT DISTINCT ON (source, currency) currency, pivot, rate, to_char(rate_date, 'YYYY-MM-DD') AS date, source
   FROM fx.rate WHERE status = 'accepted' AND rate_date <= $1::date AND rate_date > $2::date
   ORDER BY source, currency, rate_date DESC`,
);
/** Of every source each currency's newest accepted rate with a date after `after` and not after `upTo`. */
export const selectNewest = (
  connection: Connection,
  of: { upTo: string; after: string },
): Promise<AcceptedRate[]> => connection.query<AcceptedRate>(newestStatement, [of.upTo, of.after]);

const lockHeldStatement = statement(
  'fx.lock-held',
  `SELECT proposed_by FROM fx.rate WHERE source = $1 AND currency = $2 AND rate_date = $3::date AND status = 'held'
   FOR UPDATE`,
);
/** Who proposed the held rate (null: nobody yet); undefined when no such rate is held. */
export const lockHeld = async (
  tx: Transaction,
  of: { source: string; currency: string; date: string },
): Promise<string | null | undefined> =>
  (await tx.query<{ proposed_by: string | null }>(lockHeldStatement, [of.source, of.currency, of.date]))[0]
    ?.proposed_by;

const proposeStatement = statement(
  'fx.propose-rate',
  `UPDATE fx.rate SET proposed_by = $4
   WHERE source = $1 AND currency = $2 AND rate_date = $3::date AND status = 'held' RETURNING currency`,
);
export const proposeRow = async (
  tx: Transaction,
  of: { source: string; currency: string; date: string; by: string },
): Promise<boolean> =>
  (await tx.query(proposeStatement, [of.source, of.currency, of.date, of.by])).length === 1;

const confirmStatement = statement(
  'fx.confirm-rate',
  `UPDATE fx.rate SET status = 'accepted' WHERE source = $1 AND currency = $2 AND rate_date = $3::date AND status = 'held'
   RETURNING currency`,
);
export const confirmRow = async (
  tx: Transaction,
  of: { source: string; currency: string; date: string },
): Promise<boolean> => (await tx.query(confirmStatement, [of.source, of.currency, of.date])).length === 1;

export interface QuoteRow {
  readonly merchantId: bigint;
  readonly base: string;
  readonly quote: string;
  readonly locked: LockedQuote;
}

const insertQuotesStatement = statement(
  'fx.insert-quotes',
  `INSERT INTO fx.quote (id, merchant_id, base, quote, mid_numerator, mid_denominator, price, spread_bps, rate_date,
     source, locked_at, expires_at)
   SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::numeric[], $6::numeric[], $7::text[],
     $8::int[], $9::date[], $10::text[], $11::timestamptz[], $12::timestamptz[])`,
);
export async function insertQuotes(connection: Connection, rows: readonly QuoteRow[]): Promise<void> {
  if (rows.length === 0) return;
  await connection.query(insertQuotesStatement, [
    rows.map((row) => row.locked.quoteId),
    rows.map((row) => row.merchantId),
    rows.map((row) => row.base),
    rows.map((row) => row.quote),
    rows.map((row) => row.locked.mid.numerator.toString()),
    rows.map((row) => row.locked.mid.denominator.toString()),
    rows.map((row) => toPlainDecimal(row.locked.price)),
    rows.map((row) => row.locked.spreadBps),
    rows.map((row) => row.locked.rateDate),
    rows.map((row) => row.locked.source),
    rows.map((row) => row.locked.lockedAt),
    rows.map((row) => row.locked.expiresAt),
  ]);
}

interface StoredQuote {
  id: bigint;
  merchant_id: bigint;
  base: string;
  quote: string;
  mid_numerator: string;
  mid_denominator: string;
  price: string;
  spread_bps: number;
  rate_date: string;
  source: string;
  locked_at: Date;
  expires_at: Date;
}
const quotesStatement = statement(
  'fx.quotes',
  `SELECT id, merchant_id, base, quote, mid_numerator::text, mid_denominator::text, price, spread_bps,
     to_char(rate_date, 'YYYY-MM-DD') AS rate_date, source, locked_at, expires_at
   FROM fx.quote WHERE id = ANY($1::bigint[])`,
);
/** By quote id as the wire has it; ids that are no numbers are simply not found. */
export async function selectQuotes(
  connection: Connection,
  quoteIds: readonly string[],
): Promise<Map<string, QuoteRow>> {
  const ids = quoteIds.filter((id) => /^\d{1,18}$/.test(id));
  if (ids.length === 0) return new Map();
  const rows = await connection.query<StoredQuote>(quotesStatement, [ids]);
  return new Map(rows.map((row) => [row.id.toString(), quoteRowOf(row)]));
}

function quoteRowOf(row: StoredQuote): QuoteRow {
  return {
    merchantId: row.merchant_id,
    base: row.base,
    quote: row.quote,
    locked: {
      quoteId: row.id.toString(),
      mid: rateOf(row.base, row.quote, BigInt(row.mid_numerator), BigInt(row.mid_denominator)),
      price: parseRate(row.base, row.quote, row.price),
      spreadBps: row.spread_bps,
      rateDate: row.rate_date,
      source: row.source,
      lockedAt: row.locked_at,
      expiresAt: row.expires_at,
    },
  };
}

// SQL of the treasury: when it looks at its positions next, and the deals it made.
import { type Connection, statement, type Transaction } from '../database/index.ts';

const readNext = statement(
  'settlement.treasury-next',
  `SELECT next_run_at AS at, (SELECT min(next_try_at) FROM settlement.deal WHERE entry_id = 0 AND by_hand_since IS NULL AND id::text <> ALL($1::text[])) AS open
   FROM settlement.treasury`,
);
/** When the positions are closed next, and the oldest deal that the bank is still asked for, of those that are not excepted. */
export const readTreasury = async (
  connection: Connection,
  except: readonly string[],
): Promise<{ at: Date | null; open: Date | null }> =>
  (await connection.query<{ at: Date | null; open: Date | null }>(readNext, [except]))[0]!;

const writeNext = statement('settlement.treasury-set', 'UPDATE settlement.treasury SET next_run_at = $1');
export const writeTreasury = (connection: Connection, at: Date | null): Promise<unknown> =>
  connection.query(writeNext, [at]);

const lockNext = statement(
  'settlement.treasury-lock',
  'SELECT next_run_at AS at FROM settlement.treasury FOR UPDATE',
);
export const lockTreasury = async (tx: Transaction): Promise<Date | null> =>
  (await tx.query<{ at: Date | null }>(lockNext))[0]!.at;

const currencies = statement(
  'settlement.currencies',
  'SELECT DISTINCT currency FROM settlement.party ORDER BY currency',
);
export const readCurrencies = async (connection: Connection): Promise<string[]> =>
  (await connection.query<{ currency: string }>(currencies)).map((row) => row.currency);

export interface Deal {
  readonly id: bigint;
  readonly day: string;
  readonly currency: string;
  readonly bought: bigint;
  readonly home: string;
  readonly cost: bigint;
  readonly collected: bigint;
  readonly gain: bigint;
  readonly rate: string;
  readonly created_at: Date;
  readonly entry_id: bigint;
}
const dealColumns =
  'id, day::text, currency, bought, home, cost, collected, gain, rate, created_at, entry_id';

const insertDeal = statement(
  'settlement.insert-deal',
  `INSERT INTO settlement.deal (id, day, currency, bought, home, cost, collected, gain, rate, created_at, next_try_at,
     number)
   SELECT $1, $2::date, $3, $4, $5, $6, $7, $8, $9, $10, $10, 1 + coalesce(max(number), 0)
   FROM settlement.deal WHERE day = $2::date AND currency = $3`,
);
/** A further one of the day where the day ends once more (a sandbox's clock was turned back); the treasury is locked. */
export const insertDealRow = (tx: Transaction, d: Omit<Deal, 'entry_id'>): Promise<unknown> =>
  tx.query(insertDeal, [
    d.id,
    d.day,
    d.currency,
    d.bought,
    d.home,
    d.cost,
    d.collected,
    d.gain,
    d.rate,
    d.created_at,
  ]);

const openDeals = statement(
  'settlement.open-deals',
  `SELECT ${dealColumns} FROM settlement.deal WHERE entry_id = 0 AND by_hand_since IS NULL ORDER BY id LIMIT 200`,
);
/** Those that the bank is still asked for. */
export const readOpenDeals = (connection: Connection): Promise<Deal[]> => connection.query(openDeals);

const finishDeal = statement(
  'settlement.finish-deal',
  `UPDATE settlement.deal SET entry_id = $2, cost = $3, gain = $4, rate = $5 WHERE id = $1 AND entry_id = 0 RETURNING id`,
);
/** At what it was made. False when somebody else booked it before. */
export const finishDealRow = async (
  tx: Transaction,
  deal: Pick<Deal, 'id' | 'cost' | 'gain' | 'rate'>,
  entryId: bigint,
): Promise<boolean> =>
  (await tx.query(finishDeal, [deal.id, entryId, deal.cost, deal.gain, deal.rate])).length === 1;

const waitByHand = statement(
  'settlement.deal-by-hand',
  'UPDATE settlement.deal SET by_hand_since = $2 WHERE id = $1 AND entry_id = 0 AND by_hand_since IS NULL',
);
/** The bank takes no such order: people agree it. */
export const leaveDealToPeople = (connection: Connection, id: bigint, at: Date): Promise<unknown> =>
  connection.query(waitByHand, [id, at]);

const underWay = statement(
  'settlement.deals-under-way',
  `SELECT currency, home, sum(bought)::bigint AS bought, sum(collected)::bigint AS collected
   FROM settlement.deal WHERE entry_id = 0 GROUP BY currency, home`,
);
/** What deals that are not booked yet will close of the positions, by currency. */
export const readUnderWay = (
  connection: Connection,
): Promise<Pick<Deal, 'currency' | 'home' | 'bought' | 'collected'>[]> => connection.query(underWay);

const delayDeal = statement(
  'settlement.delay-deal',
  'UPDATE settlement.deal SET next_try_at = $2 WHERE id = $1 AND entry_id = 0',
);
export const delayDealRow = (connection: Connection, id: bigint, at: Date): Promise<unknown> =>
  connection.query(delayDeal, [id, at]);

const newestDeals = statement(
  'settlement.newest-deals',
  `SELECT ${dealColumns} FROM settlement.deal ORDER BY day DESC, currency, number DESC LIMIT $1`,
);
export const readNewestDeals = (connection: Connection, limit: number): Promise<Deal[]> =>
  connection.query(newestDeals, [limit]);

const dealPage = statement(
  'settlement.deal-page',
  `SELECT ${dealColumns} FROM settlement.deal WHERE id > $1 ORDER BY id LIMIT $2`,
);
export const readDealPage = (connection: Connection, after: bigint, limit: number): Promise<Deal[]> =>
  connection.query(dealPage, [after, limit]);

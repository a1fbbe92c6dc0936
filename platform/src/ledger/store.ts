// All SQL of the ledger.
import {
  type Connection,
  copyInto,
  type Execution,
  integers,
  microsecondText,
  statement,
  type Transaction,
} from '../database/index.ts';
import { type AccountKindName, ownedCode } from './accounts.ts';
import type { Entry } from './entry.ts';
import type { Spending } from './spending.ts';

export interface AccountRow {
  readonly id: bigint;
  readonly code: string;
  readonly kind: string;
  readonly currency: string;
  readonly owner_id: bigint | null;
}

export interface BalanceRow {
  readonly account_id: bigint;
  readonly balance: bigint;
  readonly held: bigint;
  readonly floor: bigint | null;
  readonly spent_day: bigint;
  readonly spent_day_count: bigint;
  readonly spent_day_amount: bigint;
  readonly spent_year: bigint;
  readonly spent_year_amount: bigint;
  readonly spent_ever_amount: bigint;
}

const balanceColumns = `account_id, balance, held, floor, spent_day, spent_day_count, spent_day_amount, spent_year,
  spent_year_amount, spent_ever_amount`;

const findAccounts = statement(
  'ledger.find-accounts',
  'SELECT id, code, kind, currency, owner_id FROM ledger.account WHERE code = ANY($1)',
);
export const selectAccounts = (connection: Connection, codes: readonly string[]): Promise<AccountRow[]> =>
  connection.query<AccountRow>(findAccounts, [codes]);

const insertAccount = statement(
  'ledger.insert-account',
  `WITH new AS (
     INSERT INTO ledger.account (id, code, kind, currency, owner_id, created_at)
     VALUES (nextval('ledger.account_number') * 1000 + $1::bigint, $2, $3, $4, $5, $6)
     ON CONFLICT (code) DO NOTHING RETURNING id
   ), balance AS (
     INSERT INTO ledger.balance (account_id, floor, lowest, highest)
     SELECT id, $7::bigint, $8::bigint, $9::bigint FROM new
   )
   SELECT id FROM new UNION ALL SELECT id FROM ledger.account WHERE code = $2 LIMIT 1`,
);
export interface NewAccount {
  readonly code: string;
  readonly kind: string;
  readonly currency: string;
  readonly currencyNumber: bigint;
  readonly ownerId: bigint | null;
  readonly floor: bigint | null;
  readonly lowest: bigint | null;
  readonly highest: bigint | null;
  readonly createdAt: Date;
}
export async function insertAccountRow(tx: Connection, account: NewAccount): Promise<bigint> {
  const rows = await tx.query<{ id: bigint }>(insertAccount, [
    account.currencyNumber,
    account.code,
    account.kind,
    account.currency,
    account.ownerId,
    account.createdAt,
    account.floor,
    account.lowest,
    account.highest,
  ]);
  // No row: somebody else opened it while this statement waited for his commit. A new statement sees the account.
  return rows[0]?.id ?? (await selectAccounts(tx, [account.code]))[0]!.id;
}

const lockBalancesStatement = statement(
  'ledger.lock-balances',
  `SELECT ${balanceColumns} FROM ledger.balance
   WHERE account_id = ANY($1::bigint[]) ORDER BY account_id FOR UPDATE`,
);
export const lockBalanceRows = (tx: Transaction, accounts: readonly bigint[]): Promise<BalanceRow[]> =>
  tx.query<BalanceRow>(lockBalancesStatement, [integers(accounts)]);

const readBalancesStatement = statement(
  'ledger.read-balances',
  `SELECT ${balanceColumns} FROM ledger.balance WHERE account_id = ANY($1::bigint[])`,
);
export const readBalanceRows = (connection: Connection, accounts: readonly bigint[]): Promise<BalanceRow[]> =>
  connection.query<BalanceRow>(readBalancesStatement, [accounts]);

export const entryRows = copyInto<Entry>('ledger.entry', {
  id: ['int8', (entry) => entry.id],
  kind: ['text', (entry) => entry.kind],
  payer_id: ['int8', (entry) => entry.payerId],
  subject_id: ['int8', (entry) => entry.subjectId],
  occurred_at: ['timestamptz', (entry) => entry.occurredAt],
  accounts: ['int8[]', (entry) => entry.postings.map((posting) => posting.account)],
  amounts: ['int8[]', (entry) => entry.postings.map((posting) => posting.amount)],
});

// Lanes meet at this one lock, just before they move the shared (hot) accounts and commit; nowhere else. It makes
// the order in which an UPDATE happens to visit rows irrelevant, so that two lanes cannot deadlock. Accounts with a
// floor are locked before it, sorted: verbs that decide on a balance hold that lock already while they wait here.
const passGate = statement(
  'ledger.gate',
  `WITH own AS MATERIALIZED (
     SELECT account_id FROM ledger.balance WHERE account_id = ANY($1::bigint[]) AND floor IS NOT NULL
     ORDER BY account_id FOR UPDATE
   ) SELECT pg_advisory_xact_lock(7466736002) FROM (SELECT count(*) FROM own) AS locked`,
);
// An account that may not stand above zero remembers since when it stands below. One that is further below than was agreed
// since cannot go down again: its bound follows it up. A posting to an account that does not
// exist must not be half a posting: the rows are counted where they are changed.
const move = statement(
  'ledger.move-balances',
  `WITH moved AS (
     UPDATE ledger.balance AS b SET balance = b.balance + d.delta, owed_since = CASE
       WHEN b.highest IS NULL OR b.balance + d.delta >= 0 THEN NULL
       ELSE coalesce(b.owed_since, timestamptz 'epoch' + ($3::bigint[])[1] * interval '1 millisecond') END,
       lowest = CASE WHEN b.agreed_lowest IS NULL THEN b.lowest
         ELSE greatest(b.lowest, least(b.agreed_lowest, b.balance + d.delta)) END
     FROM unnest($1::bigint[], $2::bigint[]) AS d(account_id, delta) WHERE b.account_id = d.account_id RETURNING 1
   ) SELECT system.expect_rows('ledger.balance', count(*), cardinality($1::bigint[])) FROM moved`,
);
const moveAndCount = statement(
  'ledger.move-and-count',
  `WITH moved AS (
     UPDATE ledger.balance AS b SET balance = b.balance + d.delta, spent_day = d.day, spent_day_count = d.day_count,
       spent_day_amount = d.day_amount, spent_year = d.year, spent_year_amount = d.year_amount,
       spent_ever_amount = d.ever_amount
     FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
       $8::bigint[]) AS d(account_id, delta, day, day_count, day_amount, year, year_amount, ever_amount)
     WHERE b.account_id = d.account_id RETURNING 1
   ) SELECT system.expect_rows('ledger.balance', count(*), cardinality($1::bigint[])) FROM moved`,
);

/**
 * Moves each account once, and writes what owners have spent by now: the transaction holds the locks of those balances.
 * Whoever spends and whoever does not are two statements: shared accounts stay as light as they are.
 */
export function moveBalances({
  deltas,
  spending,
  at,
}: {
  readonly deltas: ReadonlyMap<bigint, bigint>;
  readonly spending: ReadonlyMap<bigint, Spending>;
  readonly at: Date;
}): Execution[] {
  const moved = [...deltas].filter(([account]) => !spending.has(account));
  const counted = [...spending];
  const column = (of: (sums: Spending) => bigint): string => integers(counted.map(([, sums]) => of(sums)));
  const gate = { statement: passGate, values: [integers([...deltas.keys(), ...spending.keys()])] };
  const plain = {
    statement: move,
    values: [
      integers(moved.map(([account]) => account)),
      integers(moved.map(([, delta]) => delta)),
      integers([at.getTime()]),
    ],
  };
  if (counted.length === 0) return [gate, plain];
  const values = [
    integers(counted.map(([account]) => account)),
    integers(counted.map(([account]) => deltas.get(account) ?? 0n)),
    column((sums) => sums.day),
    column((sums) => sums.dayCount),
    column((sums) => sums.dayAmount),
    column((sums) => sums.year),
    column((sums) => sums.yearAmount),
    column((sums) => sums.everAmount),
  ];
  const spent = { statement: moveAndCount, values };
  return moved.length === 0 ? [gate, spent] : [gate, plain, spent];
}

const changeHeld = statement(
  'ledger.change-held',
  'UPDATE ledger.balance SET held = held + $2 WHERE account_id = $1',
);
const insertHold = statement(
  'ledger.insert-hold',
  `INSERT INTO ledger.hold (id, account_id, amount, subject_id, status, placed_at) VALUES ($1, $2, $3, $4, 'held', $5)`,
);
const endHold = statement(
  'ledger.end-hold',
  `UPDATE ledger.hold SET status = $2, ended_at = $3 WHERE id = $1 AND status = 'held' RETURNING account_id, amount`,
);
export interface HoldRow {
  readonly id: bigint;
  readonly accountId: bigint;
  readonly amount: bigint;
  readonly subjectId: bigint;
  readonly placedAt: Date;
}
export async function insertHoldRow(tx: Transaction, hold: HoldRow): Promise<void> {
  await tx.query(insertHold, [hold.id, hold.accountId, hold.amount, hold.subjectId, hold.placedAt]);
  await tx.query(changeHeld, [hold.accountId, hold.amount]);
}
export async function endHoldRow(
  tx: Transaction,
  hold: { id: bigint; status: 'settled' | 'released'; endedAt: Date },
): Promise<{ account_id: bigint; amount: bigint } | null> {
  const [ended] = await tx.query<{ account_id: bigint; amount: bigint }>(endHold, [
    hold.id,
    hold.status,
    hold.endedAt,
  ]);
  if (ended === undefined) return null;
  await tx.query(changeHeld, [ended.account_id, -ended.amount]);
  return ended;
}

// ---- What the proofs read: everything, in one snapshot.

const sumsStatement = statement(
  'ledger.sums',
  `SELECT a.currency, a.kind, sum(b.balance)::bigint AS balance, sum(greatest(b.balance, 0))::bigint AS claims,
     sum(b.held)::bigint AS held, count(*) AS accounts
   FROM ledger.account a JOIN ledger.balance b ON b.account_id = a.id GROUP BY a.currency, a.kind ORDER BY 1, 2`,
);
export interface KindSum {
  readonly currency: string;
  readonly kind: string;
  readonly balance: bigint;
  /** The accounts above zero alone: nobody's debt makes somebody else's claim smaller. */
  readonly claims: bigint;
  readonly held: bigint;
  readonly accounts: bigint;
}
export const readKindSums = (connection: Connection): Promise<KindSum[]> =>
  connection.query<KindSum>(sumsStatement);

const postingSumsStatement = statement(
  'ledger.posting-sums',
  `SELECT p.account % 1000 AS currency_number, sum(p.amount)::bigint AS sum, count(DISTINCT e.id) AS entries
   FROM ledger.entry e, LATERAL unnest(e.accounts, e.amounts) AS p(account, amount) GROUP BY 1 ORDER BY 1`,
);
export const readPostingSums = (
  connection: Connection,
): Promise<{ currency_number: bigint; sum: bigint; entries: bigint }[]> =>
  connection.query(postingSumsStatement);

const differingStatement = statement(
  'ledger.differing-balances',
  `WITH folded AS (
     SELECT p.account, sum(p.amount)::bigint AS sum
     FROM ledger.entry e, LATERAL unnest(e.accounts, e.amounts) AS p(account, amount) GROUP BY p.account
   )
   SELECT coalesce(b.account_id, f.account) AS account, b.balance, f.sum
   FROM ledger.balance b FULL JOIN folded f ON f.account = b.account_id
   WHERE b.account_id IS NULL OR b.balance <> coalesce(f.sum, 0) ORDER BY 1 LIMIT 20`,
);
export const readDifferingBalances = (
  connection: Connection,
): Promise<{ account: bigint; balance: bigint | null; sum: bigint | null }[]> =>
  connection.query(differingStatement);

const differingHoldsStatement = statement(
  'ledger.differing-holds',
  `SELECT b.account_id AS account, b.held, coalesce(h.sum, 0)::bigint AS sum
   FROM ledger.balance b
   LEFT JOIN (SELECT account_id, sum(amount) AS sum FROM ledger.hold WHERE status = 'held' GROUP BY 1) h USING (account_id)
   WHERE b.held <> coalesce(h.sum, 0) ORDER BY 1 LIMIT 20`,
);
export const readDifferingHolds = (
  connection: Connection,
): Promise<{ account: bigint; held: bigint; sum: bigint }[]> => connection.query(differingHoldsStatement);

const belowFloorStatement = statement(
  'ledger.below-floor',
  `SELECT account_id AS account, balance, held, floor, lowest, highest FROM ledger.balance
   WHERE balance - held < floor OR balance < lowest OR balance > highest ORDER BY 1 LIMIT 20`,
);
/** Accounts below their floor, or outside their bounds. */
export const readOutOfBounds = (
  connection: Connection,
): Promise<
  {
    account: bigint;
    balance: bigint;
    held: bigint;
    floor: bigint | null;
    lowest: bigint | null;
    highest: bigint | null;
  }[]
> => connection.query(belowFloorStatement);

interface EntryRow {
  readonly id: bigint;
  readonly kind: Entry['kind'];
  readonly payer_id: bigint;
  readonly subject_id: bigint;
  readonly occurred_at: Date;
  readonly accounts: string[];
  readonly amounts: string[];
}
const entryColumns = 'id, kind, payer_id, subject_id, occurred_at, accounts::text[], amounts::text[]';
const entryOf = (row: EntryRow): Entry => ({
  id: row.id,
  kind: row.kind,
  payerId: row.payer_id,
  subjectId: row.subject_id,
  occurredAt: row.occurred_at,
  postings: row.accounts.map((account, index) => ({
    account: BigInt(account),
    amount: BigInt(row.amounts[index]!),
  })),
});

const entriesByIds = statement(
  'ledger.entries-by-ids',
  `SELECT ${entryColumns} FROM ledger.entry WHERE id = ANY($1::bigint[])`,
);
export async function readEntries(
  connection: Connection,
  ids: readonly bigint[],
): Promise<Map<bigint, Entry>> {
  if (ids.length === 0) return new Map();
  const rows = await connection.query<EntryRow>(entriesByIds, [ids]);
  return new Map(rows.map((row) => [row.id, entryOf(row)]));
}

const entryPage = statement(
  'ledger.entry-page',
  `SELECT ${entryColumns}, ${microsecondText('occurred_at')} AS occurred_text
   FROM ledger.entry WHERE id > $1 ORDER BY id LIMIT $2`,
);
/** Entries for an export: the instant as the database has it, to the microsecond. */
export const readEntryPage = async (
  connection: Connection,
  after: bigint,
  limit: number,
): Promise<(Omit<Entry, 'occurredAt'> & { readonly occurredAt: string })[]> =>
  (await connection.query<EntryRow & { occurred_text: string }>(entryPage, [after, limit])).map((row) => ({
    ...entryOf(row),
    occurredAt: row.occurred_text,
  }));

const accountPage = statement(
  'ledger.account-page',
  `SELECT a.id, a.code, a.kind, a.currency, a.owner_id, b.balance, b.held, b.floor, b.lowest, b.highest,
     b.spent_day, b.spent_day_count, b.spent_day_amount, b.spent_year, b.spent_year_amount, b.spent_ever_amount
   FROM ledger.account a LEFT JOIN ledger.balance b ON b.account_id = a.id WHERE a.id > $1 ORDER BY a.id LIMIT $2`,
);
export interface AccountWithBalance extends AccountRow {
  readonly balance: bigint | null;
  readonly held: bigint | null;
  readonly floor: bigint | null;
  readonly lowest: bigint | null;
  readonly highest: bigint | null;
}
export const readAccountPage = (
  connection: Connection,
  after: bigint,
  limit: number,
): Promise<AccountWithBalance[]> => connection.query<AccountWithBalance>(accountPage, [after, limit]);

const openHoldPage = statement(
  'ledger.open-hold-page',
  `SELECT id, account_id, amount, subject_id FROM ledger.hold WHERE status = 'held' AND id > $1 ORDER BY id LIMIT $2`,
);
/** Money that is promised away and has not left, in the order of the holds' ids. */
export const readOpenHoldPage = (
  connection: Connection,
  after: bigint,
  limit: number,
): Promise<{ id: bigint; account_id: bigint; amount: bigint; subject_id: bigint }[]> =>
  connection.query(openHoldPage, [after, limit]);

const countEntries = statement(
  'ledger.count-entries',
  'SELECT kind, count(*) AS count FROM ledger.entry GROUP BY kind ORDER BY kind',
);
export const countEntriesByKind = async (connection: Connection): Promise<Map<string, bigint>> =>
  new Map(
    (await connection.query<{ kind: string; count: bigint }>(countEntries)).map((row) => [
      row.kind,
      row.count,
    ]),
  );

const ownedBalances = statement(
  'ledger.owned-balances',
  `SELECT a.id, a.kind, a.owner_id, a.currency, b.balance, b.lowest, b.owed_since FROM ledger.account a
   JOIN ledger.balance b ON b.account_id = a.id WHERE a.kind = ANY($1::text[]) AND a.owner_id IS NOT NULL ORDER BY a.id`,
);
const balancesOfOwner = statement(
  'ledger.balances-of-owner',
  `SELECT a.id, a.kind, a.owner_id, a.currency, b.balance, b.lowest, b.owed_since FROM ledger.account a
   JOIN ledger.balance b ON b.account_id = a.id WHERE a.code = ANY($1::text[])`,
);
/** What one owner has on accounts of some kinds in a currency. */
export const readBalancesOfOwner = (
  connection: Connection,
  { kinds, ...owner }: { kinds: readonly AccountKindName[]; ownerId: bigint; currency: string },
): Promise<OwnedBalance[]> => readBalancesOfOwners(connection, { kinds, owners: [owner] });

/** The same of many, unlocked: a decision on it is made again when the database refuses what it came to. */
export const readBalancesOfOwners = (
  connection: Connection,
  of: {
    kinds: readonly AccountKindName[];
    owners: readonly { readonly ownerId: bigint; readonly currency: string }[];
  },
): Promise<OwnedBalance[]> =>
  connection.query(balancesOfOwner, [
    of.owners.flatMap(({ ownerId, currency }) => of.kinds.map((kind) => ownedCode(kind, ownerId, currency))),
  ]);

const setLowestStatement = statement(
  'ledger.set-lowest',
  'UPDATE ledger.balance SET agreed_lowest = $2::bigint, lowest = least($2::bigint, balance) WHERE account_id = $1',
);
/** Agrees how far an account may go below zero; one that is further below stays, and can only rise. */
export const setLowestBalance = (tx: Transaction, account: bigint, lowest: bigint): Promise<unknown> =>
  tx.query(setLowestStatement, [account, lowest]);

export interface OwnedBalance {
  readonly id: bigint;
  readonly kind: string;
  readonly owner_id: bigint;
  readonly currency: string;
  readonly balance: bigint;
  readonly lowest: bigint | null;
  /** Since when it stands below zero, where it may not stand above. */
  readonly owed_since: Date | null;
}
/** All accounts of some kinds that somebody owns, with what stands on them. */
export const readOwnedBalances = (
  connection: Connection,
  kinds: readonly string[],
): Promise<OwnedBalance[]> => connection.query(ownedBalances, [kinds]);

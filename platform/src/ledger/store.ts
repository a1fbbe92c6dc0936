// All SQL of the ledger.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { Entry } from './entry.ts';

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
}

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
     INSERT INTO ledger.balance (account_id, floor) SELECT id, $7::bigint FROM new
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
  ]);
  return rows[0]!.id;
}

const lockBalancesStatement = statement(
  'ledger.lock-balances',
  `SELECT account_id, balance, held, floor FROM ledger.balance
   WHERE account_id = ANY($1::bigint[]) ORDER BY account_id FOR UPDATE`,
);
export const lockBalanceRows = (tx: Transaction, accounts: readonly bigint[]): Promise<BalanceRow[]> =>
  tx.query<BalanceRow>(lockBalancesStatement, [accounts]);

const readBalancesStatement = statement(
  'ledger.read-balances',
  'SELECT account_id, balance, held, floor FROM ledger.balance WHERE account_id = ANY($1::bigint[])',
);
export const readBalanceRows = (connection: Connection, accounts: readonly bigint[]): Promise<BalanceRow[]> =>
  connection.query<BalanceRow>(readBalancesStatement, [accounts]);

const insertEntries = statement(
  'ledger.insert-entries',
  `INSERT INTO ledger.entry (id, kind, payer_id, subject_id, occurred_at, accounts, amounts)
   SELECT id, kind, payer_id, subject_id, occurred_at, accounts::bigint[], amounts::bigint[]
   FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::text[], $7::text[])
     AS e(id, kind, payer_id, subject_id, occurred_at, accounts, amounts)`,
);
export async function insertEntryRows(tx: Transaction, entries: readonly Entry[]): Promise<void> {
  await tx.query(insertEntries, [
    entries.map((entry) => entry.id),
    entries.map((entry) => entry.kind),
    entries.map((entry) => entry.payerId),
    entries.map((entry) => entry.subjectId),
    entries.map((entry) => entry.occurredAt),
    entries.map((entry) => `{${entry.postings.map((posting) => posting.account).join(',')}}`),
    entries.map((entry) => `{${entry.postings.map((posting) => posting.amount).join(',')}}`),
  ]);
}

// Lanes meet at this one lock, just before they move the shared (hot) accounts and commit; nowhere else. It makes
// the order in which an UPDATE happens to visit rows irrelevant, so that two lanes cannot deadlock.
const passGate = statement('ledger.gate', 'SELECT pg_advisory_xact_lock(7466736002)');
const moveBalances = statement(
  'ledger.move-balances',
  `UPDATE ledger.balance AS b SET balance = b.balance + d.delta
   FROM unnest($1::bigint[], $2::bigint[]) AS d(account_id, delta) WHERE b.account_id = d.account_id`,
);
export async function moveBalanceRows(tx: Transaction, deltas: ReadonlyMap<bigint, bigint>): Promise<void> {
  await tx.query(passGate);
  await tx.query(moveBalances, [[...deltas.keys()], [...deltas.values()]]);
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
  const [ended] = await tx.query<{ account_id: bigint; amount: bigint }>(endHold, [hold.id, hold.status, hold.endedAt]);
  if (ended === undefined) return null;
  await tx.query(changeHeld, [ended.account_id, -ended.amount]);
  return ended;
}

// All SQL of the wallet room.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { Card } from './card.ts';
import type { CardTransfer, CardTransferKind, CardTransferStatus } from './card-transfer.ts';

const insertAccount = statement(
  'wallet.insert-account',
  `INSERT INTO wallet.account (customer_id, currency, account_id, opened_at) VALUES ($1, $2, $3, $4)
   ON CONFLICT (customer_id, currency) DO NOTHING RETURNING account_id`,
);
/** False when the customer had the account before. */
export async function insertAccountRow(
  tx: Transaction,
  account: { customerId: bigint; currency: string; account: bigint; openedAt: Date },
): Promise<boolean> {
  const values = [account.customerId, account.currency, account.account, account.openedAt];
  return (await tx.query(insertAccount, values)).length === 1;
}

const findAccount = statement(
  'wallet.find-account',
  'SELECT account_id FROM wallet.account WHERE customer_id = $1 AND currency = $2',
);
export async function selectAccount(
  connection: Connection,
  customerId: bigint,
  currency: string,
): Promise<bigint | null> {
  const [row] = await connection.query<{ account_id: bigint }>(findAccount, [customerId, currency]);
  return row?.account_id ?? null;
}

const findAccounts = statement(
  'wallet.find-accounts',
  `SELECT a.customer_id, a.currency, a.account_id FROM unnest($1::bigint[], $2::text[]) AS k(customer_id, currency),
     LATERAL (SELECT customer_id, currency, account_id FROM wallet.account
       WHERE customer_id = k.customer_id AND currency = k.currency LIMIT 1) AS a`,
);
/** In the order asked; null where the customer keeps none of the currency. */
export async function selectAccounts(
  connection: Connection,
  keys: readonly { readonly customerId: bigint; readonly currency: string }[],
): Promise<(bigint | null)[]> {
  if (keys.length === 0) return [];
  const rows = await connection.query<{ customer_id: bigint; currency: string; account_id: bigint }>(
    findAccounts,
    [keys.map((key) => key.customerId), keys.map((key) => key.currency)],
  );
  const found = new Map(rows.map((row) => [`${row.customer_id}/${row.currency}`, row.account_id]));
  return keys.map((key) => found.get(`${key.customerId}/${key.currency}`) ?? null);
}

// Cards, as they stand beside transfers (the rest of them: card-store.ts).

export interface CardRow {
  readonly card_id: bigint;
  readonly customer_id: bigint;
  readonly bank: string;
  readonly bank_name_zh: string;
  readonly bank_name_en: string;
  readonly last4: string;
  readonly card_kind: 'debit' | 'credit';
  readonly card_currency: string;
  readonly token: string;
  readonly card_status: Card['status'];
  readonly is_default: boolean;
  readonly added_at: Date;
}

export const cardColumns = `c.id AS card_id, c.customer_id, c.bank, c.bank_name_zh, c.bank_name_en, c.last4,
  c.kind AS card_kind, c.currency AS card_currency, c.token, c.status AS card_status, c.is_default, c.added_at`;

export const cardOf = (row: CardRow): Card => ({
  id: row.card_id,
  customerId: row.customer_id,
  bank: row.bank,
  bankName: { zh: row.bank_name_zh, en: row.bank_name_en },
  last4: row.last4,
  kind: row.card_kind,
  currency: row.card_currency,
  token: row.token,
  status: row.card_status,
  isDefault: row.is_default,
  addedAt: row.added_at,
});

// Transfers between a card and the balance.

interface TransferRow extends CardRow {
  readonly id: bigint;
  readonly kind: CardTransfer['kind'];
  readonly request_id: string;
  readonly input_hash: Buffer;
  readonly account_id: bigint;
  readonly currency: string;
  readonly amount: bigint;
  readonly status: CardTransferStatus;
  readonly refusal: string | null;
  readonly hold_id: bigint;
  readonly round: number;
  readonly attempts: number;
  readonly next_ask_at: Date;
  readonly created_at: Date;
  readonly finished_at: Date | null;
}

const transferColumns = `t.id, t.kind, t.request_id, t.input_hash, t.account_id, t.currency, t.amount, t.status,
  t.refusal, t.hold_id, t.round, t.attempts, t.next_ask_at, t.created_at, t.finished_at, ${cardColumns}`;
const transfers = `SELECT ${transferColumns} FROM wallet.card_transfer t JOIN wallet.card c ON c.id = t.card_id`;

const transferOf = (row: TransferRow): CardTransfer => ({
  id: row.id,
  kind: row.kind,
  customerId: row.customer_id,
  requestId: row.request_id,
  inputHash: row.input_hash,
  card: cardOf(row),
  account: row.account_id,
  amount: { currency: row.currency, amount: row.amount },
  status: row.status,
  refusal: row.refusal,
  holdId: row.hold_id,
  round: row.round,
  attempts: row.attempts,
  nextAskAt: row.next_ask_at,
  createdAt: row.created_at,
  finishedAt: row.finished_at,
});

const first = async (rows: Promise<TransferRow[]>): Promise<CardTransfer | null> => {
  const [row] = await rows;
  return row === undefined ? null : transferOf(row);
};

const insertTransfer = statement(
  'wallet.insert-transfer',
  `INSERT INTO wallet.card_transfer (id, kind, customer_id, request_id, input_hash, card_id, account_id, currency,
     amount, status, hold_id, next_ask_at, created_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', $10, $11, $11)
   ON CONFLICT (customer_id, request_id, kind) DO NOTHING RETURNING id`,
);
/** False when the request id is taken (by a transaction that has committed by now). */
export async function insertTransferRow(tx: Transaction, t: CardTransfer): Promise<boolean> {
  const rows = await tx.query(insertTransfer, [
    t.id,
    t.kind,
    t.customerId,
    t.requestId,
    t.inputHash,
    t.card.id,
    t.account,
    t.amount.currency,
    t.amount.amount,
    t.holdId,
    t.createdAt,
  ]);
  return rows.length === 1;
}

const byRequest = statement(
  'wallet.transfer-by-request',
  `${transfers} WHERE t.customer_id = $1 AND t.request_id = $2 AND t.kind = $3`,
);
export const selectTransferByRequest = (
  connection: Connection,
  key: { customerId: bigint; requestId: string; kind: CardTransferKind },
): Promise<CardTransfer | null> =>
  first(connection.query<TransferRow>(byRequest, [key.customerId, key.requestId, key.kind]));

const byId = statement('wallet.transfer-by-id', `${transfers} WHERE t.id = $1`);
export const selectTransfer = (connection: Connection, id: bigint): Promise<CardTransfer | null> =>
  first(connection.query<TransferRow>(byId, [id]));

const lockById = statement('wallet.lock-transfer', `${transfers} WHERE t.id = $1 FOR UPDATE OF t`);
export const lockTransfer = (tx: Transaction, id: bigint): Promise<CardTransfer | null> =>
  first(tx.query<TransferRow>(lockById, [id]));

const latest = statement(
  'wallet.transfers-of',
  `${transfers} WHERE t.customer_id = $1 AND t.kind = $2 AND t.id < $3
     AND ($5::timestamptz IS NULL OR (t.created_at >= $5 AND t.created_at < $6)) ORDER BY t.id DESC LIMIT $4`,
);
export interface TransferPage {
  readonly customerId: bigint;
  readonly kind: CardTransferKind;
  readonly before: bigint;
  readonly limit: number;
  /** Those of a time only: from (included) to (excluded). */
  readonly period?: { readonly from: Date; readonly to: Date } | null;
}
export const selectTransfersOf = async (
  connection: Connection,
  { customerId, kind, before, limit, period }: TransferPage,
): Promise<CardTransfer[]> => {
  const values = [customerId, kind, before, limit, period?.from ?? null, period?.to ?? null];
  return (await connection.query<TransferRow>(latest, values)).map(transferOf);
};

const takeAsk = statement(
  'wallet.take-ask',
  `UPDATE wallet.card_transfer SET attempts = attempts + 1, next_ask_at = $4
   WHERE id = $1 AND attempts = $2 AND status = 'pending' AND next_ask_at <= $3 RETURNING id`,
);
/** Takes the right to ask the bank now; false when another process took it, or it is too early. */
export const takeAskRow = async (
  connection: Connection,
  ask: { id: bigint; attempts: number; now: Date; nextAskAt: Date },
): Promise<boolean> =>
  (await connection.query(takeAsk, [ask.id, ask.attempts, ask.now, ask.nextAskAt])).length === 1;

const askFrom = statement(
  'wallet.ask-from',
  `UPDATE wallet.card_transfer SET next_ask_at = $2 WHERE id = $1 AND status = 'pending'`,
);
/** A transfer that is still open is due from then on. */
export const askFromRow = (connection: Connection, of: { id: bigint; at: Date }): Promise<unknown> =>
  connection.query(askFrom, [of.id, of.at]);

const due = statement(
  'wallet.transfers-due',
  `SELECT id FROM wallet.card_transfer WHERE status = 'pending' AND next_ask_at <= $1
     AND id::text <> ALL($2::text[]) ORDER BY next_ask_at LIMIT $3`,
);
export const selectDueTransfers = async (
  connection: Connection,
  of: { by: Date; except: readonly string[]; limit: number },
): Promise<bigint[]> =>
  (await connection.query<{ id: bigint }>(due, [of.by, of.except, of.limit])).map((row) => row.id);

const nextDue = statement(
  'wallet.next-due',
  `SELECT min(next_ask_at) AS at FROM wallet.card_transfer WHERE status = 'pending'
     AND id::text <> ALL($1::text[])`,
);
export const selectNextDue = async (
  connection: Connection,
  except: readonly string[],
): Promise<Date | null> => (await connection.query<{ at: Date | null }>(nextDue, [except]))[0]?.at ?? null;

const open = statement(
  'wallet.open-transfers',
  `SELECT kind, id, round FROM wallet.card_transfer WHERE status = 'pending'`,
);
export const selectOpenTransfers = (
  connection: Connection,
): Promise<Pick<CardTransfer, 'kind' | 'id' | 'round'>[]> => connection.query(open);

const movements = statement(
  'wallet.transfer-movements',
  `SELECT t.kind, t.id, t.round, CASE t.kind WHEN 'top-up' THEN t.amount ELSE -t.amount END AS amount,
     (t.finished_at AT TIME ZONE 'UTC')::date::text AS day
   FROM wallet.card_transfer t JOIN wallet.card c ON c.id = t.card_id
   WHERE t.status = 'succeeded' AND t.currency = $1 AND c.bank = $2
     AND t.finished_at >= $3::date AND t.finished_at < $4::date + 1`,
);
/** What top-ups and withdrawals moved at a bank in days (YYYY-MM-DD, UTC, both included); positive is owed to us. */
export const selectTransferMovements = (
  connection: Connection,
  of: { currency: string; bank: string; fromDay: string; toDay: string },
): Promise<(Pick<CardTransfer, 'kind' | 'id' | 'round'> & { amount: bigint; day: string })[]> =>
  connection.query(movements, [of.currency, of.bank, of.fromDay, of.toDay]);

const finish = statement(
  'wallet.finish-transfer',
  `UPDATE wallet.card_transfer SET status = $2, refusal = $3, entry_id = $4, finished_at = $5 WHERE id = $1`,
);
export const finishTransferRow = (
  tx: Transaction,
  t: {
    id: bigint;
    status: 'succeeded' | 'failed';
    refusal: string | null;
    entryId: bigint;
    finishedAt: Date;
  },
): Promise<unknown> => tx.query(finish, [t.id, t.status, t.refusal, t.entryId, t.finishedAt]);

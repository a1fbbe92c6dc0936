// SQL of payouts: messages to the bank, attempts, and the bank's documents.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { BankDocument } from './bank.ts';
import type { BankAddress, BatchStatus } from './batch.ts';

const nextPayout = statement(
  'settlement.next-payout',
  `SELECT min(b.pay_at) AS at FROM settlement.batch b
   JOIN settlement.terms t ON t.merchant_id = b.merchant_id AND t.currency = b.currency AND t.account_number <> '' AND NOT t.is_held
   WHERE b.status IN ('CLOSED', 'REJECTED') AND b.pay_at IS NOT NULL AND b.id::text <> ALL($1::text[])`,
);
export const readNextPayout = async (
  connection: Connection,
  except: readonly string[],
): Promise<Date | null> => (await connection.query<{ at: Date | null }>(nextPayout, [except]))[0]!.at;

const duePayouts = statement(
  'settlement.due-payouts',
  `SELECT b.id FROM settlement.batch b
   JOIN settlement.terms t ON t.merchant_id = b.merchant_id AND t.currency = b.currency AND t.account_number <> '' AND NOT t.is_held
   WHERE b.status IN ('CLOSED', 'REJECTED') AND b.pay_at <= $1 AND b.id::text <> ALL($3::text[])
   ORDER BY b.pay_at, b.id LIMIT $2`,
);
export const readDuePayouts = async (
  connection: Connection,
  of: { by: Date; limit: number; except: readonly string[] },
): Promise<bigint[]> =>
  (await connection.query<{ id: bigint }>(duePayouts, [of.by, of.limit, of.except])).map((row) => row.id);

export interface DueBatch {
  readonly id: bigint;
  readonly merchant_id: bigint;
  readonly currency: string;
  readonly status: BatchStatus;
  readonly net: bigint;
  readonly attempts: number;
  readonly settlement_day: string;
  readonly account_name: string;
  readonly account_number: string;
  readonly bank_bic: string;
  readonly account_address: BankAddress | null;
}
const lockDue = statement(
  'settlement.lock-due-payouts',
  `SELECT b.id, b.merchant_id, b.currency, b.status, b.net, b.attempts, b.settlement_day::text, t.account_name,
     t.account_number, t.bank_bic, t.account_address
   FROM settlement.batch b
   JOIN settlement.terms t ON t.merchant_id = b.merchant_id AND t.currency = b.currency AND t.account_number <> '' AND NOT t.is_held
   WHERE b.status IN ('CLOSED', 'REJECTED') AND b.pay_at <= $1 AND b.id = ANY($2::bigint[]) ORDER BY b.pay_at, b.id
   FOR UPDATE OF b SKIP LOCKED`,
);
/** Those of the batches that are still due and in nobody else's hands. */
export const lockDueBatches = (tx: Transaction, now: Date, ids: readonly bigint[]): Promise<DueBatch[]> =>
  tx.query(lockDue, [now, ids]);

const insertMessage = statement(
  'settlement.insert-message',
  `INSERT INTO settlement.message (id, currency, created_at, xml, next_try_at) VALUES ($1, $2, $3, $4, $3)`,
);
export const insertMessageRow = (
  tx: Transaction,
  message: { id: bigint; currency: string; createdAt: Date; xml: string },
): Promise<unknown> =>
  tx.query(insertMessage, [message.id, message.currency, message.createdAt, message.xml]);

const insertPayout = statement(
  'settlement.insert-payout',
  `INSERT INTO settlement.payout (batch_id, attempt, message_id, currency, amount, account_name, account_number,
     bank_bic, status, instructed_by_entry)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'in-transit', $9)`,
);
const markInTransit = statement(
  'settlement.mark-in-transit',
  `UPDATE settlement.batch SET status = 'IN_TRANSIT', attempts = $2, pay_at = NULL WHERE id = $1`,
);
export async function insertPayoutRow(
  tx: Transaction,
  payout: { batch: DueBatch; messageId: bigint; entryId: bigint },
): Promise<void> {
  const { batch } = payout;
  const attempt = batch.attempts + 1;
  await tx.query(insertPayout, [
    batch.id,
    attempt,
    payout.messageId,
    batch.currency,
    batch.net,
    batch.account_name,
    batch.account_number,
    batch.bank_bic,
    payout.entryId,
  ]);
  await tx.query(markInTransit, [batch.id, attempt]);
}

const nextUnsent = statement(
  'settlement.next-unsent',
  'SELECT min(next_try_at) AS at FROM settlement.message WHERE sent_at IS NULL',
);
export const readNextUnsent = async (connection: Connection): Promise<Date | null> =>
  (await connection.query<{ at: Date | null }>(nextUnsent))[0]!.at;

const unsent = statement(
  'settlement.unsent',
  `SELECT id, xml, created_at FROM settlement.message WHERE sent_at IS NULL AND next_try_at <= $1 ORDER BY id LIMIT $2`,
);
export const readUnsent = (
  connection: Connection,
  now: Date,
  limit: number,
): Promise<{ id: bigint; xml: string; created_at: Date }[]> => connection.query(unsent, [now, limit]);

const markSent = statement(
  'settlement.mark-sent',
  'UPDATE settlement.message SET sent_at = $2 WHERE id = $1 AND sent_at IS NULL',
);
const tryLater = statement(
  'settlement.try-later',
  'UPDATE settlement.message SET next_try_at = $2 WHERE id = $1',
);
export const markMessageSent = (connection: Connection, id: bigint, at: Date): Promise<unknown> =>
  connection.query(markSent, [id, at]);
export const tryMessageLater = (connection: Connection, id: bigint, at: Date): Promise<unknown> =>
  connection.query(tryLater, [id, at]);

const lastCursor = statement(
  'settlement.last-cursor',
  'SELECT coalesce(max(cursor), 0)::bigint AS cursor FROM settlement.document',
);
export const readLastCursor = async (connection: Connection): Promise<bigint> =>
  (await connection.query<{ cursor: bigint }>(lastCursor))[0]!.cursor;

const insertDocument = statement(
  'settlement.insert-document',
  `INSERT INTO settlement.document (cursor, kind, fetched_at, xml) VALUES ($1, $2, $3, $4)
   ON CONFLICT DO NOTHING RETURNING cursor`,
);
const insertUnapplied = statement(
  'settlement.insert-unapplied',
  'INSERT INTO settlement.unapplied_document (cursor, fetched_at) VALUES ($1, $2)',
);
/** Keeps a document, to be applied; one that was kept before changes nothing. */
export async function insertDocumentRow(
  tx: Transaction,
  document: BankDocument,
  fetchedAt: Date,
): Promise<void> {
  const { cursor, kind, xml } = document;
  const isNew = (await tx.query(insertDocument, [cursor, kind, fetchedAt, xml])).length === 1;
  if (isNew) await tx.query(insertUnapplied, [cursor, fetchedAt]);
}

const unapplied = statement(
  'settlement.unapplied-documents',
  `SELECT d.cursor, d.kind, d.xml FROM settlement.unapplied_document u JOIN settlement.document d USING (cursor)
   WHERE u.cursor::text <> ALL($1::text[]) ORDER BY u.cursor LIMIT $2`,
);
export const readUnapplied = (
  connection: Connection,
  of: { except: readonly string[]; limit: number },
): Promise<BankDocument[]> => connection.query(unapplied, [of.except, of.limit]);

const nextUnapplied = statement(
  'settlement.next-unapplied',
  'SELECT min(fetched_at) AS at FROM settlement.unapplied_document WHERE cursor::text <> ALL($1::text[])',
);
export const readNextUnapplied = async (
  connection: Connection,
  except: readonly string[],
): Promise<Date | null> => (await connection.query<{ at: Date | null }>(nextUnapplied, [except]))[0]!.at;

const removeUnapplied = statement(
  'settlement.remove-unapplied',
  'DELETE FROM settlement.unapplied_document WHERE cursor = $1 RETURNING cursor',
);
/** False when another process has applied it. */
export const takeUnapplied = async (tx: Transaction, cursor: bigint): Promise<boolean> =>
  (await tx.query(removeUnapplied, [cursor])).length === 1;

export interface LockedPayout {
  readonly batch_id: bigint;
  readonly attempt: number;
  readonly merchant_id: bigint;
  readonly currency: string;
  readonly amount: bigint;
  readonly status: PayoutRow['status'];
  readonly reason: string | null;
}
const lockPayout = statement(
  'settlement.lock-payout',
  `SELECT p.batch_id, p.attempt, b.merchant_id, p.currency, p.amount, p.status, p.reason
   FROM settlement.batch b JOIN settlement.payout p ON p.batch_id = b.id
   WHERE p.batch_id = $1 AND p.attempt = $2 FOR UPDATE`,
);
/** Undefined when there is no such payout. */
export const lockPayoutRow = async (
  tx: Transaction,
  of: { batchId: bigint; attempt: number },
): Promise<LockedPayout | undefined> =>
  (await tx.query<LockedPayout>(lockPayout, [of.batchId, of.attempt]))[0];

const payoutsOfMessage = statement(
  'settlement.payouts-of-message',
  `SELECT batch_id || '-' || attempt AS reference FROM settlement.payout WHERE message_id = $1 AND status = 'in-transit'
   ORDER BY batch_id`,
);
/** End-to-end ids of a message's payouts that the bank has not decided. */
export const readPayoutsOfMessage = async (tx: Transaction, messageId: bigint): Promise<string[]> =>
  (await tx.query<{ reference: string }>(payoutsOfMessage, [messageId])).map((row) => row.reference);

const answerPayout = statement(
  'settlement.answer-payout',
  `UPDATE settlement.payout SET status = $3, answered_by_entry = $4, answered_at = $5, reason = $6
   WHERE batch_id = $1 AND attempt = $2`,
);
const answerBatch = statement(
  'settlement.answer-batch',
  'UPDATE settlement.batch SET status = $2, paid_at = $3, refusal = $4, pay_at = $5 WHERE id = $1',
);
export async function answerPayoutRow(
  tx: Transaction,
  answer: {
    payout: LockedPayout;
    paid: boolean;
    entryId: bigint;
    at: Date;
    reason: string | null;
  },
): Promise<void> {
  const { payout, paid, at, reason } = answer;
  const status = paid ? 'paid' : 'rejected';
  await tx.query(answerPayout, [payout.batch_id, payout.attempt, status, answer.entryId, at, reason]);
  await tx.query(answerBatch, [payout.batch_id, paid ? 'PAID' : 'REJECTED', paid ? at : null, reason, null]);
}

const payAgain = statement(
  'settlement.pay-again',
  `UPDATE settlement.batch SET pay_at = $3 WHERE merchant_id = $1 AND currency = $2 AND status = 'REJECTED'
     AND pay_at IS NULL`,
);
/** Rejected batches may leave again, once the account was corrected. */
export const retryRejected = (
  tx: Transaction,
  of: { merchantId: bigint; currency: string; payAt: Date },
): Promise<unknown> => tx.query(payAgain, [of.merchantId, of.currency, of.payAt]);

const openReferences = statement(
  'settlement.open-references',
  `SELECT batch_id || '-' || attempt AS reference FROM settlement.payout WHERE status = 'in-transit'`,
);
/** What the bank was told and has not answered, by its end-to-end ids. */
export const readOpenPayoutReferences = async (connection: Connection): Promise<string[]> =>
  (await connection.query<{ reference: string }>(openReferences)).map((row) => row.reference);

export interface PayoutRow {
  readonly batch_id: bigint;
  readonly attempt: number;
  readonly status: 'in-transit' | 'paid' | 'rejected';
  readonly amount: bigint;
  readonly currency: string;
  readonly instructed_by_entry: bigint;
  readonly answered_by_entry: bigint;
  readonly answered_at: Date | null;
  readonly reason: string | null;
}
const payoutsOf = statement(
  'settlement.payouts-of',
  `SELECT batch_id, attempt, status, amount, currency, instructed_by_entry, answered_by_entry, answered_at, reason
   FROM settlement.payout WHERE batch_id = ANY($1::bigint[]) ORDER BY batch_id, attempt`,
);
export const readPayouts = (connection: Connection, batchIds: readonly bigint[]): Promise<PayoutRow[]> =>
  connection.query(payoutsOf, [batchIds]);

const movements = statement(
  'settlement.bank-movements',
  `SELECT p.batch_id || '-' || p.attempt AS reference, 'TB' || p.message_id AS "group", p.currency, -p.amount AS amount,
     (p.answered_at AT TIME ZONE 'UTC')::date::text AS day
   FROM settlement.payout p WHERE p.status = 'paid' AND p.currency = $1
     AND p.answered_at >= $2::date AND p.answered_at < $3::date + 1
   UNION ALL
   SELECT coalesce(a.bank_reference, 'FX' || d.id), CASE WHEN a.id IS NULL THEN '' ELSE 'FX' || d.id END, d.currency, d.bought,
     coalesce(a.value_date, (d.created_at AT TIME ZONE 'UTC')::date)::text
   FROM settlement.deal d LEFT JOIN settlement.deal_agreement a ON a.deal_id = d.id AND a.approved
   WHERE d.entry_id <> 0 AND d.currency = $1
     AND coalesce(a.value_date, (d.created_at AT TIME ZONE 'UTC')::date) BETWEEN $2::date AND $3::date`,
);
/** What the books have on the settlement bank's account of a currency, in days (YYYY-MM-DD, UTC, both included). */
export const readBankMovements = (
  connection: Connection,
  of: { currency: string; fromDay: string; toDay: string },
): Promise<{ reference: string; group: string; currency: string; amount: bigint; day: string }[]> =>
  connection.query(movements, [of.currency, of.fromDay, of.toDay]);

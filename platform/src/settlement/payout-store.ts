// SQL of payouts: messages to the bank, attempts, and the bank's documents.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { BankDocument } from './bank.ts';
import type { BatchStatus } from './batch.ts';

const nextPayout = statement(
  'settlement.next-payout',
  `SELECT min(b.pay_at) AS at FROM settlement.batch b
   JOIN settlement.terms t ON t.merchant_id = b.merchant_id AND t.currency = b.currency AND t.account_number <> ''
   WHERE b.status IN ('CLOSED', 'REJECTED') AND b.pay_at IS NOT NULL`,
);
export const readNextPayout = async (connection: Connection): Promise<Date | null> =>
  (await connection.query<{ at: Date | null }>(nextPayout))[0]!.at;

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
}
const lockDue = statement(
  'settlement.lock-due-payouts',
  `SELECT b.id, b.merchant_id, b.currency, b.status, b.net, b.attempts, b.settlement_day::text, t.account_name,
     t.account_number, t.bank_bic
   FROM settlement.batch b
   JOIN settlement.terms t ON t.merchant_id = b.merchant_id AND t.currency = b.currency AND t.account_number <> ''
   WHERE b.status IN ('CLOSED', 'REJECTED') AND b.pay_at <= $1 ORDER BY b.pay_at, b.id LIMIT $2
   FOR UPDATE OF b SKIP LOCKED`,
);
export const lockDueBatches = (tx: Transaction, now: Date, limit: number): Promise<DueBatch[]> =>
  tx.query(lockDue, [now, limit]);

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
/** False when it was recorded before. */
export const insertDocumentRow = async (
  tx: Transaction,
  document: BankDocument,
  fetchedAt: Date,
): Promise<boolean> =>
  (await tx.query(insertDocument, [document.cursor, document.kind, fetchedAt, document.xml])).length === 1;

export interface OpenPayout {
  readonly batch_id: bigint;
  readonly attempt: number;
  readonly merchant_id: bigint;
  readonly currency: string;
  readonly amount: bigint;
}
const lockPayout = statement(
  'settlement.lock-payout',
  `SELECT p.batch_id, p.attempt, b.merchant_id, p.currency, p.amount
   FROM settlement.batch b JOIN settlement.payout p ON p.batch_id = b.id
   WHERE p.batch_id = $1 AND p.attempt = $2 AND p.status = 'in-transit' FOR UPDATE`,
);
/** Undefined when there is no such payout, or it was answered before. */
export const lockOpenPayout = async (
  tx: Transaction,
  of: { batchId: bigint; attempt: number },
): Promise<OpenPayout | undefined> => (await tx.query<OpenPayout>(lockPayout, [of.batchId, of.attempt]))[0];

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
    payout: OpenPayout;
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
   SELECT 'FX' || d.id, '', d.currency, d.bought, (d.created_at AT TIME ZONE 'UTC')::date::text
   FROM settlement.deal d WHERE d.entry_id <> 0 AND d.currency = $1
     AND d.created_at >= $2::date AND d.created_at < $3::date + 1`,
);
/** What the books have on the settlement bank's account of a currency, in days (YYYY-MM-DD, UTC, both included). */
export const readBankMovements = (
  connection: Connection,
  of: { currency: string; fromDay: string; toDay: string },
): Promise<{ reference: string; group: string; currency: string; amount: bigint; day: string }[]> =>
  connection.query(movements, [of.currency, of.fromDay, of.toDay]);

// All SQL of the mail room.
import { type Connection, statement, type Transaction } from '../database/index.ts';

const insertStatement = statement(
  'mail.insert',
  `INSERT INTO mail.message (id, reference, content, content_hash, queued_at, next_try_at)
   VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (reference) DO NOTHING RETURNING id`,
);
/** Whether it was new: a reference that is there already keeps its first content. */
export const insertMail = async (
  tx: Transaction,
  mail: { id: bigint; reference: string; content: string; contentHash: Buffer; at: Date },
): Promise<boolean> =>
  (await tx.query(insertStatement, [mail.id, mail.reference, mail.content, mail.contentHash, mail.at]))
    .length === 1;

export interface QueuedMail {
  readonly id: bigint;
  readonly content: string;
  readonly queuedAt: Date;
  readonly attempts: number;
}

const dueStatement = statement(
  'mail.due',
  `SELECT id FROM mail.message WHERE state = 'queued' AND next_try_at <= $1 AND NOT id::text = ANY($2::text[])
   ORDER BY next_try_at, id LIMIT $3`,
);
export const selectDue = async (
  connection: Connection,
  of: { now: Date; except: readonly string[]; limit: number },
): Promise<bigint[]> =>
  (await connection.query<{ id: bigint }>(dueStatement, [of.now, of.except, of.limit])).map(({ id }) => id);

const nextDueStatement = statement(
  'mail.next-due',
  `SELECT min(next_try_at) AS at FROM mail.message WHERE state = 'queued' AND NOT id::text = ANY($1::text[])`,
);
export const selectNextDue = async (
  connection: Connection,
  except: readonly string[],
): Promise<Date | null> => (await connection.query<{ at: Date | null }>(nextDueStatement, [except]))[0]!.at;

const takeStatement = statement(
  'mail.take',
  `UPDATE mail.message SET attempts = attempts + 1, next_try_at = $3
   WHERE id = $1 AND state = 'queued' AND next_try_at <= $2
   RETURNING id, content, queued_at AS "queuedAt", attempts`,
);
/** Makes the attempt ours, until the next one is due; null when somebody else's it is. */
export const takeMail = async (
  connection: Connection,
  of: { id: bigint; now: Date; until: Date },
): Promise<QueuedMail | null> =>
  (await connection.query<QueuedMail>(takeStatement, [of.id, of.now, of.until]))[0] ?? null;

const laterStatement = statement(
  'mail.later',
  `UPDATE mail.message SET next_try_at = $3, answer = $4 WHERE id = $1 AND state = 'queued' AND attempts = $2`,
);
export const putOff = (
  connection: Connection,
  of: { id: bigint; attempts: number; at: Date; answer: string },
): Promise<unknown> => connection.query(laterStatement, [of.id, of.attempts, of.at, of.answer]);

const sentStatement = statement(
  'mail.sent',
  `UPDATE mail.message SET state = 'sent', content = NULL, ended_at = $2, answer = $3 WHERE id = $1 AND state = 'queued'`,
);
export const markSent = (
  connection: Connection,
  of: { id: bigint; at: Date; answer: string },
): Promise<unknown> => connection.query(sentStatement, [of.id, of.at, of.answer]);

const expireStatement = statement(
  'mail.expire',
  `UPDATE mail.message SET state = 'expired', content = NULL, ended_at = $1
   WHERE state = 'queued' AND queued_at <= $2 RETURNING id`,
);
export const expireQueued = async (
  connection: Connection,
  of: { now: Date; queuedBy: Date },
): Promise<bigint[]> =>
  (await connection.query<{ id: bigint }>(expireStatement, [of.now, of.queuedBy])).map(({ id }) => id);

const oldestStatement = statement(
  'mail.oldest',
  `SELECT min(queued_at) AS at FROM mail.message WHERE state = 'queued'`,
);
export const selectOldest = async (connection: Connection): Promise<Date | null> =>
  (await connection.query<{ at: Date | null }>(oldestStatement))[0]!.at;

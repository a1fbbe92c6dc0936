// All SQL of the room for short messages.
import { type Connection, statement } from '../database/index.ts';

const insertStatement = statement(
  'sms.insert',
  `INSERT INTO sms.message (id, content, queued_at, expires_at, next_try_at) VALUES ($1, $2, $3, $4, $3)`,
);
export const insertMessage = (
  connection: Connection,
  of: { id: bigint; content: string; at: Date; expiresAt: Date },
): Promise<unknown> => connection.query(insertStatement, [of.id, of.content, of.at, of.expiresAt]);

const dueStatement = statement(
  'sms.due',
  `SELECT id FROM sms.message WHERE state = 'queued' AND next_try_at <= $1 AND NOT id::text = ANY($2::text[])
   ORDER BY next_try_at, id LIMIT $3`,
);
export const selectDue = async (
  connection: Connection,
  of: { now: Date; except: readonly string[]; limit: number },
): Promise<bigint[]> =>
  (await connection.query<{ id: bigint }>(dueStatement, [of.now, of.except, of.limit])).map(({ id }) => id);

const nextDueStatement = statement(
  'sms.next-due',
  `SELECT min(next_try_at) AS at FROM sms.message WHERE state = 'queued' AND NOT id::text = ANY($1::text[])`,
);
export const selectNextDue = async (
  connection: Connection,
  except: readonly string[],
): Promise<Date | null> => (await connection.query<{ at: Date | null }>(nextDueStatement, [except]))[0]!.at;

export interface TakenMessage {
  readonly id: bigint;
  readonly content: string;
  readonly expiresAt: Date;
  readonly attempts: number;
}

const takeStatement = statement(
  'sms.take',
  `UPDATE sms.message SET attempts = attempts + 1, next_try_at = $3
   WHERE id = $1 AND state = 'queued' AND next_try_at <= $2
   RETURNING id, content, expires_at AS "expiresAt", attempts`,
);
/** Makes the attempt ours, until the next one is due; null when it is somebody else's. */
export const takeMessage = async (
  connection: Connection,
  of: { id: bigint; now: Date; until: Date },
): Promise<TakenMessage | null> =>
  (await connection.query<TakenMessage>(takeStatement, [of.id, of.now, of.until]))[0] ?? null;

const laterStatement = statement(
  'sms.later',
  `UPDATE sms.message SET next_try_at = $3, answer = $4 WHERE id = $1 AND state = 'queued' AND attempts = $2`,
);
export const putOff = (
  connection: Connection,
  of: { id: bigint; attempts: number; at: Date; answer: string },
): Promise<unknown> => connection.query(laterStatement, [of.id, of.attempts, of.at, of.answer]);

const endStatement = statement(
  'sms.end',
  `UPDATE sms.message SET state = $2, content = NULL, ended_at = $3, answer = $4 WHERE id = $1 AND state = 'queued' RETURNING id`,
);
/** Whether it was not over before. */
export const endMessage = async (
  connection: Connection,
  of: { id: bigint; state: 'sent' | 'refused' | 'expired'; at: Date; answer: string },
): Promise<boolean> =>
  (await connection.query(endStatement, [of.id, of.state, of.at, of.answer])).length === 1;

const removeStatement = statement(
  'sms.remove-ended',
  `DELETE FROM sms.message WHERE id IN (SELECT id FROM sms.message WHERE state <> 'queued' AND ended_at <= $1
     ORDER BY ended_at LIMIT $2) RETURNING id`,
);
export const removeEnded = async (
  connection: Connection,
  of: { endedBy: Date; limit: number },
): Promise<number> => (await connection.query(removeStatement, [of.endedBy, of.limit])).length;

const firstEndedStatement = statement(
  'sms.first-ended',
  `SELECT min(ended_at) AS at FROM sms.message WHERE state <> 'queued'`,
);
export const selectFirstEnded = async (connection: Connection): Promise<Date | null> =>
  (await connection.query<{ at: Date | null }>(firstEndedStatement))[0]!.at;

// SQL of the tally: one row a key, in one statement that counts and judges.
import type { Connection } from './database.ts';
import { statement } from './statement.ts';

// A window that ends later than one that began now: the clock was set back, and the window is over.
const countStatement = statement(
  'system.count',
  `INSERT INTO system.tally AS t (key, count, ends_at) VALUES ($1, 1, $3)
   ON CONFLICT (key) DO UPDATE SET
     count = CASE WHEN t.ends_at <= $2 OR t.ends_at > $3 THEN 1 ELSE t.count + 1 END,
     ends_at = CASE WHEN t.ends_at <= $2 OR t.ends_at > $3 THEN $3 ELSE t.ends_at END
   WHERE t.count < $4 OR t.ends_at <= $2 OR t.ends_at > $3
   RETURNING count`,
);
/** False when the window already has `most`; however many count at once, no more than that succeed. */
export const countRow = async (
  connection: Connection,
  of: { key: Buffer; now: Date; endsAt: Date; most: number },
): Promise<boolean> =>
  (await connection.query(countStatement, [of.key, of.now, of.endsAt, of.most])).length === 1;

const endStatement = statement('system.tally-end', 'SELECT ends_at FROM system.tally WHERE key = $1');
export const selectTallyEnd = async (connection: Connection, key: Buffer): Promise<Date | null> =>
  (await connection.query<{ ends_at: Date }>(endStatement, [key]))[0]?.ends_at ?? null;

const takeBack = statement(
  'system.take-back-tally',
  'UPDATE system.tally SET count = count - 1 WHERE key = $1 AND count > 0',
);
export const takeBackRow = (connection: Connection, key: Buffer): Promise<unknown> =>
  connection.query(takeBack, [key]);

const forget = statement('system.forget-tally', 'DELETE FROM system.tally WHERE key = $1');
export const deleteTallyRow = (connection: Connection, key: Buffer): Promise<unknown> =>
  connection.query(forget, [key]);

const firstEnd = statement('system.first-tally-end', 'SELECT min(ends_at) AS at FROM system.tally');
export const selectFirstTallyEnd = async (connection: Connection): Promise<Date | null> =>
  (await connection.query<{ at: Date | null }>(firstEnd))[0]!.at;

const sweep = statement(
  'system.sweep-tally',
  `DELETE FROM system.tally WHERE key IN (
     SELECT key FROM system.tally WHERE ends_at <= $1 ORDER BY ends_at LIMIT 10000) RETURNING 1`,
);
/** Removes windows that are over, at most 10,000; answers how many. */
export const removeEndedTallies = async (connection: Connection, now: Date): Promise<number> =>
  (await connection.query(sweep, [now])).length;

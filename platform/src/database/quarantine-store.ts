// SQL of the quarantine: items that a timer could not work on.
import type { Connection, Transaction } from './database.ts';
import { statement } from './statement.ts';

export interface QuarantinedItem {
  readonly timer: string;
  readonly item: string;
  /** The error's own words, at most 500 characters. */
  readonly reason: string;
  readonly failures: number;
  readonly firstFailedAt: Date;
  readonly lastFailedAt: Date;
}

/** So many items of one timer are held at most; more than this is not the items' fault. */
export const mostHeld = 1_000;

const recordStatement = statement(
  'system.quarantine-record',
  `INSERT INTO system.quarantine AS q (timer, item, reason, failures, held, first_failed_at, last_failed_at)
   SELECT $1, $2, $3, 1, 1 >= $4, $5, $5
   WHERE (SELECT count(*) FROM system.quarantine WHERE timer = $1) < ${mostHeld}
     OR EXISTS (SELECT FROM system.quarantine WHERE timer = $1 AND item = $2)
   ON CONFLICT (timer, item) DO UPDATE SET reason = excluded.reason, failures = q.failures + 1,
     held = q.held OR q.failures + 1 >= $4, last_failed_at = excluded.last_failed_at
   RETURNING held`,
);
export interface ItemFailure {
  readonly timer: string;
  readonly item: string;
  readonly reason: string;
  /** At the how manieth failure it is held. */
  readonly heldAtFailure: number;
  readonly at: Date;
}
/** Whether the item is held now; null when the timer's list is full. */
export async function recordFailure(connection: Connection, failure: ItemFailure): Promise<boolean | null> {
  const { timer, item, reason, heldAtFailure, at } = failure;
  const values = [timer, item.slice(0, 100), reason.slice(0, 500), heldAtFailure, at];
  return (await connection.query<{ held: boolean }>(recordStatement, values))[0]?.held ?? null;
}

const ofTimer = statement(
  'system.quarantine-of-timer',
  `SELECT item, held FROM system.quarantine WHERE timer = $1 LIMIT ${mostHeld}`,
);
export const readFailedItems = (
  connection: Connection,
  timer: string,
): Promise<{ item: string; held: boolean }[]> => connection.query(ofTimer, [timer]);

const listStatement = statement(
  'system.quarantine-list',
  `SELECT timer, item, reason, failures, first_failed_at, last_failed_at FROM system.quarantine
   WHERE held ORDER BY last_failed_at DESC, timer, item LIMIT $1`,
);
/** Held items, the newest failure first. */
export async function readQuarantine(connection: Connection, limit: number): Promise<QuarantinedItem[]> {
  const rows = await connection.query<{
    timer: string;
    item: string;
    reason: string;
    failures: number;
    first_failed_at: Date;
    last_failed_at: Date;
  }>(listStatement, [limit]);
  return rows.map((row) => ({
    timer: row.timer,
    item: row.item,
    reason: row.reason,
    failures: row.failures,
    firstFailedAt: row.first_failed_at,
    lastFailedAt: row.last_failed_at,
  }));
}

const countStatement = statement(
  'system.quarantine-count',
  'SELECT count(*)::int AS count FROM system.quarantine WHERE held',
);
export const countQuarantine = async (connection: Connection): Promise<number> =>
  (await connection.query<{ count: number }>(countStatement))[0]!.count;

const removeStatement = statement(
  'system.quarantine-remove',
  'DELETE FROM system.quarantine WHERE timer = $1 AND item = $2 RETURNING item',
);
/** Takes an item off the list, so that its timer works on it again; false when it is not on it. */
export const releaseItem = async (
  tx: Transaction | Connection,
  of: { timer: string; item: string },
): Promise<boolean> => (await tx.query(removeStatement, [of.timer, of.item])).length === 1;

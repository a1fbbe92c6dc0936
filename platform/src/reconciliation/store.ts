// SQL of breaks and the acts of operators.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { Break } from './statement.ts';
import { chunksOf } from './statement-store.ts';

const insertBreaks = statement(
  'reconciliation.insert-breaks',
  `INSERT INTO reconciliation.break (statement_id, id, kind, reference, field, expected, actual, currency, difference, day)
   SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
     $9::bigint[], $10::date[])`,
);
export async function insertBreakRows(
  tx: Transaction,
  of: { statementId: bigint; ids: readonly bigint[]; breaks: readonly Break[] },
): Promise<void> {
  const rows = of.breaks.map((found, place) => ({ ...found, id: of.ids[place]! }));
  for (const chunk of chunksOf(rows))
    await tx.query(insertBreaks, [
      of.statementId,
      chunk.map((row) => row.id),
      chunk.map((row) => row.kind),
      chunk.map((row) => row.reference),
      chunk.map((row) => row.field),
      chunk.map((row) => row.expected),
      chunk.map((row) => row.actual),
      chunk.map((row) => row.currency),
      chunk.map((row) => row.difference),
      chunk.map((row) => row.day),
    ]);
}

export type BreakStatus = 'open' | 'proposed' | 'closed';
export type Action = 'explain' | 'suspense' | 'charge';
export interface BreakRow extends Break {
  readonly id: bigint;
  readonly status: BreakStatus;
  readonly account: string;
  /** The bank's name of the statement, and the days that it speaks about. */
  readonly statement: string;
  readonly fromDay: string;
  readonly toDay: string;
}
// A break that was found before its day was kept is shown on its statement's last day.
const breakColumns = `b.id, b.kind, b.reference, b.field, b.expected, b.actual, b.currency, b.difference, b.status,
  coalesce(b.day, s.to_day)::text AS day, s.account, s.statement_id AS statement, s.from_day::text AS "fromDay",
  s.to_day::text AS "toDay"`;
const breakFrom = 'FROM reconciliation.break b JOIN reconciliation.statement s ON s.id = b.statement_id';
const listBreaks = statement(
  'reconciliation.list-breaks',
  `SELECT ${breakColumns} ${breakFrom} WHERE b.status = ANY($1::text[]) ORDER BY b.id LIMIT $2`,
);
export const readBreaks = (
  connection: Connection,
  of: { statuses: readonly BreakStatus[]; limit: number },
): Promise<BreakRow[]> => connection.query(listBreaks, [of.statuses, of.limit]);
const lockBreak = statement(
  'reconciliation.lock-break',
  `SELECT ${breakColumns} ${breakFrom} WHERE b.id = $1 FOR UPDATE OF b`,
);
export const lockBreakRow = async (tx: Transaction, id: bigint): Promise<BreakRow | undefined> =>
  (await tx.query<BreakRow>(lockBreak, [id]))[0];

const breaksOfStatement = statement(
  'reconciliation.breaks-of-statement',
  `SELECT ${breakColumns} ${breakFrom} WHERE b.statement_id = $1 ORDER BY b.id FOR UPDATE OF b`,
);
export const lockBreaksOf = (tx: Transaction, statementId: bigint): Promise<BreakRow[]> =>
  tx.query(breaksOfStatement, [statementId]);

const moveBreaks = statement(
  'reconciliation.move-breaks',
  'UPDATE reconciliation.break SET statement_id = $2 WHERE id = ANY($1::bigint[])',
);
/** Breaks that a corrected statement has too are its own from then on, with what people did about them. */
export const moveBreakRows = (tx: Transaction, ids: readonly bigint[], to: bigint): Promise<unknown> =>
  tx.query(moveBreaks, [ids, to]);

const setStatus = statement(
  'reconciliation.set-status',
  'UPDATE reconciliation.break SET status = $2 WHERE id = $1',
);
const insertAct = statement(
  'reconciliation.insert-act',
  `INSERT INTO reconciliation.act (id, break_id, kind, action, operator, reason, entry_id, acted_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
);
export interface Act {
  readonly id: bigint;
  readonly break_id: bigint;
  readonly kind: 'propose' | 'approve' | 'refuse' | 'supersede';
  readonly action: Action;
  readonly operator: string;
  readonly reason: string;
  readonly entry_id: bigint;
  readonly acted_at: Date;
}
export async function insertActRow(tx: Transaction, act: Act, status: BreakStatus): Promise<void> {
  const values = [act.id, act.break_id, act.kind, act.action, act.operator, act.reason, act.entry_id];
  await tx.query(insertAct, [...values, act.acted_at]);
  await tx.query(setStatus, [act.break_id, status]);
}
const actsOf = statement(
  'reconciliation.acts-of',
  'SELECT * FROM reconciliation.act WHERE break_id = ANY($1::bigint[]) ORDER BY id',
);
export const readActs = (connection: Connection, breakIds: readonly bigint[]): Promise<Act[]> =>
  connection.query(actsOf, [breakIds]);

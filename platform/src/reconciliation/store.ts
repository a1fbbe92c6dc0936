// SQL of statements, breaks and the acts of operators.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { Break, Statement } from './statement.ts';

const findStatement = statement(
  'reconciliation.find-statement',
  'SELECT id FROM reconciliation.statement WHERE account = $1 AND statement_id = $2',
);
export const selectStatement = async (
  connection: Connection,
  of: Pick<Statement, 'account' | 'statementId'>,
): Promise<bigint | null> =>
  (await connection.query<{ id: bigint }>(findStatement, [of.account, of.statementId]))[0]?.id ?? null;

const lastClosing = statement(
  'reconciliation.last-closing',
  `SELECT closing FROM reconciliation.statement WHERE account = $1 AND currency = $2 AND to_day < $3::date
     ORDER BY to_day DESC, id DESC LIMIT 1`,
);
/** The closing balance of the statement before; null where there is none, or it states none (CSV). */
export const readFormerClosing = async (connection: Connection, of: Statement): Promise<bigint | null> =>
  (await connection.query<{ closing: bigint | null }>(lastClosing, [of.account, of.currency, of.fromDay]))[0]
    ?.closing ?? null;

const insertStatement = statement(
  'reconciliation.insert-statement',
  `INSERT INTO reconciliation.statement (id, account, statement_id, currency, from_day, to_day, closing, lines, matched,
     imported_at, imported_by, source)
   VALUES ($1, $2, $3, $4, $5::date, $6::date, $7, $8, $9, $10, $11, $12)
   ON CONFLICT (account, statement_id) DO NOTHING RETURNING id`,
);
/** False when somebody imported the same statement meanwhile. */
export const insertStatementRow = async (
  tx: Transaction,
  row: { id: bigint; statement: Statement; matched: number; at: Date; by: string; source: string },
): Promise<boolean> => {
  const { statement: s } = row;
  const values = [row.id, s.account, s.statementId, s.currency, s.fromDay, s.toDay, s.closing];
  const rest = [s.lines.length, row.matched, row.at, row.by, Buffer.from(row.source)];
  return (await tx.query(insertStatement, [...values, ...rest])).length === 1;
};

const insertSeen = statement(
  'reconciliation.insert-seen',
  `INSERT INTO reconciliation.seen (account, reference, statement_id)
   SELECT $1, r, $2 FROM unnest($3::text[]) AS r ON CONFLICT DO NOTHING`,
);
export const insertSeenRows = (
  tx: Transaction,
  of: { account: string; statementId: bigint; references: readonly string[] },
): Promise<unknown> => tx.query(insertSeen, [of.account, of.statementId, of.references]);
const selectSeen = statement(
  'reconciliation.select-seen',
  'SELECT reference FROM reconciliation.seen WHERE account = $1 AND reference = ANY($2::text[])',
);
export const readSeen = async (
  connection: Connection,
  of: { account: string; references: readonly string[] },
): Promise<Set<string>> =>
  new Set(
    (await connection.query<{ reference: string }>(selectSeen, [of.account, of.references])).map(
      (row) => row.reference,
    ),
  );

export interface SeenIn {
  readonly statementId: string;
  readonly account: string;
  readonly fromDay: string;
  readonly toDay: string;
  readonly importedAt: Date;
}
const statementOfReference = statement(
  'reconciliation.statement-of',
  `SELECT t.statement_id, t.account, t.from_day::text, t.to_day::text, t.imported_at
   FROM reconciliation.seen s JOIN reconciliation.statement t ON t.id = s.statement_id
   WHERE s.reference = $1 ORDER BY t.id LIMIT 1`,
);
/** The first statement that had a line with this reference. */
export async function readStatementOf(connection: Connection, reference: string): Promise<SeenIn | null> {
  const [row] = await connection.query<{
    statement_id: string;
    account: string;
    from_day: string;
    to_day: string;
    imported_at: Date;
  }>(statementOfReference, [reference]);
  return row === undefined
    ? null
    : {
        statementId: row.statement_id,
        account: row.account,
        fromDay: row.from_day,
        toDay: row.to_day,
        importedAt: row.imported_at,
      };
}

const insertBreak = statement(
  'reconciliation.insert-break',
  `INSERT INTO reconciliation.break (id, statement_id, kind, reference, field, expected, actual, currency, difference)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
);
export const insertBreakRow = (
  tx: Transaction,
  row: { id: bigint; statementId: bigint; found: Break },
): Promise<unknown> => {
  const { kind, reference, field, expected, actual, currency, difference } = row.found;
  const values = [row.id, row.statementId, kind, reference, field, expected, actual];
  return tx.query(insertBreak, [...values, currency, difference]);
};

export type BreakStatus = 'open' | 'proposed' | 'closed';
export type Action = 'explain' | 'suspense' | 'charge';
export interface BreakRow extends Break {
  readonly id: bigint;
  readonly status: BreakStatus;
  readonly account: string;
}
const breakColumns = `b.id, b.kind, b.reference, b.field, b.expected, b.actual, b.currency, b.difference, b.status, s.account`;
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
  readonly kind: 'propose' | 'approve' | 'refuse';
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

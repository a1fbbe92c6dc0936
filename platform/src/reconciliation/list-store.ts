// SQL of the list of statements that operators look through.
import { type Connection, statement } from '../database/index.ts';
import type { StatementKind } from './statement.ts';

export interface StatementRow {
  readonly id: bigint;
  readonly account: string;
  /** The bank's name of it. */
  readonly statement: string;
  readonly kind: StatementKind;
  readonly version: number;
  /** True where the bank corrected it since: another version counts. */
  readonly replaced: boolean;
  readonly currency: string;
  readonly fromDay: string;
  readonly toDay: string;
  /** Minor units; null where the file names none. */
  readonly opening: bigint | null;
  readonly closing: bigint | null;
  readonly lines: number;
  readonly matched: number;
  readonly notBooked: number;
  /** Breaks that nobody has closed. */
  readonly openBreaks: number;
  readonly importedAt: Date;
  readonly importedBy: string;
}

export interface StatementPage {
  /** Ids below it, newest first. */
  readonly before: bigint;
  readonly limit: number;
  /** All of them where it is null. */
  readonly account: string | null;
  readonly kind: StatementKind | null;
  /** Only those with breaks that nobody has closed. */
  readonly onlyOpen: boolean;
}

const listStatements = statement(
  'reconciliation.list-statements',
  `SELECT s.id, s.account, s.statement_id AS statement, s.kind, s.version, s.currency, s.from_day::text AS "fromDay",
     s.to_day::text AS "toDay", s.opening, s.closing, s.lines, s.matched, s.not_booked AS "notBooked",
     EXISTS (SELECT FROM reconciliation.statement n WHERE n.replaces = s.id) AS replaced,
     (SELECT count(*)::integer FROM reconciliation.break b WHERE b.statement_id = s.id AND b.status <> 'closed')
       AS "openBreaks",
     s.imported_at AS "importedAt", s.imported_by AS "importedBy"
   FROM reconciliation.statement s
   WHERE s.id < $1 AND ($3::text IS NULL OR s.account = $3) AND ($4::text IS NULL OR s.kind = $4)
     AND (NOT $5::boolean OR EXISTS (
       SELECT FROM reconciliation.break b WHERE b.statement_id = s.id AND b.status <> 'closed'))
   ORDER BY s.id DESC LIMIT $2`,
);
export const readStatementPage = (connection: Connection, page: StatementPage): Promise<StatementRow[]> =>
  connection.query(listStatements, [page.before, page.limit, page.account, page.kind, page.onlyOpen]);

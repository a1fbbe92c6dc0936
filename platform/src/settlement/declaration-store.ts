// SQL of what operators declare about calendars.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { DeclaredDays } from './calendar.ts';

export type DeclarationKind = 'closed' | 'working' | 'year';

export interface Declaration {
  readonly id: bigint;
  /** ISO 3166 country; EU for TARGET. */
  readonly calendar: string;
  readonly kind: DeclarationKind;
  /** YYYY-MM-DD; of a year its first of January. */
  readonly day: string;
  readonly reason: string;
  readonly proposed_by: string;
  readonly proposed_at: Date;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
  /** Null while nobody has decided. */
  readonly approved: boolean | null;
}

const approvedDays = statement(
  'settlement.declared-days',
  `SELECT calendar, kind, day::text FROM settlement.declaration WHERE approved`,
);
/** What is approved, for decisions about working days. */
export async function readDeclaredDays(connection: Connection): Promise<DeclaredDays> {
  const rows = await connection.query<Pick<Declaration, 'calendar' | 'kind' | 'day'>>(approvedDays);
  const of = (kind: DeclarationKind, length: number) =>
    new Set(
      rows
        .filter((row) => row.kind === kind)
        .map(({ calendar, day }) => `${calendar}/${day.slice(0, length)}`),
    );
  return { closed: of('closed', 10), working: of('working', 10), years: of('year', 4) };
}

const insertDeclaration = statement(
  'settlement.insert-declaration',
  `INSERT INTO settlement.declaration (id, calendar, kind, day, reason, proposed_by, proposed_at)
   VALUES ($1, $2, $3, $4::date, $5, $6, $7) ON CONFLICT (calendar, kind, day) WHERE approved IS NOT FALSE DO NOTHING
   RETURNING id`,
);
/** False when the day has been proposed or approved before. */
export const insertDeclarationRow = async (
  tx: Transaction,
  of: Pick<Declaration, 'id' | 'calendar' | 'kind' | 'day' | 'reason'> & { operator: string; at: Date },
): Promise<boolean> =>
  (await tx.query(insertDeclaration, [of.id, of.calendar, of.kind, of.day, of.reason, of.operator, of.at]))
    .length === 1;

const columns = `id, calendar, kind, day::text, reason, proposed_by, proposed_at, decided_by, decided_at, approved`;
const lockDeclaration = statement(
  'settlement.lock-declaration',
  `SELECT ${columns} FROM settlement.declaration WHERE id = $1 FOR UPDATE`,
);
export const lockDeclarationRow = async (tx: Transaction, id: bigint): Promise<Declaration | undefined> =>
  (await tx.query<Declaration>(lockDeclaration, [id]))[0];

const decideDeclaration = statement(
  'settlement.decide-declaration',
  `UPDATE settlement.declaration SET decided_by = $2, decided_at = $3, approved = $4 WHERE id = $1`,
);
export const decideDeclarationRow = (
  tx: Transaction,
  of: { id: bigint; operator: string; at: Date; approved: boolean },
): Promise<unknown> => tx.query(decideDeclaration, [of.id, of.operator, of.at, of.approved]);

export interface DeclarationPage {
  /** waiting: nobody has decided yet. */
  readonly status: 'waiting' | 'decided';
  /** Ids below it, newest first. */
  readonly before: bigint;
  readonly limit: number;
}
const declarationPage = statement(
  'settlement.declaration-page',
  `SELECT ${columns} FROM settlement.declaration
   WHERE id < $1 AND (approved IS NULL) = $3::boolean ORDER BY id DESC LIMIT $2`,
);
export const readDeclarationPage = (connection: Connection, page: DeclarationPage): Promise<Declaration[]> =>
  connection.query<Declaration>(declarationPage, [page.before, page.limit, page.status === 'waiting']);

export interface MovableBatch {
  readonly id: bigint;
  readonly merchant_id: bigint;
  readonly currency: string;
  readonly status: 'OPEN' | 'CLOSED';
  readonly cut_off_at: Date;
  readonly pay_at: Date | null;
  readonly settlement_day: string;
}
const movableBatches = statement(
  'settlement.movable-batches',
  `SELECT id, merchant_id, currency, status, cut_off_at, pay_at, settlement_day::text FROM settlement.batch
   WHERE (status = 'OPEN' AND cut_off_at > $1) OR (status = 'CLOSED' AND pay_at > $1) ORDER BY id FOR UPDATE`,
);
/** Batches whose cut-off or pay day still lies ahead: few, since each merchant has one that is open. */
export const lockMovableBatches = (tx: Transaction, now: Date): Promise<MovableBatch[]> =>
  tx.query<MovableBatch>(movableBatches, [now]);

const moveCutOff = statement(
  'settlement.move-cut-off',
  `UPDATE settlement.batch SET cut_off_at = $2, settlement_day = $3::date WHERE id = $1 AND status = 'OPEN'`,
);
export const moveCutOffRow = (tx: Transaction, of: { id: bigint; at: Date; day: string }): Promise<unknown> =>
  tx.query(moveCutOff, [of.id, of.at, of.day]);

const movePayDay = statement(
  'settlement.move-pay-day',
  `UPDATE settlement.batch SET pay_at = $2 WHERE id = $1 AND status = 'CLOSED'`,
);
export const movePayDayRow = (tx: Transaction, of: { id: bigint; payAt: Date }): Promise<unknown> =>
  tx.query(movePayDay, [of.id, of.payAt]);

// SQL of bank files, statements, their lines, and which references an account's statements had.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { Statement } from './statement.ts';

/** Rows of one INSERT: a statement of a hundred thousand lines is written in pieces; the driver writes each out in one go. */
const chunkRows = 1_000;

export function* chunksOf<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let from = 0; from < items.length; from += chunkRows) yield items.slice(from, from + chunkRows);
}

const lockAccount = statement(
  'reconciliation.lock-account',
  `SELECT pg_advisory_xact_lock(7466736, hashtext('reconciliation ' || $1))`,
);
/** Two imports of an account come one after the other, so that each sees what the other found. */
export const lockAccountRow = (tx: Transaction, account: string): Promise<unknown> =>
  tx.query(lockAccount, [account]);

const insertFile = statement(
  'reconciliation.insert-file',
  `INSERT INTO reconciliation.file (id, sha256, content, imported_at, imported_by) VALUES ($1, $2, $3, $4, $5)`,
);
export const insertFileRow = (
  tx: Transaction,
  file: { id: bigint; sha256: Buffer; content: Buffer; at: Date; by: string },
): Promise<unknown> => tx.query(insertFile, [file.id, file.sha256, file.content, file.at, file.by]);

export interface FormerStatement {
  readonly id: bigint;
  readonly version: number;
}
const findSame = statement(
  'reconciliation.find-same',
  `SELECT id, version FROM reconciliation.statement s
   WHERE account = $1 AND currency = $2 AND statement_id = $3 AND kind = $4
     AND (content_hash = $5 OR (content_hash IS NULL AND source = $6))
   ORDER BY id DESC LIMIT 1`,
);
/** The same statement, imported before; null where there is none. */
export const selectSame = async (
  connection: Connection,
  of: { statement: Statement; hash: Buffer; bytes: Uint8Array },
): Promise<FormerStatement | null> => {
  const { account, currency, statementId, kind } = of.statement;
  const values = [account, currency, statementId, kind, of.hash, of.bytes];
  return (await connection.query<FormerStatement>(findSame, values))[0] ?? null;
};

const findFormer = statement(
  'reconciliation.find-former',
  `SELECT id, version FROM reconciliation.statement
   WHERE account = $1 AND currency = $2 AND statement_id = $3 AND from_day = $4::date AND to_day = $5::date
     AND kind = $6 AND sequence = $7
   ORDER BY version DESC LIMIT 1`,
);
/** What the bank sent under the same id for the same days, with other content; null where there is none. */
export const selectFormer = async (
  connection: Connection,
  { account, currency, statementId, fromDay, toDay, kind, sequence }: Statement,
): Promise<FormerStatement | null> =>
  (
    await connection.query<FormerStatement>(findFormer, [
      ...[account, currency, statementId, fromDay, toDay, kind, sequence],
    ])
  )[0] ?? null;

// Statements that no later version took the place of.
const current = `s.account = $1 AND s.currency = $2 AND s.kind = 'statement'
  AND NOT EXISTS (SELECT FROM reconciliation.statement n WHERE n.replaces = s.id)`;
const closingBefore = statement(
  'reconciliation.closing-before',
  `SELECT s.closing FROM reconciliation.statement s WHERE ${current} AND s.to_day < $3::date
   ORDER BY s.to_day DESC, s.id DESC LIMIT 1`,
);
const closingsWithin = statement(
  'reconciliation.closings-within',
  `SELECT s.closing FROM reconciliation.statement s WHERE ${current} AND s.to_day >= $3::date AND s.to_day <= $4::date
     AND s.id <> $5 AND s.closing IS NOT NULL
   ORDER BY s.to_day, s.id LIMIT 1000`,
);
/**
 * The balance with which the statement should begin: the closing one of the statement before, or of another on the same
 * days (a page, a second statement of the day) that it follows. Null where there is none, or it states none (CSV).
 */
export async function readFormerClosing(
  connection: Connection,
  of: Statement,
  replaced: bigint | null,
): Promise<bigint | null> {
  const { account, currency, fromDay, toDay, opening } = of;
  type Row = { closing: bigint | null };
  const within = await connection.query<Row>(closingsWithin, [
    account,
    currency,
    fromDay,
    toDay,
    replaced ?? 0n,
  ]);
  if (within.some((row) => row.closing === opening)) return opening;
  return (await connection.query<Row>(closingBefore, [account, currency, fromDay]))[0]?.closing ?? null;
}

const insertStatement = statement(
  'reconciliation.insert-statement',
  `INSERT INTO reconciliation.statement (id, file_id, account, statement_id, sequence, kind, version, replaces, currency,
     from_day, to_day, opening, closing, lines, matched, not_booked, content_hash, imported_at, imported_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::date, $11::date, $12, $13, $14, $15, $16, $17, $18, $19)`,
);
export interface NewStatement {
  readonly id: bigint;
  readonly fileId: bigint;
  readonly statement: Statement;
  readonly hash: Buffer;
  readonly replaces: FormerStatement | null;
  readonly matched: number;
  readonly at: Date;
  readonly by: string;
}
export async function insertStatementRow(tx: Transaction, row: NewStatement): Promise<void> {
  const { statement: s, replaces } = row;
  await tx.query(insertStatement, [
    ...[row.id, row.fileId, s.account, s.statementId, s.sequence, s.kind],
    ...[
      (replaces?.version ?? 0) + 1,
      replaces?.id ?? null,
      s.currency,
      s.fromDay,
      s.toDay,
      s.opening,
      s.closing,
    ],
    ...[s.lines.length, row.matched, s.notBooked, row.hash, row.at, row.by],
  ]);
  await insertLineRows(tx, row.id, s);
}

const insertLines = statement(
  'reconciliation.insert-lines',
  `INSERT INTO reconciliation.line (statement_id, position, number, reference, currency, amount, charge, booked_on)
   SELECT $1, * FROM unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::date[])`,
);
async function insertLineRows(tx: Transaction, statementId: bigint, { lines }: Statement): Promise<void> {
  let position = 0;
  for (const chunk of chunksOf(lines))
    await tx.query(insertLines, [
      statementId,
      chunk.map(() => ++position),
      chunk.map((line) => line.number),
      chunk.map((line) => line.reference),
      chunk.map((line) => line.currency),
      chunk.map((line) => line.amount),
      chunk.map((line) => line.charge),
      chunk.map((line) => line.day),
    ]);
}

interface AccountOf {
  readonly account: string;
  readonly currency: string;
}

const forgetSeen = statement(
  'reconciliation.forget-seen',
  'DELETE FROM reconciliation.seen WHERE statement_id = $1',
);
/** A statement that was replaced has shown nothing. */
export const forgetSeenRows = (tx: Transaction, statementId: bigint): Promise<unknown> =>
  tx.query(forgetSeen, [statementId]);

const insertSeen = statement(
  'reconciliation.insert-seen',
  `INSERT INTO reconciliation.seen (account, currency, reference, statement_id)
   SELECT $1, $2, r, $3 FROM unnest($4::text[]) AS r ON CONFLICT DO NOTHING`,
);
export async function insertSeenRows(
  tx: Transaction,
  of: AccountOf & { statementId: bigint; references: readonly string[] },
): Promise<void> {
  for (const chunk of chunksOf(of.references))
    await tx.query(insertSeen, [of.account, of.currency, of.statementId, chunk]);
}

const selectSeen = statement(
  'reconciliation.select-seen',
  `SELECT reference FROM reconciliation.seen
   WHERE account = $1 AND currency = $2 AND reference = ANY($3::text[])`,
);
const selectMissing = statement(
  'reconciliation.select-missing',
  `SELECT DISTINCT b.reference FROM reconciliation.break b JOIN reconciliation.statement s ON s.id = b.statement_id
   WHERE b.kind = 'missing' AND b.reference = ANY($3::text[]) AND s.account = $1 AND s.currency = $2 AND s.id <> $4`,
);
/** References that former statements had, and those that a break already says to be missing. */
export async function readKnownReferences(
  connection: Connection,
  of: AccountOf & { references: readonly string[]; replaced: bigint | null },
): Promise<{ seen: Set<string>; reportedMissing: Set<string> }> {
  const { account, currency } = of;
  const known = { seen: new Set<string>(), reportedMissing: new Set<string>() };
  type Row = { reference: string };
  for (const chunk of chunksOf(of.references)) {
    for (const row of await connection.query<Row>(selectSeen, [account, currency, chunk]))
      known.seen.add(row.reference);
    const values = [account, currency, chunk, of.replaced ?? 0n];
    for (const row of await connection.query<Row>(selectMissing, values))
      known.reportedMissing.add(row.reference);
  }
  return known;
}

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

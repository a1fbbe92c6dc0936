// A file of a bank comes in: all of its statements in one transaction, or none. What was imported before changes nothing;
// another version of a statement takes the former one's place; reports of the day are kept and not counted.
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Database, Transaction } from '../database/index.ts';
import type { HouseAccounts } from '../ledger/index.ts';
import { addDays, type Clock, type Ids } from '../system/index.ts';
import { expectedOn, ledgerAccountOf } from './books.ts';
import { correctionOf } from './correction.ts';
import { endsOf } from './days.ts';
import { isBlank, StatementUnreadable } from './fields.ts';
import { type Reconciled, reconcileSteps } from './match.ts';
import { withKnownReferences } from './references.ts';
import { ReconciliationRefused } from './refused.ts';
import type { Break, ExpectedMovement, Statement, StatementKind } from './statement.ts';
import {
  type FormerStatement,
  forgetSeenRows,
  insertFileRow,
  insertSeenRows,
  insertStatementRow,
  lockAccountRow,
  readFormerClosing,
  readKnownReferences,
  selectFormer,
  selectSame,
} from './statement-store.ts';
import { forEach, inSteps, type Steps } from './steps.ts';
import { insertActRow, insertBreakRows, lockBreaksOf, moveBreakRows, readActs } from './store.ts';

export interface Imported {
  readonly id: bigint;
  /** The bank's name of it. */
  readonly statement: string;
  readonly account: string;
  readonly kind: StatementKind;
  readonly fromDay: string;
  readonly toDay: string;
  /** True where the statement was imported before: nothing was done. */
  readonly known: boolean;
  /** 1; more where the bank corrected what it sent under the same id. */
  readonly version: number;
  readonly lines: number;
  readonly matched: number;
  readonly notBooked: number;
  readonly breaks: readonly Break[];
}

export interface ImportParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly house: HouseAccounts;
}

/** A file that was read, ready to be booked. */
export interface FileRead {
  readonly statements: readonly StatementRead[];
  readonly bytes: Uint8Array;
  readonly sha256: Buffer;
  /** The bytes, compressed: as they are kept. */
  readonly content: Buffer;
}
interface StatementRead {
  readonly statement: Statement;
  readonly hash: Buffer;
}

/** A bank books within two days of what it told us. */
const dateWindowDays = 2;
/** Lines that lie further from the statement's days than this are not looked for in the books. */
const mostDaysAround = 31;
const zip = promisify(gzip);

/** Oldest first: each statement is compared with the closing balance of the one before. */
const inOrder = (left: Statement, right: Statement): number =>
  left.account.localeCompare(right.account) ||
  left.fromDay.localeCompare(right.fromDay) ||
  left.toDay.localeCompare(right.toDay) ||
  left.sequence.localeCompare(right.sequence, 'en', { numeric: true }) ||
  left.statementId.localeCompare(right.statementId, 'en', { numeric: true });

/** All that can be worked out before any lock is taken. */
export async function fileRead(bytes: Uint8Array, statements: readonly Statement[]): Promise<FileRead> {
  const read: StatementRead[] = [];
  for (const statement of statements.toSorted(inOrder))
    read.push({ statement, hash: await inSteps(contentHash(statement)) });
  return {
    ...{ statements: read, bytes },
    sha256: await inSteps(sha256Of(bytes)),
    content: await zip(bytes),
  };
}

const hashedAtOnce = 2 ** 20;

function* sha256Of(bytes: Uint8Array): Steps<Buffer> {
  const hash = createHash('sha256');
  for (let from = 0; from < bytes.length; from += hashedAtOnce) {
    hash.update(bytes.subarray(from, from + hashedAtOnce));
    yield;
  }
  return hash.digest();
}

/** Books all statements of a file in a transaction (of `database.batch`). ReconciliationRefused where another import is in the way. */
export async function importAll(
  parts: ImportParts,
  tx: Transaction,
  { read, operator }: { read: FileRead; operator: string },
): Promise<Imported[]> {
  // In one order, so that two files with the same accounts never wait for each other.
  for (const account of [...new Set(read.statements.map((each) => each.statement.account))].sort())
    await lockAccount(tx, account);
  let fileId: bigint | null = null;
  const file = async () => {
    if (fileId !== null) return fileId;
    fileId = (await parts.ids.take(1))[0]!;
    const { sha256, content } = read;
    await insertFileRow(tx, { id: fileId, sha256, content, at: parts.clock.now(), by: operator });
    return fileId;
  };
  const imported: Imported[] = [];
  for (const each of read.statements)
    imported.push(await importOne(parts, tx, { ...each, bytes: read.bytes, operator, file }));
  return imported;
}

async function lockAccount(tx: Transaction, account: string): Promise<void> {
  try {
    await lockAccountRow(tx, account);
  } catch (error) {
    // PostgreSQL's lock_not_available: the other import took longer than a lock is waited for.
    if ((error as { code?: string }).code !== '55P03') throw error;
    throw new ReconciliationRefused(
      `another file of the account ${account} is being imported: send this one again when that has ended`,
    );
  }
}

interface Asked extends StatementRead {
  readonly bytes: Uint8Array;
  readonly operator: string;
  /** The file's row, written when the first statement of it is new. */
  readonly file: () => Promise<bigint>;
}

async function importOne(parts: ImportParts, tx: Transaction, asked: Asked): Promise<Imported> {
  const { statement, hash, bytes, operator } = asked;
  const { statementId, account, kind, fromDay, toDay, notBooked } = statement;
  const about = {
    statement: statementId,
    account,
    kind,
    fromDay,
    toDay,
    notBooked,
    lines: statement.lines.length,
  };
  const same = await selectSame(tx, { statement, hash, bytes });
  if (same !== null)
    return { ...about, id: same.id, known: true, version: same.version, matched: 0, breaks: [] };
  const former = await selectFormer(tx, statement);
  if (former !== null) await forgetSeenRows(tx, former.id);
  const { matched, breaks: found, lines } = await compare(parts, tx, { statement, former });
  const [id] = (await parts.ids.take(1)) as [bigint];
  const at = parts.clock.now();
  const row = { id, fileId: await asked.file(), hash, replaces: former, matched, at, by: operator };
  await insertStatementRow(tx, { ...row, statement: { ...statement, lines } });
  if (kind === 'statement') {
    const references = await inSteps(referencesIn(lines, []));
    await insertSeenRows(tx, { account, currency: statement.currency, statementId: id, references });
  }
  const breaks =
    former === null ? found : await corrected(parts, tx, { found, former, id, statement, operator });
  await insertBreakRows(tx, { statementId: id, ids: await parts.ids.take(breaks.length), breaks });
  return { ...about, id, known: false, version: (former?.version ?? 0) + 1, matched, breaks };
}

/** What was read, whatever envelope and spelling it came in. */
function* contentHash({ lines, ...statement }: Statement): Steps<Buffer> {
  const hash = createHash('sha256');
  const text = (value: unknown) =>
    JSON.stringify(value, (_name, each) => (typeof each === 'bigint' ? each.toString() : each));
  const { currency, fromDay, toDay, opening, closing } = statement;
  hash.update(text([currency, fromDay, toDay, opening, closing, lines.length]));
  yield* forEach(lines, (line) =>
    hash.update(
      text([line.number, line.reference, line.parts, line.currency, line.amount, line.charge, line.day]),
    ),
  );
  return hash.digest();
}

async function compare(
  parts: ImportParts,
  tx: Transaction,
  { statement, former }: { statement: Statement; former: FormerStatement | null },
): Promise<Reconciled & { lines: Statement['lines'] }> {
  const { account, currency } = statement;
  assertCountable(statement);
  const [first, last] = endsOf(statement.lines.map((line) => line.day));
  const at = parts.clock.now();
  const expected = await expectedOn(tx, {
    ...{ account, currency, ledgerAccount: await ledgerAccountOf(parts.house, statement, at) },
    fromDay: addDays(nearer(statement.fromDay, first, -mostDaysAround), -dateWindowDays),
    toDay: addDays(nearer(statement.toDay, last, mostDaysAround), dateWindowDays),
  });
  const lines = await inSteps(withKnownReferences(statement.lines, expected));
  const replaced = former?.id ?? null;
  if (statement.kind !== 'statement') {
    const known = new Set(expected.flatMap((each) => [each.reference, each.group]));
    const matched = lines.filter((line) => !isBlank(line.reference) && known.has(line.reference)).length;
    return { lines, matched, breaks: [] };
  }
  const references = await inSteps(referencesIn(lines, expected));
  const rules = {
    dateWindowDays,
    openingInBooks: await readFormerClosing(tx, statement, replaced),
    ...(await readKnownReferences(tx, { account, currency, references, replaced })),
  };
  const found = await inSteps(reconcileSteps({ ...statement, lines }, expected, rules));
  return { lines, ...found };
}

/** Each reference once, blank ones left out. */
function* referencesIn(
  lines: Statement['lines'],
  expected: readonly ExpectedMovement[],
): Steps<readonly string[]> {
  const found = new Set<string>();
  const add = (name: string) => {
    if (!isBlank(name)) found.add(name);
  };
  yield* forEach(lines, (line) => {
    add(line.reference);
    line.parts.forEach(add);
  });
  yield* forEach(expected, (movement) => add(movement.reference));
  return [...found];
}

/** Half of what a column of minor units holds: then a difference between two sums fits it too. */
const mostMoved = 2n ** 62n;

function assertCountable({ statementId, lines, opening, closing }: Statement): void {
  const size = (amount: bigint | null) => (amount === null ? 0n : amount < 0n ? -amount : amount);
  const moved = lines.reduce((all, line) => all + size(line.amount), size(opening) + size(closing));
  if (moved > mostMoved)
    throw new StatementUnreadable(`statement ${statementId} moves more than any account holds`);
}

/** The end of a period, moved out to a line beyond it, but not by more than `most` days. */
function nearer(end: string, line: string | null, most: number): string {
  if (line === null || (most < 0 ? line >= end : line <= end)) return end;
  const limit = addDays(end, most);
  return (most < 0 ? line > limit : line < limit) ? line : limit;
}

/** Settles the former version's breaks; answers those that the new version adds. */
async function corrected(
  parts: ImportParts,
  tx: Transaction,
  of: {
    found: readonly Break[];
    former: FormerStatement;
    id: bigint;
    statement: Statement;
    operator: string;
  },
): Promise<readonly Break[]> {
  const rows = await lockBreaksOf(tx, of.former.id);
  const acts = await readActs(
    tx,
    rows.map((row) => row.id),
  );
  const { added, kept, closed } = correctionOf(of.found, rows, acts);
  await moveBreakRows(
    tx,
    kept.map((row) => row.id),
    of.id,
  );
  const ids = await parts.ids.take(closed.length);
  const reason = `the bank corrected statement ${of.statement.statementId}: version ${of.former.version + 1}`;
  for (const [place, row] of closed.entries()) {
    const act = { id: ids[place]!, break_id: row.id, kind: 'supersede', action: 'explain' } as const;
    const who = { operator: of.operator, reason, entry_id: 0n, acted_at: parts.clock.now() };
    await insertActRow(tx, { ...act, ...who }, 'closed');
  }
  return added;
}

// The door of the room: statements come in once, breaks are closed by two people. Nothing is ever edited: a break is
// closed by an act with a reason and, where money is in question, an entry.
import type { Database } from '../database/index.ts';
import { type HouseAccounts, recordEntries } from '../ledger/index.ts';
import type { Clock, Ids } from '../system/index.ts';
import { expectedOn, ledgerAccountOf } from './books.ts';
import { reconcile } from './match.ts';
import type { Break, Statement } from './statement.ts';
import {
  type Act,
  type Action,
  type BreakRow,
  type BreakStatus,
  insertActRow,
  insertBreakRow,
  insertSeenRows,
  insertStatementRow,
  lockBreakRow,
  readActs,
  readBreaks,
  readFormerClosing,
  readSeen,
  readStatementOf,
  type SeenIn,
  selectStatement,
} from './store.ts';

/** An act that is not allowed; the message says why. */
export class ReconciliationRefused extends Error {}

export interface Imported {
  readonly statementId: bigint;
  /** True where the statement was imported before: nothing was done. */
  readonly known: boolean;
  readonly lines: number;
  readonly matched: number;
  readonly breaks: readonly Break[];
}

export interface BreakWithActs extends BreakRow {
  readonly acts: readonly Act[];
}

export interface Reconciliation {
  /**
   * Compares a statement with the books: the settlement bank's account, or the clearing account that its name says
   * (CLEARING-BANK-CURRENCY). The same statement again does nothing.
   */
  importStatement(statement: Statement, by: { operator: string; source: string }): Promise<Imported>;
  /** The statement on which a bank showed a payout, by its end-to-end reference; null while none has. */
  statementOf(reference: string): Promise<SeenIn | null>;
  breaks(of: { statuses: readonly BreakStatus[]; limit: number }): Promise<BreakWithActs[]>;
  /**
   * The maker says what should be done: explain (the bank corrects it, or it is only words), suspense (the difference is
   * booked where its owner is looked for), charge (it is ours to bear).
   */
  propose(act: { breakId: bigint; action: Action; operator: string; reason: string }): Promise<void>;
  /** The checker, who is not the maker, lets it be done. Refused: ReconciliationRefused. */
  approve(act: { breakId: bigint; operator: string; reason: string }): Promise<void>;
  /** The checker sends it back. */
  refuse(act: { breakId: bigint; operator: string; reason: string }): Promise<void>;
}

/** A bank books within two days of what it told us. */
const dateWindowDays = 2;
const dayMs = 86_400_000;

const shifted = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);

export interface ReconciliationParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly house: HouseAccounts;
}

export function createReconciliation(parts: ReconciliationParts): Reconciliation {
  const { database } = parts;
  return {
    importStatement: (statement, by) => importOne(parts, statement, by),
    statementOf: (reference) => readStatementOf(database, reference),
    async breaks(of) {
      const rows = await readBreaks(database, of);
      const acts = await readActs(
        database,
        rows.map((row) => row.id),
      );
      return rows.map((row) => ({ ...row, acts: acts.filter((act) => act.break_id === row.id) }));
    },
    propose: (act) => actOn(parts, { ...act, kind: 'propose' }),
    approve: (act) => actOn(parts, { ...act, kind: 'approve' }),
    refuse: (act) => actOn(parts, { ...act, kind: 'refuse' }),
  };
}

async function importOne(
  parts: ReconciliationParts,
  statement: Statement,
  by: { operator: string; source: string },
): Promise<Imported> {
  return parts.database.transaction(async (tx) => {
    const known = await selectStatement(tx, statement);
    const nothing = { lines: statement.lines.length, matched: 0, breaks: [] };
    if (known !== null) return { statementId: known, known: true, ...nothing };
    const expected = await expectedOn(tx, {
      account: statement.account,
      currency: statement.currency,
      ledgerAccount: await ledgerAccountOf(parts.house, statement, parts.clock.now()),
      fromDay: shifted(statement.fromDay, -dateWindowDays),
      toDay: shifted(statement.toDay, dateWindowDays),
    });
    const { account } = statement;
    const references = [...statement.lines, ...expected].map((each) => each.reference);
    const found = reconcile(statement, expected, {
      dateWindowDays,
      openingInBooks: await readFormerClosing(tx, statement),
      seen: await readSeen(tx, { account, references }),
    });
    const [id, ...breakIds] = (await parts.ids.take(found.breaks.length + 1)) as [bigint, ...bigint[]];
    const row = { id, statement, matched: found.matched, at: parts.clock.now(), by: by.operator };
    if (!(await insertStatementRow(tx, { ...row, source: by.source })))
      throw new ReconciliationRefused(`statement ${statement.statementId} is being imported already`);
    const own = statement.lines.flatMap((line) => (line.reference === '' ? [] : line.reference));
    await insertSeenRows(tx, { account, statementId: id, references: [...new Set(own)] });
    for (const [index, each] of found.breaks.entries())
      await insertBreakRow(tx, { id: breakIds[index]!, statementId: id, found: each });
    return { statementId: id, known: false, lines: statement.lines.length, ...found };
  });
}

interface AskedAct {
  readonly breakId: bigint;
  readonly kind: Act['kind'];
  readonly action?: Action;
  readonly operator: string;
  readonly reason: string;
}

async function actOn(parts: ReconciliationParts, asked: AskedAct): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const found = await lockBreakRow(tx, asked.breakId);
    if (found === undefined) throw new ReconciliationRefused(`there is no break ${asked.breakId}`);
    const proposal = (await readActs(tx, [found.id])).findLast((act) => act.kind === 'propose');
    assertMayAct(found, asked, proposal);
    const action = asked.action ?? proposal!.action;
    if (action !== 'explain' && found.difference === 0n)
      throw new ReconciliationRefused(`break ${found.id} moves no money: it can only be explained`);
    const [id, entryId] = (await parts.ids.take(2)) as [bigint, bigint];
    const books = asked.kind === 'approve' && action !== 'explain';
    const at = parts.clock.now();
    const act = { id, break_id: found.id, kind: asked.kind, action, acted_at: at };
    await insertActRow(
      tx,
      { ...act, operator: asked.operator, reason: asked.reason, entry_id: books ? entryId : 0n },
      asked.kind === 'propose' ? 'proposed' : asked.kind === 'approve' ? 'closed' : 'open',
    );
    if (!books) return;
    const bank = await ledgerAccountOf(parts.house, found, at);
    const other = await parts.house.open(
      action === 'suspense' ? 'suspense' : 'bank-charge',
      found.currency,
      at,
    );
    await recordEntries(tx, [
      {
        id: entryId,
        kind: 'reconciliation',
        payerId: 0n,
        subjectId: found.id,
        occurredAt: at,
        postings: [
          { account: bank, amount: -found.difference },
          { account: other, amount: found.difference },
        ],
      },
    ]);
  });
}

function assertMayAct(found: BreakRow, asked: AskedAct, proposal: Act | undefined): void {
  const wanted: BreakStatus = asked.kind === 'propose' ? 'open' : 'proposed';
  if (found.status !== wanted)
    throw new ReconciliationRefused(`break ${found.id} is ${found.status}, not ${wanted}`);
  if (asked.kind === 'approve' && proposal?.operator === asked.operator)
    throw new ReconciliationRefused(`${asked.operator} proposed it: somebody else has to approve`);
  if (asked.reason.trim() === '') throw new ReconciliationRefused('an act needs a reason');
}

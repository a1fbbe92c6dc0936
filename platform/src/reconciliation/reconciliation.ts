// The door of the room: statements come in once, breaks are closed by two people. Nothing is ever edited: a break is
// closed by an act with a reason and, where money is in question, an entry.
import type { Transaction } from '../database/index.ts';
import { recordEntries } from '../ledger/index.ts';
import { ledgerAccountOf } from './books.ts';
import type { CsvAbout } from './csv.ts';
import type { CsvProfile } from './csv-profile.ts';
import { StatementUnreadable } from './fields.ts';
import { type Imported, type ImportParts, importAll } from './import.ts';
import { insertProfile, readProfiles } from './profile-store.ts';
import { type FileAbout, readStatements } from './read.ts';
import { readStatementOf, type SeenIn } from './statement-store.ts';
import {
  type Act,
  type Action,
  type BreakRow,
  type BreakStatus,
  insertActRow,
  lockBreakRow,
  readActs,
  readBreaks,
} from './store.ts';

/** An act that is not allowed; the message says why. */
export class ReconciliationRefused extends Error {}

export interface SentFile extends Pick<FileAbout, 'format' | 'encoding'> {
  readonly operator: string;
  /** What a CSV does not say of itself, and the name of the profile by which it is read. */
  readonly csv: Partial<CsvAbout> & { readonly profile?: string | undefined };
}

export interface BreakWithActs extends BreakRow {
  readonly acts: readonly Act[];
}

export interface Reconciliation {
  /**
   * Reads a bank's file and compares each statement in it with the books: the settlement bank's account, or the clearing
   * account that its name says (CLEARING-BANK-CURRENCY). All of the file or, with StatementUnreadable, nothing of it.
   * The same statement again does nothing; one that the bank corrected takes the former one's place.
   */
  importFile(bytes: Uint8Array, of: SentFile): Promise<Imported[]>;
  /** How banks write their CSV, the newest version of each by its name. */
  csvProfiles(): Promise<CsvProfile[]>;
  /** Adds a profile, or a new version of it. */
  addCsvProfile(profile: CsvProfile, operator: string): Promise<{ name: string; version: number }>;
  /** The statement on which a bank showed a payout, by its end-to-end reference; null while none has. */
  statementOf(reference: string): Promise<SeenIn | null>;
  breaks(of: { statuses: readonly BreakStatus[]; limit: number }): Promise<BreakWithActs[]>;
  /**
   * The maker says what should be done: explain (the bank corrects it, or it is only words), suspense (the difference is
   * booked where its owner is looked for), charge (it is ours to bear).
   */
  propose(
    tx: Transaction,
    act: { breakId: bigint; action: Action; operator: string; reason: string },
  ): Promise<void>;
  /** The checker, who is not the maker, lets it be done. Refused: ReconciliationRefused. */
  approve(tx: Transaction, act: { breakId: bigint; operator: string; reason: string }): Promise<void>;
  /** The checker sends it back. */
  refuse(tx: Transaction, act: { breakId: bigint; operator: string; reason: string }): Promise<void>;
}

export type ReconciliationParts = ImportParts;

export function createReconciliation(parts: ReconciliationParts): Reconciliation {
  const { database } = parts;
  return {
    async importFile(bytes, { operator, csv, ...about }) {
      const profile = csv.profile === undefined ? undefined : await profileCalled(parts, csv.profile);
      return importAll(parts, await readStatements(bytes, { ...about, csv: { ...csv, profile } }), {
        bytes,
        operator,
      });
    },
    csvProfiles: () => readProfiles(database),
    addCsvProfile: (profile, operator) =>
      insertProfile(database, { profile, operator, at: parts.clock.now() }),
    statementOf: (reference) => readStatementOf(database, reference),
    async breaks(of) {
      const rows = await readBreaks(database, of);
      const acts = await readActs(
        database,
        rows.map((row) => row.id),
      );
      return rows.map((row) => ({ ...row, acts: acts.filter((act) => act.break_id === row.id) }));
    },
    propose: (tx, act) => actOn(parts, tx, { ...act, kind: 'propose' }),
    approve: (tx, act) => actOn(parts, tx, { ...act, kind: 'approve' }),
    refuse: (tx, act) => actOn(parts, tx, { ...act, kind: 'refuse' }),
  };
}

async function profileCalled(parts: ReconciliationParts, name: string): Promise<CsvProfile> {
  const found = (await readProfiles(parts.database)).find((profile) => profile.name === name);
  if (found === undefined) throw new StatementUnreadable(`there is no CSV profile ${name}`);
  return found;
}

interface AskedAct {
  readonly breakId: bigint;
  readonly kind: Act['kind'];
  readonly action?: Action;
  readonly operator: string;
  readonly reason: string;
}

async function actOn(parts: ReconciliationParts, tx: Transaction, asked: AskedAct): Promise<void> {
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
}

function assertMayAct(found: BreakRow, asked: AskedAct, proposal: Act | undefined): void {
  const wanted: BreakStatus = asked.kind === 'propose' ? 'open' : 'proposed';
  if (found.status !== wanted)
    throw new ReconciliationRefused(`break ${found.id} is ${found.status}, not ${wanted}`);
  if (asked.kind === 'approve' && proposal?.operator === asked.operator)
    throw new ReconciliationRefused(`${asked.operator} proposed it: somebody else has to approve`);
  if (asked.reason.trim() === '') throw new ReconciliationRefused('an act needs a reason');
}

// The door of the room: statements come in once, breaks are closed by two people. Nothing is ever edited: a break is
// closed by an act with a reason and, where money is in question, an entry.
import type { Transaction } from '../database/index.ts';
import { recordEntries } from '../ledger/index.ts';
import { clearingAccountName, ledgerAccountOf } from './books.ts';
import type { CsvAbout } from './csv.ts';
import type { CsvProfile } from './csv-profile.ts';
import { StatementUnreadable } from './fields.ts';
import { type FileRead, fileRead, type Imported, type ImportParts, importAll } from './import.ts';
import { readStatementPage, type StatementPage, type StatementRow } from './list-store.ts';
import { insertProfile, type KeptProfile, readProfiles } from './profile-store.ts';
import { type FileAbout, readStatements } from './read.ts';
import { ReconciliationRefused } from './refused.ts';
import type { Statement } from './statement.ts';
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

export interface SentFile extends Pick<FileAbout, 'format' | 'encoding'> {
  /** The card bank whose clearing account the file is about, whatever the bank calls that account. */
  readonly bank?: string | undefined;
  /** What a CSV does not say of itself, and the name of the profile by which it is read. */
  readonly csv: Partial<CsvAbout> & { readonly profile?: string | undefined };
}

export interface BreakWithActs extends BreakRow {
  readonly acts: readonly Act[];
}

export interface Reconciliation {
  /** Reads a bank's file. StatementUnreadable names the line and the element that is wrong. Nothing is kept yet. */
  read(bytes: Uint8Array, of: SentFile): Promise<FileRead>;
  /**
   * Compares each statement of the file with the books and keeps it: the settlement bank's account, or the clearing account
   * that its name says (CLEARING-BANK-CURRENCY). The same statement again does nothing; one that the bank corrected takes the
   * former one's place. `tx`: of `database.batch`. ReconciliationRefused where the account's other import takes too long.
   */
  take(tx: Transaction, of: { read: FileRead; operator: string }): Promise<Imported[]>;
  /** Both, in a transaction of its own: all of the file or nothing of it. */
  importFile(bytes: Uint8Array, of: SentFile & { readonly operator: string }): Promise<Imported[]>;
  /** Newest first. */
  statements(page: StatementPage): Promise<StatementRow[]>;
  /** How banks write their CSV, the newest version of each by its name. */
  csvProfiles(): Promise<KeptProfile[]>;
  /** Adds a profile, or a new version of it; answers the version. */
  addCsvProfile(tx: Transaction, profile: CsvProfile, operator: string): Promise<number>;
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
  const read: Reconciliation['read'] = async (bytes, of) =>
    fileRead(bytes, await statementsIn(parts, bytes, of));
  return {
    read,
    take: (tx, of) => importAll(parts, tx, of),
    async importFile(bytes, { operator, ...of }) {
      const found = await read(bytes, of);
      return database.batch((tx) => importAll(parts, tx, { read: found, operator }));
    },
    statements: (page) => readStatementPage(database, page),
    csvProfiles: () => readProfiles(database),
    addCsvProfile: (tx, profile, operator) => insertProfile(tx, { profile, operator, at: parts.clock.now() }),
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

async function statementsIn(
  parts: ReconciliationParts,
  bytes: Uint8Array,
  of: SentFile,
): Promise<Statement[]> {
  const { bank, csv, ...about } = of;
  const { currency } = csv;
  const account =
    csv.account ??
    (bank === undefined || currency === undefined ? undefined : clearingAccountName(bank, currency));
  const profile = csv.profile === undefined ? undefined : await profileCalled(parts, csv.profile);
  const found = await readStatements(bytes, { ...about, csv: { ...csv, account, profile } });
  if (bank === undefined) return found;
  return found.map((each) => ({ ...each, account: clearingAccountName(bank, each.currency) }));
}

async function profileCalled(parts: ReconciliationParts, name: string): Promise<CsvProfile> {
  const found = (await readProfiles(parts.database)).find(({ profile }) => profile.name === name);
  if (found === undefined) throw new StatementUnreadable(`there is no CSV profile ${name}`);
  return found.profile;
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

// SQL of what ties entries to banks: which entries move money at a bank, and what the bank said about each.
import { type Connection, statement, type Transaction } from '../database/index.ts';

const needed = `FROM audit_log.bank_entry e WHERE e.id >= (SELECT entry_id FROM audit_log.tied_from)`;

const untied = statement(
  'audit-log.untied',
  `SELECT e.id, e.kind, e.amount,
     (SELECT string_agg(c.reference, ' ') FROM audit_log.bank_claim c WHERE c.entry_id = e.id) AS reference
   ${needed} AND NOT EXISTS (
     SELECT FROM audit_log.bank_claim c JOIN audit_log.bank_approval a ON a.reference = c.reference
     WHERE c.entry_id = e.id AND c.account = e.account AND c.amount = e.amount)
   ORDER BY e.id LIMIT 20`,
);
/** Entries that no answer of a bank stands behind, with the same reference and amount; at most 20. */
export const readUntied = (
  tx: Transaction,
): Promise<{ id: bigint; kind: string; amount: bigint; reference: string | null }[]> => tx.query(untied);

const shared = statement(
  'audit-log.shared-references',
  `SELECT reference, count(DISTINCT entry_id) AS entries FROM audit_log.bank_claim
   GROUP BY reference HAVING count(DISTINCT entry_id) > 1 ORDER BY reference LIMIT 20`,
);
/** References that more than one entry leans on; at most 20. */
export const readSharedReferences = (tx: Transaction): Promise<{ reference: string; entries: bigint }[]> =>
  tx.query(shared);

const count = statement('audit-log.tied', `SELECT count(*) AS entries ${needed}`);
export const countTied = async (connection: Connection): Promise<bigint> =>
  (await connection.query<{ entries: bigint }>(count))[0]!.entries;

const from = statement('audit-log.tied-from', 'SELECT entry_id FROM audit_log.tied_from');
/** Entries below this id are from before banks' answers were kept. */
export const readTiedFrom = async (connection: Connection): Promise<bigint> =>
  (await connection.query<{ entry_id: bigint }>(from))[0]!.entry_id;

export interface BankClaim {
  readonly entry_id: bigint;
  readonly reference: string;
  readonly account: bigint;
  readonly amount: bigint;
}
const claims = statement(
  'audit-log.bank-claims',
  `SELECT entry_id, reference, account, amount FROM audit_log.bank_claim
   WHERE (entry_id, reference) > ($1, $2) ORDER BY entry_id, reference LIMIT $3`,
);
/** What stands behind entries, in their order. */
export const readBankClaims = (
  connection: Connection,
  after: Pick<BankClaim, 'entry_id' | 'reference'>,
  limit: number,
): Promise<BankClaim[]> => connection.query(claims, [after.entry_id, after.reference, limit]);

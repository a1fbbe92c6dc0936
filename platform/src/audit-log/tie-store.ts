// SQL of what ties entries to banks: what moved at a bank, what stands behind it, and what the bank said about it.
import { type Connection, statement, type Transaction } from '../database/index.ts';

/** Postings of entries of a kind on accounts of a kind need this word of a bank; null: there may be none. */
export interface TieRow {
  readonly kind: string;
  readonly on: string;
  readonly word: string | null;
}
const values = (ties: readonly TieRow[]): unknown[] => [
  ties.map(({ kind }) => kind),
  ties.map(({ on }) => on),
  ties.map(({ word }) => word ?? ''),
];

// A kind of entry that the table does not know at all is looked at on every account at a bank.
const needed = `
  FROM audit_log.bank_posting p LEFT JOIN tie ON tie.kind = p.kind AND tie.account_kind = p.account_kind
  WHERE p.id >= p.since AND (tie.kind IS NOT NULL
    OR (p.account_kind IN ('safeguarding-bank', 'settlement-bank', 'card-clearing') AND p.kind <> ALL($1::text[])))`;
const tie = `tie AS MATERIALIZED (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS t(kind, account_kind, word))`;

const untied = statement(
  'audit-log.untied',
  `WITH ${tie}, said AS MATERIALIZED (
     SELECT DISTINCT c.entry_id, c.account, c.amount, c.word FROM audit_log.bank_claim c
     WHERE c.open OR EXISTS (SELECT FROM audit_log.bank_word w WHERE w.reference = c.reference AND w.word = c.word)),
   needed AS (SELECT p.id, p.kind, p.account, p.amount, tie.word ${needed})
   SELECT n.id, n.kind, n.amount, coalesce(n.word, '') AS word,
     (SELECT string_agg(DISTINCT c.reference, ' ') FROM audit_log.bank_claim c WHERE c.entry_id = n.id) AS reference
   FROM (SELECT n.* FROM needed n LEFT JOIN said s
       ON s.entry_id = n.id AND s.account = n.account AND s.amount = n.amount AND s.word = n.word
     WHERE s.entry_id IS NULL ORDER BY n.id, n.account LIMIT 20) n
   ORDER BY n.id, n.account`,
);
/** Postings that no word of a bank stands behind, with the same reference and amount; at most 20. */
export const readUntied = (
  tx: Transaction,
  ties: readonly TieRow[],
): Promise<{ id: bigint; kind: string; amount: bigint; word: string; reference: string | null }[]> =>
  tx.query(untied, values(ties));

const shared = statement(
  'audit-log.shared-references',
  `SELECT reference, count(DISTINCT entry_id) AS entries FROM audit_log.bank_claim
   GROUP BY reference, word HAVING count(DISTINCT entry_id) > 1 ORDER BY reference LIMIT 20`,
);
/** References that more than one entry leans on; at most 20. */
export const readSharedReferences = (tx: Transaction): Promise<{ reference: string; entries: bigint }[]> =>
  tx.query(shared);

const count = statement('audit-log.tied', `WITH ${tie} SELECT count(DISTINCT p.id) AS entries ${needed}`);
/** How many entries lean on a bank's word. */
export const countTied = async (tx: Transaction, ties: readonly TieRow[]): Promise<bigint> =>
  (await tx.query<{ entries: bigint }>(count, values(ties)))[0]!.entries;

export interface BankClaim {
  readonly entry_id: bigint;
  readonly reference: string;
  /** 0 where the account that it names is not there. */
  readonly account: bigint;
  readonly amount: bigint;
  readonly word: string;
  /** The bank was told, and need not have answered yet. */
  readonly open: boolean;
}
const claims = statement(
  'audit-log.bank-claims',
  `SELECT entry_id, reference, coalesce(account, 0) AS account, amount, word, open FROM audit_log.bank_claim
   WHERE (entry_id, reference, coalesce(account, 0)) > ($1, $2, $3)
   ORDER BY entry_id, reference, coalesce(account, 0) LIMIT $4`,
);
/** What stands behind entries, in their order. */
export const readBankClaims = (
  connection: Connection,
  after: Pick<BankClaim, 'entry_id' | 'reference' | 'account'>,
  limit: number,
): Promise<BankClaim[]> => connection.query(claims, [after.entry_id, after.reference, after.account, limit]);

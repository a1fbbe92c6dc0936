// SQL of proposals and of contracts' versions.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { AgreedTerms } from './terms.ts';
import type { Version } from './versions.ts';

export type ProposalKind = 'contract' | 'resume' | 'leave' | 'admission';

export interface ProposalRow {
  readonly id: bigint;
  readonly kind: ProposalKind;
  readonly subject_id: bigint;
  readonly content: unknown;
  readonly effective_from: Date | null;
  readonly reason: string;
  readonly proposed_by: string;
  readonly proposed_at: Date;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
  readonly approved: boolean | null;
  readonly decision_reason: string | null;
}

const columns = `id, kind, subject_id, content, effective_from, reason, proposed_by, proposed_at, decided_by, decided_at,
  approved, decision_reason`;

const insertProposal = statement(
  'onboarding.insert-proposal',
  `INSERT INTO onboarding.proposal (id, kind, subject_id, content, effective_from, reason, proposed_by, proposed_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (kind, subject_id) WHERE approved IS NULL DO NOTHING RETURNING id`,
);
/** False where one of the kind waits already. */
export const insertProposalRow = async (
  tx: Transaction,
  of: Pick<
    ProposalRow,
    'id' | 'kind' | 'subject_id' | 'content' | 'effective_from' | 'reason' | 'proposed_by' | 'proposed_at'
  >,
): Promise<boolean> => {
  const values = [of.id, of.kind, of.subject_id, JSON.stringify(of.content), of.effective_from, of.reason];
  return (await tx.query(insertProposal, [...values, of.proposed_by, of.proposed_at])).length === 1;
};

const lockProposal = statement(
  'onboarding.lock-proposal',
  `SELECT ${columns} FROM onboarding.proposal WHERE id = $1 FOR UPDATE`,
);
export const lockProposalRow = async (tx: Transaction, id: bigint): Promise<ProposalRow | undefined> =>
  (await tx.query<ProposalRow>(lockProposal, [id]))[0];

const decideProposal = statement(
  'onboarding.decide-proposal',
  `UPDATE onboarding.proposal SET decided_by = $2, decided_at = $3, approved = $4, decision_reason = $5 WHERE id = $1`,
);
export const decideProposalRow = (
  tx: Transaction,
  of: { id: bigint; operator: string; at: Date; approved: boolean; reason: string },
): Promise<unknown> => tx.query(decideProposal, [of.id, of.operator, of.at, of.approved, of.reason]);

const waitingProposals = statement(
  'onboarding.waiting-proposals',
  `SELECT ${columns} FROM onboarding.proposal WHERE approved IS NULL AND ($1::bigint IS NULL OR subject_id = $1)
   ORDER BY id LIMIT 500`,
);
/** What waits for a second person; of one subject where it is named. */
export const readWaitingProposals = (
  connection: Connection,
  subjectId: bigint | null,
): Promise<ProposalRow[]> => connection.query<ProposalRow>(waitingProposals, [subjectId]);

const proposalsOf = statement(
  'onboarding.proposals-of',
  `SELECT ${columns} FROM onboarding.proposal WHERE subject_id = $1 ORDER BY id DESC LIMIT 200`,
);
export const readProposalsOf = (connection: Connection, subjectId: bigint): Promise<ProposalRow[]> =>
  connection.query<ProposalRow>(proposalsOf, [subjectId]);

const insertVersion = statement(
  'onboarding.insert-version',
  `INSERT INTO onboarding.contract_version (merchant_id, number, proposal_id, content, effective_from, agreed_at)
   SELECT $1, (SELECT count(*) + 1 FROM onboarding.contract_version WHERE merchant_id = $1), $2, $3, $4, $5
   RETURNING number`,
);
/** Adds the next version; answers its number. */
export async function insertVersionRow(
  tx: Transaction,
  of: {
    merchantId: bigint;
    proposalId: bigint;
    terms: AgreedTerms;
    effectiveFrom: Date;
    agreedAt: Date;
  },
): Promise<number> {
  const values = [of.merchantId, of.proposalId, JSON.stringify(of.terms), of.effectiveFrom, of.agreedAt];
  const [row] = await tx.query<{ number: number }>(insertVersion, values);
  return row!.number;
}

const insertEffect = statement(
  'onboarding.insert-effect',
  `INSERT INTO onboarding.contract_effect (merchant_id, number, came_at) VALUES ($1, $2, $3)
   ON CONFLICT DO NOTHING RETURNING number`,
);
/** False where another process has let it count already. */
export const insertEffectRow = async (
  tx: Transaction,
  of: { merchantId: bigint; number: number; at: Date },
): Promise<boolean> => (await tx.query(insertEffect, [of.merchantId, of.number, of.at])).length === 1;

const versionsOf = statement(
  'onboarding.versions-of',
  `SELECT v.number, v.content, v.effective_from, v.agreed_at, v.proposal_id, e.came_at, p.proposed_by, p.reason, p.decided_by
   FROM onboarding.contract_version v
   LEFT JOIN onboarding.contract_effect e ON e.merchant_id = v.merchant_id AND e.number = v.number
   LEFT JOIN onboarding.proposal p ON p.id = v.proposal_id
   WHERE v.merchant_id = $1 ORDER BY v.number DESC LIMIT 500`,
);
interface VersionRow {
  readonly number: number;
  readonly content: AgreedTerms;
  readonly effective_from: Date;
  readonly agreed_at: Date;
  readonly proposal_id: bigint;
  readonly came_at: Date | null;
  readonly proposed_by: string | null;
  readonly reason: string | null;
  readonly decided_by: string | null;
}
/** The newest first. */
export async function readVersions(connection: Connection, merchantId: bigint): Promise<Version[]> {
  const rows = await connection.query<VersionRow>(versionsOf, [merchantId]);
  return rows.map((row) => ({
    number: row.number,
    terms: row.content,
    effectiveFrom: row.effective_from,
    agreedAt: row.agreed_at,
    cameAt: row.came_at,
    agreement:
      row.proposed_by === null
        ? null
        : {
            ...{ proposalId: row.proposal_id, proposedBy: row.proposed_by },
            ...{ reason: row.reason!, approvedBy: row.decided_by! },
          },
  }));
}

// A version is due while it has not come and no newer one has.
const comingVersions = `FROM onboarding.contract_version v
   WHERE NOT EXISTS (SELECT 1 FROM onboarding.contract_effect e WHERE e.merchant_id = v.merchant_id AND e.number >= v.number)
     AND v.merchant_id::text <> ALL($1::text[])`;
const nextVersion = statement(
  'onboarding.next-version',
  `SELECT min(v.effective_from) AS at ${comingVersions}`,
);
export const readNextVersion = async (
  connection: Connection,
  except: readonly string[],
): Promise<Date | null> => (await connection.query<{ at: Date | null }>(nextVersion, [except]))[0]!.at;

const dueVersions = statement(
  'onboarding.due-versions',
  `SELECT DISTINCT v.merchant_id ${comingVersions} AND v.effective_from <= $2 ORDER BY v.merchant_id LIMIT 100`,
);
/** Merchants with a version whose date has come. */
export const readDueMerchants = async (
  connection: Connection,
  of: { by: Date; except: readonly string[] },
): Promise<bigint[]> =>
  (await connection.query<{ merchant_id: bigint }>(dueVersions, [of.except, of.by])).map(
    (row) => row.merchant_id,
  );

// SQL of what operators decide about customers.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { DatedCaps } from './caps.ts';

const insertCap = statement(
  'customers.insert-cap',
  `INSERT INTO customers.cap (id, customer_id, payment, day, effective_from, set_at, set_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7)`,
);
export const insertCapRow = (
  tx: Transaction,
  cap: DatedCaps & { id: bigint; customerId: bigint; setAt: Date; setBy: string },
): Promise<unknown> =>
  tx.query(insertCap, [cap.id, cap.customerId, cap.payment, cap.day, cap.from, cap.setAt, cap.setBy]);

const lock = statement('customers.lock', 'SELECT status FROM customers.customer WHERE id = $1 FOR UPDATE');
export const lockCustomer = async (tx: Transaction, id: bigint): Promise<'active' | 'blocked' | null> =>
  (await tx.query<{ status: 'active' | 'blocked' }>(lock, [id]))[0]?.status ?? null;

export type ProposalKind = 'unfreeze' | 'limits';
export interface CustomerProposal extends DatedCaps {
  readonly id: bigint;
  readonly customerId: bigint;
  readonly kind: ProposalKind;
  readonly reason: string;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly approved: boolean | null;
}
const columns = `id, customer_id AS "customerId", kind, payment, day, effective_from AS "from", reason,
  proposed_by AS "proposedBy", proposed_at AS "proposedAt", decided_by AS "decidedBy", decided_at AS "decidedAt", approved`;

const insertProposal = statement(
  'customers.insert-proposal',
  `INSERT INTO customers.proposal (id, customer_id, kind, payment, day, effective_from, reason, proposed_by, proposed_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING id`,
);
/** False where one of the kind waits for the customer. */
export async function insertProposalRow(
  tx: Transaction,
  p: Omit<CustomerProposal, 'decidedBy' | 'decidedAt' | 'approved'>,
): Promise<boolean> {
  const values = [p.id, p.customerId, p.kind, p.payment, p.day, p.from, p.reason, p.proposedBy, p.proposedAt];
  return (await tx.query(insertProposal, values)).length === 1;
}

const lockProposal = statement(
  'customers.lock-proposal',
  `SELECT ${columns} FROM customers.proposal WHERE id = $1 FOR UPDATE`,
);
export const lockProposalRow = async (tx: Transaction, id: bigint): Promise<CustomerProposal | null> =>
  (await tx.query<CustomerProposal>(lockProposal, [id]))[0] ?? null;

const decide = statement(
  'customers.decide-proposal',
  'UPDATE customers.proposal SET decided_by = $2, decided_at = $3, approved = $4 WHERE id = $1',
);
export const decideProposalRow = (
  tx: Transaction,
  of: { id: bigint; by: string; at: Date; approved: boolean },
): Promise<unknown> => tx.query(decide, [of.id, of.by, of.at, of.approved]);

const page = statement(
  'customers.proposals',
  `SELECT ${columns} FROM customers.proposal
   WHERE ($1::bigint IS NULL OR customer_id = $1) AND (NOT $2::boolean OR decided_at IS NULL) ORDER BY id DESC LIMIT 200`,
);
/** Newest first, at most 200; of one customer or of all. */
export const readProposals = (
  connection: Connection,
  of: { customerId: bigint | null; onlyWaiting: boolean },
): Promise<CustomerProposal[]> => connection.query(page, [of.customerId, of.onlyWaiting]);

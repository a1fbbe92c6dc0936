// SQL of what people agreed with the bank's desk about conversions.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { Deal } from './treasury-store.ts';

export interface OpenDeal extends Deal {
  /** Null where the bank is asked by itself. */
  readonly by_hand_since: Date | null;
}
export interface Agreement {
  readonly id: bigint;
  readonly deal_id: bigint;
  readonly bank_reference: string;
  readonly rate: string;
  readonly cost: bigint;
  /** YYYY-MM-DD. */
  readonly value_date: string;
  readonly expected_rate: string;
  readonly expected_cost: bigint;
  readonly reason: string;
  readonly proposed_by: string;
  readonly proposed_at: Date;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
  /** Null while nobody has decided. */
  readonly approved: boolean | null;
}

const dealColumns = `id, day::text, currency, bought, home, cost, collected, gain, rate, created_at, entry_id, by_hand_since`;
const lockDeal = statement(
  'settlement.lock-deal',
  `SELECT ${dealColumns} FROM settlement.deal WHERE id = $1 FOR UPDATE`,
);
export const lockDealRow = async (tx: Transaction, id: bigint): Promise<OpenDeal | undefined> =>
  (await tx.query<OpenDeal>(lockDeal, [id]))[0];

const handDeals = statement(
  'settlement.deals-by-hand',
  `SELECT ${dealColumns} FROM settlement.deal WHERE entry_id = 0 AND by_hand_since IS NOT NULL ORDER BY id LIMIT 200`,
);
/** Those that wait for people, oldest first. */
export const readHandDeals = (connection: Connection): Promise<OpenDeal[]> => connection.query(handDeals);

const columns = `id, deal_id, bank_reference, rate, cost, value_date::text, expected_rate, expected_cost, reason,
  proposed_by, proposed_at, decided_by, decided_at, approved`;
const agreementsOf = statement(
  'settlement.agreements-of',
  `SELECT ${columns} FROM settlement.deal_agreement WHERE deal_id = ANY($1::bigint[]) AND approved IS NOT FALSE ORDER BY id`,
);
/** Those that wait for a decision or count, of some deals: at most one of each. */
export const readAgreements = (connection: Connection, dealIds: readonly bigint[]): Promise<Agreement[]> =>
  connection.query(agreementsOf, [dealIds]);

const insertAgreement = statement(
  'settlement.insert-agreement',
  `INSERT INTO settlement.deal_agreement (id, deal_id, bank_reference, rate, cost, value_date, expected_rate, expected_cost,
     reason, proposed_by, proposed_at)
   VALUES ($1, $2, $3, $4, $5, $6::date, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING RETURNING id`,
);
/** False where the deal or the bank's reference has one that waits or counts. */
export const insertAgreementRow = async (
  tx: Transaction,
  row: Omit<Agreement, 'decided_by' | 'decided_at' | 'approved'>,
): Promise<boolean> =>
  (
    await tx.query(insertAgreement, [
      ...[row.id, row.deal_id, row.bank_reference, row.rate, row.cost, row.value_date, row.expected_rate],
      ...[row.expected_cost, row.reason, row.proposed_by, row.proposed_at],
    ])
  ).length === 1;

const lockAgreement = statement(
  'settlement.lock-agreement',
  `SELECT ${columns} FROM settlement.deal_agreement WHERE id = $1 FOR UPDATE`,
);
export const lockAgreementRow = async (tx: Transaction, id: bigint): Promise<Agreement | undefined> =>
  (await tx.query<Agreement>(lockAgreement, [id]))[0];

const decideAgreement = statement(
  'settlement.decide-agreement',
  'UPDATE settlement.deal_agreement SET decided_by = $2, decided_at = $3, approved = $4 WHERE id = $1',
);
export const decideAgreementRow = (
  tx: Transaction,
  of: { id: bigint; operator: string; at: Date; approved: boolean },
): Promise<unknown> => tx.query(decideAgreement, [of.id, of.operator, of.at, of.approved]);

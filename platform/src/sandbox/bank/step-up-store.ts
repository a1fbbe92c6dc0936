// SQL of debits that wait for what their card's holder says.
import { type Connection, statement, type Transaction } from '../../database/index.ts';

export interface StepUpRow {
  readonly id: string;
  readonly bank: string;
  readonly reference: string;
  readonly token: string;
  readonly currency: string;
  readonly amount: bigint;
  readonly kind: 'one-time-code' | 'redirect';
  readonly code_hash: Buffer | null;
  readonly codes: number;
  readonly tries_left: number;
  readonly resend_at: Date | null;
  readonly return_url: string;
  readonly expires_at: Date;
}

const ofReference = statement(
  'sandbox-bank.step-up-of',
  'SELECT * FROM sandbox_bank.step_up WHERE bank = $1 AND reference = $2',
);
export const selectStepUp = async (
  connection: Connection,
  key: { bank: string; reference: string },
): Promise<StepUpRow | undefined> =>
  (await connection.query<StepUpRow>(ofReference, [key.bank, key.reference]))[0];

const byId = statement('sandbox-bank.step-up-by-id', 'SELECT * FROM sandbox_bank.step_up WHERE id = $1');
export const selectStepUpById = async (connection: Connection, id: string): Promise<StepUpRow | undefined> =>
  (await connection.query<StepUpRow>(byId, [id]))[0];

const insert = statement(
  'sandbox-bank.insert-step-up',
  `INSERT INTO sandbox_bank.step_up (id, bank, reference, token, currency, amount, kind, code_hash, codes, tries_left,
     resend_at, return_url, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
);
export const insertStepUp = (tx: Transaction, row: StepUpRow): Promise<unknown> =>
  tx.query(insert, [
    ...[row.id, row.bank, row.reference, row.token, row.currency, row.amount, row.kind, row.code_hash],
    ...[row.codes, row.tries_left, row.resend_at, row.return_url, row.expires_at],
  ]);

const update = statement(
  'sandbox-bank.update-step-up',
  `UPDATE sandbox_bank.step_up SET code_hash = $2, codes = $3, tries_left = $4, resend_at = $5 WHERE id = $1`,
);
export const updateStepUp = (tx: Transaction, row: StepUpRow): Promise<unknown> =>
  tx.query(update, [row.id, row.code_hash, row.codes, row.tries_left, row.resend_at]);

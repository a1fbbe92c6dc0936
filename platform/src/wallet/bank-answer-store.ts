// What banks answered, kept as evidence: written once, as it was heard, never changed.
import { type Connection, copyInto, statement } from '../database/index.ts';
import type { BankAnswer } from './bank.ts';

/**
 * applied – it decided the question; repeated – the question had this answer before; stale – it had another one, or was
 * not open any more: the answer changed nothing.
 */
export type AnswerEffect = 'applied' | 'repeated' | 'stale';

export interface HeardAnswer {
  readonly id: bigint;
  /** The bank's code; the settlement bank's BIC. */
  readonly bank: string;
  /** The question that it answers. */
  readonly reference: string;
  /** 'approved', or the bank's reason for a refusal. */
  readonly outcome: string;
  readonly effect: AnswerEffect;
  readonly heardAt: Date;
}

export const outcomeOf = (answer: BankAnswer): string =>
  answer.outcome === 'approved' ? 'approved' : answer.reason;

/** What an answer does to a question that is open (`decided` null) or was decided in some way before. */
export const effectOf = (outcome: string, decided: string | null): AnswerEffect =>
  decided === null ? 'applied' : decided === outcome ? 'repeated' : 'stale';

export const answerRows = copyInto<HeardAnswer>('wallet.bank_answer', {
  id: ['int8', (row) => row.id],
  bank: ['text', (row) => row.bank],
  reference: ['text', (row) => row.reference],
  outcome: ['text', (row) => row.outcome],
  effect: ['text', (row) => row.effect],
  heard_at: ['timestamptz', (row) => row.heardAt],
});

interface AnswerRow {
  readonly id: bigint;
  readonly bank: string;
  readonly reference: string;
  readonly outcome: string;
  readonly effect: AnswerEffect;
  readonly heard_at: Date;
}
const answerOf = ({ heard_at: heardAt, ...row }: AnswerRow): HeardAnswer => ({ ...row, heardAt });
const columns = 'id, bank, reference, outcome, effect, heard_at';

const byReferences = statement(
  'wallet.answers-of',
  `SELECT ${columns} FROM wallet.bank_answer WHERE reference = ANY($1::text[]) ORDER BY id LIMIT 1000`,
);
/** What was heard under references, oldest first; at most 1,000. */
export const readAnswersOf = async (
  connection: Connection,
  references: readonly string[],
): Promise<HeardAnswer[]> => (await connection.query<AnswerRow>(byReferences, [references])).map(answerOf);

const staleStatement = statement(
  'wallet.stale-answers',
  `SELECT ${columns} FROM wallet.bank_answer WHERE effect = 'stale' ORDER BY id DESC LIMIT $1`,
);
/** The newest answers that contradicted what was decided. */
export const readStaleAnswers = async (connection: Connection, limit: number): Promise<HeardAnswer[]> =>
  (await connection.query<AnswerRow>(staleStatement, [limit])).map(answerOf);

// SQL of what card banks are asked about payments.
import { money } from '@tongbao/money';
import { type Connection, copyInto, statement, type Transaction, texts } from '../database/index.ts';
import type { BankQuestion, BankTask } from './bank-question.ts';

export const questionRows = copyInto<BankQuestion>('payments.bank_question', {
  reference: ['text', (q) => q.reference],
  task: ['text', (q) => q.task],
  payment_id: ['int8', (q) => q.paymentId],
  event: ['int2', (q) => q.event],
  refund_id: ['int8', (q) => q.refundId],
  card_id: ['int8', (q) => q.cardId],
  clearing_account: ['int8', (q) => q.clearingAccount],
  currency: ['text', (q) => q.amount.currency],
  amount: ['int8', (q) => q.amount.amount],
  may_ask: ['bool', (q) => q.mayAsk],
  asked_at: ['timestamptz', (q) => q.askedAt],
  next_ask_at: ['timestamptz', (q) => q.nextAskAt],
});

interface QuestionRow {
  readonly reference: string;
  readonly task: BankTask;
  readonly payment_id: bigint;
  readonly event: number;
  readonly refund_id: bigint;
  readonly card_id: bigint;
  readonly clearing_account: bigint;
  readonly currency: string;
  readonly amount: bigint;
  readonly may_ask: boolean;
  readonly asked_at: Date;
  readonly attempts: number;
  readonly next_ask_at: Date | null;
  readonly outcome: string | null;
  readonly answered_at: Date | null;
}
const columns = `reference, task, payment_id, event, refund_id, card_id, clearing_account, currency, amount, may_ask, asked_at,
  attempts, next_ask_at, outcome, answered_at`;
const questionOf = (row: QuestionRow): BankQuestion => ({
  reference: row.reference,
  task: row.task,
  paymentId: row.payment_id,
  event: row.event,
  refundId: row.refund_id,
  cardId: row.card_id,
  clearingAccount: row.clearing_account,
  amount: money(row.currency, row.amount),
  mayAsk: row.may_ask,
  askedAt: row.asked_at,
  attempts: row.attempts,
  nextAskAt: row.next_ask_at,
  outcome: row.outcome,
  answeredAt: row.answered_at,
});

const byReferences = statement(
  'payments.bank-questions',
  `SELECT ${columns} FROM payments.bank_question WHERE reference = ANY($1::text[])`,
);
export async function readQuestions(
  connection: Connection,
  references: readonly string[],
): Promise<Map<string, BankQuestion>> {
  const rows = await connection.query<QuestionRow>(byReferences, [texts(references)]);
  return new Map(rows.map((row) => [row.reference, questionOf(row)]));
}

const ofPayment = statement(
  'payments.bank-questions-of',
  `SELECT ${columns} FROM payments.bank_question WHERE payment_id = $1 ORDER BY asked_at, reference LIMIT 1000`,
);
/** What banks were asked about a payment, oldest first; at most 1,000. */
export const readQuestionsOf = async (connection: Connection, paymentId: bigint): Promise<BankQuestion[]> =>
  (await connection.query<QuestionRow>(ofPayment, [paymentId])).map(questionOf);

const updateStatement = statement(
  'payments.answer-bank-questions',
  `UPDATE payments.bank_question AS q SET outcome = u.outcome, answered_at = u.answered_at,
     next_ask_at = u.next_ask_at
   FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[])
     AS u(reference, outcome, answered_at, next_ask_at)
   WHERE q.reference = u.reference`,
);
/** Writes what became of questions whose payments this transaction has locked. */
export async function updateQuestions(tx: Transaction, questions: readonly BankQuestion[]): Promise<void> {
  if (questions.length === 0) return;
  await tx.query(updateStatement, [
    questions.map((q) => q.reference),
    questions.map((q) => q.outcome),
    questions.map((q) => q.answeredAt),
    questions.map((q) => q.nextAskAt),
  ]);
}

const takeStatement = statement(
  'payments.take-bank-question',
  `UPDATE payments.bank_question SET attempts = attempts + 1, next_ask_at = $4
   WHERE reference = $1 AND attempts = $2 AND outcome IS NULL AND next_ask_at <= $3 RETURNING reference`,
);
/** Takes the right to ask the bank now; false when another process took it, or it is too early. */
export const takeQuestion = async (
  connection: Connection,
  ask: { reference: string; attempts: number; now: Date; nextAskAt: Date },
): Promise<boolean> =>
  (await connection.query(takeStatement, [ask.reference, ask.attempts, ask.now, ask.nextAskAt])).length === 1;

const fromStatement = statement(
  'payments.ask-bank-question-from',
  'UPDATE payments.bank_question SET next_ask_at = $2 WHERE reference = $1 AND outcome IS NULL',
);
/** An open question is due from then on. */
export const askQuestionFrom = (
  connection: Connection,
  of: { reference: string; at: Date },
): Promise<unknown> => connection.query(fromStatement, [of.reference, of.at]);

const dueStatement = statement(
  'payments.due-bank-questions',
  `SELECT ${columns} FROM (
     SELECT *, row_number() OVER (PARTITION BY clearing_account ORDER BY next_ask_at, reference) AS place
     FROM payments.bank_question WHERE next_ask_at <= $1 AND reference <> ALL($2::text[])
   ) AS due WHERE place <= $3 ORDER BY next_ask_at, reference`,
);
/** Due questions, at most `perBank` of each clearing account. */
export const readDueQuestions = async (
  connection: Connection,
  due: { by: Date; except: readonly string[]; perBank: number },
): Promise<BankQuestion[]> =>
  (await connection.query<QuestionRow>(dueStatement, [due.by, texts(due.except), due.perBank])).map(
    questionOf,
  );

const nextStatement = statement(
  'payments.next-bank-question',
  `SELECT min(next_ask_at) AS at FROM payments.bank_question
   WHERE next_ask_at IS NOT NULL AND reference <> ALL($1::text[])`,
);
export const readNextQuestion = async (
  connection: Connection,
  except: readonly string[],
): Promise<Date | null> =>
  (await connection.query<{ at: Date | null }>(nextStatement, [texts(except)]))[0]?.at ?? null;

const look = statement(
  'payments.look-at-bank-question',
  `UPDATE payments.bank_question SET next_ask_at = $2
   WHERE reference = $1 AND outcome IS NOT NULL AND next_ask_at IS NOT NULL`,
);
/** When an answered question is looked at again; null: never. */
export const lookAtQuestion = (
  connection: Connection,
  of: { reference: string; at: Date | null },
): Promise<unknown> => connection.query(look, [of.reference, of.at]);

const supersede = statement(
  'payments.supersede-bank-question',
  `UPDATE payments.bank_question SET next_ask_at = NULL
   WHERE reference = $1 AND outcome IS NOT NULL AND next_ask_at IS NOT NULL RETURNING reference`,
);
/** Puts a new question in the place of a refused one; false when another process has done it. */
export async function replaceQuestion(
  tx: Transaction,
  of: { refused: string; by: BankQuestion },
): Promise<boolean> {
  if ((await tx.query(supersede, [of.refused])).length === 0) return false;
  await tx.copy([questionRows([of.by])]);
  return true;
}

const waiting = statement(
  'payments.bank-references',
  `SELECT reference, task, currency, amount FROM payments.bank_question WHERE next_ask_at IS NOT NULL`,
);
export interface BankReferences {
  /** Asked of a bank; the answer is not in our books yet. */
  readonly waiting: readonly string[];
  /** Reversals: in our books already; the bank was told to follow and may not have. */
  readonly reversals: readonly {
    readonly reference: string;
    readonly currency: string;
    readonly amount: bigint;
  }[];
}
/** The references under which banks were asked to move money and that are not finished. */
export async function readBankReferences(connection: Connection): Promise<BankReferences> {
  const rows = await connection.query<{
    reference: string;
    task: BankTask;
    currency: string;
    amount: bigint;
  }>(waiting);
  return {
    waiting: rows.filter((row) => row.task !== 'reverse-card').map((row) => row.reference),
    reversals: rows
      .filter((row) => row.task === 'reverse-card')
      .map(({ reference, currency, amount }) => ({ reference, currency, amount })),
  };
}

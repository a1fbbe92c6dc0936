// All SQL of the sandbox's bank: its cards, what it decided, and its books of Tongbao's accounts.
import type { Money } from '@tongbao/money';
import { type Connection, statement, type Transaction } from '../../database/index.ts';
import type { BankRefusal } from '../../wallet/index.ts';

/** normal; slow: answers late; down: does nothing and fails; decline: refuses all; answer-lost: does it, then fails. */
export type BankBehaviour = 'normal' | 'slow' | 'down' | 'decline' | 'answer-lost';

export interface BankRow {
  readonly code: string;
  readonly name_zh: string;
  readonly name_en: string;
  readonly behaviour: BankBehaviour;
  readonly slow_ms: number;
}

const insertBank = statement(
  'sandbox-bank.insert-bank',
  `INSERT INTO sandbox_bank.bank (code, name_zh, name_en, behaviour, slow_ms) VALUES ($1, $2, $3, 'normal', 2000)
   ON CONFLICT (code) DO NOTHING`,
);
export const insertBankRow = (
  connection: Connection,
  bank: { code: string; name: { zh: string; en: string } },
): Promise<unknown> => connection.query(insertBank, [bank.code, bank.name.zh, bank.name.en]);

const allBanks = statement('sandbox-bank.all', 'SELECT * FROM sandbox_bank.bank ORDER BY code LIMIT 100');
export const selectBanks = (connection: Connection): Promise<BankRow[]> =>
  connection.query<BankRow>(allBanks);

const findBank = statement('sandbox-bank.find', 'SELECT * FROM sandbox_bank.bank WHERE code = $1');
export const selectBank = async (connection: Connection, code: string): Promise<BankRow | undefined> =>
  (await connection.query<BankRow>(findBank, [code]))[0];

const setBehaviour = statement(
  'sandbox-bank.set-behaviour',
  'UPDATE sandbox_bank.bank SET behaviour = $2, slow_ms = coalesce($3, slow_ms) WHERE code = $1 RETURNING code',
);
/** False when there is no such bank. */
export const updateBehaviour = async (
  connection: Connection,
  bank: { code: string; behaviour: BankBehaviour; slowMs: number | null },
): Promise<boolean> =>
  (await connection.query(setBehaviour, [bank.code, bank.behaviour, bank.slowMs])).length === 1;

// Cards.

export interface BankCardRow {
  readonly token: string;
  readonly bank: string;
  readonly currency: string;
  readonly balance: bigint;
  readonly credit_limit: bigint;
  readonly blocked: boolean;
  /** How its bank asks its holder before a debit of more than `step_up_above`; null: never. */
  readonly step_up: 'one-time-code' | 'redirect' | null;
  readonly step_up_above: bigint;
  readonly holder_phone: string | null;
}

const insertCard = statement(
  'sandbox-bank.insert-card',
  `INSERT INTO sandbox_bank.card (token, bank, currency, balance, credit_limit, blocked, step_up, step_up_above,
     holder_phone) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (token) DO NOTHING`,
);
export const insertBankCardRow = (connection: Connection, card: BankCardRow): Promise<unknown> =>
  connection.query(insertCard, [
    card.token,
    card.bank,
    card.currency,
    card.balance,
    card.credit_limit,
    card.blocked,
    ...[card.step_up, card.step_up_above, card.holder_phone],
  ]);

const findCard = statement(
  'sandbox-bank.find-card',
  'SELECT * FROM sandbox_bank.card WHERE token = $1 AND bank = $2',
);
export const selectBankCard = async (
  connection: Connection,
  key: { token: string; bank: string },
): Promise<BankCardRow | undefined> =>
  (await connection.query<BankCardRow>(findCard, [key.token, key.bank]))[0];

const lockCard = statement(
  'sandbox-bank.lock-card',
  'SELECT * FROM sandbox_bank.card WHERE token = $1 AND bank = $2 FOR UPDATE',
);
export const lockBankCard = async (
  tx: Transaction,
  key: { token: string; bank: string },
): Promise<BankCardRow | undefined> => (await tx.query<BankCardRow>(lockCard, [key.token, key.bank]))[0];

const moveCard = statement(
  'sandbox-bank.move-card',
  'UPDATE sandbox_bank.card SET balance = balance + $2 WHERE token = $1',
);
export const moveBankCard = (tx: Transaction, token: string, amount: bigint): Promise<unknown> =>
  tx.query(moveCard, [token, amount]);

// Decisions.

export interface OperationRow {
  readonly bank: string;
  readonly reference: string;
  readonly kind: 'debit' | 'credit';
  readonly token: string;
  readonly currency: string;
  readonly amount: bigint;
  readonly declined: BankRefusal | null;
  readonly decided_at: Date;
}

const findOperation = statement(
  'sandbox-bank.find-operation',
  'SELECT * FROM sandbox_bank.operation WHERE bank = $1 AND reference = $2',
);
export const selectOperation = async (
  connection: Connection,
  key: { bank: string; reference: string },
): Promise<OperationRow | undefined> =>
  (await connection.query<OperationRow>(findOperation, [key.bank, key.reference]))[0];

const insertOperation = statement(
  'sandbox-bank.insert-operation',
  `INSERT INTO sandbox_bank.operation (bank, reference, kind, token, currency, amount, declined, decided_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
);
export const insertOperationRow = (tx: Transaction, o: OperationRow): Promise<unknown> =>
  tx.query(insertOperation, [
    o.bank,
    o.reference,
    o.kind,
    o.token,
    o.currency,
    o.amount,
    o.declined,
    o.decided_at,
  ]);

// The bank's books of Tongbao's accounts.

export interface StatementLine {
  readonly bank: string;
  readonly name: 'clearing' | 'safeguarding' | 'settlement';
  readonly reference: string;
  /** Positive: the bank owes Tongbao more. */
  readonly amount: Money;
  readonly bookedAt: Date;
}

const openAccount = statement(
  'sandbox-bank.open-account',
  `INSERT INTO sandbox_bank.account (bank, name, currency, balance, lines) VALUES ($1, $2, $3, 0, 0)
   ON CONFLICT (bank, name, currency) DO NOTHING`,
);
const lineExists = statement(
  'sandbox-bank.line-exists',
  `SELECT line FROM sandbox_bank.statement_line WHERE bank = $1 AND name = $2 AND currency = $3 AND reference = $4`,
);
const moveAccount = statement(
  'sandbox-bank.move-account',
  `UPDATE sandbox_bank.account SET balance = balance + $4, lines = lines + 1
   WHERE bank = $1 AND name = $2 AND currency = $3 RETURNING balance, lines`,
);
const lockAccount = statement(
  'sandbox-bank.lock-account',
  'SELECT 1 FROM sandbox_bank.account WHERE bank = $1 AND name = $2 AND currency = $3 FOR UPDATE',
);
const insertLine = statement(
  'sandbox-bank.insert-line',
  `INSERT INTO sandbox_bank.statement_line (bank, name, currency, line, reference, amount, balance_after, booked_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
);
/** Books a line once: the same reference on the same account again changes nothing. Answers the line's number. */
export async function bookLine(tx: Transaction, line: StatementLine): Promise<number> {
  const { bank, name, reference, amount, bookedAt } = line;
  const key = [bank, name, amount.currency];
  await tx.query(openAccount, key);
  await tx.query(lockAccount, key);
  const [former] = await tx.query<{ line: number }>(lineExists, [...key, reference]);
  if (former !== undefined) return former.line;
  const [after] = await tx.query<{ balance: bigint; lines: number }>(moveAccount, [...key, amount.amount]);
  await tx.query(insertLine, [...key, after!.lines, reference, amount.amount, after!.balance, bookedAt]);
  return after!.lines;
}

const readLines = statement(
  'sandbox-bank.read-lines',
  `SELECT line, reference, amount, balance_after, booked_at FROM sandbox_bank.statement_line
   WHERE bank = $1 AND name = $2 AND currency = $3 AND line > $4 ORDER BY line LIMIT 1000`,
);
export interface StatementLineRow {
  readonly line: number;
  readonly reference: string;
  readonly amount: bigint;
  readonly balance_after: bigint;
  readonly booked_at: Date;
}
export const selectLines = (
  connection: Connection,
  page: { bank: string; name: StatementLine['name']; currency: string; afterLine: number },
): Promise<StatementLineRow[]> =>
  connection.query<StatementLineRow>(readLines, [page.bank, page.name, page.currency, page.afterLine]);

const readAccounts = statement(
  'sandbox-bank.accounts',
  `SELECT name, currency, sum(balance)::bigint AS balance FROM sandbox_bank.account GROUP BY name, currency
   ORDER BY name, currency`,
);
const readExecuted = statement(
  'sandbox-bank.executed',
  `SELECT currency, sum(CASE kind WHEN 'debit' THEN amount ELSE -amount END)::bigint AS moved
   FROM sandbox_bank.operation WHERE reference = ANY($1::text[]) AND declined IS NULL GROUP BY currency`,
);
export const selectAccounts = (
  connection: Connection,
): Promise<{ name: StatementLine['name']; currency: string; balance: bigint }[]> =>
  connection.query(readAccounts);
/** What was moved to Tongbao's clearing accounts under the references, by currency. */
export const selectExecuted = (
  connection: Connection,
  references: readonly string[],
): Promise<{ currency: string; moved: bigint }[]> => connection.query(readExecuted, [references]);

const bookedUnder = statement(
  'sandbox-bank.booked-under',
  `SELECT name, currency, sum(amount)::bigint AS amount FROM sandbox_bank.statement_line
   WHERE reference = ANY($1::text[]) AND name IN ('settlement', 'safeguarding') GROUP BY name, currency`,
);
/** What the banks booked under some references, by account. */
export const selectBookedUnder = (
  connection: Connection,
  references: readonly string[],
): Promise<{ name: StatementLine['name']; currency: string; amount: bigint }[]> =>
  connection.query(bookedUnder, [references]);

const maxDayLines = 50_000;
const clearingLines = statement(
  'sandbox-bank.clearing-day',
  `SELECT line, reference, amount, balance_after, booked_at FROM sandbox_bank.statement_line
   WHERE bank = $1 AND name = 'clearing' AND currency = $2 AND booked_at >= $3 AND booked_at < $4
   ORDER BY line LIMIT ${maxDayLines + 1}`,
);
const clearingBefore = statement(
  'sandbox-bank.clearing-before',
  `SELECT balance_after FROM sandbox_bank.statement_line
   WHERE bank = $1 AND name = 'clearing' AND currency = $2 AND booked_at < $3 ORDER BY line DESC LIMIT 1`,
);
/** A day of Tongbao's clearing account: its balance before, its lines. Throws for more lines than a statement takes. */
export async function readClearingDay(
  connection: Connection,
  of: { bank: string; currency: string; from: Date; to: Date },
): Promise<{ opening: bigint; lines: StatementLineRow[] }> {
  const { bank, currency, from, to } = of;
  const lines = await connection.query<StatementLineRow>(clearingLines, [bank, currency, from, to]);
  if (lines.length > maxDayLines) throw new Error(`${bank} booked more than ${maxDayLines} lines in a day`);
  const [before] = await connection.query<{ balance_after: bigint }>(clearingBefore, [bank, currency, from]);
  return { opening: before?.balance_after ?? 0n, lines };
}

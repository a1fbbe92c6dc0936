// SQL of debits that wait for what their shopper tells their bank.
import { type Connection, statement, type Transaction, texts } from '../database/index.ts';
import { codesAskedAtMost, codesGivenAtMost, type OpenStepUp } from './step-up.ts';

interface StepUpRow {
  readonly reference: string;
  readonly bank: string;
  readonly customer_id: bigint;
  readonly step_up_id: string;
  readonly kind: 'one-time-code' | 'redirect';
  readonly phone: string | null;
  readonly code_length: number | null;
  readonly tries_left: number | null;
  readonly resend_at: Date | null;
  readonly url: string | null;
  readonly asked_at: Date;
  readonly expires_at: Date;
  readonly deadline: Date;
  readonly codes_given: number;
  readonly codes_asked: number;
}

function openOf(row: StepUpRow): OpenStepUp {
  const { step_up_id: id, expires_at: expiresAt } = row;
  return {
    ...{ reference: row.reference, bank: row.bank, customerId: row.customer_id },
    asks:
      row.kind === 'redirect'
        ? { kind: 'redirect', id, expiresAt, url: row.url! }
        : {
            ...{ kind: 'one-time-code', id, expiresAt, phone: row.phone!, length: row.code_length! },
            ...{ triesLeft: row.tries_left!, resendAt: row.resend_at },
          },
    ...{ askedAt: row.asked_at, deadline: row.deadline },
    ...{ codesGiven: row.codes_given, codesAsked: row.codes_asked },
  };
}

const ofReferences = statement(
  'wallet.step-ups',
  'SELECT * FROM wallet.step_up WHERE reference = ANY($1::text[])',
);
/** What banks ask about debits, by their references; whether a debit still waits is not said here. */
export async function readStepUps(
  connection: Connection,
  references: readonly string[],
): Promise<Map<string, OpenStepUp>> {
  if (references.length === 0) return new Map();
  const rows = await connection.query<StepUpRow>(ofReferences, [texts(references)]);
  return new Map(rows.map((row) => [row.reference, openOf(row)]));
}

const write = statement(
  'wallet.write-step-up',
  `INSERT INTO wallet.step_up (reference, bank, customer_id, step_up_id, kind, phone, code_length, tries_left, resend_at,
     url, asked_at, expires_at, deadline)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
   ON CONFLICT (reference) DO UPDATE SET step_up_id = excluded.step_up_id, kind = excluded.kind, phone = excluded.phone,
     code_length = excluded.code_length, tries_left = excluded.tries_left, resend_at = excluded.resend_at,
     url = excluded.url, expires_at = excluded.expires_at, deadline = excluded.deadline`,
);
export async function writeStepUp(tx: Transaction, open: OpenStepUp): Promise<void> {
  const { asks } = open;
  const code = asks.kind === 'one-time-code' ? asks : null;
  await tx.query(write, [
    ...[open.reference, open.bank, open.customerId, asks.id, asks.kind],
    ...[code?.phone ?? null, code?.length ?? null, code?.triesLeft ?? null, code?.resendAt ?? null],
    ...[asks.kind === 'redirect' ? asks.url : null, open.askedAt, asks.expiresAt, open.deadline],
  ]);
}

const giveCode = statement(
  'wallet.give-code',
  `UPDATE wallet.step_up SET codes_given = codes_given + 1 WHERE reference = $1 AND codes_given < ${codesGivenAtMost}
   RETURNING reference`,
);
/** Counts a code before it goes to the bank; false when there were too many. */
export const countGivenCode = async (connection: Connection, reference: string): Promise<boolean> =>
  (await connection.query(giveCode, [reference])).length === 1;

const askCode = statement(
  'wallet.ask-for-code',
  `UPDATE wallet.step_up SET codes_asked = codes_asked + 1 WHERE reference = $1 AND codes_asked < ${codesAskedAtMost}
   RETURNING reference`,
);
export const countAskedCode = async (connection: Connection, reference: string): Promise<boolean> =>
  (await connection.query(askCode, [reference])).length === 1;

const look = statement(
  'wallet.look-at-step-up',
  `UPDATE wallet.step_up SET looked_at = $2
   WHERE reference = $1 AND (looked_at IS NULL OR looked_at <= $3 OR looked_at > $2) RETURNING reference`,
);
/** Takes the right to ask the bank because somebody looks; false when somebody did after `notAfter`. */
export const takeLook = async (
  connection: Connection,
  of: { reference: string; now: Date; notAfter: Date },
): Promise<boolean> => (await connection.query(look, [of.reference, of.now, of.notAfter])).length === 1;

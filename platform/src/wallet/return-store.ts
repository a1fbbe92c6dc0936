// SQL of returns: money that a bank took from a card although the debit had been decided otherwise.
import { type Connection, statement, type Transaction } from '../database/index.ts';

const returned = statement(
  'wallet.returned',
  `SELECT t.request_id AS reference FROM unnest($1::bigint[], $2::text[]) AS k(customer_id, reference)
   JOIN wallet.card_transfer t ON t.customer_id = k.customer_id AND t.request_id = k.reference AND t.kind = 'return'`,
);
/** Those of some debits, by their references, that were given back or are on their way. */
export async function readReturned(
  connection: Connection,
  debits: readonly { readonly customerId: bigint; readonly reference: string }[],
): Promise<Set<string>> {
  const values = [debits.map((debit) => debit.customerId), debits.map((debit) => debit.reference)];
  return new Set(
    (await connection.query<{ reference: string }>(returned, values)).map((row) => row.reference),
  );
}

const refuse = statement(
  'wallet.refuse-return',
  `UPDATE wallet.card_transfer SET round = round + 1, attempts = 0, refusal = $2, next_ask_at = $3 WHERE id = $1`,
);
/** The bank refused the return: it stays pending, and is asked next under a new reference. */
export const refuseReturnRow = (
  tx: Transaction,
  of: { id: bigint; refusal: string; at: Date },
): Promise<unknown> => tx.query(refuse, [of.id, of.refusal, of.at]);

const unwanted = statement(
  'wallet.unwanted-debits',
  `SELECT t.request_id AS reference, t.amount, (t.created_at AT TIME ZONE 'UTC')::date::text AS day
   FROM wallet.card_transfer t JOIN wallet.card c ON c.id = t.card_id
   WHERE t.kind = 'return' AND t.currency = $1 AND c.bank = $2
     AND t.created_at >= $3::date AND t.created_at < $4::date + 1`,
);
/** Debits that are given back, by the references that the bank made them under, on the days when they became known. */
export const selectUnwantedDebits = (
  connection: Connection,
  of: { currency: string; bank: string; fromDay: string; toDay: string },
): Promise<{ reference: string; amount: bigint; day: string }[]> =>
  connection.query(unwanted, [of.currency, of.bank, of.fromDay, of.toDay]);

const owed = statement(
  'wallet.owed-returns',
  `SELECT currency, sum(amount)::bigint AS amount FROM wallet.card_transfer
   WHERE kind = 'return' AND status = 'pending' GROUP BY currency ORDER BY currency`,
);
/** What is still to be given back to cards, by currency: what stands on the accounts `card-return`. */
export const readOwedReturns = (connection: Connection): Promise<{ currency: string; amount: bigint }[]> =>
  connection.query(owed);

const list = statement(
  'wallet.list-returns',
  `SELECT id, request_id AS reference, status, currency, amount, refusal, created_at, finished_at
   FROM wallet.card_transfer WHERE kind = 'return' ORDER BY id DESC LIMIT $1`,
);
export interface ReturnRow {
  readonly id: bigint;
  /** The debit that is given back. */
  readonly reference: string;
  readonly status: 'pending' | 'succeeded' | 'failed';
  readonly currency: string;
  readonly amount: bigint;
  /** Why the bank refused the return last; null where it has not. */
  readonly refusal: string | null;
  readonly created_at: Date;
  readonly finished_at: Date | null;
}
export const readReturns = (connection: Connection, limit: number): Promise<ReturnRow[]> =>
  connection.query(list, [limit]);

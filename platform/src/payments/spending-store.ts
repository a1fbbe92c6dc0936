// SQL of the proof of what payers have spent.
import { type Connection, statement } from '../database/index.ts';

const wrong = statement(
  'payments.wrong-spending',
  'SELECT account, kept, paid FROM payments.wrong_spending ORDER BY account LIMIT 20',
);
/** Wallets whose kept sums are not what their payments come to; at most 20. */
export const readWrongSpending = (
  connection: Connection,
): Promise<{ account: bigint; kept: string; paid: string }[]> => connection.query(wrong);

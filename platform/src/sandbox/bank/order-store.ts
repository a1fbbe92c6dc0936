// SQL of the bank that pays merchants: the orders it was given, how it treats payees, the documents it wrote.
import { type Connection, statement, type Transaction } from '../../database/index.ts';

export interface PaymentOrder {
  readonly end_to_end_id: string;
  readonly message_id: string;
  readonly currency: string;
  readonly amount: bigint;
  readonly creditor_name: string;
  readonly account_number: string;
  readonly remittance: string;
  readonly execute_at: Date;
}

const insertOrder = statement(
  'sandbox-bank.insert-order',
  `INSERT INTO sandbox_bank.payment_order (end_to_end_id, message_id, currency, amount, creditor_name, account_number,
     remittance, status, execute_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, 'accepted', $8) ON CONFLICT (end_to_end_id) DO NOTHING`,
);
/** An order whose end-to-end id the bank knows changes nothing. */
export const insertOrderRow = (tx: Transaction, o: PaymentOrder): Promise<unknown> =>
  tx.query(insertOrder, [
    o.end_to_end_id,
    o.message_id,
    o.currency,
    o.amount,
    o.creditor_name,
    o.account_number,
    o.remittance,
    o.execute_at,
  ]);

const nextOrder = statement(
  'sandbox-bank.next-order',
  `SELECT min(execute_at) AS at FROM sandbox_bank.payment_order WHERE status = 'accepted'`,
);
export const readNextOrder = async (connection: Connection): Promise<Date | null> =>
  (await connection.query<{ at: Date | null }>(nextOrder))[0]!.at;

const lockOrders = statement(
  'sandbox-bank.lock-orders',
  `SELECT * FROM sandbox_bank.payment_order WHERE status = 'accepted' AND execute_at <= $1
   ORDER BY execute_at, end_to_end_id LIMIT $2 FOR UPDATE SKIP LOCKED`,
);
export const lockDueOrders = (tx: Transaction, now: Date, limit: number): Promise<PaymentOrder[]> =>
  tx.query(lockOrders, [now, limit]);

const decideOrder = statement(
  'sandbox-bank.decide-order',
  'UPDATE sandbox_bank.payment_order SET status = $2, decided_at = $3, reason = $4 WHERE end_to_end_id = $1',
);
export const decideOrderRow = (
  tx: Transaction,
  order: { id: string; status: 'executed' | 'rejected'; at: Date; reason: string | null },
): Promise<unknown> => tx.query(decideOrder, [order.id, order.status, order.at, order.reason]);

export interface PayeeRow {
  readonly account_number: string;
  readonly behaviour: 'execute' | 'reject';
  readonly reason: string;
  readonly delay_ms: bigint;
}
const findPayee = statement(
  'sandbox-bank.find-payee',
  'SELECT * FROM sandbox_bank.payee WHERE account_number = $1',
);
export const selectPayee = async (connection: Connection, account: string): Promise<PayeeRow | undefined> =>
  (await connection.query<PayeeRow>(findPayee, [account]))[0];

const setPayee = statement(
  'sandbox-bank.set-payee',
  `INSERT INTO sandbox_bank.payee (account_number, behaviour, reason, delay_ms) VALUES ($1, $2, $3, $4)
   ON CONFLICT (account_number) DO UPDATE SET behaviour = excluded.behaviour, reason = excluded.reason,
     delay_ms = excluded.delay_ms`,
);
export const upsertPayee = (connection: Connection, payee: PayeeRow): Promise<unknown> =>
  connection.query(setPayee, [payee.account_number, payee.behaviour, payee.reason, payee.delay_ms]);

// Documents. They are written under one lock, so that a reader who has seen a cursor never misses a smaller one.

const lockDocuments = statement('sandbox-bank.lock-documents', 'SELECT pg_advisory_xact_lock(7466736041)');
const insertDocument = statement(
  'sandbox-bank.insert-document',
  'INSERT INTO sandbox_bank.document (kind, created_at, xml) VALUES ($1, $2, $3)',
);
export async function insertDocumentRow(
  tx: Transaction,
  document: { kind: 'pain.002' | 'camt.054'; createdAt: Date; xml: string },
): Promise<void> {
  await tx.query(lockDocuments);
  await tx.query(insertDocument, [document.kind, document.createdAt, document.xml]);
}
const readDocuments = statement(
  'sandbox-bank.read-documents',
  'SELECT cursor, kind, xml FROM sandbox_bank.document WHERE cursor > $1 ORDER BY cursor LIMIT $2',
);
export const selectDocuments = (
  connection: Connection,
  after: bigint,
  limit: number,
): Promise<{ cursor: bigint; kind: string; xml: string }[]> =>
  connection.query(readDocuments, [after, limit]);
const firstDocument = statement(
  'sandbox-bank.first-document',
  'SELECT created_at FROM sandbox_bank.document WHERE cursor > $1 ORDER BY cursor LIMIT 1',
);
export const selectFirstDocumentAt = async (connection: Connection, after: bigint): Promise<Date | null> =>
  (await connection.query<{ created_at: Date }>(firstDocument, [after]))[0]?.created_at ?? null;

// What a statement of one day says.

const dayLines = statement(
  'sandbox-bank.day-lines',
  `SELECT line, reference, amount, balance_after, booked_at FROM sandbox_bank.statement_line
   WHERE name = 'settlement' AND currency = $1 AND booked_at >= $2 AND booked_at < $3 ORDER BY line LIMIT 10000`,
);
export interface BookedLine {
  readonly line: number;
  readonly reference: string;
  readonly amount: bigint;
  readonly balance_after: bigint;
  readonly booked_at: Date;
}
export const selectDayLines = (
  connection: Connection,
  day: { currency: string; from: Date; to: Date },
): Promise<BookedLine[]> => connection.query(dayLines, [day.currency, day.from, day.to]);

const balanceBefore = statement(
  'sandbox-bank.balance-before',
  `SELECT balance_after FROM sandbox_bank.statement_line
   WHERE name = 'settlement' AND currency = $1 AND booked_at < $2 ORDER BY line DESC LIMIT 1`,
);
export const selectBalanceBefore = async (
  connection: Connection,
  of: { currency: string; at: Date },
): Promise<bigint> =>
  (await connection.query<{ balance_after: bigint }>(balanceBefore, [of.currency, of.at]))[0]
    ?.balance_after ?? 0n;

const executedOrders = statement(
  'sandbox-bank.executed-orders',
  `SELECT currency, sum(amount)::bigint AS amount FROM sandbox_bank.payment_order
   WHERE end_to_end_id = ANY($1::text[]) AND status = 'executed' GROUP BY currency`,
);
/** What the bank has paid under these end-to-end ids, by currency. */
export const selectExecutedOrders = (
  connection: Connection,
  references: readonly string[],
): Promise<{ currency: string; amount: bigint }[]> => connection.query(executedOrders, [references]);

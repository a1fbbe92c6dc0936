// SQL of checkouts.
import { money } from '@tongbao/money';
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { Checkout } from './commands.ts';
import type { OrderFacts } from './payment.ts';

/** The command as JSON: amounts as strings. */
interface StoredCommand {
  readonly amount: [string, string];
  readonly payerAmount: [string, string] | null;
  readonly payerCurrency: string;
  readonly settlementCurrency: string | null;
  readonly expiresAt: string | null;
  readonly lifetimeMs: number;
  readonly order: Omit<OrderFacts, 'goods'>;
}

interface CheckoutRow {
  id: bigint;
  merchant_id: bigint;
  request_id: string;
  input_hash: Buffer;
  begins_at: Checkout['beginsAt'];
  command: StoredCommand;
  created_at: Date;
  expires_at: Date;
}

const columns = 'id, merchant_id, request_id, input_hash, begins_at, command, created_at, expires_at';

function checkoutOf(row: CheckoutRow): Checkout {
  const { amount, payerAmount, expiresAt, order, ...rest } = row.command;
  return {
    id: row.id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    beginsAt: row.begins_at,
    command: {
      ...rest,
      merchantId: row.merchant_id,
      requestId: row.request_id,
      inputHash: row.input_hash,
      amount: money(amount[0], BigInt(amount[1])),
      ...(payerAmount === null ? {} : { payerAmount: money(payerAmount[0], BigInt(payerAmount[1])) }),
      expiresAt: expiresAt === null ? null : new Date(expiresAt),
      order: { ...order, goods: [] },
    },
  };
}

function storedOf({ command }: Checkout): StoredCommand {
  const { amount, payerAmount, payerCurrency, settlementCurrency, expiresAt, lifetimeMs, order } = command;
  const { goods: _none, ...facts } = order;
  return {
    amount: [amount.currency, amount.amount.toString()],
    payerAmount: payerAmount === undefined ? null : [payerAmount.currency, payerAmount.amount.toString()],
    payerCurrency,
    settlementCurrency,
    expiresAt: expiresAt?.toISOString() ?? null,
    lifetimeMs,
    order: facts,
  };
}

// The same order announced again: its time begins anew when it had run out, and its words are the newest.
const insertStatement = statement(
  'payments.insert-checkout',
  `INSERT INTO payments.checkout AS c (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
   ON CONFLICT (merchant_id, request_id) DO UPDATE SET
     command = CASE WHEN c.input_hash = $4 THEN $6 ELSE c.command END,
     expires_at = CASE WHEN c.input_hash = $4 AND c.expires_at <= $7 THEN $8 ELSE c.expires_at END
   RETURNING ${columns}`,
);
/** Keeps it, or answers the one that this request has. */
export async function insertCheckout(connection: Connection, checkout: Checkout): Promise<Checkout> {
  const { command } = checkout;
  const rows = await connection.query<CheckoutRow>(insertStatement, [
    checkout.id,
    command.merchantId,
    command.requestId,
    command.inputHash,
    checkout.beginsAt,
    JSON.stringify(storedOf(checkout)),
    checkout.createdAt,
    checkout.expiresAt,
  ]);
  return checkoutOf(rows[0]!);
}

const byId = statement('payments.checkout-by-id', `SELECT ${columns} FROM payments.checkout WHERE id = $1`);
export async function readCheckout(connection: Connection, id: bigint): Promise<Checkout | null> {
  const [row] = await connection.query<CheckoutRow>(byId, [id]);
  return row === undefined ? null : checkoutOf(row);
}

const endStatement = statement(
  'payments.end-checkout',
  'UPDATE payments.checkout SET expires_at = $2 WHERE id = $1 AND expires_at > $2',
);
export const endCheckout = async (connection: Connection, id: bigint, at: Date): Promise<void> =>
  void (await connection.query(endStatement, [id, at]));

const requestStatement = statement(
  'payments.request-of-checkout',
  'SELECT input_hash FROM payments.request WHERE merchant_id = $1 AND request_id = $2 AND kind = 1',
);
const removeStatement = statement(
  'payments.remove-checkouts',
  `DELETE FROM payments.checkout WHERE id IN
     (SELECT id FROM payments.checkout WHERE expires_at < $1 ORDER BY expires_at LIMIT $2) RETURNING id`,
);
/** Removes what ended before an instant, at most `limit`; answers how many. */
export const removeCheckouts = async (tx: Transaction, endedBy: Date, limit: number): Promise<number> =>
  (await tx.query(removeStatement, [endedBy, limit])).length;

const firstEndStatement = statement(
  'payments.first-end-of-checkouts',
  'SELECT min(expires_at) AS first FROM payments.checkout',
);
export async function readFirstCheckoutEnd(connection: Connection): Promise<Date | null> {
  const [row] = await connection.query<{ first: Date | null }>(firstEndStatement);
  return row?.first ?? null;
}

const endByRequestStatement = statement(
  'payments.end-checkout-of-request',
  `UPDATE payments.checkout SET expires_at = least(expires_at, $3) WHERE merchant_id = $1 AND request_id = $2
   RETURNING ${columns}`,
);
/** Ends what was announced under this number; null where nothing was. */
export async function endCheckoutOfRequest(
  connection: Connection,
  key: { merchantId: bigint; requestId: string },
  at: Date,
): Promise<Checkout | null> {
  const values = [key.merchantId, key.requestId, at];
  const [row] = await connection.query<CheckoutRow>(endByRequestStatement, values);
  return row === undefined ? null : checkoutOf(row);
}

/** Whether a payment was made under this number, by whatever protocol, and from which input. */
export async function readPaymentOfRequest(
  connection: Connection,
  key: { merchantId: bigint; requestId: string },
): Promise<{ inputHash: Buffer } | null> {
  const values = [key.merchantId, key.requestId];
  const [row] = await connection.query<{ input_hash: Buffer }>(requestStatement, values);
  return row === undefined ? null : { inputHash: row.input_hash };
}

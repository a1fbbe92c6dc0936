// All SQL of payment codes.
import { type Connection, statement } from '../database/index.ts';

export interface PaymentCodeRow {
  readonly id: bigint;
  readonly customer_id: bigint;
  readonly card_id: bigint | null;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly merchant_id: bigint | null;
  readonly request_id: string | null;
  readonly taken_at: Date | null;
  readonly refusal: string | null;
}

const columns =
  'id, customer_id, card_id, created_at, expires_at, merchant_id, request_id, taken_at, refusal';

const insertCode = statement(
  'wallet.insert-payment-code',
  `INSERT INTO wallet.payment_code (id, hash, customer_id, card_id, created_at, expires_at)
   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (hash) DO NOTHING RETURNING id`,
);
/** False when the very same digits are somebody's already. */
export async function insertPaymentCode(
  connection: Connection,
  code: {
    id: bigint;
    hash: Buffer;
    customerId: bigint;
    cardId: bigint | null;
    createdAt: Date;
    expiresAt: Date;
  },
): Promise<boolean> {
  const values = [code.id, code.hash, code.customerId, code.cardId, code.createdAt, code.expiresAt];
  return (await connection.query(insertCode, values)).length === 1;
}

const takeCode = statement(
  'wallet.take-payment-code',
  `UPDATE wallet.payment_code SET merchant_id = $2, request_id = $3, taken_at = coalesce(taken_at, $4)
   WHERE hash = $1 AND expires_at > $4
     AND (taken_at IS NULL OR (merchant_id = $2 AND request_id = $3)) RETURNING ${columns}`,
);
/** Undefined when there is no such code, or it has expired, or another request has it. */
export const takePaymentCode = async (
  connection: Connection,
  by: { hash: Buffer; merchantId: bigint; requestId: string; now: Date },
): Promise<PaymentCodeRow | undefined> =>
  (await connection.query<PaymentCodeRow>(takeCode, [by.hash, by.merchantId, by.requestId, by.now]))[0];

const byHash = statement(
  'wallet.payment-code-by-hash',
  `SELECT ${columns} FROM wallet.payment_code WHERE hash = $1`,
);
export const selectCodeByHash = async (
  connection: Connection,
  hash: Buffer,
): Promise<PaymentCodeRow | undefined> => (await connection.query<PaymentCodeRow>(byHash, [hash]))[0];

const knownHash = statement(
  'wallet.known-payment-code',
  'SELECT hash FROM wallet.payment_code WHERE hash = ANY($1::bytea[]) LIMIT 1',
);
/** The hash, of several of one code, that the code is kept under. */
export const selectKnownHash = async (
  connection: Connection,
  hashes: readonly Buffer[],
): Promise<Buffer | undefined> => (await connection.query<{ hash: Buffer }>(knownHash, [hashes]))[0]?.hash;

const byId = statement(
  'wallet.payment-code-by-id',
  `SELECT ${columns} FROM wallet.payment_code WHERE id = $1`,
);
export const selectCodeById = async (
  connection: Connection,
  id: bigint,
): Promise<PaymentCodeRow | undefined> => (await connection.query<PaymentCodeRow>(byId, [id]))[0];

const setRefusal = statement(
  'wallet.refuse-payment-code',
  'UPDATE wallet.payment_code SET refusal = $2 WHERE id = $1',
);
export const writeRefusal = (connection: Connection, id: bigint, refusal: string | null): Promise<unknown> =>
  connection.query(setRefusal, [id, refusal]);

const readMisses = statement(
  'wallet.read-code-misses',
  'SELECT misses FROM wallet.payment_code_miss WHERE merchant_id = $1 AND window_started_at > $2',
);
/** A merchant's misses in the window that began after `since`; 0 when there is none. */
export const selectMisses = async (
  connection: Connection,
  merchantId: bigint,
  since: Date,
): Promise<number> =>
  (await connection.query<{ misses: number }>(readMisses, [merchantId, since]))[0]?.misses ?? 0;

const addMiss = statement(
  'wallet.add-code-miss',
  `INSERT INTO wallet.payment_code_miss AS m (merchant_id, window_started_at, misses) VALUES ($1, $2, 1)
   ON CONFLICT (merchant_id) DO UPDATE SET
     misses = CASE WHEN m.window_started_at > $3 THEN m.misses + 1 ELSE 1 END,
     window_started_at = CASE WHEN m.window_started_at > $3 THEN m.window_started_at ELSE $2 END`,
);
export const countMiss = (
  connection: Connection,
  miss: { merchantId: bigint; now: Date; since: Date },
): Promise<unknown> => connection.query(addMiss, [miss.merchantId, miss.now, miss.since]);

const spend = statement(
  'wallet.spend-unconfirmed',
  `INSERT INTO wallet.unconfirmed_day AS d (customer_id, day, amount)
   SELECT $1::bigint, $2::date, $3::bigint WHERE $3::bigint <= $4::bigint
   ON CONFLICT (customer_id, day) DO UPDATE SET amount = d.amount + excluded.amount
     WHERE d.amount + excluded.amount <= $4 RETURNING amount`,
);
/** Adds to what was paid on the day without the PIN, up to `atMost`; false when it would be more. */
export const spendUnconfirmed = async (
  connection: Connection,
  by: { customerId: bigint; day: string; amount: bigint; atMost: bigint },
): Promise<boolean> =>
  (await connection.query(spend, [by.customerId, by.day, by.amount, by.atMost])).length === 1;

const restore = statement(
  'wallet.restore-unconfirmed',
  `UPDATE wallet.unconfirmed_day SET amount = greatest(0, amount - $3) WHERE customer_id = $1 AND day = $2`,
);
export const restoreUnconfirmed = (
  connection: Connection,
  by: { customerId: bigint; day: string; amount: bigint },
): Promise<unknown> => connection.query(restore, [by.customerId, by.day, by.amount]);

const removeCodes = statement(
  'wallet.remove-payment-codes',
  `DELETE FROM wallet.payment_code WHERE id IN (
     SELECT id FROM wallet.payment_code WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) RETURNING 1`,
);
const removeDays = statement(
  'wallet.remove-unconfirmed-days',
  `DELETE FROM wallet.unconfirmed_day WHERE (customer_id, day) IN (
     SELECT customer_id, day FROM wallet.unconfirmed_day WHERE day < $1 ORDER BY day LIMIT $2) RETURNING 1`,
);
/** Removes at most `rows` of each that are older than the given instant and day; answers how many went. */
export async function removeOldCodes(
  connection: Connection,
  by: { before: Date; day: string; rows: number },
): Promise<number> {
  const codes = await connection.query(removeCodes, [by.before, by.rows]);
  const days = await connection.query(removeDays, [by.day, by.rows]);
  return codes.length + days.length;
}

const firstExpiry = statement(
  'wallet.first-payment-code-expiry',
  'SELECT min(expires_at) AS at FROM wallet.payment_code',
);
export const selectFirstCodeExpiry = async (connection: Connection): Promise<Date | null> =>
  (await connection.query<{ at: Date | null }>(firstExpiry))[0]!.at;

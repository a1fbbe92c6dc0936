// All SQL of the customers room.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { Customer, KycClass } from './customer.ts';
import type { PinHash } from './pin-hash.ts';

interface CustomerRow {
  readonly id: bigint;
  readonly phone: string;
  readonly name: string;
  readonly region: string;
  readonly language: string;
  readonly status: 'active' | 'blocked';
  readonly kyc_class: KycClass;
  readonly own_payment_limit: bigint | null;
  readonly own_day_limit: bigint | null;
  readonly created_at: Date;
  /** [payment, day, milliseconds since 1970] each; null: none. */
  readonly caps: readonly (readonly [string | null, string | null, number])[] | null;
}

const customerColumns = `c.id, c.phone, c.name, c.region, c.language, c.status, c.kyc_class, c.own_payment_limit,
  c.own_day_limit, c.created_at,
  (SELECT jsonb_agg(jsonb_build_array(k.payment::text, k.day::text, extract(epoch FROM k.effective_from) * 1000)
     ORDER BY k.effective_from, k.id) FROM customers.cap k WHERE k.customer_id = c.id) AS caps`;

const amountOf = (text: string | null): bigint | null => (text === null ? null : BigInt(text));
const capsOf = ({ caps }: CustomerRow) =>
  (caps ?? []).map(([payment, day, from]) => ({
    ...{ payment: amountOf(payment), day: amountOf(day), from: new Date(from) },
  }));

function customerOf(row: CustomerRow): Customer {
  const { kyc_class: kycClass, created_at: createdAt, id, phone, name, region, language, status } = row;
  const ownLimits = { payment: row.own_payment_limit, day: row.own_day_limit };
  return { id, phone, name, region, language, status, kycClass, ownLimits, caps: capsOf(row), createdAt };
}

const insertCustomer = statement(
  'customers.insert',
  `INSERT INTO customers.customer (id, phone, name, region, language, status, kyc_class, created_at)
   VALUES ($1, $2, $3, $4, $5, 'active', $6, $7) ON CONFLICT (phone) DO NOTHING RETURNING id`,
);
/** False when the phone number is taken. */
export async function insertCustomerRow(
  tx: Transaction,
  c: Omit<Customer, 'status' | 'ownLimits' | 'caps'>,
): Promise<boolean> {
  const values = [c.id, c.phone, c.name, c.region, c.language, c.kycClass, c.createdAt];
  return (await tx.query(insertCustomer, values)).length === 1;
}

const byIds = statement(
  'customers.by-ids',
  `SELECT ${customerColumns} FROM customers.customer c WHERE c.id = ANY($1::bigint[])`,
);
export const selectCustomers = async (connection: Connection, ids: readonly bigint[]): Promise<Customer[]> =>
  (await connection.query<CustomerRow>(byIds, [ids])).map(customerOf);

const byPhone = statement(
  'customers.by-phone',
  `SELECT ${customerColumns} FROM customers.customer c WHERE c.phone = $1`,
);
export async function selectCustomerByPhone(connection: Connection, phone: string): Promise<Customer | null> {
  const [row] = await connection.query<CustomerRow>(byPhone, [phone]);
  return row === undefined ? null : customerOf(row);
}

const setStatus = statement(
  'customers.set-status',
  'UPDATE customers.customer SET status = $2 WHERE id = $1',
);
const endSessionsOf = statement(
  'customers.end-sessions-of',
  'DELETE FROM customers.session WHERE customer_id = $1',
);
export async function updateStatus(tx: Transaction, id: bigint, status: Customer['status']): Promise<void> {
  await tx.query(setStatus, [id, status]);
  if (status === 'blocked') await tx.query(endSessionsOf, [id]);
}

// The PIN.

const writePin = statement(
  'customers.write-pin',
  `INSERT INTO customers.pin (customer_id, hash, salt, memory_kib, passes, parallelism, set_at, pepper_id)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
   ON CONFLICT (customer_id) DO UPDATE SET hash = excluded.hash, salt = excluded.salt,
     memory_kib = excluded.memory_kib, passes = excluded.passes, parallelism = excluded.parallelism,
     attempts = 0, locked_until = NULL, set_at = excluded.set_at, pepper_id = excluded.pepper_id`,
);
export async function writePinRow(
  tx: Connection,
  customerId: bigint,
  pin: PinHash,
  setAt: Date,
): Promise<void> {
  await tx.query(writePin, [
    customerId,
    pin.hash,
    pin.salt,
    pin.memoryKib,
    pin.passes,
    pin.parallelism,
    setAt,
    pin.pepperId,
  ]);
}

// Counts the try and, with the last one, sets the lock in the same statement: however many run at once, each sees
// the row as the one before left it.
const reservePinTry = statement(
  'customers.reserve-pin-try',
  `UPDATE customers.pin SET
     attempts = CASE WHEN locked_until IS NULL THEN attempts + 1 ELSE 1 END,
     locked_until = CASE WHEN locked_until IS NULL AND attempts + 1 >= $3 THEN $4::timestamptz END
   WHERE customer_id = $1 AND (locked_until IS NULL OR locked_until <= $2)
   RETURNING hash, salt, memory_kib, passes, parallelism, pepper_id, attempts, locked_until`,
);
interface PinRow {
  readonly hash: Buffer;
  readonly salt: Buffer;
  readonly memory_kib: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly pepper_id: number;
  readonly attempts: number;
  readonly locked_until: Date | null;
}
export interface PinTry {
  readonly kept: PinHash;
  /** Tries since the last right one, with this one. */
  readonly attempts: number;
  /** Set when this was the last try. */
  readonly lockedUntil: Date | null;
}
/** Takes one of the tries; null when there is no PIN or it is locked. */
export async function takePinTry(
  connection: Connection,
  pin: { customerId: bigint; now: Date; tries: number; lockUntil: Date },
): Promise<PinTry | null> {
  const [row] = await connection.query<PinRow>(reservePinTry, [
    pin.customerId,
    pin.now,
    pin.tries,
    pin.lockUntil,
  ]);
  if (row === undefined) return null;
  const { hash, salt, memory_kib: memoryKib, passes, parallelism, pepper_id: pepperId } = row;
  return {
    kept: { hash, salt, memoryKib, passes, parallelism, pepperId },
    attempts: row.attempts,
    lockedUntil: row.locked_until,
  };
}

const withoutPepper = statement(
  'customers.pins-without-pepper',
  'SELECT customer_id, hash FROM customers.pin WHERE pepper_id IS NULL ORDER BY customer_id LIMIT $1 FOR UPDATE',
);
const setPepper = statement(
  'customers.set-pepper',
  `UPDATE customers.pin p SET hash = n.hash, pepper_id = $3
   FROM unnest($1::bigint[], $2::bytea[]) AS n(customer_id, hash)
   WHERE p.customer_id = n.customer_id AND p.pepper_id IS NULL`,
);
/** Hashes that no pepper keys yet, for the transaction's life nobody else's. */
export const selectPinsWithoutPepper = (
  tx: Transaction,
  limit: number,
): Promise<{ customer_id: bigint; hash: Buffer }[]> => tx.query(withoutPepper, [limit]);
export const writePinPeppers = (
  tx: Transaction,
  pins: readonly { customerId: bigint; hash: Buffer }[],
  pepperId: number,
): Promise<unknown> =>
  tx.query(setPepper, [pins.map((pin) => pin.customerId), pins.map((pin) => pin.hash), pepperId]);

const clearPinTries = statement(
  'customers.clear-pin-tries',
  'UPDATE customers.pin SET attempts = 0, locked_until = NULL WHERE customer_id = $1',
);
export const clearPinTriesRow = (connection: Connection, customerId: bigint): Promise<unknown> =>
  connection.query(clearPinTries, [customerId]);

const readPinLock = statement(
  'customers.read-pin-lock',
  'SELECT locked_until FROM customers.pin WHERE customer_id = $1',
);
/** Undefined when the customer has no PIN; null when it is not locked. */
export const selectPinLock = async (
  connection: Connection,
  customerId: bigint,
): Promise<Date | null | undefined> =>
  (await connection.query<{ locked_until: Date | null }>(readPinLock, [customerId]))[0]?.locked_until;

// Sessions.

const insertSession = statement(
  'customers.insert-session',
  `INSERT INTO customers.session (token_hash, customer_id, created_at, expires_at, last_seen_at, user_agent)
   VALUES ($1, $2, $3, $4, $3, $5)`,
);
export async function insertSessionRow(
  tx: Transaction,
  s: { tokenHash: Buffer; customerId: bigint; createdAt: Date; expiresAt: Date; userAgent: string },
): Promise<void> {
  await tx.query(insertSession, [s.tokenHash, s.customerId, s.createdAt, s.expiresAt, s.userAgent]);
}

const findSession = statement(
  'customers.find-session',
  `SELECT ${customerColumns}, s.expires_at, s.last_seen_at
   FROM customers.session s JOIN customers.customer c ON c.id = s.customer_id
   WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.last_seen_at > $3 AND c.status = 'active'`,
);
export interface FoundSession {
  readonly customer: Customer;
  readonly expiresAt: Date;
  readonly lastSeenAt: Date;
}
export async function selectSession(
  connection: Connection,
  key: { tokenHash: Buffer; now: Date; idleSince: Date },
): Promise<FoundSession | null> {
  const [row] = await connection.query<CustomerRow & { expires_at: Date; last_seen_at: Date }>(findSession, [
    key.tokenHash,
    key.now,
    key.idleSince,
  ]);
  return row === undefined
    ? null
    : { customer: customerOf(row), expiresAt: row.expires_at, lastSeenAt: row.last_seen_at };
}

const touchSession = statement(
  'customers.touch-session',
  'UPDATE customers.session SET last_seen_at = greatest(last_seen_at, $2) WHERE token_hash = $1',
);
export const touchSessionRow = (connection: Connection, tokenHash: Buffer, now: Date): Promise<unknown> =>
  connection.query(touchSession, [tokenHash, now]);

const deleteSession = statement(
  'customers.delete-session',
  'DELETE FROM customers.session WHERE token_hash = $1',
);
export const deleteSessionRow = (connection: Connection, tokenHash: Buffer): Promise<unknown> =>
  connection.query(deleteSession, [tokenHash]);

const removeSessions = statement(
  'customers.remove-sessions',
  `DELETE FROM customers.session WHERE token_hash IN (
     SELECT token_hash FROM customers.session WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) RETURNING 1`,
);
const firstExpiry = statement(
  'customers.first-expiry',
  `SELECT least((SELECT min(expires_at) FROM customers.session),
     (SELECT min(expires_at) FROM customers.code_challenge),
     (SELECT min(last_seen_at) + $1 * interval '1 millisecond' FROM customers.known_device)) AS at`,
);
/** When the first session or code ends, or the first browser is no longer known; null when there is none. */
export const selectFirstExpiry = async (
  connection: Connection,
  deviceKnownMs: number,
): Promise<Date | null> => (await connection.query<{ at: Date | null }>(firstExpiry, [deviceKnownMs]))[0]!.at;

/** Removes sessions that can open nothing any more, at most `rows`; answers how many went. */
export const removeExpiredSessions = async (
  connection: Connection,
  of: { now: Date; rows: number },
): Promise<number> => (await connection.query(removeSessions, [of.now, of.rows])).length;

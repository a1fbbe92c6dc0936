// Who customers were found to be: the registry's answers, and the wallet's class that follows from them.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { KycClass } from './customer.ts';

const takeTry = statement(
  'customers.take-identity-try',
  `INSERT INTO customers.identity AS i (customer_id, attempts, window_started_at) VALUES ($1, 1, $2)
   ON CONFLICT (customer_id) DO UPDATE SET
     attempts = CASE WHEN i.window_started_at <= $3 THEN 1 ELSE i.attempts + 1 END,
     window_started_at = CASE WHEN i.window_started_at <= $3 THEN $2 ELSE i.window_started_at END
   WHERE i.attempts < $4 OR i.window_started_at <= $3
   RETURNING attempts`,
);
/** Takes one of the tries of the window; null when none is left. Answers how many it has had with this one. */
export async function takeIdentityTry(
  connection: Connection,
  of: { customerId: bigint; now: Date; windowOverBy: Date; tries: number },
): Promise<number | null> {
  const values = [of.customerId, of.now, of.windowOverBy, of.tries];
  return (await connection.query<{ attempts: number }>(takeTry, values))[0]?.attempts ?? null;
}

const giveBack = statement(
  'customers.give-back-identity-try',
  'UPDATE customers.identity SET attempts = greatest(attempts - 1, 0) WHERE customer_id = $1',
);
/** A try that turned out to be none. */
export const giveBackIdentityTry = (connection: Connection, customerId: bigint): Promise<unknown> =>
  connection.query(giveBack, [customerId]);

const readIdentity = statement(
  'customers.read-identity',
  'SELECT id_hash, masked_id, confirmed_at, window_started_at FROM customers.identity WHERE customer_id = $1',
);
export interface IdentityRow {
  readonly id_hash: Buffer | null;
  readonly masked_id: string | null;
  readonly confirmed_at: Date | null;
  readonly window_started_at: Date;
}
export const selectIdentity = async (
  connection: Connection,
  customerId: bigint,
): Promise<IdentityRow | null> =>
  (await connection.query<IdentityRow>(readIdentity, [customerId]))[0] ?? null;

const confirm = statement(
  'customers.confirm-identity',
  `UPDATE customers.identity SET id_hash = $2, masked_id = $3, confirmed_at = $4
   WHERE customer_id = $1 AND confirmed_at IS NULL
     AND NOT EXISTS (SELECT 1 FROM customers.identity o WHERE o.id_hash = ANY($5::bytea[])) RETURNING customer_id`,
);
const lockHashes = statement(
  'customers.lock-id-hashes',
  `SELECT pg_advisory_xact_lock(k) FROM (
     SELECT DISTINCT ('x' || encode(substring(h FROM 1 FOR 8), 'hex'))::bit(64)::bigint AS k
     FROM unnest($1::bytea[]) h ORDER BY k) locked`,
);
/**
 * False when the number is another customer's, or this one has one. `hashes`: the number under each key, first the one that
 * is kept. A race is settled by the unique key, and between two processes that have other keys in use by a lock on all of them.
 */
export async function confirmIdentityRow(
  tx: Transaction,
  of: { customerId: bigint; hashes: readonly [Buffer, ...Buffer[]]; maskedId: string; confirmedAt: Date },
): Promise<boolean> {
  if (of.hashes.length > 1) await tx.query(lockHashes, [of.hashes]);
  const values = [of.customerId, of.hashes[0], of.maskedId, of.confirmedAt, of.hashes];
  return (await tx.query(confirm, values)).length === 1;
}

const replaceHash = statement(
  'customers.replace-id-hash',
  'UPDATE customers.identity SET id_hash = $3 WHERE customer_id = $1 AND id_hash = $2',
);
/** The same number under another key. */
export const replaceIdHash = (
  connection: Connection,
  of: { customerId: bigint; kept: Buffer; hash: Buffer },
): Promise<unknown> => connection.query(replaceHash, [of.customerId, of.kept, of.hash]);

const nameAndClass = statement(
  'customers.write-name-and-class',
  'UPDATE customers.customer SET name = $2, kyc_class = greatest(kyc_class, 1) WHERE id = $1',
);
/** A customer with a name has at least class I. */
export const writeNameRow = (tx: Transaction, customerId: bigint, name: string): Promise<unknown> =>
  tx.query(nameAndClass, [customerId, name]);

const addCheck = statement(
  'customers.add-identity-check',
  `INSERT INTO customers.identity_check (customer_id, source, reference, confirmed_at) VALUES ($1, $2, $3, $4)
   ON CONFLICT (customer_id, source) DO NOTHING RETURNING source`,
);
const raiseClass = statement(
  'customers.raise-class',
  `UPDATE customers.customer SET kyc_class = $2 WHERE id = $1 AND kyc_class < $2 RETURNING kyc_class`,
);
export interface IdentityCheck {
  readonly source: string;
  readonly reference: string;
  readonly confirmedAt: Date;
}
/** False when the source had confirmed the customer before. */
export const insertCheckRow = async (
  tx: Transaction,
  customerId: bigint,
  check: IdentityCheck,
): Promise<boolean> =>
  (await tx.query(addCheck, [customerId, check.source, check.reference, check.confirmedAt])).length === 1;

/** Never lowers; answers whether it was raised. */
export const raiseClassRow = async (tx: Transaction, customerId: bigint, to: KycClass): Promise<boolean> =>
  (await tx.query(raiseClass, [customerId, to])).length === 1;

const checksOf = statement(
  'customers.identity-checks-of',
  `SELECT source, reference, confirmed_at FROM customers.identity_check WHERE customer_id = $1
   ORDER BY confirmed_at, source LIMIT 100`,
);
export async function selectChecks(connection: Connection, customerId: bigint): Promise<IdentityCheck[]> {
  const rows = await connection.query<{ source: string; reference: string; confirmed_at: Date }>(checksOf, [
    customerId,
  ]);
  return rows.map((row) => ({
    source: row.source,
    reference: row.reference,
    confirmedAt: row.confirmed_at,
  }));
}

const setLimits = statement(
  'customers.set-own-limits',
  'UPDATE customers.customer SET own_payment_limit = $2, own_day_limit = $3 WHERE id = $1',
);
export const updateOwnLimits = (
  tx: Transaction,
  customerId: bigint,
  limits: { payment: bigint | null; day: bigint | null },
): Promise<unknown> => tx.query(setLimits, [customerId, limits.payment, limits.day]);

// One-time codes, a row for each request of one, and the browsers that a customer has signed in with before.
import { type Connection, statement, type Transaction } from '../database/index.ts';

export type ChallengePurpose = 'enter' | 'pin';

export interface Challenge {
  readonly tokenHash: Buffer;
  readonly hash: Buffer;
  readonly salt: Buffer;
  readonly intervalKey: string;
  readonly createdAt: Date;
  readonly usedAt: Date | null;
  /** Tries with this one: of who has the token, or of who has not. */
  readonly attempts: number;
}

interface ChallengeRow {
  readonly token_hash: Buffer;
  readonly hash: Buffer;
  readonly salt: Buffer;
  readonly interval_key: string;
  readonly created_at: Date;
  readonly used_at: Date | null;
  readonly attempts: number;
}

const challengeOf = (row: ChallengeRow): Challenge => ({
  tokenHash: row.token_hash,
  hash: row.hash,
  salt: row.salt,
  intervalKey: row.interval_key,
  createdAt: row.created_at,
  usedAt: row.used_at,
  attempts: row.attempts,
});

const insertChallenge = statement(
  'customers.insert-code-challenge',
  `INSERT INTO customers.code_challenge (token_hash, phone, purpose, interval_key, hash, salt, created_at, expires_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
);
export async function insertCodeChallenge(
  connection: Connection,
  c: Pick<Challenge, 'tokenHash' | 'hash' | 'salt' | 'intervalKey' | 'createdAt'> & {
    phone: string;
    purpose: ChallengePurpose;
    expiresAt: Date;
  },
): Promise<void> {
  const values = [c.tokenHash, c.phone, c.purpose, c.intervalKey, c.hash, c.salt, c.createdAt, c.expiresAt];
  await connection.query(insertChallenge, values);
}

const columns = 'token_hash, hash, salt, interval_key, created_at, used_at';
const takeOwn = statement(
  'customers.take-own-code-try',
  `UPDATE customers.code_challenge SET attempts = attempts + 1
   WHERE token_hash = $1 AND phone = $2 AND purpose = $3 AND expires_at > $4 AND attempts < $5
     AND (used_at IS NULL OR used_at > $6)
   RETURNING ${columns}, attempts`,
);
const takeStray = statement(
  'customers.take-stray-code-try',
  `UPDATE customers.code_challenge SET stray_attempts = stray_attempts + 1
   WHERE token_hash = (SELECT token_hash FROM customers.code_challenge
       WHERE phone = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3 ORDER BY created_at DESC LIMIT 1)
     AND used_at IS NULL AND stray_attempts < $4
   RETURNING ${columns}, stray_attempts AS attempts`,
);
export interface CodeTry {
  readonly phone: string;
  readonly purpose: ChallengePurpose;
  readonly now: Date;
  readonly tries: number;
}
/** Takes one of the tries of the request that the token stands for; undefined when there is none left. */
export async function takeOwnTry(
  connection: Connection,
  of: CodeTry & { tokenHash: Buffer; usedSince: Date },
): Promise<Challenge | undefined> {
  const values = [of.tokenHash, of.phone, of.purpose, of.now, of.tries, of.usedSince];
  const [row] = await connection.query<ChallengeRow>(takeOwn, values);
  return row === undefined ? undefined : challengeOf(row);
}
/** The same for who has no token: of the phone's newest request, and counted apart from its owner's tries. */
export async function takeStrayTry(connection: Connection, of: CodeTry): Promise<Challenge | undefined> {
  const [row] = await connection.query<ChallengeRow>(takeStray, [of.phone, of.purpose, of.now, of.tries]);
  return row === undefined ? undefined : challengeOf(row);
}

const readOwn = statement(
  'customers.read-own-challenge',
  `SELECT created_at, attempts FROM customers.code_challenge
   WHERE token_hash = $1 AND phone = $2 AND purpose = $3 AND used_at IS NULL AND expires_at > $4`,
);
const readNewest = statement(
  'customers.read-newest-challenge',
  `SELECT created_at, stray_attempts AS attempts FROM customers.code_challenge
   WHERE phone = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3 ORDER BY created_at DESC LIMIT 1`,
);
/** When the code was sent that is still good, though perhaps not for another try; null when there is none. */
export async function selectSentAt(
  connection: Connection,
  of: Omit<CodeTry, 'tries'> & { tokenHash: Buffer | null },
): Promise<Date | null> {
  const rows =
    of.tokenHash === null
      ? await connection.query<{ created_at: Date }>(readNewest, [of.phone, of.purpose, of.now])
      : await connection.query<{ created_at: Date }>(readOwn, [of.tokenHash, of.phone, of.purpose, of.now]);
  return rows[0]?.created_at ?? null;
}

const use = statement(
  'customers.use-challenge',
  'UPDATE customers.code_challenge SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL RETURNING 1',
);
/** False when the code was used by another call in the meantime. */
export const markChallengeUsed = async (tx: Transaction, tokenHash: Buffer, usedAt: Date): Promise<boolean> =>
  (await tx.query(use, [tokenHash, usedAt])).length === 1;

const isKnown = statement(
  'customers.is-known-device',
  `SELECT 1 FROM customers.known_device d JOIN customers.customer c ON c.id = d.customer_id
   WHERE d.token_hash = $1 AND c.phone = $2 AND d.last_seen_at > $3`,
);
/** Whether somebody has signed in to this phone's wallet with the browser since then. */
export const selectIsKnownDevice = async (
  connection: Connection,
  of: { tokenHash: Buffer; phone: string; since: Date },
): Promise<boolean> => (await connection.query(isKnown, [of.tokenHash, of.phone, of.since])).length === 1;

const remember = statement(
  'customers.remember-device',
  `INSERT INTO customers.known_device (customer_id, token_hash, last_seen_at) VALUES ($1, $2, $3)
   ON CONFLICT (customer_id, token_hash) DO UPDATE SET last_seen_at = excluded.last_seen_at`,
);
const forgetOldest = statement(
  'customers.forget-oldest-devices',
  `DELETE FROM customers.known_device WHERE customer_id = $1 AND token_hash IN (
     SELECT token_hash FROM customers.known_device WHERE customer_id = $1
     ORDER BY last_seen_at DESC OFFSET $2)`,
);
/** Keeps the newest `most` of a customer. */
export async function rememberDeviceRow(
  tx: Transaction,
  of: { customerId: bigint; tokenHash: Buffer; now: Date; most: number },
): Promise<void> {
  await tx.query(remember, [of.customerId, of.tokenHash, of.now]);
  await tx.query(forgetOldest, [of.customerId, of.most]);
}

const forgetDevices = statement(
  'customers.forget-devices',
  'DELETE FROM customers.known_device WHERE customer_id = $1',
);
export const forgetDeviceRows = (tx: Transaction, customerId: bigint): Promise<unknown> =>
  tx.query(forgetDevices, [customerId]);

const removeChallenges = statement(
  'customers.remove-challenges',
  `DELETE FROM customers.code_challenge WHERE token_hash IN (
     SELECT token_hash FROM customers.code_challenge WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) RETURNING 1`,
);
const removeDevices = statement(
  'customers.remove-devices',
  `DELETE FROM customers.known_device WHERE (customer_id, token_hash) IN (
     SELECT customer_id, token_hash FROM customers.known_device
     WHERE last_seen_at <= $1 ORDER BY last_seen_at LIMIT $2) RETURNING 1`,
);
/** Removes codes that have expired and browsers not seen since; answers how many went. */
export async function removeOldChallenges(
  connection: Connection,
  of: { now: Date; devicesBy: Date; rows: number },
): Promise<number> {
  const codes = await connection.query(removeChallenges, [of.now, of.rows]);
  const devices = await connection.query(removeDevices, [of.devicesBy, of.rows]);
  return codes.length + devices.length;
}

// Passkeys and the challenges that are out.
import { type Connection, statement, type Transaction } from '../database/index.ts';

export interface Passkey {
  /** base64url, as WebAuthn gives it. */
  readonly credentialId: string;
  readonly customerId: bigint;
  /** COSE. */
  readonly publicKey: Buffer;
  readonly signCount: bigint;
  readonly transports: readonly string[];
  readonly rpId: string;
  readonly name: string;
  readonly addedAt: Date;
  readonly lastUsedAt: Date | null;
}

interface PasskeyRow {
  readonly credential_id: string;
  readonly customer_id: bigint;
  readonly public_key: Buffer;
  readonly sign_count: bigint;
  readonly transports: string[];
  readonly rp_id: string;
  readonly name: string;
  readonly added_at: Date;
  readonly last_used_at: Date | null;
}

const passkeyOf = (row: PasskeyRow): Passkey => ({
  credentialId: row.credential_id,
  customerId: row.customer_id,
  publicKey: row.public_key,
  signCount: row.sign_count,
  transports: row.transports,
  rpId: row.rp_id,
  name: row.name,
  addedAt: row.added_at,
  lastUsedAt: row.last_used_at,
});

const passkeysOf = statement(
  'customers.passkeys-of',
  'SELECT * FROM customers.passkey WHERE customer_id = $1 ORDER BY added_at, credential_id LIMIT 50',
);
export const selectPasskeys = async (connection: Connection, customerId: bigint): Promise<Passkey[]> =>
  (await connection.query<PasskeyRow>(passkeysOf, [customerId])).map(passkeyOf);

const insertPasskey = statement(
  'customers.insert-passkey',
  `INSERT INTO customers.passkey (credential_id, customer_id, public_key, sign_count, transports, rp_id, name, added_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (credential_id) DO NOTHING RETURNING credential_id`,
);
/** False when the credential is known. */
export const insertPasskeyRow = async (tx: Transaction, passkey: Passkey): Promise<boolean> => {
  const { credentialId, customerId, publicKey, signCount, transports, rpId, name, addedAt } = passkey;
  const values = [credentialId, customerId, publicKey, signCount, transports, rpId, name, addedAt];
  return (await tx.query(insertPasskey, values)).length === 1;
};

const deletePasskey = statement(
  'customers.delete-passkey',
  'DELETE FROM customers.passkey WHERE customer_id = $1 AND credential_id = $2 RETURNING credential_id',
);
export const deletePasskeyRow = async (
  tx: Transaction,
  of: { customerId: bigint; credentialId: string },
): Promise<boolean> => (await tx.query(deletePasskey, [of.customerId, of.credentialId])).length === 1;

const usePasskey = statement(
  'customers.use-passkey',
  `UPDATE customers.passkey SET sign_count = $2, last_used_at = $3
   WHERE credential_id = $1 AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0)) RETURNING credential_id`,
);
/** False when its counter has been as far before: a copy of the key may be about (WebAuthn, section 6.1.1). */
export const usePasskeyRow = async (
  connection: Connection,
  of: { credentialId: string; signCount: bigint; usedAt: Date },
): Promise<boolean> =>
  (await connection.query(usePasskey, [of.credentialId, of.signCount, of.usedAt])).length === 1;

const insertChallenge = statement(
  'customers.insert-challenge',
  `WITH gone AS (DELETE FROM customers.passkey_challenge WHERE challenge IN (
     SELECT challenge FROM customers.passkey_challenge WHERE expires_at <= $5 LIMIT 100))
   INSERT INTO customers.passkey_challenge (challenge, customer_id, purpose, expires_at) VALUES ($1, $2, $3, $4)`,
);
/** Keeps a challenge, and lets go of some that are past. */
export const insertChallengeRow = (
  connection: Connection,
  of: { challenge: string; customerId: bigint; purpose: string; expiresAt: Date; now: Date },
): Promise<unknown> =>
  connection.query(insertChallenge, [of.challenge, of.customerId, of.purpose, of.expiresAt, of.now]);

const takeChallenge = statement(
  'customers.take-challenge',
  `DELETE FROM customers.passkey_challenge
   WHERE challenge = $1 AND customer_id = $2 AND purpose = $3 AND expires_at > $4 RETURNING challenge`,
);
/** True once: the challenge was this customer's, for this purpose, and is used up now. */
export const takeChallengeRow = async (
  connection: Connection,
  of: { challenge: string; customerId: bigint; purpose: string; now: Date },
): Promise<boolean> =>
  (await connection.query(takeChallenge, [of.challenge, of.customerId, of.purpose, of.now])).length === 1;

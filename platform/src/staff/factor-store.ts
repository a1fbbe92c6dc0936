// SQL of what people prove besides their password: authenticator apps, passkeys, the challenges that are out, recovery codes.
import { type Connection, statement, type Transaction } from '../database/index.ts';

interface Kept {
  readonly id: bigint;
  readonly memberId: bigint;
  readonly name: string;
  readonly addedAt: Date;
  readonly lastUsedAt: Date | null;
}
export interface TotpFactor extends Kept {
  readonly kind: 'totp';
  readonly sealedSecret: string;
  readonly lastStep: bigint;
}
export interface PasskeyFactor extends Kept {
  readonly kind: 'passkey';
  /** base64url, as WebAuthn gives it. */
  readonly credentialId: string;
  /** COSE. */
  readonly publicKey: Buffer;
  readonly signCount: bigint;
  readonly transports: readonly string[];
  readonly rpId: string;
}
export type Factor = TotpFactor | PasskeyFactor;

interface FactorRow {
  readonly id: bigint;
  readonly member_id: bigint;
  readonly kind: 'totp' | 'passkey';
  readonly name: string;
  readonly sealed_secret: string;
  readonly last_step: bigint;
  readonly credential_id: string;
  readonly public_key: Buffer;
  readonly sign_count: bigint;
  readonly transports: string[];
  readonly rp_id: string;
  readonly added_at: Date;
  readonly last_used_at: Date | null;
}

function factorOf(row: FactorRow): Factor {
  const { id, member_id: memberId, name, added_at: addedAt, last_used_at: lastUsedAt } = row;
  const kept = { id, memberId, name, addedAt, lastUsedAt };
  return row.kind === 'totp'
    ? { ...kept, kind: 'totp', sealedSecret: row.sealed_secret, lastStep: row.last_step }
    : {
        ...kept,
        kind: 'passkey',
        ...{ credentialId: row.credential_id, publicKey: row.public_key, signCount: row.sign_count },
        ...{ transports: row.transports, rpId: row.rp_id },
      };
}

export const mostFactors = 10;

const factorsOf = statement(
  'staff.factors-of',
  'SELECT * FROM staff.factor WHERE member_id = $1 ORDER BY id LIMIT 50',
);
export const selectFactors = async (connection: Connection, memberId: bigint): Promise<Factor[]> =>
  (await connection.query<FactorRow>(factorsOf, [memberId])).map(factorOf);

const insertFactor = statement(
  'staff.insert-factor',
  `INSERT INTO staff.factor (id, member_id, kind, name, sealed_secret, last_step, credential_id, public_key, sign_count,
     transports, rp_id, added_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (credential_id) DO NOTHING RETURNING id`,
);
/** False when the credential is known. */
export async function insertFactorRow(tx: Transaction, factor: Factor): Promise<boolean> {
  const { id, memberId, kind, name, addedAt } = factor;
  const own =
    kind === 'totp'
      ? [factor.sealedSecret, factor.lastStep, null, null, null, null, null]
      : [
          ...[null, null, factor.credentialId, factor.publicKey],
          ...[factor.signCount, factor.transports, factor.rpId],
        ];
  return (await tx.query(insertFactor, [id, memberId, kind, name, ...own, addedAt])).length === 1;
}

const useStep = statement(
  'staff.use-step',
  `UPDATE staff.factor SET last_step = $2, last_used_at = $3 WHERE id = $1 AND last_step < $2 RETURNING id`,
);
/** False when a code of this step or a later one was used meanwhile. */
export const useStepRow = async (
  connection: Connection,
  of: { id: bigint; step: bigint; at: Date },
): Promise<boolean> => (await connection.query(useStep, [of.id, of.step, of.at])).length === 1;

const usePasskey = statement(
  'staff.use-passkey',
  `UPDATE staff.factor SET sign_count = $2, last_used_at = $3
   WHERE id = $1 AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0)) RETURNING id`,
);
/** False when its counter has been as far before: a copy of the key may be about (WebAuthn, section 6.1.1). */
export const usePasskeyRow = async (
  connection: Connection,
  of: { id: bigint; signCount: bigint; at: Date },
): Promise<boolean> => (await connection.query(usePasskey, [of.id, of.signCount, of.at])).length === 1;

const deleteFactor = statement(
  'staff.delete-factor',
  'DELETE FROM staff.factor WHERE member_id = $1 AND id = $2 RETURNING id',
);
export const deleteFactorRow = async (
  tx: Transaction,
  of: { memberId: bigint; id: bigint },
): Promise<boolean> => (await tx.query(deleteFactor, [of.memberId, of.id])).length === 1;

const lockPerson = statement(
  'staff.lock-person',
  'SELECT id FROM staff.member WHERE id = $1 FOR NO KEY UPDATE',
);
/** Who changes a person's factors does so alone. */
export const lockPersonRow = (tx: Transaction, memberId: bigint): Promise<unknown> =>
  tx.query(lockPerson, [memberId]);

const deleteFactors = statement('staff.delete-factors', 'DELETE FROM staff.factor WHERE member_id = $1');
const deleteCodes = statement('staff.delete-codes', 'DELETE FROM staff.recovery_code WHERE member_id = $1');
export async function deleteFactorRows(tx: Transaction, memberId: bigint): Promise<void> {
  await tx.query(deleteFactors, [memberId]);
  await tx.query(deleteCodes, [memberId]);
}

const insertCodes = statement(
  'staff.insert-codes',
  `INSERT INTO staff.recovery_code (member_id, code_hash, pepper_id)
   SELECT $1, unnest($2::bytea[]), $3`,
);
/** In the place of those that there were. */
export async function replaceCodeRows(
  tx: Transaction,
  of: { memberId: bigint; hashes: readonly Buffer[]; pepperId: number },
): Promise<void> {
  await tx.query(deleteCodes, [of.memberId]);
  await tx.query(insertCodes, [of.memberId, of.hashes, of.pepperId]);
}

const takeCode = statement(
  'staff.take-code',
  'DELETE FROM staff.recovery_code WHERE member_id = $1 AND code_hash = ANY($2::bytea[]) RETURNING 1',
);
/** True once. */
export const takeCodeRow = async (
  connection: Connection,
  of: { memberId: bigint; hashes: readonly Buffer[] },
): Promise<boolean> => (await connection.query(takeCode, [of.memberId, of.hashes])).length === 1;

const countCodes = statement(
  'staff.count-codes',
  'SELECT count(*)::int AS count FROM staff.recovery_code WHERE member_id = $1',
);
export const countCodeRows = async (connection: Connection, memberId: bigint): Promise<number> =>
  (await connection.query<{ count: number }>(countCodes, [memberId]))[0]!.count;

const insertChallenge = statement(
  'staff.insert-challenge',
  `WITH gone AS (DELETE FROM staff.passkey_challenge WHERE challenge IN (
     SELECT challenge FROM staff.passkey_challenge WHERE expires_at <= $5 LIMIT 100))
   INSERT INTO staff.passkey_challenge (challenge, member_id, purpose, expires_at) VALUES ($1, $2, $3, $4)`,
);
/** Keeps a challenge, and lets go of some that are past. */
export const insertChallengeRow = (
  connection: Connection,
  of: { challenge: string; memberId: bigint; purpose: string; expiresAt: Date; now: Date },
): Promise<unknown> =>
  connection.query(insertChallenge, [of.challenge, of.memberId, of.purpose, of.expiresAt, of.now]);

const takeChallenge = statement(
  'staff.take-challenge',
  `DELETE FROM staff.passkey_challenge
   WHERE challenge = $1 AND member_id = $2 AND purpose = $3 AND expires_at > $4 RETURNING challenge`,
);
/** True once: the challenge was this person's, for this purpose, and is used up now. */
export const takeChallengeRow = async (
  connection: Connection,
  of: { challenge: string; memberId: bigint; purpose: string; now: Date },
): Promise<boolean> =>
  (await connection.query(takeChallenge, [of.challenge, of.memberId, of.purpose, of.now])).length === 1;

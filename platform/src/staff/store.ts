// SQL of staff: people, sessions, acts.
import type { PinHash } from '../customers/index.ts';
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { Act, Member, Role, ShopRole } from './member.ts';

export interface MemberRow {
  readonly id: bigint;
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  readonly merchant_id: bigint | null;
  readonly shop_role: ShopRole | null;
  readonly ended_at: Date | null;
  /** Null, as what belongs to it, while the person has set none. */
  readonly password_hash: Buffer | null;
  readonly password_salt: Buffer;
  readonly memory_kib: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly pepper_id: number;
}

export const memberOf = (row: MemberRow): Member => ({
  id: row.id,
  username: row.username,
  name: row.name,
  role: row.role,
  merchantId: row.merchant_id,
  shopRole: row.shop_role,
});

export const memberColumns = `m.id, m.username, m.name, m.role, m.merchant_id, m.shop_role, m.ended_at, m.password_hash,
  m.password_salt, m.memory_kib, m.passes, m.parallelism, m.pepper_id`;

const insertMember = statement(
  'staff.insert-member',
  `INSERT INTO staff.member (id, username, name, role, merchant_id, shop_role, created_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (username) DO NOTHING RETURNING id`,
);
/** Without a password; false where somebody has the username. */
export async function insertMemberRow(
  tx: Connection | Transaction,
  { id, username, name, role, merchantId, shopRole, createdAt }: Member & { createdAt: Date },
): Promise<boolean> {
  const values = [id, username, name, role, merchantId, shopRole, createdAt];
  return (await tx.query(insertMember, values)).length === 1;
}

const withoutPepper = statement(
  'staff.passwords-without-pepper',
  'SELECT id, password_hash FROM staff.member WHERE pepper_id IS NULL AND password_hash IS NOT NULL ORDER BY id LIMIT 10000 FOR UPDATE',
);
const setPepper = statement(
  'staff.set-pepper',
  `UPDATE staff.member SET password_hash = $2, pepper_id = $3 WHERE id = $1 AND pepper_id IS NULL`,
);
/** Keys the password hashes of releases before the pepper, by a function that needs no password. */
export async function pepperPasswordRows(
  tx: Transaction,
  pepperId: number,
  peppered: (hash: Buffer) => Buffer,
): Promise<void> {
  for (const row of await tx.query<{ id: bigint; password_hash: Buffer }>(withoutPepper))
    await tx.query(setPepper, [row.id, peppered(row.password_hash), pepperId]);
}

const byUsername = statement(
  'staff.by-username',
  `SELECT ${memberColumns} FROM staff.member m WHERE m.username = $1`,
);
export const selectMember = async (connection: Connection, username: string): Promise<MemberRow | null> =>
  (await connection.query<MemberRow>(byUsername, [username]))[0] ?? null;

const writePassword = statement(
  'staff.write-password',
  `UPDATE staff.member SET password_hash = $2, password_salt = $3, memory_kib = $4, passes = $5, parallelism = $6,
     pepper_id = $7
   WHERE id = $1 AND password_hash IS NOT DISTINCT FROM $8 AND ended_at IS NULL RETURNING id`,
);
/** False when the former password (null: none) is another by now, or the person's access has ended. */
export async function writePasswordRow(
  tx: Transaction,
  { id, kept, former }: { id: bigint; kept: PinHash; former: Buffer | null },
): Promise<boolean> {
  const { hash, salt, memoryKib, passes, parallelism, pepperId } = kept;
  const values = [id, hash, salt, memoryKib, passes, parallelism, pepperId, former];
  return (await tx.query(writePassword, values)).length === 1;
}

const isKnown = statement(
  'staff.is-known-device',
  `SELECT 1 FROM staff.known_device d JOIN staff.member m ON m.id = d.member_id
   WHERE d.token_hash = $1 AND m.username = $2 AND d.last_seen_at > $3`,
);
export const selectIsKnownDevice = async (
  connection: Connection,
  of: { tokenHash: Buffer; username: string; since: Date },
): Promise<boolean> => (await connection.query(isKnown, [of.tokenHash, of.username, of.since])).length === 1;
const remember = statement(
  'staff.remember-device',
  `INSERT INTO staff.known_device (member_id, token_hash, last_seen_at) VALUES ($1, $2, $3)
   ON CONFLICT (member_id, token_hash) DO UPDATE SET last_seen_at = excluded.last_seen_at`,
);
const forgetOldest = statement(
  'staff.forget-oldest-devices',
  `DELETE FROM staff.known_device WHERE member_id = $1 AND token_hash IN (
     SELECT token_hash FROM staff.known_device WHERE member_id = $1 ORDER BY last_seen_at DESC OFFSET $2)`,
);
/** Keeps the newest `most` of a person. */
export async function rememberDeviceRow(
  tx: Transaction,
  of: { memberId: bigint; tokenHash: Buffer; now: Date; most: number },
): Promise<void> {
  await tx.query(remember, [of.memberId, of.tokenHash, of.now]);
  await tx.query(forgetOldest, [of.memberId, of.most]);
}
const forgetDevices = statement(
  'staff.forget-devices',
  'DELETE FROM staff.known_device WHERE member_id = $1',
);
export const forgetDeviceRows = (tx: Transaction, memberId: bigint): Promise<unknown> =>
  tx.query(forgetDevices, [memberId]);

const insertSession = statement(
  'staff.insert-session',
  `INSERT INTO staff.session (token_hash, member_id, created_at, last_seen_at, proved_at, expires_at, id, proved_by, network,
     browser)
   VALUES ($1, $2, $3, $3, $3, $4, $5, $6, $7, $8)`,
);
export const insertSessionRow = async (
  tx: Transaction,
  session: {
    tokenHash: Buffer;
    memberId: bigint;
    createdAt: Date;
    expiresAt: Date;
    id: bigint;
    provedBy: string;
    network: string;
    browser: string;
  },
): Promise<void> =>
  void (await tx.query(insertSession, [
    session.tokenHash,
    session.memberId,
    session.createdAt,
    session.expiresAt,
    session.id,
    session.provedBy,
    session.network,
    session.browser,
  ]));

const ofSession = statement(
  'staff.of-session',
  `SELECT ${memberColumns}, s.last_seen_at, s.proved_at, coalesce(s.id, 0) AS session_id,
     EXISTS (SELECT 1 FROM staff.factor f WHERE f.member_id = m.id) AS has_factor
   FROM staff.session s JOIN staff.member m ON m.id = s.member_id
   WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.last_seen_at > $3 AND m.ended_at IS NULL`,
);
interface SessionMemberRow extends MemberRow {
  readonly last_seen_at: Date;
  readonly proved_at: Date;
  /** 0 for a session of an older release. */
  readonly session_id: bigint;
  readonly has_factor: boolean;
}
export const selectBySession = async (
  connection: Connection,
  of: { tokenHash: Buffer; now: Date; idleSince: Date },
): Promise<SessionMemberRow | null> =>
  (await connection.query<SessionMemberRow>(ofSession, [of.tokenHash, of.now, of.idleSince]))[0] ?? null;
const touch = statement(
  'staff.touch-session',
  'UPDATE staff.session SET last_seen_at = greatest(last_seen_at, $2) WHERE token_hash = $1',
);
export const touchSessionRow = (connection: Connection, tokenHash: Buffer, now: Date): Promise<unknown> =>
  connection.query(touch, [tokenHash, now]);
const endOthers = statement(
  'staff.end-other-sessions',
  'DELETE FROM staff.session WHERE member_id = $1 AND token_hash <> $2',
);
export const deleteOtherSessions = (tx: Transaction, memberId: bigint, kept: Buffer): Promise<unknown> =>
  tx.query(endOthers, [memberId, kept]);

const deleteSession = statement('staff.delete-session', 'DELETE FROM staff.session WHERE token_hash = $1');
export const deleteSessionRow = async (connection: Connection, tokenHash: Buffer): Promise<void> =>
  void (await connection.query(deleteSession, [tokenHash]));

const firstExpiry = statement(
  'staff.first-expiry',
  `SELECT least((SELECT min(expires_at) FROM staff.session),
     (SELECT min(last_seen_at) + $1 * interval '1 millisecond' FROM staff.known_device)) AS at`,
);
export const readFirstExpiry = async (connection: Connection, deviceKnownMs: number): Promise<Date | null> =>
  (await connection.query<{ at: Date | null }>(firstExpiry, [deviceKnownMs]))[0]?.at ?? null;
const sweep = statement(
  'staff.sweep',
  `DELETE FROM staff.session WHERE token_hash IN (
     SELECT token_hash FROM staff.session WHERE expires_at <= $1 ORDER BY expires_at LIMIT 1000) RETURNING 1`,
);
const sweepDevices = statement(
  'staff.sweep-devices',
  `DELETE FROM staff.known_device WHERE (member_id, token_hash) IN (
     SELECT member_id, token_hash FROM staff.known_device
     WHERE last_seen_at <= $1 ORDER BY last_seen_at LIMIT 1000) RETURNING 1`,
);
/** Removes sessions that have run out and browsers not seen since; answers how many went. */
export async function removeExpired(
  connection: Connection,
  of: { now: Date; devicesBy: Date },
): Promise<number> {
  const sessions = await connection.query(sweep, [of.now]);
  const devices = await connection.query(sweepDevices, [of.devicesBy]);
  return sessions.length + devices.length;
}

const insertAct = statement(
  'staff.insert-act',
  'INSERT INTO staff.act (id, member_id, act, object, detail, acted_at) VALUES ($1, $2, $3, $4, $5, $6)',
);
export const insertActRow = async (
  connection: Connection | Transaction,
  act: { id: bigint; memberId: bigint; act: string; object: string; detail: string; actedAt: Date },
): Promise<void> =>
  void (await connection.query(insertAct, [
    act.id,
    act.memberId,
    act.act,
    act.object,
    act.detail,
    act.actedAt,
  ]));

const actPage = statement(
  'staff.acts',
  `SELECT a.id, a.act, a.object, a.detail, a.acted_at, m.username, m.name, m.role
   FROM staff.act a JOIN staff.member m ON m.id = a.member_id
   WHERE a.id < $1 ORDER BY a.id DESC LIMIT $2`,
);
/** Newest first, from below an id on. */
export async function readActPage(
  connection: Connection,
  page: { before: bigint; limit: number },
): Promise<Act[]> {
  const rows = await connection.query<{
    id: bigint;
    act: string;
    object: string;
    detail: string;
    acted_at: Date;
    username: string;
    name: string;
    role: Role;
  }>(actPage, [page.before, page.limit]);
  return rows.map(({ acted_at: actedAt, ...row }) => ({ ...row, actedAt }));
}

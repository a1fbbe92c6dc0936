// SQL of staff: people, sessions, acts.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { Act, Member, Role } from './member.ts';

export interface MemberRow {
  readonly id: bigint;
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  readonly merchant_id: bigint | null;
  readonly password_hash: Buffer;
  readonly password_salt: Buffer;
  readonly memory_kib: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly pepper_id: number;
  readonly wrong_tries: number;
  readonly locked_until: Date | null;
}

export const memberOf = (row: MemberRow): Member => ({
  id: row.id,
  username: row.username,
  name: row.name,
  role: row.role,
  merchantId: row.merchant_id,
});

const columns = `m.id, m.username, m.name, m.role, m.merchant_id, m.password_hash, m.password_salt, m.memory_kib, m.passes,
  m.parallelism, m.pepper_id, m.wrong_tries, m.locked_until`;

const insertMember = statement(
  'staff.insert-member',
  `INSERT INTO staff.member (id, username, name, role, merchant_id, password_hash, password_salt, memory_kib, passes,
     parallelism, pepper_id, created_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (username) DO NOTHING RETURNING id`,
);
/** False where somebody has the username. */
export async function insertMemberRow(
  tx: Connection,
  member: Omit<MemberRow, 'wrong_tries' | 'locked_until'> & { created_at: Date },
): Promise<boolean> {
  const rows = await tx.query(insertMember, [
    member.id,
    member.username,
    member.name,
    member.role,
    member.merchant_id,
    member.password_hash,
    member.password_salt,
    member.memory_kib,
    member.passes,
    member.parallelism,
    member.pepper_id,
    member.created_at,
  ]);
  return rows.length === 1;
}

const withoutPepper = statement(
  'staff.passwords-without-pepper',
  'SELECT id, password_hash FROM staff.member WHERE pepper_id IS NULL ORDER BY id LIMIT 10000 FOR UPDATE',
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
  `SELECT ${columns} FROM staff.member m WHERE m.username = $1`,
);
export const selectMember = async (connection: Connection, username: string): Promise<MemberRow | null> =>
  (await connection.query<MemberRow>(byUsername, [username]))[0] ?? null;

// The lock runs out by itself; a try that is under way holds the row, so that tries cannot overtake each other.
const takeTryStatement = statement(
  'staff.take-try',
  `UPDATE staff.member SET
     wrong_tries = CASE WHEN locked_until IS NOT NULL AND locked_until <= $2 THEN 1 ELSE wrong_tries + 1 END,
     locked_until = CASE
       WHEN (CASE WHEN locked_until IS NOT NULL AND locked_until <= $2 THEN 1 ELSE wrong_tries + 1 END) >= $3 THEN $4::timestamptz
       ELSE NULL END
   WHERE id = $1 AND (locked_until IS NULL OR locked_until <= $2) RETURNING wrong_tries`,
);
/** Counts a try before it is judged. False while the person is locked out. */
export const takeTry = async (
  connection: Connection,
  of: { id: bigint; now: Date; tries: number; lockedUntil: Date },
): Promise<boolean> =>
  (await connection.query(takeTryStatement, [of.id, of.now, of.tries, of.lockedUntil])).length === 1;

const forgive = statement(
  'staff.forgive',
  'UPDATE staff.member SET wrong_tries = 0, locked_until = NULL WHERE id = $1',
);
export const forgiveTries = async (tx: Transaction, id: bigint): Promise<void> =>
  void (await tx.query(forgive, [id]));

const insertSession = statement(
  'staff.insert-session',
  'INSERT INTO staff.session (token_hash, member_id, created_at, expires_at) VALUES ($1, $2, $3, $4)',
);
export const insertSessionRow = async (
  tx: Transaction,
  session: { tokenHash: Buffer; memberId: bigint; createdAt: Date; expiresAt: Date },
): Promise<void> =>
  void (await tx.query(insertSession, [
    session.tokenHash,
    session.memberId,
    session.createdAt,
    session.expiresAt,
  ]));

const ofSession = statement(
  'staff.of-session',
  `SELECT ${columns} FROM staff.session s JOIN staff.member m ON m.id = s.member_id
   WHERE s.token_hash = $1 AND s.expires_at > $2`,
);
export const selectBySession = async (
  connection: Connection,
  tokenHash: Buffer,
  now: Date,
): Promise<MemberRow | null> => (await connection.query<MemberRow>(ofSession, [tokenHash, now]))[0] ?? null;

const deleteSession = statement('staff.delete-session', 'DELETE FROM staff.session WHERE token_hash = $1');
export const deleteSessionRow = async (connection: Connection, tokenHash: Buffer): Promise<void> =>
  void (await connection.query(deleteSession, [tokenHash]));

const firstExpiry = statement('staff.first-expiry', 'SELECT min(expires_at) AS at FROM staff.session');
export const readFirstExpiry = async (connection: Connection): Promise<Date | null> =>
  (await connection.query<{ at: Date | null }>(firstExpiry))[0]?.at ?? null;
const sweep = statement(
  'staff.sweep',
  `DELETE FROM staff.session WHERE token_hash IN (
     SELECT token_hash FROM staff.session WHERE expires_at <= $1 ORDER BY expires_at LIMIT 1000) RETURNING 1`,
);
export const removeExpired = async (connection: Connection, now: Date): Promise<number> =>
  (await connection.query(sweep, [now])).length;

const insertAct = statement(
  'staff.insert-act',
  'INSERT INTO staff.act (id, member_id, act, object, detail, acted_at) VALUES ($1, $2, $3, $4, $5, $6)',
);
export const insertActRow = async (
  connection: Connection,
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

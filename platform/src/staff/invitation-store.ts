// SQL of how people come in and how their access ends: links, the list of people, what goes with them.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { ListedMember } from './member.ts';
import { type MemberRow, memberColumns, memberOf } from './store.ts';

const putInvitation = statement(
  'staff.put-invitation',
  `INSERT INTO staff.invitation (token_hash, member_id, created_at, expires_at) VALUES ($1, $2, $3, $4)
   ON CONFLICT (member_id) DO UPDATE SET token_hash = excluded.token_hash, created_at = excluded.created_at,
     expires_at = excluded.expires_at`,
);
/** A person has one link: a former one opens nothing any more. */
export const putInvitationRow = (
  tx: Transaction,
  of: { tokenHash: Buffer; memberId: bigint; createdAt: Date; expiresAt: Date },
): Promise<unknown> => tx.query(putInvitation, [of.tokenHash, of.memberId, of.createdAt, of.expiresAt]);

const invited = statement(
  'staff.invited',
  `SELECT ${memberColumns}, i.expires_at FROM staff.invitation i JOIN staff.member m ON m.id = i.member_id
   WHERE i.token_hash = $1 AND i.expires_at > $2 AND m.ended_at IS NULL`,
);
/** Whom a link is for, while it opens something. */
export const selectInvited = async (
  connection: Connection,
  of: { tokenHash: Buffer; now: Date },
): Promise<(MemberRow & { expires_at: Date }) | null> =>
  (await connection.query<MemberRow & { expires_at: Date }>(invited, [of.tokenHash, of.now]))[0] ?? null;

const takeInvitation = statement(
  'staff.take-invitation',
  'DELETE FROM staff.invitation WHERE token_hash = $1 AND expires_at > $2 RETURNING member_id',
);
/** True for one of those who use a link at once. */
export const takeInvitationRow = async (
  tx: Transaction,
  of: { tokenHash: Buffer; now: Date },
): Promise<boolean> => (await tx.query(takeInvitation, [of.tokenHash, of.now])).length === 1;

const dropInvitation = statement(
  'staff.drop-invitation',
  'DELETE FROM staff.invitation WHERE member_id = $1',
);
export const dropInvitationRow = (tx: Transaction, memberId: bigint): Promise<unknown> =>
  tx.query(dropInvitation, [memberId]);

const lockMember = statement(
  'staff.lock-member',
  `SELECT ${memberColumns} FROM staff.member m WHERE m.username = $1 FOR NO KEY UPDATE`,
);
export const lockMemberRow = async (tx: Transaction, username: string): Promise<MemberRow | null> =>
  (await tx.query<MemberRow>(lockMember, [username]))[0] ?? null;

const lockAdmins = statement(
  'staff.lock-admins',
  `SELECT ${memberColumns} FROM staff.member m WHERE m.role = 'admin' AND m.ended_at IS NULL ORDER BY m.id FOR NO KEY UPDATE`,
);
/** Admins whose access has not ended, invited ones among them; nobody else ends or opens one meanwhile. */
export const lockAdminRows = (tx: Transaction): Promise<MemberRow[]> => tx.query<MemberRow>(lockAdmins);

// Two that set up at once: the second waits for the first, and sees what it did.
const setUpAlone = statement('staff.set-up-alone', 'SELECT pg_advisory_xact_lock(7466736008)');
export const setUpAloneRow = (tx: Transaction): Promise<unknown> => tx.query(setUpAlone);

const endMember = statement(
  'staff.end-member',
  'UPDATE staff.member SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL RETURNING id',
);
export const endMemberRow = async (tx: Transaction, memberId: bigint, at: Date): Promise<boolean> =>
  (await tx.query(endMember, [memberId, at])).length === 1;

const forgetPassword = statement(
  'staff.forget-password',
  `UPDATE staff.member SET password_hash = NULL, password_salt = NULL, memory_kib = NULL, passes = NULL,
     parallelism = NULL, pepper_id = NULL WHERE id = $1`,
);
export const forgetPasswordRow = (tx: Transaction, memberId: bigint): Promise<unknown> =>
  tx.query(forgetPassword, [memberId]);

const endSessions = statement('staff.end-sessions', 'DELETE FROM staff.session WHERE member_id = $1');
export const endSessionRows = (tx: Transaction, memberId: bigint): Promise<unknown> =>
  tx.query(endSessions, [memberId]);

interface ListRow extends MemberRow {
  readonly invited_until: Date | null;
  readonly last_seen_at: Date | null;
  readonly created_at: Date;
}
const memberPage = statement(
  'staff.member-page',
  `SELECT ${memberColumns}, m.created_at, i.expires_at AS invited_until,
     (SELECT max(s.last_seen_at) FROM staff.session s WHERE s.member_id = m.id) AS last_seen_at
   FROM staff.member m LEFT JOIN staff.invitation i ON i.member_id = m.id
   WHERE m.id < $1 AND ($2::bigint IS NULL OR m.merchant_id = $2)
   ORDER BY m.id DESC LIMIT $3`,
);
/** Newest first, below an id; of one merchant where it is named. */
export async function readMemberPage(
  connection: Connection,
  page: { before: bigint; merchantId: bigint | null; limit: number; now: Date },
): Promise<ListedMember[]> {
  const rows = await connection.query<ListRow>(memberPage, [page.before, page.merchantId, page.limit]);
  return rows.map((row) => ({
    ...memberOf(row),
    state: stateOf(row, page.now),
    invitedUntil: row.invited_until,
    lastSeenAt: row.last_seen_at,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  }));
}

function stateOf(row: ListRow, now: Date): ListedMember['state'] {
  if (row.ended_at !== null) return 'ended';
  if (row.password_hash !== null) return 'active';
  return row.invited_until !== null && row.invited_until > now ? 'invited' : 'expired';
}

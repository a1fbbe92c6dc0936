// SQL of a person's own account: sessions that are open, when somebody last proved who they are, access tokens.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import { type MemberRow, memberColumns } from './store.ts';

export interface SessionRow {
  readonly id: bigint;
  readonly created_at: Date;
  readonly last_seen_at: Date;
  readonly proved_by: 'password' | 'totp' | 'passkey' | 'recovery' | 'oidc';
  readonly network: string;
  readonly browser: string;
}
const sessionsOf = statement(
  'staff.sessions-of',
  `SELECT id, created_at, last_seen_at, proved_by, network, browser FROM staff.session
   WHERE member_id = $1 AND id IS NOT NULL AND expires_at > $2 AND last_seen_at > $3 ORDER BY last_seen_at DESC LIMIT 100`,
);
export const selectSessions = (
  connection: Connection,
  of: { memberId: bigint; now: Date; idleSince: Date },
): Promise<SessionRow[]> => connection.query<SessionRow>(sessionsOf, [of.memberId, of.now, of.idleSince]);

const endSession = statement(
  'staff.end-session',
  'DELETE FROM staff.session WHERE member_id = $1 AND id = $2 RETURNING id',
);
export const endSessionRow = async (
  tx: Transaction,
  of: { memberId: bigint; id: bigint },
): Promise<boolean> => (await tx.query(endSession, [of.memberId, of.id])).length === 1;

const prove = statement('staff.prove', 'UPDATE staff.session SET proved_at = $2 WHERE id = $1');
export const proveRow = (tx: Transaction, id: bigint, at: Date): Promise<unknown> =>
  tx.query(prove, [id, at]);

export type Scope = 'read' | 'act' | 'manage';
export interface TokenRow {
  readonly id: bigint;
  readonly name: string;
  readonly scope: Scope;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly last_used_at: Date | null;
}
const tokensOf = statement(
  'staff.tokens-of',
  `SELECT id, name, scope, created_at, expires_at, last_used_at FROM staff.access_token
   WHERE member_id = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY id DESC LIMIT 100`,
);
export const selectTokens = (connection: Connection, memberId: bigint, now: Date): Promise<TokenRow[]> =>
  connection.query<TokenRow>(tokensOf, [memberId, now]);

const insertToken = statement(
  'staff.insert-token',
  `INSERT INTO staff.access_token (id, member_id, token_hash, name, scope, created_at, expires_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7)`,
);
export const insertTokenRow = (
  tx: Transaction,
  of: {
    id: bigint;
    memberId: bigint;
    tokenHash: Buffer;
    name: string;
    scope: Scope;
    createdAt: Date;
    expiresAt: Date;
  },
): Promise<unknown> =>
  tx.query(insertToken, [of.id, of.memberId, of.tokenHash, of.name, of.scope, of.createdAt, of.expiresAt]);

const endToken = statement(
  'staff.end-token',
  'UPDATE staff.access_token SET ended_at = $3 WHERE member_id = $1 AND id = $2 AND ended_at IS NULL RETURNING id',
);
export const endTokenRow = async (
  tx: Transaction,
  of: { memberId: bigint; id: bigint; at: Date },
): Promise<boolean> => (await tx.query(endToken, [of.memberId, of.id, of.at])).length === 1;

const endTokens = statement(
  'staff.end-tokens',
  'UPDATE staff.access_token SET ended_at = $2 WHERE member_id = $1 AND ended_at IS NULL',
);
export const endTokenRows = (tx: Transaction, memberId: bigint, at: Date): Promise<unknown> =>
  tx.query(endTokens, [memberId, at]);

const byToken = statement(
  'staff.by-token',
  `SELECT ${memberColumns}, t.id AS token_id, t.scope FROM staff.access_token t JOIN staff.member m ON m.id = t.member_id
   WHERE t.token_hash = $1 AND t.ended_at IS NULL AND t.expires_at > $2 AND m.ended_at IS NULL`,
);
export const selectByToken = async (
  connection: Connection,
  tokenHash: Buffer,
  now: Date,
): Promise<(MemberRow & { token_id: bigint; scope: Scope }) | null> =>
  (await connection.query<MemberRow & { token_id: bigint; scope: Scope }>(byToken, [tokenHash, now]))[0] ??
  null;

const touchToken = statement(
  'staff.touch-token',
  'UPDATE staff.access_token SET last_used_at = greatest(coalesce(last_used_at, $2), $2) WHERE id = $1',
);
export const touchTokenRow = (connection: Connection, id: bigint, at: Date): Promise<unknown> =>
  connection.query(touchToken, [id, at]);

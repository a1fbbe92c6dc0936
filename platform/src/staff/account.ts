// A person's own account: the sessions that are open, proving anew who one is before an act that matters, and access tokens for the
// command line. A token is shown once, carries its owner's rights or less, and ends with its owner's access.
import { hashToken, matchesPin, newToken, type Site } from '../customers/index.ts';
import type { Transaction } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import {
  endSessionRow,
  endTokenRow,
  insertTokenRow,
  proveRow,
  type Scope,
  selectByToken,
  selectTokens,
  touchTokenRow,
} from './account-store.ts';
import { passwordTries } from './change-password.ts';
import { selectFactors } from './factor-store.ts';
import { checkProof, type Proof } from './factors.ts';
import type { Member } from './member.ts';
import { hashOf, longestPassword, type StaffParts } from './parts.ts';
import { insertActRow, memberOf, selectMember } from './store.ts';

async function written(
  { database, clock, ids }: StaffParts,
  said: { memberId: bigint; act: string; object: string; detail: string },
  work: (tx: Transaction) => Promise<unknown>,
): Promise<void> {
  const id = await ids.one();
  await database.transaction(async (tx) => {
    await insertActRow(tx, { ...said, id, actedAt: clock.now() });
    await work(tx);
  });
}

export interface Proving {
  readonly sessionId: bigint;
  readonly site: Site;
  /** The present password, for who has no second factor. */
  readonly password?: string | undefined;
  readonly proof?: Proof | undefined;
}

/** A fresh proof of who has the session. Rejections: factor-wrong, password-wrong, staff-locked. */
export async function prove(parts: StaffParts, member: Member, asked: Proving): Promise<void> {
  const { sessionId, site, proof } = asked;
  const hasFactor = (await selectFactors(parts.database, member.id)).length > 0;
  if (hasFactor) {
    if (proof === undefined) throw new Rejection('factor-wrong', 'a second factor is asked for');
    await checkProof(parts, member.id, { proof, site });
  } else await assertPassword(parts, member, asked.password ?? '');
  const detail = hasFactor ? proof!.kind : 'password';
  await written(
    parts,
    { memberId: member.id, act: 'session.prove', object: `member/${member.id}`, detail },
    (tx) => proveRow(tx, sessionId, parts.clock.now()),
  );
}

async function assertPassword(parts: StaffParts, member: Member, password: string): Promise<void> {
  const quota = passwordTries(member.id);
  const retryAt = await parts.tally.take([quota]);
  if (retryAt !== null) throw new Rejection('staff-locked', undefined, { retryAt });
  const row = await selectMember(parts.database, member.username);
  const kept = row === null ? null : hashOf(row);
  if (kept === null || !(await matchesPin(password.slice(0, longestPassword), kept, parts)))
    throw new Rejection('password-wrong');
  await parts.tally.forgive([quota]);
}

/** Rejections: member-unknown (no such session of the person's). */
export const endSession = (parts: StaffParts, member: Member, id: bigint): Promise<void> =>
  written(
    parts,
    { memberId: member.id, act: 'session.end', object: `member/${member.id}`, detail: `session ${id}` },
    async (tx) => {
      if (!(await endSessionRow(tx, { memberId: member.id, id })))
        throw new Rejection('member-unknown', 'there is no such session');
    },
  );

export interface NewToken {
  readonly name: string;
  readonly scope: Scope;
  readonly days: number;
}
/** So that a scanner of secrets knows one when it sees it. */
const tokenPrefix = 'tbo_';
const mostTokens = 20;
const longestDays = 365;
const dayMs = 86_400_000;

/** Rejections: member-refused (too many, or too long). */
export async function addToken(
  parts: StaffParts,
  member: Member,
  { name, scope, days }: NewToken,
): Promise<{ token: string; expiresAt: Date }> {
  const { clock, ids, randomness, database } = parts;
  if (!Number.isInteger(days) || days < 1 || days > longestDays)
    throw new Rejection('member-refused', `a token is good for 1 to ${longestDays} days`);
  const createdAt = clock.now();
  if ((await selectTokens(database, member.id, createdAt)).length >= mostTokens)
    throw new Rejection('member-refused', `a person has at most ${mostTokens} tokens: end one first`);
  const token = `${tokenPrefix}${newToken(randomness)}`;
  const expiresAt = new Date(createdAt.getTime() + days * dayMs);
  const id = await ids.one();
  const detail = `${name}: ${scope}, until ${expiresAt.toISOString()}`;
  await written(parts, { memberId: member.id, act: 'token.add', object: `token/${id}`, detail }, (tx) =>
    insertTokenRow(tx, {
      ...{ id, memberId: member.id, tokenHash: hashToken(token), name, scope, createdAt, expiresAt },
    }),
  );
  return { token, expiresAt };
}

/** Rejections: member-unknown (no such token of the person's). */
export const endToken = (parts: StaffParts, member: Member, id: bigint): Promise<void> =>
  written(parts, { memberId: member.id, act: 'token.end', object: `token/${id}`, detail: '' }, async (tx) => {
    if (!(await endTokenRow(tx, { memberId: member.id, id, at: parts.clock.now() })))
      throw new Rejection('member-unknown', 'there is no such token');
  });

/** Whose an access token is, and what it may do. Rejections: token-unusable. */
export async function confirmToken(
  { database, clock }: StaffParts,
  token: string,
): Promise<{ member: Member; scope: Scope }> {
  const now = clock.now();
  const row = await selectByToken(database, hashToken(token), now);
  if (row === null)
    throw new Rejection('token-unusable', 'the access token is none, has expired, or was ended');
  await touchTokenRow(database, row.token_id, now);
  return { member: memberOf(row), scope: row.scope };
}

// Who follows a link sets a password, and has joined: the link opens nothing any more. Of two who follow one link, one joins.
import { hashPin, hashToken } from '../customers/index.ts';
import type { Quota } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import { selectInvited, takeInvitationRow } from './invitation-store.ts';
import type { Member } from './member.ts';
import { assertStrong, type StaffParts } from './parts.ts';
import { openSession, type StaffCaller, type StaffSignedIn } from './sign-in.ts';
import { insertActRow, type MemberRow, memberOf, writePasswordRow } from './store.ts';

export interface Joining {
  readonly token: string;
  readonly password: string;
  readonly caller: StaffCaller;
}

const minute = 60_000;
const tries = (network: string): Quota[] => [
  { name: 'staff links by network', subject: network, most: 60, windowMs: 15 * minute },
];

async function invited(parts: StaffParts, { token, caller }: Pick<Joining, 'token' | 'caller'>) {
  const retryAt = await parts.tally.take(tries(caller.network));
  if (retryAt !== null) throw new Rejection('staff-locked', undefined, { retryAt });
  const row = await selectInvited(parts.database, { tokenHash: hashToken(token), now: parts.clock.now() });
  if (row === null) throw unusable();
  return row;
}

const unusable = () =>
  new Rejection('link-unusable', 'the link was used, has expired, or was replaced by a newer one');

/** Whom a link is for. Rejections: link-unusable, staff-locked. */
export async function lookAtLink(
  parts: StaffParts,
  of: Pick<Joining, 'token' | 'caller'>,
): Promise<{ member: Member; expiresAt: Date }> {
  const row = await invited(parts, of);
  return { member: memberOf(row), expiresAt: row.expires_at };
}

/** Rejections: link-unusable, staff-locked, password-weak. */
export async function join(parts: StaffParts, asked: Joining): Promise<StaffSignedIn> {
  const { database, clock, ids } = parts;
  const row: MemberRow = await invited(parts, asked);
  assertStrong(asked.password, row.username);
  const kept = await hashPin(asked.password, parts);
  const id = await ids.one();
  const now = clock.now();
  return database.transaction(async (tx) => {
    const isFirst = await takeInvitationRow(tx, { tokenHash: hashToken(asked.token), now });
    if (!isFirst || !(await writePasswordRow(tx, { id: row.id, kept, former: null }))) throw unusable();
    const act = { act: 'staff.join', object: `member/${row.id}`, detail: '' };
    await insertActRow(tx, { ...act, id, memberId: row.id, actedAt: now });
    return openSession(parts, tx, { member: memberOf(row), caller: asked.caller, formerToken: null });
  });
}

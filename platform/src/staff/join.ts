// Who follows a link sets a password and a second factor, and has joined: the link opens nothing any more. Of two who follow one
// link, one joins.
import { hashPin, hashToken, type Site } from '../customers/index.ts';
import type { Quota } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import { type FactorOffer, keepFactor, type NewFactor, newFactorOf, offerFactor } from './factors.ts';
import { selectInvited, takeInvitationRow } from './invitation-store.ts';
import type { Member } from './member.ts';
import { assertStrong, type StaffParts } from './parts.ts';
import { openSession, type StaffCaller, type StaffSignedIn } from './sign-in.ts';
import { insertActRow, type MemberRow, memberOf, writePasswordRow } from './store.ts';

export interface Joining {
  readonly token: string;
  readonly password: string;
  readonly factor?: NewFactor | undefined;
  readonly site: Site;
  /** A session of the browser's: it ends. */
  readonly formerToken?: string | null;
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

/** What a second factor is made from, for the person whom a link is for. Rejections: link-unusable, staff-locked, factor-wrong. */
export async function offerAtLink(
  parts: StaffParts,
  of: Pick<Joining, 'token' | 'caller' | 'site'> & { readonly kind: NewFactor['kind'] },
): Promise<FactorOffer> {
  return offerFactor(parts, memberOf(await invited(parts, of)), of);
}

export interface Joined extends StaffSignedIn {
  /** Shown once; none without a second factor. */
  readonly recoveryCodes: readonly string[];
}

/** Rejections: link-unusable, staff-locked, password-weak, factor-wrong (also where one is needed and none is given). */
export async function join(parts: StaffParts, asked: Joining): Promise<Joined> {
  const { database, clock, ids } = parts;
  const row: MemberRow = await invited(parts, asked);
  assertStrong(asked.password, row.username);
  if (asked.factor === undefined && !parts.sandbox)
    throw new Rejection('factor-wrong', 'a second factor is needed');
  const factor =
    asked.factor === undefined
      ? null
      : await newFactorOf(parts, row.id, { asked: asked.factor, site: asked.site });
  const kept = await hashPin(asked.password, parts);
  const [id, sessionId] = [await ids.one(), await ids.one()];
  const now = clock.now();
  return database.transaction(async (tx) => {
    const isFirst = await takeInvitationRow(tx, { tokenHash: hashToken(asked.token), now });
    if (!isFirst || !(await writePasswordRow(tx, { id: row.id, kept, former: null }))) throw unusable();
    const provedBy = factor?.kind ?? 'password';
    const act = { act: 'staff.join', object: `member/${row.id}`, detail: provedBy };
    await insertActRow(tx, { ...act, id, memberId: row.id, actedAt: now });
    const recoveryCodes = factor === null ? [] : await keepFactor(parts, tx, factor);
    const { caller, formerToken = null } = asked;
    const made = await openSession(parts, tx, {
      ...{ member: memberOf(row), caller, formerToken, sessionId, provedBy },
    });
    return { ...made, recoveryCodes };
  });
}

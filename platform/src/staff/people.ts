// How people get access and lose it: a link that opens a name once, its renewal, and the end. Each with its row in the trail.
import { hashToken, newToken } from '../customers/index.ts';
import type { Transaction } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import { endTokenRows } from './account-store.ts';
import { deleteFactorRows } from './factor-store.ts';
import {
  dropInvitationRow,
  endMemberRow,
  endSessionRows,
  forgetPasswordRow,
  lockAdminRows,
  lockMemberRow,
  putInvitationRow,
  setUpAloneRow,
} from './invitation-store.ts';
import { assertMayChange, assertMayInvite, type Place } from './may-manage.ts';
import type { Member } from './member.ts';
import type { StaffParts } from './parts.ts';
import { forgetDeviceRows, insertActRow, insertMemberRow, type MemberRow, memberOf } from './store.ts';

/** A link is shown once: its token is kept nowhere. */
export interface Link {
  readonly token: string;
  readonly expiresAt: Date;
}
export interface Invited extends Place {
  /** Lower case: letters, digits, `.`, `_`, `@`, `-`; 2 to 64 characters. */
  readonly username: string;
  readonly name: string;
}

const hour = 3_600_000;
const invitationMs = 72 * hour;
const firstLinkMs = 24 * hour;
const usernamePattern = /^[a-z0-9][a-z0-9._@-]{1,63}$/;

function assertNamed({ username, name }: Pick<Invited, 'username' | 'name'>): void {
  if (!usernamePattern.test(username))
    throw new Rejection(
      'member-refused',
      'a username has 2 to 64 lower-case letters, digits, dots, hyphens, underscores or @, and begins with a letter or a digit',
      { field: 'username' },
    );
  if (name.trim() === '' || name.length > 100)
    throw new Rejection('member-refused', 'a name has 1 to 100 characters', { field: 'name' });
}

async function newLink(
  parts: StaffParts,
  tx: Transaction,
  of: { memberId: bigint; lifetimeMs: number },
): Promise<Link> {
  const createdAt = parts.clock.now();
  const token = newToken(parts.randomness);
  const expiresAt = new Date(createdAt.getTime() + of.lifetimeMs);
  await putInvitationRow(tx, { tokenHash: hashToken(token), memberId: of.memberId, createdAt, expiresAt });
  return { token, expiresAt };
}

const placeText = ({ username, role, shopRole }: Pick<Member, 'username' | 'role' | 'shopRole'>): string =>
  `${username}, ${role}${shopRole === null ? '' : ` (${shopRole})`}`;

/** Rejections: member-refused (the name is somebody's or none, or it is not the actor's to invite). */
export async function invite(parts: StaffParts, actor: Member, asked: Invited): Promise<Link> {
  const { database, clock, ids } = parts;
  assertNamed(asked);
  assertMayInvite(actor, asked);
  const [id, actId] = [await ids.one(), await ids.one()];
  const actedAt = clock.now();
  return database.transaction(async (tx) => {
    if (!(await insertMemberRow(tx, { ...asked, name: asked.name.trim(), id, createdAt: actedAt })))
      throw new Rejection('member-refused', `${asked.username} is somebody’s name, or was: take another`, {
        field: 'username',
      });
    const act = { act: 'staff.invite', object: `member/${id}`, detail: placeText(asked) };
    await insertActRow(tx, { ...act, id: actId, memberId: actor.id, actedAt });
    return newLink(parts, tx, { memberId: id, lifetimeMs: invitationMs });
  });
}

async function changed<Answer>(
  parts: StaffParts,
  actor: Member,
  of: { kind: 'end' | 'reset'; username: string; reason: string },
  work: (tx: Transaction, row: MemberRow) => Promise<Answer>,
): Promise<Answer> {
  const { database, clock, ids } = parts;
  const actId = await ids.one();
  return database.transaction(async (tx) => {
    // Always the admins first, so that two who end each other take turns.
    const admins = of.kind === 'end' ? await lockAdminRows(tx) : [];
    const row = await lockMemberRow(tx, of.username);
    const target = row === null ? null : { ...memberOf(row), hasEnded: row.ended_at !== null };
    const usable = admins.filter((admin) => admin.password_hash !== null).map(({ id }) => ({ id }));
    assertMayChange(actor, target, { kind: of.kind, admins: usable });
    const act = { act: `staff.${of.kind}`, object: `member/${target.id}` };
    const detail = `${placeText(target)}: ${of.reason}`;
    await insertActRow(tx, { ...act, detail, id: actId, memberId: actor.id, actedAt: clock.now() });
    await endSessionRows(tx, target.id);
    await forgetDeviceRows(tx, target.id);
    await dropInvitationRow(tx, target.id);
    await endTokenRows(tx, target.id, clock.now());
    await deleteFactorRows(tx, target.id);
    return work(tx, row!);
  });
}

/** At once, in every process. What the person proposed stays, and others decide it. Rejections: member-unknown, member-refused. */
export const end = (parts: StaffParts, actor: Member, of: { username: string; reason: string }) =>
  changed(parts, actor, { ...of, kind: 'end' }, async (tx, { id }) => {
    await endMemberRow(tx, id, parts.clock.now());
  });

/** A lost password or second factor: all of it ends, and a new link opens the name. Rejections: as end's. */
export const reset = (parts: StaffParts, actor: Member, of: { username: string; reason: string }) =>
  changed(parts, actor, { ...of, kind: 'reset' }, async (tx, { id }) => {
    await forgetPasswordRow(tx, id);
    return newLink(parts, tx, { memberId: id, lifetimeMs: invitationMs });
  });

export type Beginning =
  | { readonly kind: 'link'; readonly link: Link }
  /** Somebody administers already: no link is made. */
  | { readonly kind: 'begun'; readonly username: string };

/**
 * For who sets up: the first admin, by a link, for as long as none has joined. Called again, the former link ends. Rejections:
 * member-refused.
 */
export async function begin(
  parts: StaffParts,
  asked: { readonly username: string; readonly name: string },
): Promise<Beginning> {
  const { database, clock, ids } = parts;
  assertNamed(asked);
  const [id, actId] = [await ids.one(), await ids.one()];
  const createdAt = clock.now();
  return database.transaction(async (tx) => {
    await setUpAloneRow(tx);
    const admins = await lockAdminRows(tx);
    const joined = admins.find((admin) => admin.password_hash !== null);
    if (joined !== undefined) return { kind: 'begun', username: joined.username };
    const same = admins.find((admin) => admin.username === asked.username);
    // Another name that was begun with stays on the list of people, without a link.
    for (const { id: other } of admins) await dropInvitationRow(tx, other);
    const place = { role: 'admin', merchantId: null, shopRole: null } as const;
    const memberId = same?.id ?? id;
    if (same === undefined && !(await insertMemberRow(tx, { ...place, ...asked, id, createdAt })))
      throw new Rejection('member-refused', `${asked.username} is somebody’s name, or was: take another`);
    // Nobody has signed in yet: what sets up is written down under the name that it opens.
    const act = {
      act: 'staff.begin',
      object: `member/${memberId}`,
      detail: placeText({ ...place, ...asked }),
    };
    await insertActRow(tx, { ...act, id: actId, memberId, actedAt: createdAt });
    return { kind: 'link', link: await newLink(parts, tx, { memberId, lifetimeMs: firstLinkMs }) };
  });
}

/** Who administers, joined or invited; null where nobody does. */
export const adminOf = async ({ database }: StaffParts): Promise<string | null> =>
  database.transaction(async (tx) => {
    const admins = await lockAdminRows(tx);
    return admins.find((admin) => admin.password_hash !== null)?.username ?? null;
  });

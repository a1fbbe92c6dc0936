// Who has access: what the console and the command line say of it, and invitations for a shop's people.

import type { Database } from '../database/index.ts';
import { isMailAddress, type MailRoom } from '../mail/index.ts';
import type { Merchants } from '../merchants/index.ts';
import { Rejection } from '../rejection.ts';
import type { Link, Member, Role, ShopRole, Staff } from '../staff/index.ts';

export interface StaffActParts {
  readonly staff: Staff;
  readonly merchants: Merchants;
  readonly database: Pick<Database, 'transaction'>;
  readonly mail: MailRoom;
  /** Where the console is: https://pay.example. */
  readonly publicUrl: string;
}

/** How long an invitation opens the name, as its mail says it. */
const linkDays = 3;

export const linkView = ({ publicUrl }: Pick<StaffActParts, 'publicUrl'>, { token, expiresAt }: Link) => ({
  // Behind the #, so that no server and no proxy writes it down.
  link: `${publicUrl}/console#/join/${token}`,
  expiresAt: expiresAt.toISOString(),
  mailedTo: null as string | null,
});

/** Newest first; a shop's owner sees the people of the shop. */
export async function staffMembers(
  { staff, merchants }: StaffActParts,
  member: Member,
  page: { before: bigint; limit: number },
) {
  const found = await staff.members({ ...page, merchantId: member.merchantId });
  const ids = found.flatMap(({ merchantId }) => (merchantId === null ? [] : [merchantId]));
  const shops = await merchants.getAll(ids);
  return found.map(({ id, merchantId, invitedUntil, lastSeenAt, createdAt, endedAt, ...person }) => ({
    ...person,
    id: id.toString(),
    clientId: merchantId === null ? null : (shops.get(merchantId)?.merchant.clientId ?? null),
    invitedUntil: invitedUntil?.toISOString() ?? null,
    lastSeenAt: lastSeenAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  }));
}

/** Rejections: merchant-unknown, member-refused. */
export async function inviteMember(
  parts: StaffActParts,
  actor: Member,
  asked: {
    readonly username: string;
    readonly name: string;
    readonly role: Role;
    readonly clientId?: string | undefined;
    readonly shopRole?: ShopRole | undefined;
    readonly email?: string | undefined;
    readonly language?: string | undefined;
  },
) {
  const { username, name, role } = asked;
  const merchantId = await shopOf(parts, actor, asked.clientId);
  const shopRole = asked.shopRole ?? (role === 'merchant' ? 'owner' : null);
  const invited = {
    ...{ username, name, role, shopRole },
    merchantId: role === 'merchant' ? merchantId : null,
  };
  if (role !== 'merchant' && asked.clientId !== undefined)
    throw new Rejection('member-refused', 'a shop is named for its own people, and for nobody else');
  const { email, language = 'en' } = asked;
  if (email !== undefined && !isMailAddress(email))
    throw new Rejection('member-refused', 'the mail address must be like name@shop.example');
  const link = await parts.staff.invite(actor, invited);
  const view = linkView(parts, link);
  if (email === undefined) return view;
  // After the invitation has committed: who is not told by mail is told by whoever sees the link.
  const occasion = { kind: 'invitation', name, link: view.link, days: linkDays } as const;
  const reference = `invitation/${username}/${view.expiresAt}`;
  const isQueued = await parts.database.transaction((tx) =>
    parts.mail.write(tx, occasion, { to: email, language, reference }),
  );
  return { ...view, mailedTo: isQueued ? email : null };
}

/** A shop's owner invites to the shop and to no other one. */
async function shopOf(
  { merchants }: StaffActParts,
  actor: Member,
  clientId: string | undefined,
): Promise<bigint | null> {
  if (clientId === undefined) return actor.merchantId;
  const access = await merchants.findByClientId(clientId);
  if (access === null || (actor.merchantId !== null && access.merchant.id !== actor.merchantId))
    throw new Rejection('merchant-unknown', `there is no merchant ${clientId}`);
  return access.merchant.id;
}

// Who has access: what the console and the command line say of it, and invitations for a shop's people.
import type { Merchants } from '../merchants/index.ts';
import { Rejection } from '../rejection.ts';
import type { Link, Member, Role, ShopRole, Staff } from '../staff/index.ts';

export interface StaffActParts {
  readonly staff: Staff;
  readonly merchants: Merchants;
  /** Where the console is: https://pay.example. */
  readonly publicUrl: string;
}

export const linkView = ({ publicUrl }: Pick<StaffActParts, 'publicUrl'>, { token, expiresAt }: Link) => ({
  // Behind the #, so that no server and no proxy writes it down.
  link: `${publicUrl}/console#/join/${token}`,
  expiresAt: expiresAt.toISOString(),
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
  return linkView(parts, await parts.staff.invite(actor, invited));
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

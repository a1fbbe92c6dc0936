// Who may open, end and reset whose access. Pure: over people as they stand.
import { Rejection } from '../rejection.ts';
import type { Member, Role, ShopRole } from './member.ts';

/** Who gets access, and for what. */
export interface Place {
  readonly role: Role;
  readonly merchantId: bigint | null;
  readonly shopRole: ShopRole | null;
}

/** An admin everybody's; the owner at a shop those of the people there. */
const mayManage = (actor: Member, place: Place): boolean =>
  actor.role === 'admin' ||
  (actor.role === 'merchant' &&
    actor.shopRole === 'owner' &&
    place.role === 'merchant' &&
    place.merchantId === actor.merchantId);

/** Rejections: member-refused. */
export function assertMayInvite(actor: Member, place: Place): void {
  const isAtShop = place.role === 'merchant';
  if (isAtShop !== (place.merchantId !== null) || isAtShop !== (place.shopRole !== null))
    throw new Rejection('member-refused', 'a shop is named for its own people, and for nobody else');
  if (!mayManage(actor, place))
    throw new Rejection('member-refused', 'only an admin, or the shop’s own owner for its people, invites');
}

/** Whose access is to end or to be reset, among the admins that there are. Rejections: member-unknown, member-refused. */
export function assertMayChange(
  actor: Member,
  target: (Member & { readonly hasEnded: boolean }) | null,
  act: { readonly kind: 'end' | 'reset'; readonly admins: readonly { readonly id: bigint }[] },
): asserts target is Member & { readonly hasEnded: boolean } {
  // Another tenant's people are told like those who are not there.
  if (target === null || !mayManage(actor, target))
    throw new Rejection('member-unknown', 'there is nobody of that name');
  if (target.hasEnded) throw new Rejection('member-refused', `the access of ${target.username} has ended`);
  if (target.id === actor.id)
    throw new Rejection('member-refused', 'somebody else does this for you: your own access stays as it is');
  if (act.kind === 'end' && target.role === 'admin' && !act.admins.some(({ id }) => id !== target.id))
    throw new Rejection('member-refused', 'the last admin stays: invite another one first');
}

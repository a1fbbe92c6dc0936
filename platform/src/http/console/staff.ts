// Who has access, over HTTP: an admin looks after everybody, a shop's owner after the people of the shop.
import { consoleOperations } from '@tongbao/protocol/console';
import {
  inviteMember,
  linkView,
  nextBefore,
  type StaffActParts,
  staffMembers,
} from '../../operators/index.ts';
import type { AddRoute } from './routes.ts';

export type StaffParts = StaffActParts;

const newest = 2n ** 63n - 1n;

export function staffRoutes(route: AddRoute, parts: StaffParts): void {
  const { staff } = parts;
  route(consoleOperations.staff, async ({ member, query }) => {
    const before = query.before === undefined ? newest : BigInt(query.before);
    const members = await staffMembers(parts, member, { before, limit: query.limit });
    return {
      members,
      before: nextBefore(
        members.map(({ id }) => ({ id: BigInt(id) })),
        query.limit,
      ),
    };
  });
  route(consoleOperations.inviteMember, ({ member, body }) => inviteMember(parts, member, body));
  route(consoleOperations.endMember, async ({ member, params: { username }, body: { reason } }) => {
    await staff.end(member, { username, reason });
    return { ok: true } as const;
  });
  route(consoleOperations.resetMember, async ({ member, params: { username }, body: { reason } }) =>
    linkView(parts, await staff.reset(member, { username, reason })),
  );
}

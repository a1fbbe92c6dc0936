// Who has access: the list of people, invitations, the way back after a lost password, and the end. An admin manages everybody,
// a shop's owner the people of the shop.
import { z } from 'zod';
import { Member } from './session.ts';
import { Before, Instant, Ok, Page, Reason, Role, ShopRole, table } from './shapes.ts';

export const StaffMember = Member.extend({
  id: z.string(),
  /** invited: has a link that opens the name · expired: had one · active: signs in · ended: never again */
  state: z.enum(['invited', 'expired', 'active', 'ended']),
  invitedUntil: Instant.nullable(),
  lastSeenAt: Instant.nullable(),
  createdAt: Instant,
  endedAt: Instant.nullable(),
});
export type StaffMember = z.infer<typeof StaffMember>;
export const StaffPage = z.object({ members: z.array(StaffMember), before: z.string().nullable() });
export type StaffPage = z.infer<typeof StaffPage>;

/** Shown once: whoever opens it first has the name. */
export const NewLink = z.object({
  link: z.string(),
  expiresAt: Instant,
  /** The address that the link goes to by mail as well; null where it goes to none. */
  mailedTo: z.string().nullable(),
});
export type NewLink = z.infer<typeof NewLink>;

const OfMember = z.object({ username: z.string().regex(/^[a-z0-9][a-z0-9._@-]{1,63}$/) });
const managers = ['admin', 'merchant'] as const;

export const staffOperations = table({
  staff: {
    method: 'GET',
    path: '/api/console/staff',
    roles: ['admin', 'auditor', 'merchant'],
    shopRoles: ['owner'],
    query: z.object({ ...Page, before: Before }),
    answer: StaffPage,
  },
  /** Errors: NOT_ALLOWED (the name is somebody's, or no username). */
  inviteMember: {
    method: 'POST',
    path: '/api/console/staff',
    roles: managers,
    fresh: true,
    manages: true,
    body: z.object({
      username: z.string().trim().max(64),
      name: z.string().trim().min(1).max(100),
      role: Role,
      /** For the role merchant: the shop and what the person may do there. A shop's owner names none. */
      clientId: z.string().max(64).optional(),
      shopRole: ShopRole.optional(),
      /** Where the link is mailed to, if this installation has a mail server. */
      email: z.string().max(254).optional(),
      /** The language of that mail: Chinese, or else English. */
      language: z.string().max(35).optional(),
    }),
    answer: NewLink,
  },
  /** Sessions and tokens end at once. Errors: NOT_FOUND, NOT_ALLOWED (the last admin, oneself, somebody whose access has ended). */
  endMember: {
    method: 'POST',
    path: '/api/console/staff/:username/end',
    roles: managers,
    fresh: true,
    manages: true,
    params: OfMember,
    body: z.object({ reason: Reason }),
    answer: Ok,
  },
  /** For a lost password or second factor: all that signed in before ends, and a new link opens the name. Errors: as endMember's. */
  resetMember: {
    method: 'POST',
    path: '/api/console/staff/:username/reset',
    roles: managers,
    fresh: true,
    manages: true,
    params: OfMember,
    body: z.object({ reason: Reason }),
    answer: NewLink,
  },
});

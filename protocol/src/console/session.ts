// Coming in: by name and password, or by a link that opens a name once; who is signed in, and leaving.
import { z } from 'zod';
import { anybody, Instant, Ok, Role, ShopRole, table } from './shapes.ts';

export const Member = z.object({
  username: z.string(),
  name: z.string(),
  role: Role,
  /** The merchant that a merchant's user sees. */
  clientId: z.string().nullable(),
  /** What he may do there; null for everybody else. */
  shopRole: ShopRole.nullable(),
});
export type Member = z.infer<typeof Member>;

export const Link = z.object({ member: Member, expiresAt: Instant });
export type Link = z.infer<typeof Link>;

const LinkToken = z.string().max(100);

export const sessionOperations = table({
  signIn: {
    method: 'POST',
    path: '/api/console/session',
    roles: null,
    body: z.object({
      // No column keeps a NUL, so nobody has such a name.
      username: z
        .string()
        .max(64)
        .refine((name) => !name.includes('\u0000'), 'has a NUL character'),
      password: z.string().max(200),
    }),
    answer: Member,
  },
  /** Whom a link is for. Errors: LINK_UNUSABLE (used, expired, replaced, or never made), LOCKED. */
  lookAtLink: {
    method: 'POST',
    path: '/api/console/join/look',
    roles: null,
    body: z.object({ token: LinkToken }),
    answer: Link,
  },
  /** The person whom a link is for sets a password and is signed in; the link ends. Errors: LINK_UNUSABLE, PASSWORD_WEAK, LOCKED. */
  join: {
    method: 'POST',
    path: '/api/console/join',
    roles: null,
    body: z.object({ token: LinkToken, password: z.string().max(200) }),
    answer: Member,
  },
  session: { method: 'GET', path: '/api/console/session', roles: anybody, answer: Member },
  signOut: {
    method: 'POST',
    path: '/api/console/session/end',
    roles: anybody,
    shopRoles: ShopRole.options,
    body: z.object({}),
    answer: Ok,
  },
  /** A new password; the person's other sessions end. Errors: PASSWORD_WRONG, PASSWORD_WEAK, LOCKED (retryAt). */
  changePassword: {
    method: 'POST',
    path: '/api/console/password',
    roles: anybody,
    shopRoles: ShopRole.options,
    body: z.object({ password: z.string().max(200), newPassword: z.string().max(200) }),
    answer: Ok,
  },
});

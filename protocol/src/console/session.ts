// Coming in: by name and password, or by a link that opens a name once; who is signed in, and leaving.
import { z } from 'zod';
import { anybody, Instant, Ok, Role, ShopRole, table } from './shapes.ts';

export const Member = z.object({
  username: z.string(),
  name: z.string(),
  role: Role,
  /** The merchant that a merchant's user sees. */
  clientId: z.string().nullable(),
  /** What they may do there; null for everybody else. */
  shopRole: ShopRole.nullable(),
});
export type Member = z.infer<typeof Member>;

export const Link = z.object({ member: Member, expiresAt: Instant, factorNeeded: z.boolean() });
export type Link = z.infer<typeof Link>;

/** Who has signed in, and how the session stands. */
export const SignedIn = Member.extend({
  /** A second factor is needed and there is none: only the account itself is open. */
  factorMissing: z.boolean(),
  /** An unused session ends after so many minutes. */
  idleMinutes: z.number(),
});
export type SignedIn = z.infer<typeof SignedIn>;

export const ProofKind = z.enum(['totp', 'passkey', 'recovery']);
export type ProofKind = z.infer<typeof ProofKind>;
/** What a browser's authenticator says; the server verifies it. */
const FromAuthenticator = z.record(z.string(), z.unknown());
export const Proof = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['totp', 'recovery']), code: z.string().max(40) }),
  z.object({ kind: z.literal('passkey'), response: FromAuthenticator }),
]);
export type Proof = z.infer<typeof Proof>;

/** The password was right: the same again with one of these. */
export const FactorAsked = z.object({
  factorAsked: z.array(ProofKind),
  /** For the browser's authenticator; null where the person has no passkey for this site. */
  passkey: z.record(z.string(), z.unknown()).nullable(),
});
export type FactorAsked = z.infer<typeof FactorAsked>;

export const FactorKind = z.enum(['totp', 'passkey']);
export const FactorOffer = z.discriminatedUnion('kind', [
  /** `sealed` comes back with the first code. */
  z.object({ kind: z.literal('totp'), secret: z.string(), uri: z.string(), sealed: z.string() }),
  z.object({ kind: z.literal('passkey'), options: z.record(z.string(), z.unknown()) }),
]);
export type FactorOffer = z.infer<typeof FactorOffer>;
const FactorName = z.string().trim().max(60).default('');
export const NewFactor = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('totp'),
    name: FactorName,
    sealed: z.string().max(500),
    code: z.string().max(40),
  }),
  z.object({ kind: z.literal('passkey'), name: FactorName, response: FromAuthenticator }),
]);
export type NewFactor = z.input<typeof NewFactor>;

/** Ten codes, shown once, each good for one sign-in without the second factor. */
export const RecoveryCodes = z.object({ recoveryCodes: z.array(z.string()) });
export type RecoveryCodes = z.infer<typeof RecoveryCodes>;

const LinkToken = z.string().max(100);

export const sessionOperations = table({
  /** Errors: PASSWORD_WRONG, FACTOR_WRONG, LOCKED (retryAt). */
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
      /** For who has a second factor: the answer to the same without it says what is asked for. */
      proof: Proof.optional(),
    }),
    answer: z.union([SignedIn, FactorAsked]),
  },
  /** Whom a link is for. Errors: LINK_UNUSABLE (used, expired, replaced, or never made), LOCKED. */
  lookAtLink: {
    method: 'POST',
    path: '/api/console/join/look',
    roles: null,
    body: z.object({ token: LinkToken }),
    answer: Link,
  },
  /** What a second factor is made from. Errors: LINK_UNUSABLE, LOCKED, FACTOR_WRONG (a passkey where the address has no name). */
  offerAtLink: {
    method: 'POST',
    path: '/api/console/join/factor',
    roles: null,
    body: z.object({ token: LinkToken, kind: FactorKind }),
    answer: FactorOffer,
  },
  /**
   * The person whom a link is for sets a password and a second factor and is signed in; the link ends. Errors: LINK_UNUSABLE,
   * PASSWORD_WEAK, FACTOR_WRONG, LOCKED.
   */
  join: {
    method: 'POST',
    path: '/api/console/join',
    roles: null,
    body: z.object({ token: LinkToken, password: z.string().max(200), factor: NewFactor.optional() }),
    answer: SignedIn.extend(RecoveryCodes.shape),
  },
  session: { method: 'GET', path: '/api/console/session', roles: anybody, enrols: true, answer: SignedIn },
  signOut: {
    method: 'POST',
    path: '/api/console/session/end',
    roles: anybody,
    shopRoles: ShopRole.options,
    enrols: true,
    body: z.object({}),
    answer: Ok,
  },
  /** A new password; the person's other sessions end. Errors: PASSWORD_WRONG, PASSWORD_WEAK, LOCKED (retryAt). */
  changePassword: {
    method: 'POST',
    path: '/api/console/password',
    roles: anybody,
    shopRoles: ShopRole.options,
    enrols: true,
    body: z.object({ password: z.string().max(200), newPassword: z.string().max(200) }),
    answer: Ok,
  },
});

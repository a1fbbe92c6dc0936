// A person's own account: second factors, recovery codes, sessions, access tokens, and proving anew who one is.
import { z } from 'zod';
import {
  FactorAsked,
  FactorKind,
  FactorOffer,
  NewFactor,
  Proof,
  ProofKind,
  RecoveryCodes,
} from './session.ts';
import { anybody, Instant, ObjectId, Ok, ShopRole, table } from './shapes.ts';

/** read: looks only · act: what the role may, but people and tokens · manage: people too, where the role may */
export const TokenScope = z.enum(['read', 'act', 'manage']);
export type TokenScope = z.infer<typeof TokenScope>;

export const OwnAccount = z.object({
  factors: z.array(
    z.object({
      id: z.string(),
      kind: FactorKind,
      name: z.string(),
      addedAt: Instant,
      lastUsedAt: Instant.nullable(),
    }),
  ),
  /** Everybody here needs one. */
  factorNeeded: z.boolean(),
  recoveryCodesLeft: z.number(),
  sessions: z.array(
    z.object({
      id: z.string(),
      isThis: z.boolean(),
      createdAt: Instant,
      lastSeenAt: Instant,
      provedBy: z.enum(['password', 'oidc', ...ProofKind.options]),
      network: z.string(),
      browser: z.string(),
    }),
  ),
  tokens: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      scope: TokenScope,
      createdAt: Instant,
      expiresAt: Instant,
      lastUsedAt: Instant.nullable(),
    }),
  ),
});
export type OwnAccount = z.infer<typeof OwnAccount>;

/** Shown once. */
export const MadeToken = z.object({ token: z.string(), expiresAt: Instant });
export type MadeToken = z.infer<typeof MadeToken>;

const own = { roles: anybody, shopRoles: ShopRole.options } as const;

export const ownAccountOperations = table({
  account: { method: 'GET', path: '/api/console/account', ...own, enrols: true, answer: OwnAccount },
  /** What a second factor is made from; kept is nothing but a passkey's challenge. Errors: FACTOR_WRONG. */
  offerFactor: {
    method: 'POST',
    path: '/api/console/account/factors/offer',
    ...{ ...own, enrols: true, fresh: true },
    body: z.object({ kind: FactorKind }),
    answer: FactorOffer,
  },
  /** Recovery codes come with the first one. Errors: FACTOR_WRONG, LOCKED. */
  addFactor: {
    method: 'POST',
    path: '/api/console/account/factors',
    ...{ ...own, enrols: true, fresh: true },
    body: z.object({ factor: NewFactor }),
    answer: RecoveryCodes,
  },
  /** Errors: FACTOR_WRONG (there is none of this id, or it is the last one and one is needed). */
  removeFactor: {
    method: 'POST',
    path: '/api/console/account/factors/:id/remove',
    ...{ ...own, fresh: true },
    params: ObjectId,
    body: z.object({}),
    answer: Ok,
  },
  /** The former ones count no more. */
  renewRecoveryCodes: {
    method: 'POST',
    path: '/api/console/account/recovery-codes',
    ...{ ...own, fresh: true },
    body: z.object({}),
    answer: RecoveryCodes,
  },
  endSession: {
    method: 'POST',
    path: '/api/console/account/sessions/:id/end',
    ...own,
    params: ObjectId,
    body: z.object({}),
    answer: Ok,
  },
  /** Errors: NOT_ALLOWED (too many). */
  addToken: {
    method: 'POST',
    path: '/api/console/account/tokens',
    ...{ ...own, fresh: true, manages: true },
    body: z.object({
      name: z.string().trim().min(1).max(60),
      scope: TokenScope,
      days: z.number().int().min(1).max(365),
    }),
    answer: MadeToken,
  },
  endToken: {
    method: 'POST',
    path: '/api/console/account/tokens/:id/end',
    ...{ ...own, manages: true },
    params: ObjectId,
    body: z.object({}),
    answer: Ok,
  },
  /** What a proof can be made with; an empty list: the password. */
  askProof: {
    method: 'POST',
    path: '/api/console/session/proof/ask',
    ...{ ...own, enrols: true },
    body: z.object({}),
    answer: FactorAsked,
  },
  /** For ten minutes, acts that ask for it are open. Errors: FACTOR_WRONG, PASSWORD_WRONG, LOCKED. */
  prove: {
    method: 'POST',
    path: '/api/console/session/proof',
    ...{ ...own, enrols: true },
    body: z.object({ password: z.string().max(200).optional(), proof: Proof.optional() }),
    answer: Ok,
  },
});

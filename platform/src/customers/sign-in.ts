// Signing in with a one-time code, and the session that follows: a random token that only the browser knows. Every
// sign-in makes a new one, so that a token planted beforehand is worth nothing.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Database } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { Clock, Randomness } from '../system/index.ts';
import type { Customer } from './customer.ts';
import { later, limits } from './limits.ts';
import { hashCode } from './request-code.ts';
import {
  type CodeTry,
  deleteSessionRow,
  insertSessionRow,
  markCodeUsed,
  selectCode,
  selectCustomerByPhone,
  selectSession,
  takeCodeTry,
  touchSessionRow,
} from './store.ts';

export interface SessionParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

export interface SignIn {
  /** E.164. */
  readonly phone: string;
  readonly code: string;
  readonly userAgent: string;
  /** The token that the browser sent with the request, if any: its session ends. */
  readonly formerToken: string | null;
}

export interface SignedIn {
  readonly customer: Customer;
  /** 256 random bits, base64url: for the cookie, kept nowhere. */
  readonly token: string;
  readonly expiresAt: Date;
}

/** Rejections: code-wrong (with the tries left), code-expired, code-too-many (with the time of the next code), customer-blocked. */
export async function signIn(parts: SessionParts, asked: SignIn): Promise<SignedIn> {
  const { database, clock, randomness } = parts;
  const now = clock.now();
  const taken = await takeCodeTry(database, { phone: asked.phone, now, tries: limits.codeTries });
  if (taken === undefined) throw await refusalWithoutTry(database, asked.phone, now);
  const wrong = wrongCode(taken);
  if (!timingSafeEqual(hashCode(taken.salt, asked.code), taken.hash)) throw wrong;
  const token = randomness.bytes(32).toString('base64url');
  const expiresAt = later(now, limits.sessionLifetimeMs);
  const customer = await database.transaction(async (tx) => {
    if (!(await markCodeUsed(tx, asked.phone, taken.created_at))) throw expiredCode();
    const found = await selectCustomerByPhone(tx, asked.phone);
    if (found === null) throw wrong;
    if (found.status !== 'active') throw new Rejection('customer-blocked', 'the account is blocked');
    if (asked.formerToken !== null) await deleteSessionRow(tx, hashToken(asked.formerToken));
    const userAgent = asked.userAgent.slice(0, 200);
    await insertSessionRow(tx, {
      tokenHash: hashToken(token),
      customerId: found.id,
      createdAt: now,
      expiresAt,
      userAgent,
    });
    return found;
  });
  return { customer, token, expiresAt };
}

const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();

const expiredCode = (): Rejection => new Rejection('code-expired', 'the code has expired or was used');

const wrongCode = (taken: CodeTry): Rejection =>
  new Rejection('code-wrong', 'the code is wrong', { attemptsLeft: limits.codeTries - taken.attempts });

async function refusalWithoutTry(database: Database, phone: string, now: Date): Promise<Rejection> {
  const code = await selectCode(database, phone);
  if (code === undefined || code.used || code.expires_at <= now) return expiredCode();
  return new Rejection('code-too-many', 'too many wrong codes: ask for a new one', {
    retryAt: later(code.created_at, limits.codeIntervalMs),
  });
}

/** The customer whose session the token opens, or null: unknown, ended, too old, idle too long, customer blocked. */
export async function findSession(parts: SessionParts, token: string): Promise<Customer | null> {
  const now = parts.clock.now();
  const tokenHash = hashToken(token);
  const idleSince = later(now, -limits.sessionIdleMs);
  const found = await selectSession(parts.database, { tokenHash, now, idleSince });
  if (found === null) return null;
  if (found.lastSeenAt <= later(now, -limits.sessionTouchMs))
    await touchSessionRow(parts.database, tokenHash, now);
  return found.customer;
}

/** Ends the token's session; a token without one is no error. */
export async function signOut(parts: SessionParts, token: string): Promise<void> {
  await deleteSessionRow(parts.database, hashToken(token));
}

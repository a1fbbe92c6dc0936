// Signing in with a one-time code, and the session that follows: a random token that only the browser knows. Every
// sign-in makes a new one, so that a token planted beforehand is worth nothing.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Database, Transaction } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { Clock, Ids, Keys, Randomness } from '../system/index.ts';
import { type Customer, isMainlandMobile } from './customer.ts';
import { insertEventRow } from './event-store.ts';
import { later, limits } from './limits.ts';
import { hashCode } from './request-code.ts';
import {
  type CodeTry,
  deleteSessionRow,
  insertCustomerRow,
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
  readonly ids: Ids;
  readonly randomness: Randomness;
  readonly keys: Keys;
}

export interface SignIn {
  /** E.164. */
  readonly phone: string;
  readonly code: string;
  readonly userAgent: string;
  /** The token that the browser sent with the request, if any: its session ends. */
  readonly formerToken: string | null;
  /** Opens a wallet for a number that has none; absent: such a number is refused. */
  readonly newcomer?: { readonly region: string; readonly language: string };
}

export interface SignedIn {
  readonly customer: Customer;
  /** 256 random bits, base64url: for the cookie, kept nowhere. */
  readonly token: string;
  readonly expiresAt: Date;
}

/**
 * Rejections: code-wrong (with the tries left), code-expired, code-too-many (with the time of the next code),
 * customer-blocked, phone-not-supported (a newcomer from elsewhere). A newcomer who has a wallet is signed in to it.
 */
export async function signIn(parts: SessionParts, asked: SignIn): Promise<SignedIn> {
  const { database, clock, randomness } = parts;
  const now = clock.now();
  const taken = await takeRightCode(parts, { phone: asked.phone, code: asked.code, now });
  const token = randomness.bytes(32).toString('base64url');
  const expiresAt = later(now, limits.sessionLifetimeMs);
  const [newId, eventId] = (await parts.ids.take(2)) as [bigint, bigint];
  const customer = await database.transaction(async (tx) => {
    if (!(await markCodeUsed(tx, asked.phone, taken.created_at))) throw expiredCode();
    const found =
      (await selectCustomerByPhone(tx, asked.phone)) ?? (await openFor(tx, asked, { id: newId, now }));
    if (found === null) throw wrongCode(taken);
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
    await insertEventRow(tx, {
      id: eventId,
      customerId: found.id,
      kind: found.id === newId ? 'wallet-opened' : 'signed-in',
      detail: userAgent,
      occurredAt: now,
    });
    return found;
  });
  return { customer, token, expiresAt };
}

/** Uses a phone's code for something else than signing in. Rejections: code-wrong, code-expired, code-too-many. */
export async function useCode(
  parts: Pick<SessionParts, 'database' | 'clock' | 'keys'>,
  phone: string,
  code: string,
): Promise<void> {
  const { database, clock } = parts;
  const taken = await takeRightCode(parts, { phone, code, now: clock.now() });
  await database.transaction(async (tx) => {
    if (!(await markCodeUsed(tx, phone, taken.created_at))) throw expiredCode();
  });
}

/** Takes one of the code's tries, and answers it when the code is right. */
async function takeRightCode(
  { database, keys }: Pick<SessionParts, 'database' | 'keys'>,
  of: { phone: string; code: string; now: Date },
): Promise<CodeTry> {
  const taken = await takeCodeTry(database, { phone: of.phone, now: of.now, tries: limits.codeTries });
  if (taken === undefined) throw await refusalWithoutTry(database, of.phone, of.now);
  if (!timingSafeEqual(hashCode(keys, { ...of, salt: taken.salt }), taken.hash)) throw wrongCode(taken);
  return taken;
}

/** A new customer of whom nothing is known but the phone number; null where none is to be opened. */
async function openFor(
  tx: Transaction,
  { phone, newcomer }: SignIn,
  { id, now }: { id: bigint; now: Date },
): Promise<Customer | null> {
  if (newcomer === undefined) return null;
  if (!isMainlandMobile(phone)) throw new Rejection('phone-not-supported');
  await insertCustomerRow(tx, { id, phone, name: '', kycClass: 0, ...newcomer, createdAt: now });
  return selectCustomerByPhone(tx, phone);
}

export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();

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

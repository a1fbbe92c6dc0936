// Signing in with a one-time code, and the session that follows: a random token that only the browser knows. Every
// sign-in makes a new one, so that a token planted beforehand is worth nothing.
import type { Transaction } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { Ids, Randomness } from '../system/index.ts';
import { type Caller, isKnownDevice, nobodyKnown, quotaOf } from './caller.ts';
import { type Challenge, markChallengeUsed, rememberDeviceRow } from './challenge-store.ts';
import { type Customer, isMainlandMobile } from './customer.ts';
import { insertEventRow } from './event-store.ts';
import { later, limits } from './limits.ts';
import {
  deleteSessionRow,
  insertCustomerRow,
  insertSessionRow,
  selectCustomerByPhone,
  selectSession,
  touchSessionRow,
} from './store.ts';
import { hashToken, newToken } from './tokens.ts';
import { endInterval, expiredCode, type TypedCode, takeRightCode, type UseCodeParts } from './use-code.ts';

export interface SessionParts extends UseCodeParts {
  readonly ids: Ids;
  readonly randomness: Randomness;
}

export interface SignIn extends TypedCode {
  readonly userAgent: string;
  /** The token that the browser sent with the request, if any: its session ends. */
  readonly formerToken: string | null;
  /** Absent: nobody known. */
  readonly caller?: Caller;
  /** Opens a wallet for a number that has none; absent: such a number is refused. */
  readonly newcomer?: { readonly region: string; readonly language: string };
}

export interface SignedIn {
  readonly customer: Customer;
  /** 256 random bits, base64url: for the cookie, kept nowhere. */
  readonly token: string;
  readonly expiresAt: Date;
  /** What the browser is known by from now on; opens nothing. */
  readonly device: string;
}

/**
 * Rejections: code-wrong (with the tries left), code-expired, code-too-many (with the time of the next code, or of the
 * next try from here), customer-blocked, phone-not-supported (a newcomer from elsewhere). A newcomer who has a wallet is
 * signed in to it. The same call again, because its answer was lost, has the same answer for two minutes where it names
 * the challenge.
 */
export async function signIn(parts: SessionParts, asked: SignIn): Promise<SignedIn> {
  await countEntry(parts, asked);
  const taken = await takeRightCode(parts, asked, 'enter');
  const device = asked.caller?.device ?? newToken(parts.randomness);
  const [token, ...formerTokens] = tokensFor(parts, asked);
  const signedIn = taken.usedAt === null ? await openSession(parts, asked, { taken, token, device }) : null;
  if (signedIn !== null) {
    await endInterval(parts, taken);
    return signedIn;
  }
  // The code was used before: by this very call, whose answer was lost, or by nobody whom this concerns.
  const { database } = parts;
  const now = parts.clock.now();
  const idleSince = later(now, -limits.sessionIdleMs);
  for (const opened of [token, ...formerTokens]) {
    const found = await selectSession(database, { tokenHash: hashToken(opened), now, idleSince });
    if (found === null) continue;
    await database.transaction((tx) => remember(tx, { customer: found.customer, device, now }));
    return { customer: found.customer, token: opened, expiresAt: found.expiresAt, device };
  }
  throw expiredCode();
}

/** Tries from one place: a browser that is known here, or else a network. */
async function countEntry(parts: SessionParts, { phone, caller = nobodyKnown }: SignIn): Promise<void> {
  const isKnown = await isKnownDevice(parts, caller, phone);
  const windowMs = limits.networkWindowMs;
  const quota = isKnown
    ? {
        name: 'entry by device',
        subject: `${caller.device} ${phone}`,
        most: limits.entriesByDevice,
        windowMs,
      }
    : { name: 'entry by network', subject: caller.network, most: limits.entriesByNetwork, windowMs };
  const retryAt = await parts.tally.take([quotaOf(parts.sandbox, quota)]);
  if (retryAt !== null) throw new Rejection('code-too-many', 'too many tries from this address', { retryAt });
}

/**
 * For who has the challenge the token is made of it, so that the same call makes the same one: under the present pepper, and
 * after it under those that may have been in use a moment ago.
 */
function tokensFor(
  { keys, randomness }: SessionParts,
  { challenge, phone, code }: SignIn,
): [string, ...string[]] {
  if (challenge === undefined) return [newToken(randomness)];
  const { pepperId: present, pepperIds } = keys;
  const under = (id: number) => keys.pepper(id, 'session', challenge, phone, code).toString('base64url');
  return [under(present), ...pepperIds.filter((id) => id !== present).map(under)];
}

/** Null when another call has used the code in the meantime. */
async function openSession(
  parts: SessionParts,
  asked: SignIn,
  { taken, token, device }: { taken: Challenge; token: string; device: string },
): Promise<SignedIn | null> {
  const now = parts.clock.now();
  const expiresAt = later(now, limits.sessionLifetimeMs);
  const eventId = await parts.ids.one();
  return parts.database.transaction(async (tx) => {
    if (!(await markChallengeUsed(tx, taken.tokenHash, now))) return null;
    const former = await selectCustomerByPhone(tx, asked.phone);
    const found = former ?? (await openFor(tx, asked, { id: await parts.ids.person(), now }));
    if (found === null)
      throw new Rejection('code-wrong', 'the code is wrong', {
        attemptsLeft: limits.codeTries - taken.attempts,
      });
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
    await remember(tx, { customer: found, device, now });
    await insertEventRow(tx, {
      id: eventId,
      customerId: found.id,
      kind: former === null ? 'wallet-opened' : 'signed-in',
      detail: userAgent,
      occurredAt: now,
    });
    return { customer: found, token, expiresAt, device };
  });
}

const remember = (
  tx: Transaction,
  { customer, device, now }: { customer: Customer; device: string; now: Date },
): Promise<void> =>
  rememberDeviceRow(tx, {
    customerId: customer.id,
    tokenHash: hashToken(device),
    now,
    most: limits.knownDevices,
  });

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

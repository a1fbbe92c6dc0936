// Setting and checking the payment PIN. A try is taken from the database before the PIN is looked at, so that tries
// sent in parallel can never be more than the limit.
import type { Connection } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { Clock } from '../system/index.ts';
import { later, limits } from './limits.ts';
import { type HashParts, hashPin, isOutdated, matchesPin } from './pin-hash.ts';
import { clearPinTriesRow, selectPinLock, takePinTry, writePinRow } from './store.ts';

export interface PinParts extends HashParts {
  readonly database: Connection;
  readonly clock: Clock;
}

/** Each process has its own, which is: each database that is open. */
const queuesOf = new WeakMap<Connection, Map<bigint, Promise<void>>>();

/**
 * Resolves when the PIN is the customer's. Rejections: pin-wrong (with the tries left), pin-locked (with the time
 * from which another try counts), pin-not-set.
 *
 * One at a time for each customer: a shopper whose devices confirm six payments at the same moment, each with the
 * right PIN, must not use up his tries. Between processes the tries reserved in the database remain the bound.
 */
export function checkPin(parts: PinParts, customerId: bigint, pin: string): Promise<void> {
  const queues = queuesOf.get(parts.database) ?? new Map<bigint, Promise<void>>();
  queuesOf.set(parts.database, queues);
  const before = queues.get(customerId) ?? Promise.resolve();
  const check = before.then(() => checkOne(parts, customerId, pin));
  const settled = check
    .catch(() => undefined)
    .finally(() => {
      if (queues.get(customerId) === settled) queues.delete(customerId);
    });
  queues.set(customerId, settled);
  return check;
}

async function checkOne(parts: PinParts, customerId: bigint, pin: string): Promise<void> {
  const { database, clock } = parts;
  const now = clock.now();
  const taken = await takePinTry(database, {
    customerId,
    now,
    tries: limits.pinTries,
    lockUntil: later(now, limits.pinLockMs),
  });
  if (taken === null) throw await refusalWithoutTry(database, customerId);
  if (await matchesPin(pin, taken.kept, parts)) {
    // While the PIN is at hand, a hash of former cost or pepper is replaced; writing it clears the tries as well.
    if (isOutdated(taken.kept, parts))
      await writePinRow(database, customerId, await hashPin(pin, parts), now);
    else await clearPinTriesRow(database, customerId);
    return;
  }
  if (taken.lockedUntil !== null) throw locked(taken.lockedUntil);
  throw new Rejection('pin-wrong', 'the PIN is wrong', { attemptsLeft: limits.pinTries - taken.attempts });
}

const locked = (until: Date): Rejection =>
  new Rejection('pin-locked', 'too many wrong PINs', { attemptsLeft: 0, retryAt: until });

async function refusalWithoutTry(database: Connection, customerId: bigint): Promise<Rejection> {
  const until = await selectPinLock(database, customerId);
  if (until === undefined) return new Rejection('pin-not-set', 'the customer has set no PIN');
  // Null: somebody's right answer cleared the lock between the two statements. The caller may try again at once.
  if (until === null) return new Rejection('unavailable', 'the PIN was being checked by another request');
  return locked(until);
}

/** Until when the PIN is locked, or null. */
export async function pinLockedUntil(parts: PinParts, customerId: bigint): Promise<Date | null> {
  const until = await selectPinLock(parts.database, customerId);
  return until instanceof Date && until > parts.clock.now() ? until : null;
}

/** Replaces the PIN and ends a lock. The caller has made sure that it is the customer who asks. */
export async function setPin(parts: PinParts, customerId: bigint, pin: string): Promise<void> {
  await writePinRow(parts.database, customerId, await hashPin(pin, parts), parts.clock.now());
}

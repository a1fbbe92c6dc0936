// What a customer does for the account's safety: the PIN changed or set anew, devices signed out, limits of his own.
import type { Transaction } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import { forgetDeviceRows } from './challenge-store.ts';
import { checkPin, type PinParts } from './check-pin.ts';
import type { Customer, OwnLimits } from './customer.ts';
import { type AccountEventKind, insertEventRow } from './event-store.ts';
import { type IdentityParts, proveIdentity } from './identity.ts';
import { updateOwnLimits } from './identity-store.ts';
import { later, limits } from './limits.ts';
import { hashPin, isPin } from './pin-hash.ts';
import { type Device, deleteDeviceRow, deleteOtherSessions, selectDevices } from './session-store.ts';
import type { SessionParts } from './sign-in.ts';
import { selectPinLock, writePinRow } from './store.ts';
import { hashToken } from './tokens.ts';
import { useCode } from './use-code.ts';

export type SecurityParts = PinParts & IdentityParts & SessionParts;

/** Does something and leaves a line of it, in one transaction. */
export async function withEvent<T>(
  parts: SecurityParts,
  event: { customerId: bigint; kind: AccountEventKind; detail?: string },
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const id = await parts.ids.one();
  const occurredAt = parts.clock.now();
  return parts.database.transaction(async (tx) => {
    const done = await work(tx);
    await insertEventRow(tx, { detail: '', ...event, id, occurredAt });
    return done;
  });
}

function assertStrong(pin: string): void {
  if (!isPin(pin)) throw new Rejection('pin-weak', 'six digits, not all the same and not a run');
}

/** The first PIN of a customer who has none. Rejections: pin-weak, pin-wrong (there is one: change it instead). */
export async function setFirstPin(parts: SecurityParts, customerId: bigint, pin: string): Promise<void> {
  assertStrong(pin);
  if ((await selectPinLock(parts.database, customerId)) !== undefined)
    throw new Rejection('pin-wrong', 'there is a PIN: the present one is needed', { attemptsLeft: 0 });
  const hashed = await hashPin(pin, parts);
  await withEvent(parts, { customerId, kind: 'pin-set' }, (tx) =>
    writePinRow(tx, customerId, hashed, parts.clock.now()),
  );
}

/** Ends the other sessions: whoever knows the former PIN is not to stay. Rejections: those of checkPin, pin-weak. */
export async function changePin(
  parts: SecurityParts,
  customerId: bigint,
  asked: { pin: string; newPin: string; token: string },
): Promise<void> {
  assertStrong(asked.newPin);
  await checkPin(parts, customerId, asked.pin);
  const hashed = await hashPin(asked.newPin, parts);
  await withEvent(parts, { customerId, kind: 'pin-changed' }, async (tx) => {
    await writePinRow(tx, customerId, hashed, parts.clock.now());
    await deleteOtherSessions(tx, customerId, hashToken(asked.token));
  });
}

/**
 * A new PIN for who has forgotten his: a code to the phone and the resident number, two things a thief of the phone
 * does not both have. Ends every other session. Rejections: pin-weak, real-name-needed, code-wrong, code-expired,
 * code-too-many, identity-refused.
 */
export async function resetPin(
  parts: SecurityParts,
  customer: Customer,
  asked: { code: string; challenge?: string | undefined; residentId: string; newPin: string; token: string },
): Promise<void> {
  assertStrong(asked.newPin);
  if (customer.kycClass === 0) throw new Rejection('real-name-needed', 'the real name has not been checked');
  await proveIdentity(parts, customer.id, asked.residentId);
  await useCode(parts, { phone: customer.phone, code: asked.code, challenge: asked.challenge });
  const hashed = await hashPin(asked.newPin, parts);
  await withEvent(parts, { customerId: customer.id, kind: 'pin-reset' }, async (tx) => {
    await writePinRow(tx, customer.id, hashed, parts.clock.now());
    await deleteOtherSessions(tx, customer.id, hashToken(asked.token));
    await forgetDeviceRows(tx, customer.id);
  });
}

export const devicesOf = (parts: SecurityParts, customerId: bigint): Promise<Device[]> => {
  const now = parts.clock.now();
  return selectDevices(parts.database, { customerId, now, idleSince: later(now, -limits.sessionIdleMs) });
};

/** Rejections: device-unknown. */
export async function endDevice(parts: SecurityParts, customerId: bigint, id: string): Promise<void> {
  await withEvent(parts, { customerId, kind: 'signed-out-elsewhere' }, async (tx) => {
    if (!(await deleteDeviceRow(tx, { customerId, id })))
      throw new Rejection('device-unknown', 'there is no such session');
  });
}

/** Ends every session; the one of `keep` stays, unless it is null. No browser is known any more. */
export const endSessions = (parts: SecurityParts, customerId: bigint, keep: string | null): Promise<number> =>
  withEvent(parts, { customerId, kind: 'signed-out-elsewhere' }, async (tx) => {
    await forgetDeviceRows(tx, customerId);
    return deleteOtherSessions(tx, customerId, keep === null ? Buffer.alloc(0) : hashToken(keep));
  });

/** The PIN has been checked by the caller. */
export const setOwnLimits = (parts: SecurityParts, customerId: bigint, own: OwnLimits): Promise<unknown> =>
  withEvent(parts, { customerId, kind: 'limits-changed' }, (tx) => updateOwnLimits(tx, customerId, own));

// The room put together: one object whose verbs already know the database, the clock and the way out for SMS.
import type { Database } from '../database/index.ts';
import type { Clock, Ids, Randomness, Timer } from '../system/index.ts';
import { checkPin, pinLockedUntil, setPin } from './check-pin.ts';
import type { Customer } from './customer.ts';
import { later, limits } from './limits.ts';
import { requestCode, type SentCode } from './request-code.ts';
import { findSession, type SignedIn, type SignIn, signIn, signOut } from './sign-in.ts';
import { type NewCustomer, signUp } from './sign-up.ts';
import {
  removeExpiredRows,
  selectCustomerByPhone,
  selectCustomers,
  selectFirstExpiry,
  updateStatus,
} from './store.ts';

export interface CustomersParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly randomness: Randomness;
  /** Hands an SMS over for delivery to an E.164 number. */
  readonly sendSms: (phone: string, text: string) => Promise<void>;
  /** Told when an SMS could not be handed over; without it such a failure is dropped (the shopper asks again). */
  readonly onSmsFailed?: (error: unknown) => void;
  readonly sandbox: boolean;
}

export interface Customers {
  /** Signs a customer up, or answers the one who has the phone number. */
  signUp(customer: NewCustomer): Promise<Customer>;
  find(id: bigint): Promise<Customer | null>;
  /** By E.164 number (`phoneOf` makes one of what people type). */
  findByPhone(phone: string): Promise<Customer | null>;
  /** A blocked customer's sessions end at once. */
  setStatus(id: bigint, status: Customer['status']): Promise<void>;
  setPin(customerId: bigint, pin: string): Promise<void>;
  /** Resolves when the PIN is right. Rejections: pin-wrong, pin-locked, pin-not-set. */
  checkPin(customerId: bigint, pin: string): Promise<void>;
  pinLockedUntil(customerId: bigint): Promise<Date | null>;
  /** Rejections: code-too-many; customer-unknown in the sandbox only. */
  requestCode(phone: string): Promise<SentCode>;
  /** Rejections: code-wrong, code-expired, code-too-many, customer-blocked. */
  signIn(asked: SignIn): Promise<SignedIn>;
  findSession(token: string): Promise<Customer | null>;
  signOut(token: string): Promise<void>;
  /** Removes sessions that have ended and codes whose window is over, at most 1,000 of each a run. */
  readonly housekeeping: Timer;
}

const rowsPerSweep = 1_000;

export function createCustomers(given: CustomersParts): Customers {
  const parts = { ...given, onSmsFailed: given.onSmsFailed ?? (() => undefined) };
  const { database } = parts;
  return {
    signUp: (customer) => signUp(parts, customer),
    find: async (id) => (await selectCustomers(database, [id]))[0] ?? null,
    findByPhone: (phone) => selectCustomerByPhone(database, phone),
    setStatus: (id, status) => database.transaction((tx) => updateStatus(tx, id, status)),
    setPin: (customerId, pin) => setPin(parts, customerId, pin),
    checkPin: (customerId, pin) => checkPin(parts, customerId, pin),
    pinLockedUntil: (customerId) => pinLockedUntil(parts, customerId),
    requestCode: (phone) => requestCode(parts, phone),
    signIn: (asked) => signIn(parts, asked),
    findSession: (token) => findSession(parts, token),
    signOut: (token) => signOut(parts, token),
    housekeeping: {
      name: 'ended sessions and codes',
      nextDueAt: () => selectFirstExpiry(database, limits.codeWindowMs),
      run: (now) =>
        removeExpiredRows(database, { now, codesBy: later(now, -limits.codeWindowMs), rows: rowsPerSweep }),
    },
  };
}

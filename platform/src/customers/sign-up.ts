// A new customer. Identity has been verified by whoever calls: the KYC class says how well.
import type { Database } from '../database/index.ts';
import type { Clock, Ids } from '../system/index.ts';
import type { Customer } from './customer.ts';
import { type HashParts, hashPin, isPin } from './pin-hash.ts';
import { insertCustomerRow, selectCustomerByPhone, writePinRow } from './store.ts';

export interface SignUpParts extends HashParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface NewCustomer extends Pick<Customer, 'phone' | 'name' | 'region' | 'language' | 'kycClass'> {
  /** Six digits. */
  readonly pin: string;
}

/** Signs a customer up, or answers the one who has the phone number (unchanged, PIN and all). */
export async function signUp(parts: SignUpParts, asked: NewCustomer): Promise<Customer> {
  const { database, clock, ids } = parts;
  if (!isPin(asked.pin)) throw new Error('a PIN has six digits, not all the same and not a run');
  const { pin, ...facts } = asked;
  const hashed = await hashPin(pin, parts);
  const id = await ids.person();
  const createdAt = clock.now();
  return database.transaction(async (tx) => {
    const ownLimits = { payment: null, day: null };
    const customer: Customer = { ...facts, id, status: 'active', ownLimits, caps: [], createdAt };
    if (!(await insertCustomerRow(tx, customer))) return (await selectCustomerByPhone(tx, asked.phone))!;
    await writePinRow(tx, id, hashed, createdAt);
    return customer;
  });
}

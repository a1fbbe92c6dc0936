// The real-name check: a name and a resident number, held against outside sources. How many sources have confirmed a
// customer makes the wallet's class (PBOC Announcement [2015] No. 43, article 11: one source, three, five).
import { createHmac } from 'node:crypto';
import type { PersonAnswer, Registry } from '@tongbao/connector-interface';
import type { Database, Transaction } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { Clock, Ids, Keys } from '../system/index.ts';
import type { Customer, KycClass } from './customer.ts';
import { insertEventRow } from './event-store.ts';
import {
  confirmIdentityRow,
  giveBackIdentityTry,
  type IdentityCheck,
  insertCheckRow,
  raiseClassRow,
  replaceIdHash,
  selectChecks,
  selectIdentity,
  takeIdentityTry,
  writeNameRow,
} from './identity-store.ts';
import { later, limits } from './limits.ts';
import { realNameOf } from './real-name.ts';
import { ageOf, maskResidentId, type ResidentId, residentIdOf } from './resident-id.ts';

/** Who knows names: asked outside any transaction. A call that throws decided nothing. */
export type PersonRegistry = Pick<Registry, 'checkPerson'>;

export interface IdentityParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Null: nobody can be asked, and every check is 'unavailable'. */
  readonly registry: PersonRegistry | null;
  /** One of them keys the hash that a number is found again by. */
  readonly keys: Pick<Keys, 'identity'>;
  /** Told when the registry could not be asked. */
  readonly onRegistryFailed: (error: unknown) => void;
}

/** By the number of sources that have confirmed the identity. */
export const classOf = (sources: number): KycClass =>
  sources >= 5 ? 3 : sources >= 3 ? 2 : sources >= 1 ? 1 : 0;

/** Under every key, the present one first: somebody was found when another one was in use. */
function hashesOf({ keys }: IdentityParts, id: ResidentId): [Buffer, ...Buffer[]] {
  const { present, known } = keys.identity;
  const hashOf = (key: Buffer) => createHmac('sha256', key).update(id.number).digest();
  return [hashOf(present), ...known.filter((key) => !key.equals(present)).map(hashOf)];
}

/**
 * Checks a customer's real name. Rejections: identity-known (it has been checked), identity-invalid (the name's or
 * the number's form, or too young), identity-refused (with the tries left), identity-in-use, code-too-many (no try
 * left, with the time of the next), unavailable.
 */
export async function checkIdentity(
  parts: IdentityParts,
  customer: Customer,
  typed: { name: string; residentId: string },
): Promise<void> {
  const { database, clock, registry } = parts;
  const now = clock.now();
  if (customer.kycClass > 0) throw new Rejection('identity-known', 'the real name has been checked');
  const name = realNameOf(typed.name);
  const id = residentIdOf(typed.residentId);
  if (id === null) throw new Rejection('identity-invalid', 'no resident number', { field: 'residentId' });
  if (name === null) throw new Rejection('identity-invalid', 'no name', { field: 'name' });
  if (ageOf(id, now) < limits.leastAge)
    throw new Rejection('identity-invalid', `younger than ${limits.leastAge}`, { field: 'age' });
  if (registry === null) throw new Rejection('unavailable', 'no registry is connected');
  const tries = await takeTry(parts, customer.id, now);
  const answer = await asked(parts, registry, { customer, name, id });
  if (answer.outcome === 'no-match') {
    const attemptsLeft = limits.identityTries - tries;
    throw new Rejection('identity-refused', 'the registry does not know this person', { attemptsLeft });
  }
  const { sources } = answer;
  const eventId = await parts.ids.one();
  await database.transaction(async (tx) => {
    const of = {
      customerId: customer.id,
      hashes: hashesOf(parts, id),
      maskedId: maskResidentId(id),
      confirmedAt: now,
    };
    if (!(await confirmIdentityRow(tx, of)))
      throw new Rejection('identity-in-use', 'this person has a wallet');
    await writeNameRow(tx, customer.id, name);
    await insertEventRow(tx, {
      id: eventId,
      customerId: customer.id,
      kind: 'identity-confirmed',
      detail: of.maskedId,
      occurredAt: now,
    });
    for (const source of sources) await insertCheckRow(tx, customer.id, { ...source, confirmedAt: now });
    await raise(tx, customer.id);
  });
}

/**
 * The registry's answer. When there is none the try counts for nothing, and the same question on the same day has the same id:
 * a registry that had worked on it answers as it did. The id is keyed, since names and numbers can be gone through.
 */
async function asked(
  parts: IdentityParts,
  registry: PersonRegistry,
  { customer, name, id }: { customer: Customer; name: string; id: ResidentId },
): Promise<PersonAnswer> {
  const { phone } = customer;
  const day = parts.clock.now().toISOString().slice(0, 10);
  const question = [day, customer.id, name, id.number, phone].join('\n');
  const requestId = createHmac('sha256', parts.keys.identity.present).update(question).digest('base64url');
  try {
    return await registry.checkPerson({ requestId, name, residentId: id.number, phone });
  } catch (error) {
    await giveBackIdentityTry(parts.database, customer.id);
    parts.onRegistryFailed(error);
    throw new Rejection('unavailable', 'the registry cannot be asked at the moment; no try was counted');
  }
}

async function takeTry({ database }: IdentityParts, customerId: bigint, now: Date): Promise<number> {
  const windowOverBy = later(now, -limits.identityWindowMs);
  const tries = await takeIdentityTry(database, {
    customerId,
    now,
    windowOverBy,
    tries: limits.identityTries,
  });
  if (tries !== null) return tries;
  const began = (await selectIdentity(database, customerId))?.window_started_at ?? now;
  throw new Rejection('code-too-many', 'too many tries today', {
    retryAt: later(began, limits.identityWindowMs),
  });
}

const raise = async (tx: Transaction, customerId: bigint): Promise<KycClass | null> => {
  const to = classOf((await selectChecks(tx, customerId)).length);
  return (await raiseClassRow(tx, customerId, to)) ? to : null;
};

/** Another source has confirmed the customer, a card's bank for example; the class may rise. Once for each source. */
export async function addIdentityCheck(
  parts: IdentityParts,
  customerId: bigint,
  check: Omit<IdentityCheck, 'confirmedAt'>,
): Promise<void> {
  const occurredAt = parts.clock.now();
  const eventId = await parts.ids.one();
  await parts.database.transaction(async (tx) => {
    if (!(await insertCheckRow(tx, customerId, { ...check, confirmedAt: occurredAt }))) return;
    const raised = await raise(tx, customerId);
    if (raised === null) return;
    const event = { id: eventId, customerId, detail: raised.toString(), occurredAt };
    await insertEventRow(tx, { ...event, kind: 'class-raised' });
  });
}

/**
 * Whether somebody who asks knows the customer's resident number: one of the tries of `checkIdentity` is taken, unless they do.
 * Answers the number in its one form. Rejections: identity-refused (with the tries left), code-too-many.
 */
export async function proveIdentity(
  parts: IdentityParts,
  customerId: bigint,
  typed: string,
): Promise<string> {
  const now = parts.clock.now();
  const kept = (await selectIdentity(parts.database, customerId))?.id_hash ?? null;
  const tries = await takeTry(parts, customerId, now);
  const id = residentIdOf(typed);
  const hashes = id === null ? [] : hashesOf(parts, id);
  if (id === null || kept === null || !hashes.some((hash) => hash.equals(kept))) {
    const attemptsLeft = limits.identityTries - tries;
    throw new Rejection('identity-refused', 'that is not the number', { attemptsLeft });
  }
  // While the number is at hand, a hash of a former key is replaced.
  if (!hashes[0]!.equals(kept)) await replaceIdHash(parts.database, { customerId, kept, hash: hashes[0]! });
  await giveBackIdentityTry(parts.database, customerId);
  return id.number;
}

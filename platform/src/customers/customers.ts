// The room put together: one object whose verbs already know the database, the clock and the way out for SMS.
import { createTally, type Database, type Tally, type Transaction } from '../database/index.ts';
import type { Clock, Ids, Keys, Randomness, Timer } from '../system/index.ts';
import { removeOldChallenges } from './challenge-store.ts';
import { checkPin, pinLockedUntil, setPin } from './check-pin.ts';
import type { Customer, OwnLimits } from './customer.ts';
import { type AccountEvent, selectEvents, selectInboxSeen, updateInboxSeen } from './event-store.ts';
import { addIdentityCheck, checkIdentity, type PersonRegistry, proveIdentity } from './identity.ts';
import { type IdentityCheck, selectChecks, selectIdentity } from './identity-store.ts';
import { later, limits } from './limits.ts';
import { decideProposal, freeze, proposeUnfreeze, setLimits } from './oversight.ts';
import { addPasskey, askPasskey, checkPasskey, offerPasskey, passkeysOf, removePasskey } from './passkeys.ts';
import { type CodeRequest, requestCode, type SentCode } from './request-code.ts';
import {
  changePin,
  devicesOf,
  endDevice,
  endSessions,
  resetPin,
  setFirstPin,
  setOwnLimits,
} from './security.ts';
import { findSession, type SignedIn, type SignIn, signIn, signOut } from './sign-in.ts';
import { type NewCustomer, signUp } from './sign-up.ts';
import {
  removeExpiredSessions,
  selectCustomerByPhone,
  selectCustomers,
  selectFirstExpiry,
  selectPinLock,
  updateStatus,
} from './store.ts';
import { hashToken } from './tokens.ts';

export interface CustomersParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly randomness: Randomness;
  /** Hands an SMS over for delivery to an E.164 number. `counted`: quotas that are opened anew if it never leaves. */
  readonly sendSms: (
    phone: string,
    text: string,
    counted?: readonly { readonly name: string; readonly subject: string }[],
  ) => Promise<void>;
  /** Whether messages go to a number's country; absent: to all. */
  readonly smsGoesTo?: (phone: string) => boolean;
  /** Told when an SMS could not be handed over; without it such a failure is dropped (the shopper asks again). */
  readonly onSmsFailed?: (error: unknown) => void;
  readonly sandbox: boolean;
  /** Who confirms identities; absent: nobody, and no wallet of a newcomer gets a class. */
  readonly registry?: PersonRegistry | undefined;
  /** Told when the registry could not be asked; the shopper asks again. */
  readonly onRegistryFailed?: (error: unknown) => void;
  readonly keys: Keys;
  /** Absent: one of the room's own. */
  readonly tally?: Tally;
}

/** Answers to things that concern one customer, each of which needs the room's parts first. */
type About<Verb> = Verb extends (parts: infer _Parts, ...rest: infer Rest) => infer Answer
  ? (...rest: Rest) => Answer
  : never;

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
  /** Rejections: code-too-many; phone-not-supported (to sign up); customer-unknown (to sign in) in the sandbox only. */
  requestCode(phone: string, request?: CodeRequest): Promise<SentCode>;
  /** Rejections: code-wrong, code-expired, code-too-many, customer-blocked. */
  signIn(asked: SignIn): Promise<SignedIn>;
  findSession(token: string): Promise<Customer | null>;
  signOut(token: string): Promise<void>;

  readonly hasPin: (customerId: bigint) => Promise<boolean>;
  readonly setFirstPin: About<typeof setFirstPin>;
  readonly changePin: About<typeof changePin>;
  readonly resetPin: About<typeof resetPin>;
  readonly devicesOf: (customerId: bigint, token: string) => Promise<(ShownDevice & { isThis: boolean })[]>;
  readonly endDevice: About<typeof endDevice>;
  readonly endSessions: About<typeof endSessions>;
  readonly setOwnLimits: About<typeof setOwnLimits>;

  readonly checkIdentity: About<typeof checkIdentity>;
  readonly addIdentityCheck: About<typeof addIdentityCheck>;
  readonly proveIdentity: About<typeof proveIdentity>;
  /** What was found out about the customer: the masked number, and the sources that confirmed it. */
  readonly identityOf: (customerId: bigint) => Promise<{ maskedId: string | null; checks: IdentityCheck[] }>;

  readonly offerPasskey: About<typeof offerPasskey>;
  readonly addPasskey: About<typeof addPasskey>;
  readonly removePasskey: About<typeof removePasskey>;
  readonly passkeysOf: About<typeof passkeysOf>;
  readonly askPasskey: About<typeof askPasskey>;
  readonly checkPasskey: About<typeof checkPasskey>;

  /** Lines of the customer's inbox, newest first, with ids below `before`. */
  readonly eventsOf: (page: { customerId: bigint; before: bigint; limit: number }) => Promise<AccountEvent[]>;
  readonly oversight: Oversight;
  readonly inboxSeenAt: (customerId: bigint) => Promise<Date | null>;
  readonly seeInbox: (customerId: bigint) => Promise<void>;
  /** Removes sessions and codes that have ended and browsers that were not seen for long, at most 1,000 of each a run. */
  readonly housekeeping: Timer;
}

/** What operators do about a customer, in the transaction of their act. Rejections: act-unknown, act-refused. */
export interface Oversight {
  freeze(tx: Transaction, customerId: bigint): Promise<void>;
  proposeUnfreeze: InAct<typeof proposeUnfreeze>;
  setLimits: InAct<typeof setLimits>;
  decideProposal: InAct<typeof decideProposal>;
}
type InAct<Verb extends (parts: never, tx: Transaction, asked: never) => unknown> = (
  tx: Transaction,
  asked: Parameters<Verb>[2],
) => ReturnType<Verb>;

export type ShownDevice = Omit<Awaited<ReturnType<typeof devicesOf>>[number], 'tokenHash'>;

const rowsPerSweep = 1_000;

export function createCustomers(given: CustomersParts): Customers {
  const parts = {
    ...given,
    onSmsFailed: given.onSmsFailed ?? (() => undefined),
    smsGoesTo: given.smsGoesTo ?? (() => true),
    onRegistryFailed: given.onRegistryFailed ?? (() => undefined),
    registry: given.registry ?? null,
    tally: given.tally ?? createTally(given),
  };
  const { database } = parts;
  return {
    ...securityOf(parts),
    ...inboxOf(parts),
    oversight: {
      freeze: (tx, customerId) => freeze(parts, tx, customerId),
      proposeUnfreeze: (tx, asked) => proposeUnfreeze(parts, tx, asked),
      setLimits: (tx, asked) => setLimits(parts, tx, asked),
      decideProposal: (tx, asked) => decideProposal(parts, tx, asked),
    },
    signUp: (customer) => signUp(parts, customer),
    find: async (id) => (await selectCustomers(database, [id]))[0] ?? null,
    findByPhone: (phone) => selectCustomerByPhone(database, phone),
    setStatus: (id, status) => database.transaction((tx) => updateStatus(tx, id, status)),
    setPin: (customerId, pin) => setPin(parts, customerId, pin),
    checkPin: (customerId, pin) => checkPin(parts, customerId, pin),
    pinLockedUntil: (customerId) => pinLockedUntil(parts, customerId),
    requestCode: (phone, request) => requestCode(parts, phone, request),
    signIn: (asked) => signIn(parts, asked),
    findSession: (token) => findSession(parts, token),
    signOut: (token) => signOut(parts, token),
    housekeeping: {
      name: 'ended sessions and codes',
      nextDueAt: () => selectFirstExpiry(database, limits.deviceKnownMs),
      async run(now) {
        const of = { now, devicesBy: later(now, -limits.deviceKnownMs), rows: rowsPerSweep };
        return (await removeExpiredSessions(database, of)) + (await removeOldChallenges(database, of));
      },
    },
  };
}

type Parts = Omit<CustomersParts, 'onSmsFailed' | 'onRegistryFailed' | 'registry' | 'smsGoesTo' | 'tally'> & {
  smsGoesTo: (phone: string) => boolean;
  onSmsFailed: (error: unknown) => void;
  onRegistryFailed: (error: unknown) => void;
  registry: PersonRegistry | null;
  tally: Tally;
};

function securityOf(parts: Parts) {
  const { database } = parts;
  return {
    hasPin: async (customerId: bigint) => (await selectPinLock(database, customerId)) !== undefined,
    setFirstPin: bind(parts, setFirstPin),
    changePin: bind(parts, changePin),
    resetPin: bind(parts, resetPin),
    async devicesOf(customerId: bigint, token: string) {
      const own = hashToken(token);
      return (await devicesOf(parts, customerId)).map(({ tokenHash, ...device }) => ({
        ...device,
        isThis: tokenHash.equals(own),
      }));
    },
    endDevice: bind(parts, endDevice),
    endSessions: bind(parts, endSessions),
    setOwnLimits: (customerId: bigint, own: OwnLimits) => setOwnLimits(parts, customerId, own),
    checkIdentity: bind(parts, checkIdentity),
    addIdentityCheck: bind(parts, addIdentityCheck),
    proveIdentity: bind(parts, proveIdentity),
    async identityOf(customerId: bigint) {
      const [identity, checks] = await Promise.all([
        selectIdentity(database, customerId),
        selectChecks(database, customerId),
      ]);
      return { maskedId: identity?.masked_id ?? null, checks };
    },
    offerPasskey: bind(parts, offerPasskey),
    addPasskey: bind(parts, addPasskey),
    removePasskey: bind(parts, removePasskey),
    passkeysOf: bind(parts, passkeysOf),
    askPasskey: bind(parts, askPasskey),
    checkPasskey: bind(parts, checkPasskey),
  };
}

const bind =
  <Rest extends unknown[], Answer>(parts: Parts, verb: (parts: Parts, ...rest: Rest) => Answer) =>
  (...rest: Rest): Answer =>
    verb(parts, ...rest);

const inboxOf = ({ database, clock }: Parts) => ({
  eventsOf: (page: { customerId: bigint; before: bigint; limit: number }) => selectEvents(database, page),
  inboxSeenAt: (customerId: bigint) => selectInboxSeen(database, customerId),
  seeInbox: async (customerId: bigint) => void (await updateInboxSeen(database, customerId, clock.now())),
});

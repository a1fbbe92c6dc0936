// The door of the room: people sign in with a password, get a session, and what they do is written down.
import { hashPin, hashToken, type Site } from '../customers/index.ts';
import type { Transaction } from '../database/index.ts';
import type { Timer } from '../system/index.ts';
import {
  addToken,
  confirmToken,
  endSession,
  endToken,
  type NewToken,
  type Proving,
  prove,
} from './account.ts';
import { type Scope, type SessionRow, selectSessions, selectTokens, type TokenRow } from './account-store.ts';
import { changePassword, type PasswordChange } from './change-password.ts';
import { countCodeRows, type Factor, selectFactors } from './factor-store.ts';
import {
  addFactor,
  type FactorOffer,
  type NewFactor,
  offerFactor,
  removeFactor,
  renewRecoveryCodes,
  waysOf,
} from './factors.ts';
import { readMemberPage } from './invitation-store.ts';
import { type Joined, type Joining, join, lookAtLink, offerAtLink } from './join.ts';
import type { Act, ListedMember, Member, ShopRole, SignedMember } from './member.ts';
import { assertLength, idleMs, proofMs, type StaffParts } from './parts.ts';
import { adminOf, type Beginning, begin, end, type Invited, invite, type Link, reset } from './people.ts';
import { confirm, deviceKnownMs, type StaffSignedIn, type StaffSignIn, signIn } from './sign-in.ts';
import {
  deleteSessionRow,
  insertActRow,
  insertMemberRow,
  memberOf,
  readActPage,
  readFirstExpiry,
  removeExpired,
  selectBySession,
  touchSessionRow,
  writePasswordRow,
} from './store.ts';

export interface NewMember extends Omit<Invited, 'shopRole'> {
  /** 12 to 200 characters. */
  readonly password: string;
  /** Of a merchant's; absent: owner. */
  readonly shopRole?: ShopRole | null;
}

/** What is written down of an act. */
export interface StaffAct {
  readonly memberId: bigint;
  /** `break.propose`, `rate.confirm` … */
  readonly act: string;
  /** What it is done to: `break/123`. */
  readonly object: string;
  /** What was said, and what it changes. */
  readonly detail: string;
}

export interface Staff {
  /** For a sandbox and for tests: a name with its password, without an invitation; false where somebody has it. Rejections: password-weak. */
  add(member: NewMember): Promise<boolean>;
  /** Rejections: password-wrong, staff-locked, factor-wrong. Throws FactorNeeded where a proof is missing. */
  signIn(asked: StaffSignIn): Promise<StaffSignedIn>;
  /**
   * Who somebody at the command line is. Rejections: password-wrong, staff-locked, factor-wrong, member-refused. Throws
   * FactorNeeded where a code is missing.
   */
  confirm(asked: {
    readonly username: string;
    readonly password: string;
    readonly code?: string | undefined;
  }): Promise<Member>;
  /** Whose an access token is. Rejections: token-unusable. */
  confirmToken(token: string): Promise<{ member: Member; scope: Scope }>;
  /** Rejections: password-wrong, staff-locked, password-weak. */
  changePassword(member: Member, asked: PasswordChange): Promise<void>;
  findSession(token: string): Promise<SignedMember | null>;
  /** The first admin, for who sets up. Rejections: member-refused. */
  begin(asked: { readonly username: string; readonly name: string }): Promise<Beginning>;
  /** An admin who has joined; null while there is none. */
  admin(): Promise<string | null>;
  /** Rejections: member-refused. */
  invite(actor: Member, asked: Invited): Promise<Link>;
  /** Rejections: member-unknown, member-refused (the last admin, oneself, somebody whose access has ended). */
  end(actor: Member, of: { readonly username: string; readonly reason: string }): Promise<void>;
  /** A new link; what signed in before does so no more. Rejections: as end's. */
  reset(actor: Member, of: { readonly username: string; readonly reason: string }): Promise<Link>;
  /** Newest first, below an id; of one merchant, or of all. */
  members(page: { before: bigint; merchantId: bigint | null; limit: number }): Promise<ListedMember[]>;
  /** Rejections: link-unusable, staff-locked. */
  lookAtLink(of: Pick<Joining, 'token' | 'caller'>): Promise<{ member: Member; expiresAt: Date }>;
  /** Rejections: link-unusable, staff-locked, factor-wrong. */
  offerAtLink(of: Parameters<typeof offerAtLink>[1]): Promise<FactorOffer>;
  /** Rejections: link-unusable, staff-locked, password-weak, factor-wrong. */
  join(asked: Joining): Promise<Joined>;
  /** Whether everybody needs a second factor. */
  readonly needsFactor: boolean;
  readonly account: Account;
  signOut(token: string): Promise<void>;
  /**
   * Does something and writes it down, in one transaction: neither happens without the other. The trail's row comes
   * first, so that `work` may end with entries (which hold the ledger's gate).
   */
  act<Answer>(act: StaffAct, work: (tx: Transaction) => Promise<Answer>): Promise<Answer>;
  /** The same for work that takes minutes: the import of a bank's file. */
  longAct<Answer>(act: StaffAct, work: (tx: Transaction) => Promise<Answer>): Promise<Answer>;
  /** The trail, newest first, below an id. */
  acts(page: { before: bigint; limit: number }): Promise<Act[]>;
  /** Removes sessions that have run out. */
  readonly housekeeping: Timer;
}

/** What people do with their own account. */
export interface Account {
  factors(memberId: bigint): Promise<{ factors: Factor[]; recoveryCodes: number }>;
  /** Rejections: factor-wrong. */
  offerFactor(member: Member, of: { kind: NewFactor['kind']; site: Site }): Promise<FactorOffer>;
  /** Answers recovery codes with the first one. Rejections: factor-wrong, staff-locked. */
  addFactor(member: Member, of: { asked: NewFactor; site: Site }): Promise<string[]>;
  /** Rejections: factor-wrong. */
  removeFactor(member: Member, id: bigint): Promise<void>;
  renewRecoveryCodes(member: Member): Promise<string[]>;
  sessions(memberId: bigint): Promise<SessionRow[]>;
  /** Rejections: member-unknown. */
  endSession(member: Member, id: bigint): Promise<void>;
  ways(memberId: bigint, site: Site): ReturnType<typeof waysOf>;
  /** Rejections: factor-wrong, password-wrong, staff-locked. */
  prove(member: Member, asked: Proving): Promise<void>;
  tokens(memberId: bigint): Promise<TokenRow[]>;
  /** Rejections: member-refused. */
  addToken(member: Member, asked: NewToken): Promise<{ token: string; expiresAt: Date }>;
  /** Rejections: member-unknown. */
  endToken(member: Member, id: bigint): Promise<void>;
}

function accountOf(parts: StaffParts): Account {
  const { database, clock } = parts;
  return {
    factors: async (memberId) => ({
      factors: await selectFactors(database, memberId),
      recoveryCodes: await countCodeRows(database, memberId),
    }),
    offerFactor: (member, of) => offerFactor(parts, member, of),
    addFactor: (member, of) => addFactor(parts, member, of),
    removeFactor: (member, id) => removeFactor(parts, member, id),
    renewRecoveryCodes: (member) => renewRecoveryCodes(parts, member),
    sessions: (memberId) => {
      const now = clock.now();
      return selectSessions(database, {
        ...{ memberId, now, idleSince: new Date(now.getTime() - idleMs(parts.sandbox)) },
      });
    },
    endSession: (member, id) => endSession(parts, member, id),
    ways: (memberId, site) => waysOf(parts, memberId, site),
    prove: (member, asked) => prove(parts, member, asked),
    tokens: (memberId) => selectTokens(database, memberId, clock.now()),
    addToken: (member, asked) => addToken(parts, member, asked),
    endToken: (member, id) => endToken(parts, member, id),
  };
}

/** The last use of a session is written down at most this often. */
const touchMs = 60_000;

export function createStaff(parts: StaffParts): Staff {
  const { database, clock, ids, randomness } = parts;
  // What an unknown name's password is compared with, so that the answer takes as long.
  const nobody = hashPin(randomness.bytes(16).toString('hex'), parts);
  const before = (ms: number): Date => new Date(clock.now().getTime() - ms);
  async function written<Answer>(
    act: StaffAct,
    open: (work: (tx: Transaction) => Promise<Answer>) => Promise<Answer>,
    work: (tx: Transaction) => Promise<Answer>,
  ): Promise<Answer> {
    const row = { ...act, id: await ids.one(), actedAt: clock.now() };
    return open(async (tx) => {
      await insertActRow(tx, row);
      return work(tx);
    });
  }
  return {
    act: (act, work) => written(act, (first) => database.transaction(first), work),
    longAct: (act, work) => written(act, (first) => database.batch(first), work),
    add: (member) => add(parts, member),
    begin: (asked) => begin(parts, asked),
    admin: () => adminOf(parts),
    invite: (actor, asked) => invite(parts, actor, asked),
    end: (actor, of) => end(parts, actor, of),
    reset: (actor, of) => reset(parts, actor, of),
    members: (page) => readMemberPage(database, { ...page, now: clock.now() }),
    lookAtLink: (of) => lookAtLink(parts, of),
    offerAtLink: (of) => offerAtLink(parts, of),
    join: (asked) => join(parts, asked),
    needsFactor: !parts.sandbox,
    account: accountOf(parts),
    signIn: (asked) => signIn(parts, nobody, asked),
    confirm: (asked) => confirm(parts, nobody, asked),
    confirmToken: (token) => confirmToken(parts, token),
    changePassword: (member, asked) => changePassword(parts, member, asked),
    async findSession(token) {
      const now = clock.now();
      const tokenHash = hashToken(token);
      const found = await selectBySession(database, {
        tokenHash,
        now,
        idleSince: before(idleMs(parts.sandbox)),
      });
      if (found === null) return null;
      if (found.last_seen_at <= before(touchMs)) await touchSessionRow(database, tokenHash, now);
      return {
        ...memberOf(found),
        session: {
          id: found.session_id,
          isFresh: found.proved_at > before(proofMs(parts.sandbox)),
          lacksFactor: !parts.sandbox && !found.has_factor,
        },
      };
    },
    signOut: (token) => deleteSessionRow(database, hashToken(token)),
    acts: (page) => readActPage(database, page),
    housekeeping: {
      name: 'ended staff sessions',
      nextDueAt: () => readFirstExpiry(database, deviceKnownMs),
      run: (now) => removeExpired(database, { now, devicesBy: before(deviceKnownMs) }),
    },
  };
}

async function add(parts: StaffParts, member: NewMember): Promise<boolean> {
  assertLength(member.password);
  const { password, shopRole = member.role === 'merchant' ? 'owner' : null, ...named } = member;
  const kept = await hashPin(password, parts);
  const id = await parts.ids.one();
  const createdAt = parts.clock.now();
  return parts.database.transaction(async (tx) => {
    if (!(await insertMemberRow(tx, { ...named, shopRole, id, createdAt }))) return false;
    return writePasswordRow(tx, { id, kept, former: null });
  });
}

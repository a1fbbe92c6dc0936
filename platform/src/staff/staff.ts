// The door of the room: people sign in with a password, get a session, and what they do is written down.
import { hashPin, hashToken } from '../customers/index.ts';
import type { Transaction } from '../database/index.ts';
import type { Timer } from '../system/index.ts';
import { changePassword, type PasswordChange } from './change-password.ts';
import { readMemberPage } from './invitation-store.ts';
import { type Joining, join, lookAtLink } from './join.ts';
import type { Act, ListedMember, Member, ShopRole } from './member.ts';
import { assertLength, idleMs, type StaffParts } from './parts.ts';
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
  /** Rejections: password-wrong, staff-locked. */
  signIn(asked: StaffSignIn): Promise<StaffSignedIn>;
  /** Who somebody at the command line is. Rejections: password-wrong, staff-locked. */
  confirm(asked: { readonly username: string; readonly password: string }): Promise<Member>;
  /** Rejections: password-wrong, staff-locked, password-weak. */
  changePassword(member: Member, asked: PasswordChange): Promise<void>;
  findSession(token: string): Promise<Member | null>;
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
  /** Rejections: link-unusable, staff-locked, password-weak. */
  join(asked: Joining): Promise<StaffSignedIn>;
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
    join: (asked) => join(parts, asked),
    signIn: (asked) => signIn(parts, nobody, asked),
    confirm: (asked) => confirm(parts, nobody, asked),
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
      return memberOf(found);
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

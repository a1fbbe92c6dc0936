// The door of the room: people sign in with a password, get a session, and what they do is written down.
import { hashPin, hashToken } from '../customers/index.ts';
import type { Transaction } from '../database/index.ts';
import type { Timer } from '../system/index.ts';
import { changePassword, type PasswordChange } from './change-password.ts';
import type { Act, Member, Role } from './member.ts';
import { assertLength, idleMs, type StaffParts } from './parts.ts';
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
} from './store.ts';

export interface NewMember {
  /** Lower case: letters, digits, `.`, `_`, `@`, `-`; 2 to 64 characters. */
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  /** For the role merchant alone. */
  readonly merchantId: bigint | null;
  /** 12 to 200 characters. */
  readonly password: string;
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
  /** Opens a name; false where somebody has it. Rejections: password-weak. */
  add(member: NewMember): Promise<boolean>;
  /** Rejections: password-wrong, staff-locked. */
  signIn(asked: StaffSignIn): Promise<StaffSignedIn>;
  /** Who somebody at the command line is. Rejections: password-wrong, staff-locked. */
  confirm(asked: { readonly username: string; readonly password: string }): Promise<Member>;
  /** Rejections: password-wrong, staff-locked, password-weak. */
  changePassword(member: Member, asked: PasswordChange): Promise<void>;
  findSession(token: string): Promise<Member | null>;
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
    async add(member) {
      assertLength(member.password);
      return insertMemberRow(database, await rowOf(parts, member));
    },
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

async function rowOf(parts: StaffParts, member: NewMember) {
  const { ids, clock } = parts;
  const kept = await hashPin(member.password, parts);
  return {
    id: await ids.one(),
    username: member.username,
    name: member.name,
    role: member.role,
    merchant_id: member.merchantId,
    password_hash: kept.hash,
    password_salt: kept.salt,
    memory_kib: kept.memoryKib,
    passes: kept.passes,
    parallelism: kept.parallelism,
    pepper_id: kept.pepperId,
    created_at: clock.now(),
  };
}

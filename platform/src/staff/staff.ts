// The door of the room: people sign in with a password, get a session, and what they do is written down. Five wrong
// passwords lock a name for a quarter of an hour; an unknown name costs the same time as a known one.
import { createHash } from 'node:crypto';
import { type HashParts, hashPin, matchesPin, type PinHash } from '../customers/index.ts';
import type { Database } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { Clock, Ids, Timer } from '../system/index.ts';
import type { Act, Member, Role } from './member.ts';
import {
  deleteSessionRow,
  forgiveTries,
  insertActRow,
  insertMemberRow,
  insertSessionRow,
  type MemberRow,
  memberOf,
  readActPage,
  readFirstExpiry,
  removeExpired,
  selectBySession,
  selectMember,
  takeTry,
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

export interface Staff {
  /** Opens a name; false where somebody has it. Rejections: password-weak. */
  add(member: NewMember): Promise<boolean>;
  /** Rejections: password-wrong, staff-locked. */
  signIn(asked: { username: string; password: string; formerToken: string | null }): Promise<{
    member: Member;
    /** 256 random bits, base64url: for the cookie, kept nowhere. */
    token: string;
    expiresAt: Date;
  }>;
  findSession(token: string): Promise<Member | null>;
  signOut(token: string): Promise<void>;
  /** Writes an act down; call it with what was done, right after it was. */
  note(act: { memberId: bigint; act: string; object: string; detail: string }): Promise<void>;
  /** The trail, newest first, below an id. */
  acts(page: { before: bigint; limit: number }): Promise<Act[]>;
  /** Removes sessions that have run out. */
  readonly housekeeping: Timer;
}

export const sessionLifetimeMs = 12 * 3_600_000;
const tries = 5;
const lockMs = 15 * 60_000;
const shortestPassword = 12;
const longestPassword = 200;

export interface StaffParts extends HashParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
}

export function createStaff(parts: StaffParts): Staff {
  const { database, clock, ids, randomness } = parts;
  // What an unknown name's password is compared with, so that the answer takes as long.
  const nobody = hashPin(randomness.bytes(16).toString('hex'), parts);
  const note: Staff['note'] = async (act) =>
    insertActRow(database, { ...act, id: await ids.one(), actedAt: clock.now() });
  return {
    note,
    async add(member) {
      if (member.password.length < shortestPassword || member.password.length > longestPassword)
        throw new Rejection(
          'password-weak',
          `a password has ${shortestPassword} to ${longestPassword} characters`,
        );
      return insertMemberRow(database, await rowOf(parts, member));
    },
    async signIn({ username, password, formerToken }) {
      const now = clock.now();
      const row = await selectMember(database, username);
      if (row === null) {
        await matchesPin(password.slice(0, longestPassword), await nobody, parts);
        throw new Rejection('password-wrong');
      }
      const lockedUntil = new Date(now.getTime() + lockMs);
      if (!(await takeTry(database, { id: row.id, now, tries, lockedUntil })))
        throw new Rejection('staff-locked', undefined, { retryAt: row.locked_until ?? lockedUntil });
      if (!(await matchesPin(password.slice(0, longestPassword), hashOf(row), parts))) {
        await note({
          memberId: row.id,
          act: 'session.refuse',
          object: `member/${row.id}`,
          detail: 'wrong password',
        });
        throw new Rejection('password-wrong');
      }
      const token = randomness.bytes(32).toString('base64url');
      const expiresAt = new Date(now.getTime() + sessionLifetimeMs);
      const actId = await ids.one();
      await database.transaction(async (tx) => {
        await forgiveTries(tx, row.id);
        if (formerToken !== null) await deleteSessionRow(tx, tokenHash(formerToken));
        await insertSessionRow(tx, {
          ...{ tokenHash: tokenHash(token), memberId: row.id, createdAt: now, expiresAt },
        });
        const act = { memberId: row.id, act: 'session.open', object: `member/${row.id}`, detail: '' };
        await insertActRow(tx, { ...act, id: actId, actedAt: now });
      });
      return { member: memberOf(row), token, expiresAt };
    },
    async findSession(token) {
      const row = await selectBySession(database, tokenHash(token), clock.now());
      return row === null ? null : memberOf(row);
    },
    signOut: (token) => deleteSessionRow(database, tokenHash(token)),
    acts: (page) => readActPage(database, page),
    housekeeping: {
      name: 'ended staff sessions',
      nextDueAt: () => readFirstExpiry(database),
      run: (now) => removeExpired(database, now),
    },
  };
}

const tokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();

const hashOf = (row: MemberRow): PinHash => ({
  hash: row.password_hash,
  salt: row.password_salt,
  memoryKib: row.memory_kib,
  passes: row.passes,
  parallelism: row.parallelism,
  pepperId: row.pepper_id,
});

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

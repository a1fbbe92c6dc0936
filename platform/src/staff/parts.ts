// What the room's verbs are given, and what they have in common.
import type { HashParts, PinHash } from '../customers/index.ts';
import type { Database, Tally } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { Clock, Ids, Keys } from '../system/index.ts';
import type { MemberRow } from './store.ts';

export interface StaffParts extends HashParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly tally: Tally;
  readonly keys: Pick<Keys, 'pepper' | 'pepperId' | 'pepperIds' | 'seal' | 'open'>;
  readonly sandbox: boolean;
}

const hour = 3_600_000;

export const sessionLifetimeMs = 12 * hour;

/** A session ends that was not used for so long. A sandbox's clock is moved by days, by people who sit before it. */
export const idleMs = (sandbox: boolean): number => (sandbox ? sessionLifetimeMs : hour / 2);

export const idleMinutes = (sandbox: boolean): number => idleMs(sandbox) / 60_000;
/** How long a proof of who somebody is counts for acts that matter; a sandbox asks once. */
export const proofMs = (sandbox: boolean): number => (sandbox ? sessionLifetimeMs : hour / 6);
const shortestPassword = 12;
export const longestPassword = 200;

/** Rejections: password-weak. */
export function assertLength(password: string): void {
  if (password.length < shortestPassword || password.length > longestPassword)
    throw new Rejection(
      'password-weak',
      `a password has ${shortestPassword} to ${longestPassword} characters`,
    );
}

/**
 * What NIST SP 800-63B asks of a password that a person chooses: its length, and nothing that is guessed first. Rejections:
 * password-weak.
 */
export function assertStrong(password: string, username: string): void {
  assertLength(password);
  if (password.toLowerCase().includes(username.toLowerCase()) || new Set(password).size < 5)
    throw new Rejection('password-weak', 'not your name, and not a few characters again and again');
}

/** Null while the person has set no password. */
export const hashOf = (row: MemberRow): PinHash | null =>
  row.password_hash === null
    ? null
    : {
        hash: row.password_hash,
        salt: row.password_salt,
        memoryKib: row.memory_kib,
        passes: row.passes,
        parallelism: row.parallelism,
        pepperId: row.pepper_id,
      };

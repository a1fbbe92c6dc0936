// What the doctor looks at, and how a check says what it found.
import type { Config, Surroundings } from '../config.ts';
import type { Database } from '../database/index.ts';
import type { Clock, KeyRecord, Keys, Outbound, Randomness } from '../system/index.ts';

/** ok: as it should be. warn: it works, and somebody should look. fail: it does not work, or is not safe. */
export type Verdict = 'ok' | 'warn' | 'fail';

export interface Finding {
  /** What was looked at: `postgres.fsync`. Stable: other programs may watch for it. */
  readonly check: string;
  readonly verdict: Verdict;
  /** What there is, in few words; never a secret. */
  readonly found: string;
  /** What to do about it; null where there is nothing to do. */
  readonly todo: string | null;
}

/** The keys as they are to be had here: in use, and with what the key file says of each. */
export interface KeysHere {
  readonly keys: Keys;
  /** Null in a process that has read them before. */
  readonly records: readonly KeyRecord[] | null;
}

export interface Patient {
  readonly config: Config;
  readonly surroundings: Surroundings;
  readonly database: Database;
  /** Null where they cannot be read. */
  readonly keys: KeysHere | null;
  /** Why they cannot be read. */
  readonly keysFault: string | null;
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** To the operator's own addresses, which may be private ones. */
  readonly outbound: Outbound;
  /** Whether somebody asked for this: then what is outside is spoken to (the bank's server), not only its settings read. */
  readonly isThorough: boolean;
  /** A phone number that a message is sent to, to see it arrive; null: none is sent. */
  readonly smsTo: string | null;
}

/** One thing that the doctor looks at. What it throws is a failure under its name. */
export interface Check {
  readonly name: string;
  /** Also of a sandbox; absent: what only a production has or needs. */
  readonly alsoSandbox?: boolean;
  /** Needs the database; where that cannot be reached, it is left out. */
  readonly needsDatabase: boolean;
  run(patient: Patient): Promise<readonly Finding[]>;
}

export const fine = (check: string, found: string): Finding => ({ check, verdict: 'ok', found, todo: null });
export const warn = (check: string, found: string, todo: string): Finding => ({
  ...{ check, verdict: 'warn', found, todo },
});
export const fail = (check: string, found: string, todo: string): Finding => ({
  ...{ check, verdict: 'fail', found, todo },
});

/** `90 s`, `3 h`, `12 days`: how long something is, in one unit. */
export function spanText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 2 * 3_600) return `${Math.round(seconds / 60)} min`;
  return seconds < 2 * 86_400 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}

export function sizeText(bytes: bigint): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let rest = bytes;
  while (rest >= 10_240n && unit < units.length - 1) {
    rest /= 1_024n;
    unit += 1;
  }
  return `${rest} ${units[unit]}`;
}

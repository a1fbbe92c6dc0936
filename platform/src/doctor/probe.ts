// How the doctor sees through the proxy: a request of its own to the public address, marked so that only a process with this
// installation's keys tells what arrived of it.
import { timingSafeEqual } from 'node:crypto';
import type { Keys } from '../system/index.ts';

/** What a serving process saw of a probe. */
export interface Seen {
  /** Who it takes for the caller, and whether somebody else had connected. */
  readonly caller: string;
  readonly isForwarded: boolean;
  /** How many addresses the proxies said. */
  readonly forwards: number;
  readonly host: string;
  readonly path: string;
  readonly at: string;
}

export const probeHeader = 'x-tongbao-probe';
export const probePath = '/healthz/seen/';
const livesMs = 60_000;
const about = 'doctor probe';

const macOf = (keys: Keys, id: number, until: string): string =>
  keys.pepper(id, about, until).toString('base64url');

export function probeToken(keys: Keys, now: Date): string {
  const until = (now.getTime() + livesMs).toString();
  return `${keys.pepperId}.${until}.${macOf(keys, keys.pepperId, until)}`;
}

/** Whether somebody with this installation's keys made the token within the last minute. */
export function isProbe(keys: Keys, token: string, now: Date): boolean {
  const [, id, until, mac] = /^(\d{1,6})\.(\d{13})\.([\w-]{43})$/.exec(token) ?? [];
  if (id === undefined || until === undefined || mac === undefined) return false;
  const pepper = Number.parseInt(id, 10);
  if (!keys.pepperIds.includes(pepper)) return false;
  const left = Number.parseInt(until, 10) - now.getTime();
  // Clocks of two machines may differ by as long as a token lives.
  if (left < -livesMs || left > 2 * livesMs) return false;
  return timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(keys, pepper, until)));
}

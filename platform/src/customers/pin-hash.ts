// How a PIN is kept: argon2id with a salt of its own, never the PIN. Six digits are few, so the cost of each guess
// and the lock after five wrong ones (check-pin.ts) carry the weight together.
import { argon2, timingSafeEqual } from 'node:crypto';
import type { Randomness } from '../system/index.ts';

export interface PinCost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
}

export interface PinHash extends PinCost {
  readonly hash: Buffer;
  readonly salt: Buffer;
}

/** OWASP's minimum for argon2id (Password Storage Cheat Sheet, 2023): 19 MiB, two passes, one lane. */
export const presentCost: PinCost = { memoryKib: 19 * 1024, passes: 2, parallelism: 1 };

const hashBytes = 32;
const saltBytes = 16;

/** Six digits, not all the same, not a run up or down: what a thief tries first. */
export const isPin = (text: string): boolean =>
  /^\d{6}$/.test(text) && !/^(\d)\1{5}$/.test(text) && !isRun(text, 1) && !isRun(text, -1);

const isRun = (text: string, step: 1 | -1): boolean =>
  [...text].every((digit, place) => place === 0 || digit.charCodeAt(0) - text.charCodeAt(place - 1) === step);

/** A new hash at the present cost. */
export async function hashPin(pin: string, randomness: Randomness): Promise<PinHash> {
  const salt = randomness.bytes(saltBytes);
  return { ...presentCost, salt, hash: await derive(pin, salt, presentCost) };
}

/** Whether the PIN belongs to the hash; takes the same time whichever byte differs. */
export async function matchesPin(pin: string, kept: PinHash): Promise<boolean> {
  return timingSafeEqual(await derive(pin, kept.salt, kept), kept.hash);
}

/** Whether a hash was made at another cost than today's and should be made anew while the PIN is at hand. */
export const isOutdated = (kept: PinCost): boolean =>
  kept.memoryKib !== presentCost.memoryKib ||
  kept.passes !== presentCost.passes ||
  kept.parallelism !== presentCost.parallelism;

function derive(pin: string, salt: Buffer, cost: PinCost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2(
      'argon2id',
      {
        message: pin,
        nonce: salt,
        memory: cost.memoryKib,
        passes: cost.passes,
        parallelism: cost.parallelism,
        tagLength: hashBytes,
      },
      (error, key) => (error === null ? resolve(key) : reject(error)),
    );
  });
}

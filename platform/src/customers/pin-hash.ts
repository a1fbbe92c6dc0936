// How a PIN or a password is kept: argon2id with a salt of its own, and the result as an HMAC under the installation's
// pepper. Six digits are few: without the pepper, which is not in the database, none of them can be tried at all; with
// it each guess costs an argon2id, and at the doors the lock after five wrong ones (check-pin.ts) comes first.
import { argon2, timingSafeEqual } from 'node:crypto';
import type { Keys, Randomness } from '../system/index.ts';

export interface PinCost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
}

export interface PinHash extends PinCost {
  readonly hash: Buffer;
  readonly salt: Buffer;
  /** The pepper that the hash is keyed with. */
  readonly pepperId: number;
}

export interface HashParts {
  readonly randomness: Randomness;
  readonly keys: Pick<Keys, 'pepper' | 'pepperId'>;
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

/** A new hash at the present cost and with the present pepper. */
export async function hashPin(pin: string, { randomness, keys }: HashParts): Promise<PinHash> {
  const salt = randomness.bytes(saltBytes);
  // Read once: another pepper may come into use meanwhile.
  const { pepperId } = keys;
  const hash = peppered(keys, pepperId, await derive(pin, salt, presentCost));
  return { ...presentCost, salt, hash, pepperId };
}

/** Whether the PIN belongs to the hash; takes the same time whichever byte differs. */
export async function matchesPin(
  pin: string,
  kept: PinHash,
  { keys }: Pick<HashParts, 'keys'>,
): Promise<boolean> {
  return timingSafeEqual(peppered(keys, kept.pepperId, await derive(pin, kept.salt, kept)), kept.hash);
}

/** A hash as releases before the pepper kept it, brought to its present form without the PIN. */
export const peppered = (keys: Pick<Keys, 'pepper'>, pepperId: number, argon2Hash: Buffer): Buffer =>
  keys.pepper(pepperId, 'pin', argon2Hash);

/** Whether a hash has another cost or pepper than today's and should be made anew while the PIN is at hand. */
export const isOutdated = (kept: PinHash, { keys }: Pick<HashParts, 'keys'>): boolean =>
  kept.memoryKib !== presentCost.memoryKib ||
  kept.passes !== presentCost.passes ||
  kept.parallelism !== presentCost.parallelism ||
  kept.pepperId !== keys.pepperId;

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

// The only source of randomness: tokens, salts, one-time codes, keys.
import { randomBytes, randomInt } from 'node:crypto';

export interface Randomness {
  bytes(length: number): Buffer;
  /** A uniform integer from 0 to limit − 1. */
  below(limit: number): number;
}

export const machineRandomness: Randomness = {
  bytes: (length) => randomBytes(length),
  below: (limit) => randomInt(limit),
};

// Tokens: random, known to one browser, kept as a hash.
import { createHash } from 'node:crypto';
import type { Randomness } from '../system/index.ts';

/** 256 random bits, base64url. */
export const newToken = (randomness: Randomness): string => randomness.bytes(32).toString('base64url');

export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();

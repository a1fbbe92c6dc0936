// An installation's secrets for tests, made once for each process.
import { completeKeys, formatKeys, keysOf, machineRandomness, type Secrets } from '../system/index.ts';

export const testKeyRecords = await completeKeys(machineRandomness);
export const testKeys = keysOf(testKeyRecords);
/** The same for a process that a test starts: its TONGBAO_KEYS. */
export const testKeysText = formatKeys(testKeyRecords);

/** One secret of 32 equal bytes, and none before it. */
export const secretOf = (byte: number): Secrets => ({
  present: Buffer.alloc(32, byte),
  known: [Buffer.alloc(32, byte)],
});

// An installation's secrets for tests, made once for each process.
import { completeKeys, formatKeys, keysOf, machineRandomness } from '../system/index.ts';

export const testKeyRecords = await completeKeys(machineRandomness);
export const testKeys = keysOf(testKeyRecords);
/** The same for a process that a test starts: its TONGBAO_KEYS. */
export const testKeysText = formatKeys(testKeyRecords);

// The doctor for a command of its own, beside whatever serves: over the settings, the key file and the database.
import type { Config, Surroundings } from '../config.ts';
import { openDatabase } from '../database/index.ts';
import { readKeys } from '../installation-keys.ts';
import { createOutbound, keysOf, machineClock, machineRandomness } from '../system/index.ts';
import { examine } from './examine.ts';
import type { Finding, Patient } from './finding.ts';

export async function examineFromOutside(of: {
  readonly config: Config;
  readonly surroundings: Surroundings;
  readonly smsTo: string | null;
}): Promise<Finding[]> {
  const database = openDatabase({ url: of.config.databaseUrl!, maxConnections: 6 });
  const outbound = createOutbound({ reach: 'anywhere' });
  try {
    return await examine({
      ...{ ...of, ...(await keysHere(of.config)), database, outbound, isThorough: true },
      ...{ clock: machineClock, randomness: machineRandomness },
    });
  } finally {
    outbound.close();
    await database.close();
  }
}

async function keysHere({ keys: source }: Config): Promise<Pick<Patient, 'keys' | 'keysFault'>> {
  try {
    const records = await readKeys(source);
    if (records === null) return { keys: null, keysFault: 'there is no key file' };
    return { keys: { keys: keysOf(records), records }, keysFault: null };
  } catch (error) {
    return { keys: null, keysFault: (error as Error).message };
  }
}

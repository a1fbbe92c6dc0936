// The doctor inside a process that serves: the same rows, for the console. What is outside (the bank's server, the SMS service)
// is not spoken to because somebody opened a page; one look serves all who ask within some seconds.
import type { Config, Surroundings } from '../config.ts';
import { readKeys } from '../installation-keys.ts';
import type { Platform } from '../platform.ts';
import { createOutbound, machineClock, machineRandomness } from '../system/index.ts';
import { examine } from './examine.ts';
import type { Finding } from './finding.ts';

const freshMs = 5_000;

interface Look {
  readonly at: Date;
  readonly findings: readonly Finding[];
}

export function doctorInside(
  platform: Pick<Platform, 'database' | 'keys'>,
  { config, surroundings }: { config: Config; surroundings: Surroundings },
): () => Promise<Look> {
  let last: { readonly at: Date; readonly look: Promise<Look> } | null = null;
  async function look(at: Date): Promise<Look> {
    const outbound = createOutbound({ reach: 'anywhere' });
    const records = await readKeys(config.keys).catch(() => null);
    try {
      const findings = await examine({
        ...{ config, surroundings, outbound, database: platform.database },
        ...{ keys: { keys: platform.keys, records }, keysFault: null },
        ...{ clock: machineClock, randomness: machineRandomness, isThorough: false, smsTo: null },
      });
      return { at, findings };
    } finally {
      outbound.close();
    }
  }
  return () => {
    const now = machineClock.now();
    if (last === null || now.getTime() - last.at.getTime() > freshMs) last = { at: now, look: look(now) };
    return last.look;
  };
}

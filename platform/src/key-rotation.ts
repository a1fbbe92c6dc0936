// Rotation of the installation's keys: a further key of a kind in the key file, used from a moment on that every running process knows
// of before; and former ones taken out of it. Who says so, and whom to tell, is the caller's.
import { createPublicKey } from 'node:crypto';
import { forgettable } from './installation-keys.ts';
import {
  changeKeyFile,
  type KeyPurpose,
  type KeyRecord,
  keyPurposes,
  keysOf,
  machineRandomness,
  nextKey,
  privateKeyOf,
} from './system/index.ts';

const second = 1_000;
const unitsMs: Readonly<Record<string, number>> = {
  s: second,
  m: 60 * second,
  h: 3_600 * second,
  d: 86_400 * second,
};

/** Throws a one-line error where there is no such kind. */
export function purposeOf(name: string): KeyPurpose {
  const purpose = keyPurposes.find((known) => known === name);
  if (purpose === undefined) throw new Error(`a key is one of ${keyPurposes.join(', ')}, not "${name}"`);
  return purpose;
}

/** When a new key comes into use: merchants need the gateway's new public key before anything is signed with it. */
export function waitMsOf(purpose: KeyPurpose, text: string | undefined): number {
  if (text === undefined) return purpose === 'gateway' ? 7 * unitsMs.d! : 5 * second;
  const [, count, unit] = /^(\d{1,4})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined)
    throw new Error(`--in is a number and s, m, h or d (30s, 10m, 7d), not "${text}"`);
  return Number.parseInt(count, 10) * unitsMs[unit]!;
}

/** Throws where `records` are not what they have to be: another database's, say. */
export type Guard = (records: readonly KeyRecord[]) => Promise<void>;

/** Adds a key; answers it. */
export async function addKey(
  file: string,
  { purpose, from, guard }: { purpose: KeyPurpose; from: Date; guard: Guard },
): Promise<KeyRecord> {
  const made: KeyRecord[] = [];
  await changeKeyFile(file, async (records) => {
    await guard(records);
    made.push(await nextKey(machineRandomness, records, { purpose, from }));
    const next = [...records, ...made];
    keysOf(next);
    return next;
  });
  return made[0]!;
}

/** Takes former keys of a kind out: what they made counts no more. Answers how many went. */
export async function dropFormer(
  file: string,
  { purpose, now, guard }: { purpose: KeyPurpose; now: Date; guard: Guard },
): Promise<number> {
  if (!forgettable.includes(purpose))
    throw new Error(`former ${purpose} keys stay: the database has what only they open or check`);
  let forgotten = 0;
  await changeKeyFile(file, async (records) => {
    await guard(records);
    const used = records.filter(
      (key) => key.purpose === purpose && (key.from === undefined || Date.parse(key.from) <= now.getTime()),
    );
    const present = Math.max(...used.map(({ id }) => id));
    const kept = records.filter((key) => key.purpose !== purpose || key.id >= present);
    forgotten = records.length - kept.length;
    if (forgotten === 0) throw new Error(`there is no former ${purpose} key`);
    keysOf(kept);
    return kept;
  });
  return forgotten;
}

/** What somebody has to do with a new key, in lines. */
export function afterRotation({ purpose, id, secret }: KeyRecord): string[] {
  if (purpose === 'log') return ['From then on its verifier key is at /audit/log/vkey: take it from there.'];
  if (purpose !== 'gateway') return [];
  const spki = createPublicKey(privateKeyOf(secret)).export({ format: 'der', type: 'spki' });
  return [`Until then give its public key, version ${id}, to the merchants:`, spki.toString('base64')];
}

// `tongbao serve keys rotate NAME` and `serve keys forget NAME`: a further key of a kind in the key file, used from a moment on
// that every running process knows of before; and former ones taken out of it.
import { createPublicKey } from 'node:crypto';
import { openDatabase, tell } from '../database/index.ts';
import { assertSameKeys, forgettable } from '../installation-keys.ts';
import {
  type Clock,
  changeKeyFile,
  type KeyPurpose,
  type KeyRecord,
  keyPurposes,
  keysOf,
  machineClock,
  machineRandomness,
  nextKey,
  privateKeyOf,
} from '../system/index.ts';

export interface RotateOptions {
  readonly file: string;
  /** Whose processes are told; null: they find the key at their next start. */
  readonly databaseUrl: string | null;
  /** `gateway`, `cashier` … */
  readonly name: string;
  /** `10m`: when the new key comes into use. Absent: a week for the gateway, five seconds for the others. */
  readonly wait?: string | undefined;
}

const second = 1_000;
const unitsMs: Readonly<Record<string, number>> = {
  s: second,
  m: 60 * second,
  h: 3_600 * second,
  d: 86_400 * second,
};
/** Merchants need the gateway's new public key before anything is signed with it. */
const usualWaitMs = (purpose: KeyPurpose): number => (purpose === 'gateway' ? 7 * unitsMs.d! : 5 * second);

/** Throws a one-line error when the name or the wait is none, or the file is not the database's. */
export async function rotateKeys(options: RotateOptions, clock: Clock = machineClock): Promise<void> {
  const purpose = purposeOf(options.name);
  const waitMs = options.wait === undefined ? usualWaitMs(purpose) : waitOf(options.wait);
  const from = new Date(clock.now().getTime() + waitMs);
  const made: KeyRecord[] = [];
  await changed(options, async (records) => {
    made.push(await nextKey(machineRandomness, records, { purpose, from }));
    return [...records, ...made];
  });
  const [{ id, secret }] = made as [KeyRecord];
  console.log(`${purpose} key ${id} is in ${options.file}, and is used from ${from.toISOString()} on.`);
  if (purpose === 'gateway') {
    const spki = createPublicKey(privateKeyOf(secret)).export({ format: 'der', type: 'spki' });
    console.log(
      `Until then give its public key, version ${id}, to the merchants:\n${spki.toString('base64')}`,
    );
  }
  if (purpose === 'log')
    console.log('From then on its verifier key is at /audit/log/vkey: take it from there.');
  console.log(
    options.databaseUrl === null
      ? 'No process was told (DATABASE_URL is not set): each finds it at its next start.'
      : 'Running processes on this machine were told. Copy the file to all others that serve before that moment.',
  );
}

/** Takes former keys of a kind out of the file: what they made counts no more. */
export async function forgetKeys(
  options: Omit<RotateOptions, 'wait'>,
  clock: Clock = machineClock,
): Promise<void> {
  const purpose = purposeOf(options.name);
  if (!forgettable.includes(purpose))
    throw new Error(`former ${purpose} keys stay: the database has what only they open or check`);
  let forgotten = 0;
  await changed(options, async (records) => {
    const now = clock.now().getTime();
    const used = records.filter(
      (key) => key.purpose === purpose && (key.from === undefined || Date.parse(key.from) <= now),
    );
    const present = Math.max(...used.map(({ id }) => id));
    const kept = records.filter((key) => key.purpose !== purpose || key.id >= present);
    forgotten = records.length - kept.length;
    if (forgotten === 0) throw new Error(`there is no former ${purpose} key`);
    return kept;
  });
  console.log(
    `${forgotten} former ${purpose} keys are out of ${options.file}; what they made counts no more.`,
  );
}

/** Changes the file when it is the database's, and tells who runs. */
async function changed(
  { file, databaseUrl }: Pick<RotateOptions, 'file' | 'databaseUrl'>,
  change: (records: KeyRecord[]) => Promise<KeyRecord[]>,
): Promise<void> {
  const database = databaseUrl === null ? null : openDatabase({ url: databaseUrl, maxConnections: 1 });
  try {
    await changeKeyFile(file, async (records) => {
      if (database !== null) await assertSameKeys(database, keysOf(records));
      const next = await change(records);
      keysOf(next);
      return next;
    });
    if (database !== null) await tell(database, 'keys');
  } finally {
    await database?.close();
  }
}

function purposeOf(name: string): KeyPurpose {
  const purpose = keyPurposes.find((known) => known === name);
  if (purpose === undefined) throw new Error(`a key is one of ${keyPurposes.join(', ')}, not "${name}"`);
  return purpose;
}

function waitOf(text: string): number {
  const [, count, unit] = /^(\d{1,4})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined)
    throw new Error(`--in is a number and s, m, h or d (30s, 10m, 7d), not "${text}"`);
  return Number.parseInt(count, 10) * unitsMs[unit]!;
}

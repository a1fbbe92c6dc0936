// The installation's secrets at a start: read from the key file, held against what the database was written with, and
// whatever an older release kept inside the database taken out of it.
import type { Logger } from 'pino';
import type { KeySource } from './config.ts';
import { protectPins } from './customers/index.ts';
import {
  type Database,
  deleteSettings,
  hasSettings,
  readSetting,
  settingOrKeep,
  writeSetting,
} from './database/index.ts';
import { protectMd5Keys } from './merchants/index.ts';
import { protectPasswords } from './staff/index.ts';
import {
  completeKeys,
  createKeyFile,
  type KeyPurpose,
  type KeyRecord,
  type KeyRing,
  type Keys,
  keysOf,
  parseKeys,
  type Randomness,
  readKeyFile,
} from './system/index.ts';

/** Where releases before the key file kept secrets, by the setting's name. */
const formerSettings = {
  'gateway-key': 'gateway',
  'cashier-secret': 'cashier',
  'identity-key': 'identity',
} as const;

interface OpenKeys {
  readonly source: KeySource;
  /** Migrated. */
  readonly database: Database;
  readonly randomness: Randomness;
}

/**
 * For the process that prepares the database: makes the key file where that is wanted, and leaves nothing inside the
 * database that it alone would give away. Throws a readable error when there are no keys, or not this database's.
 */
export async function prepareKeys(parts: OpenKeys): Promise<KeyRing> {
  const { source, database } = parts;
  const records = (await readKeys(source)) ?? (await makeKeyFile(parts));
  const keys = keysOf(records);
  const former = await formerKeys(database);
  for (const { purpose, secret } of former)
    if (!records.some((key) => key.purpose === purpose && key.secret === secret)) throw notTakenOver(purpose);
  await assertSameKeys(database, keys);
  await deleteSettings(database, Object.keys(formerSettings));
  await protectMd5Keys(database, keys);
  await protectPins(database, keys);
  await protectPasswords(database, keys);
  return keys;
}

/** For the processes beside it: the same keys, or an error. */
export async function openKeys({ source, database }: Omit<OpenKeys, 'randomness'>): Promise<KeyRing> {
  const records = await readKeys(source);
  if (records === null) throw noKeyFile(source);
  const keys = keysOf(records);
  await assertSameKeys(database, keys);
  return keys;
}

/**
 * For a process that runs: the key file has changed. Throws, and leaves the keys as they were, where it cannot be read or is
 * not this database's. Keys that come from the environment cannot change under a process: nothing is done.
 */
export async function renewKeys(
  keys: KeyRing,
  { source, database }: Omit<OpenKeys, 'randomness'>,
): Promise<void> {
  if (source.kind === 'text') return;
  const records = await readKeys(source);
  if (records === null) throw noKeyFile(source);
  await assertSameKeys(database, keysOf(records));
  keys.renew(records);
}

/** Renews keys when somebody says that they have changed; says itself, in the log, when that fails. */
export const renewalOf =
  (keys: KeyRing, of: Omit<OpenKeys, 'randomness'>, log: Pick<Logger, 'info' | 'error'>) =>
  async (): Promise<void> => {
    try {
      await renewKeys(keys, of);
      log.info({ keys: [...keys.fingerprints.keys()] }, 'the keys were read again');
    } catch (error) {
      log.error({ err: error }, 'the changed keys cannot be used; the former ones serve');
    }
  };

/** `keys`: makes the key file of an installation, with what an older release kept in the database, where there is one. */
export async function makeKeyFile({
  source,
  database,
  randomness,
}: Omit<OpenKeys, 'database'> & { readonly database: Database | null }): Promise<KeyRecord[]> {
  if (source.kind === 'text' || !source.mayCreate) throw noKeyFile(source);
  const records = await completeKeys(randomness, database === null ? [] : await formerKeys(database));
  await createKeyFile(source.file, records);
  return records;
}

export const readKeys = async (source: KeySource): Promise<KeyRecord[] | null> =>
  source.kind === 'text' ? parseKeys(source.text, 'TONGBAO_KEYS') : readKeyFile(source.file);

const noKeyFile = (source: KeySource): Error =>
  new Error(
    `there is no key file ${source.kind === 'file' ? source.file : ''}; to make one: npm run serve -- keys`,
  );

const notTakenOver = (purpose: string): Error =>
  new Error(
    `the database still has a ${purpose} key of its own, and the key file another one; make the key file with DATABASE_URL set, so that it takes that key over: npm run serve -- keys`,
  );

async function formerKeys(database: Database): Promise<KeyRecord[]> {
  const found: KeyRecord[] = [];
  if (!(await hasSettings(database))) return found;
  for (const [name, purpose] of Object.entries(formerSettings)) {
    const secret = await readSetting(database, name);
    if (secret !== null) found.push({ purpose, id: 1, secret });
  }
  return found;
}

const fingerprintsSetting = 'key-fingerprints';

/**
 * Holds the keys against the fingerprints of those that the database was written with, and adds those of new ones:
 * with another pepper every PIN would be wrong, with another master key nothing would open.
 */
export async function assertSameKeys(database: Database, keys: Keys): Promise<void> {
  const present = Object.fromEntries(keys.fingerprints);
  const kept = JSON.parse(
    await settingOrKeep(database, fingerprintsSetting, JSON.stringify(present)),
  ) as Record<string, string>;
  for (const [name, fingerprint] of Object.entries(kept))
    if (present[name] !== fingerprint && !isForgotten(name, present, kept))
      throw new Error(
        `this database was written with another ${name.replace('/', ' key ')} than the key file has; start with the key file that belongs to it`,
      );
  const all = { ...kept, ...present };
  if (Object.keys(all).length > Object.keys(kept).length)
    await writeSetting(database, fingerprintsSetting, JSON.stringify(all));
}

/** Keys, `purpose/id`, that the database was written with and these are not: none where they are the same. Writes nothing. */
export async function missingKeys(database: Database, keys: Keys): Promise<string[]> {
  const present = Object.fromEntries(keys.fingerprints);
  if (!(await hasSettings(database))) return [];
  const kept = JSON.parse((await readSetting(database, fingerprintsSetting)) ?? '{}') as Record<
    string,
    string
  >;
  return Object.entries(kept)
    .filter(([name, fingerprint]) => present[name] !== fingerprint && !isForgotten(name, present, kept))
    .map(([name]) => name);
}

/** Nothing in the database needs a former one of these: it may be taken out of the file once a newer one is known. */
export const forgettable: readonly KeyPurpose[] = ['gateway', 'cashier', 'log'];

function isForgotten(
  name: string,
  present: Readonly<Record<string, string>>,
  kept: Readonly<Record<string, string>>,
): boolean {
  const [purpose, id] = name.split('/') as [KeyPurpose, string];
  if (!forgettable.includes(purpose) || present[name] !== undefined) return false;
  return Object.entries(present).some(([other, fingerprint]) => {
    const [otherPurpose, otherId] = other.split('/') as [KeyPurpose, string];
    return otherPurpose === purpose && BigInt(otherId) > BigInt(id) && kept[other] === fingerprint;
  });
}

// The installation's secrets at a start: read from the key file, held against what the database was written with, and
// whatever an older release kept inside the database taken out of it.
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
  type KeyRecord,
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
export async function prepareKeys(parts: OpenKeys): Promise<Keys> {
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
export async function openKeys({ source, database }: Omit<OpenKeys, 'randomness'>): Promise<Keys> {
  const records = await readKeys(source);
  if (records === null) throw noKeyFile(source);
  const keys = keysOf(records);
  await assertSameKeys(database, keys);
  return keys;
}

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

const readKeys = async (source: KeySource): Promise<KeyRecord[] | null> =>
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
async function assertSameKeys(database: Database, keys: Keys): Promise<void> {
  const present = Object.fromEntries(keys.fingerprints);
  const kept = JSON.parse(
    await settingOrKeep(database, fingerprintsSetting, JSON.stringify(present)),
  ) as Record<string, string>;
  for (const [name, fingerprint] of Object.entries(kept))
    if (present[name] !== fingerprint)
      throw new Error(
        `this database was written with another ${name.replace('/', ' key ')} than the key file has; start with the key file that belongs to it`,
      );
  const all = { ...kept, ...present };
  if (Object.keys(all).length > Object.keys(kept).length)
    await writeSetting(database, fingerprintsSetting, JSON.stringify(all));
}

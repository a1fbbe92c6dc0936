// The key file: every secret of an installation, in one JSON file outside the database that only its owner may read.
import { chown, lstat, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { type KeyPurpose, type KeyRecord, keyPurposes } from './keys.ts';

/** What others may do with the file: nothing. */
const othersMay = 0o077;
const mostKeys = 100;
const isoInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/;

/** Whether others than its owner may read a file. */
export async function isOthersFile(file: string): Promise<boolean> {
  const { mode } = await lstat(file);
  return process.platform !== 'win32' && (mode & othersMay) !== 0;
}

/** The keys in a file; null when there is none. Throws a readable error when others may read it or it is no key file. */
export async function readKeyFile(file: string): Promise<KeyRecord[] | null> {
  const about = await lstat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new Error(`the key file ${file} cannot be read: ${error.message}`);
  });
  if (about === null) return null;
  if (!about.isFile()) throw new Error(`the key file ${file} is not a plain file`);
  // Windows tells nothing with these bits.
  if (process.platform !== 'win32' && (about.mode & othersMay) !== 0)
    throw new Error(`others may read the key file ${file}: chmod 600 ${file}`);
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new Error(`the key file ${file} cannot be read: ${error.message}`);
  });
  return parseKeys(text, `the key file ${file}`);
}

/** Reads what `formatKeys` wrote. The error names where it was read from and what is wrong, and quotes nothing. */
export function parseKeys(text: string, from: string): KeyRecord[] {
  const fail = (what: string) => new Error(`${from} ${what}`);
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw fail('is not JSON');
  }
  const { version, keys } = (read ?? {}) as { version?: unknown; keys?: unknown };
  if (version !== 1) throw fail('is not of version 1');
  if (!Array.isArray(keys) || keys.length > mostKeys) throw fail('has no list of keys');
  const seen = new Set<string>();
  return keys.map((key: unknown) => {
    const { purpose, id, secret, from } = (key ?? {}) as Partial<Record<keyof KeyRecord, unknown>>;
    if (!keyPurposes.includes(purpose as KeyPurpose)) throw fail('has a key for an unknown purpose');
    if (
      typeof id !== 'number' ||
      !Number.isInteger(id) ||
      id < 1 ||
      id > 999_999 ||
      typeof secret !== 'string'
    )
      throw fail(`has a ${purpose} key without an id or a secret`);
    if (seen.has(`${purpose}/${id}`)) throw fail(`has two ${purpose} keys ${id}`);
    seen.add(`${purpose}/${id}`);
    if (from !== undefined && (typeof from !== 'string' || !isoInstant.test(from)))
      throw fail(`has a ${purpose} key ${id} that is used from no instant`);
    return { purpose: purpose as KeyPurpose, id, secret, ...(from === undefined ? {} : { from }) };
  });
}

/** The file's text; also what `TONGBAO_KEYS` holds where there is no file. */
export const formatKeys = (keys: readonly KeyRecord[]): string =>
  `${JSON.stringify({ version: 1, keys }, null, 2)}\n`;

/** Writes a new key file and makes sure that it is on the disk. Throws when there is one: it is never written over. */
export async function createKeyFile(file: string, keys: readonly KeyRecord[]): Promise<void> {
  const handle = await open(file, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      error.code === 'EEXIST'
        ? `there is a key file ${file} already; it is never written over`
        : `the key file ${file} cannot be written: ${error.message}`,
    );
  });
  try {
    await handle.writeFile(formatKeys(keys));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(path.dirname(file));
}

/**
 * Puts another text into a key file, whole or not at all: `change` gets what is in it. One change at a time; the file stays
 * its owner's. Answers the new keys.
 */
export async function changeKeyFile(
  file: string,
  change: (keys: KeyRecord[]) => Promise<KeyRecord[]>,
): Promise<KeyRecord[]> {
  const next = `${file}.new`;
  const handle = await open(next, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      error.code === 'EEXIST'
        ? `${next} is there: another change of the keys is under way, or was cut off; remove it if none is`
        : `the key file ${file} cannot be changed: ${error.message}`,
    );
  });
  try {
    const former = await readKeyFile(file);
    if (former === null) throw new Error(`there is no key file ${file}`);
    const keys = await change(former);
    if (keys.length > mostKeys) throw new Error(`the key file ${file} would have more than ${mostKeys} keys`);
    await handle.writeFile(formatKeys(keys));
    await handle.sync();
    const { uid, gid } = await lstat(file);
    // Whoever rotates may be root: the server's user must be able to read the file afterwards as before.
    if (process.platform !== 'win32') await chown(next, uid, gid);
    await rename(next, file);
    await syncFolder(path.dirname(file));
    return keys;
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/** A new file's name is on the disk only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

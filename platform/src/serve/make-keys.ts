// `tongbao serve keys`: makes the key file of a new installation, or of one whose secrets an older release kept inside
// the database; nothing of them is printed.
import { openDatabase } from '../database/index.ts';
import { makeKeyFile } from '../installation-keys.ts';
import { machineRandomness } from '../system/index.ts';

/** `databaseUrl`: the database whose secrets are taken over; null for a new installation. */
export async function makeKeys(of: { file: string; databaseUrl: string | null }): Promise<void> {
  const database = of.databaseUrl === null ? null : openDatabase({ url: of.databaseUrl, maxConnections: 1 });
  try {
    const source = { kind: 'file', file: of.file, mayCreate: true } as const;
    await makeKeyFile({ source, database, randomness: machineRandomness });
  } finally {
    await database?.close();
  }
  console.log(
    `${of.file} is made. Keep a copy of it apart from the database's backups: without it no PIN, password or link works.`,
  );
}

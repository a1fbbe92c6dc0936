// The settlement bank of a production server, when it is one that is spoken to by files.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  type BankFiles,
  createBankFiles,
  folderPlace,
  type Place,
  sftpPlace,
} from '@tongbao/connector-bank-files';
import type { BankFilesConfig } from '../bank-files-config.ts';
import type { Database } from '../database/index.ts';
import { createBankJournal } from '../settlement/index.ts';
import type { Clock, Randomness } from '../system/index.ts';

/** A file whose form does not tell that it is whole has to lie unchanged for so long. */
const quietMs = 30_000;
const questionMs = 60_000;

export async function openBankFiles(
  config: BankFilesConfig,
  parts: {
    readonly database: Database;
    readonly clock: Clock;
    readonly randomness: Randomness;
    readonly onFailed: (error: unknown, name: string) => void;
  },
): Promise<BankFiles> {
  return createBankFiles({
    ...config,
    place: await openPlace(config.place),
    journal: createBankJournal(parts.database),
    now: () => parts.clock.now(),
    random: () => parts.randomness.bytes(8).toString('hex'),
    quietMs,
    onFailed: parts.onFailed,
  });
}

/** Where the bank's files lie. Whoever opens it closes it. */
export async function openPlace(place: BankFilesConfig['place']): Promise<Place> {
  if (place.kind === 'folder') return folderPlace();
  const { keyFile, ...server } = place;
  const privateKey = await readFile(keyFile, 'utf8').catch((error: Error) => {
    throw new Error(`TONGBAO_BANK_SSH_KEY_FILE cannot be read: ${error.message}`);
  });
  return sftpPlace({
    ...server,
    privateKey,
    timeoutMs: questionMs,
    fingerprint: (key) => createHash('sha256').update(key).digest('base64').replace(/=+$/, ''),
  });
}

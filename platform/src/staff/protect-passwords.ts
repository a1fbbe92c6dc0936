// Passwords that a release before the pepper kept: their hashes are keyed with it at the next start.
import { peppered } from '../customers/index.ts';
import type { Database } from '../database/index.ts';
import type { Keys } from '../system/index.ts';
import { pepperPasswordRows } from './store.ts';

export const protectPasswords = (database: Database, keys: Keys): Promise<void> =>
  database.transaction((tx) =>
    pepperPasswordRows(tx, keys.pepperId, (hash) => peppered(keys, keys.pepperId, hash)),
  );

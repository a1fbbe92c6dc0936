// The door of the audit log: sealing as a timer of the process that keeps the clockwork, and what auditors read.
import type { Database } from '../database/index.ts';
import type { Clock, Timer } from '../system/index.ts';
import { inclusionPath } from './merkle.ts';
import type { NoteSigner } from './note.ts';
import { seal } from './seal.ts';
import { type Key, readCheckpoint, readPosition } from './store.ts';
import { hashesFrom, readBundle, readLeafTexts, readTile, type TileName } from './tiles.ts';

export interface AuditLog {
  /** Seals what has arrived; ticks each second. It does not follow the clock: what is done is sealed when it is done. */
  readonly sealing: Timer;
  /** Seals until nothing is left. */
  sealAll(): Promise<void>;
  /** The newest signed checkpoint, and the key to verify it with; null while there is none. */
  checkpoint(): Promise<{ note: string; verifierKey: string; size: bigint } | null>;
  /** A tile's bytes; null when the log has not grown so far. Throws LeafChanged for entries that were changed. */
  tile(name: TileName): Promise<Buffer | null>;
  /** A C2SP tlog-proof of a row's leaf in the newest checkpoint; null when it is not in there (yet). */
  proof(key: Key): Promise<string | null>;
}

export interface AuditLogParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly signer: NoteSigner | null;
}

export function createAuditLog(parts: AuditLogParts): AuditLog {
  const { database } = parts;
  return {
    sealing: {
      name: 'audit log',
      nextDueAt: async () => null,
      run: async () => ((await seal(parts)) ? 1 : 0),
    },
    async sealAll() {
      while (await seal(parts));
    },
    async checkpoint() {
      const found = await readCheckpoint(database);
      return found === null ? null : { note: found.note, verifierKey: found.verifier_key, size: found.size };
    },
    tile: ({ level, number, width }) =>
      level === 'entries'
        ? readBundle(database, { number, width })
        : readTile(database, { level, number, width }),
    proof: (key) =>
      database.snapshot(async (tx) => {
        const [found, position] = [await readCheckpoint(tx), await readPosition(tx, key)];
        if (found === null || position === null || position >= found.size) return null;
        const [text] = await readLeafTexts(tx, position, position + 1n);
        const path = await inclusionPath(hashesFrom(tx), position, found.size);
        return [
          'c2sp.org/tlog-proof@v1',
          `extra ${text!.toString('base64')}`,
          `index ${position}`,
          ...path.map((hash) => hash.toString('base64')),
          '',
          found.note,
        ].join('\n');
      }),
  };
}

// The log's part of an export: where each row's leaf is, the rows that stand nowhere else, the leaves in their order, and the
// newest checkpoint. The verifier works every leaf out again from the rows.
import {
  readArrivedKeys,
  readCheckpoint,
  readLeafBatches,
  readPositions,
  readTextPage,
  type Source,
} from '../audit-log/index.ts';
import type { Transaction } from '../database/index.ts';

export type Put = (record: object) => Promise<void>;

/** Says of rows where their leaves are: a position, `waiting` for rows that are about to be sealed, or null. */
export interface Sealed {
  of(
    source: Source,
    ids: readonly bigint[],
  ): Promise<(id: bigint, sequence: number) => bigint | 'waiting' | null>;
}

export async function readSealed(tx: Transaction): Promise<Sealed> {
  const arrived = await readArrivedKeys(tx);
  return {
    async of(source, ids) {
      const positions = await readPositions(tx, source, ids);
      return (id, sequence) =>
        positions.get(`${id}/${sequence}`) ??
        (arrived.has(`${source} ${id}/${sequence}`) ? ('waiting' as const) : null);
    },
  };
}

const rowsPerPage = 2_000;
const batchesPerPage = 16;

/** Rows that only the log says everything of; their texts are what they say now. */
const onlyLogged = ['answer', 'statement', 'break-act', 'act'] as const;

export async function exportLogged(tx: Transaction, sealed: Sealed, put: Put): Promise<void> {
  for (const source of onlyLogged) {
    for (let after = -1n; ; ) {
      const rows = await readTextPage(tx, source, { after, limit: rowsPerPage });
      if (rows.length === 0) break;
      const ids = rows.map((row) => row.id);
      const leafOf = await sealed.of(source, ids);
      for (const { id, text } of rows) await put({ type: 'logged', source, id, text, leaf: leafOf(id, 0) });
      after = ids.at(-1)!;
    }
  }
}

/** After all rows. */
export async function exportLeaves(tx: Transaction, put: Put): Promise<void> {
  const checkpoint = await readCheckpoint(tx);
  if (checkpoint !== null)
    await put({ type: 'checkpoint', note: checkpoint.note, verifierKey: checkpoint.verifier_key });
  for (let after = -1n; ; ) {
    const batches = await readLeafBatches(tx, { after, limit: batchesPerPage });
    if (batches.length === 0) break;
    for (const { first, source, ids, sequences, hashes } of batches)
      await put({
        ...{ type: 'leaves', first, source },
        ids: ids.slice(1, -1),
        sequences: sequences.slice(1, -1),
        hashes: hashes.toString('base64'),
      });
    after = batches.at(-1)!.first;
  }
}

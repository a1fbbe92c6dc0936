// The log's part of an export: where each row's leaf is, the rows that stand nowhere else, the leaves in their order, and the
// newest checkpoint. The verifier works every leaf out again from the rows.
import {
  readArrivedKeys,
  readBankClaims,
  readCheckpoint,
  readLeafBatches,
  readPositions,
  readTextPage,
  type Source,
} from '../audit-log/index.ts';
import type { Transaction } from '../database/index.ts';
import { readReturns } from '../wallet/index.ts';

type Put = (record: object) => Promise<void>;

/** Says of rows where their leaves are: a position, `waiting` for rows that are about to be sealed, or null. */
interface Sealed {
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
/** Debits that banks made and that no payment wanted: a handful. */
const mostReturns = 1_000_000;

/** Rows that only the log says everything of; their texts are what they say now. */
const onlyLogged = ['answer', 'deposit', 'tied-since', 'statement', 'break-act', 'act'] as const;

async function exportLogged(tx: Transaction, sealed: Sealed, put: Put): Promise<void> {
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

/** What stands behind entries that moved money at a bank, and what is still to be given back to cards. */
async function exportBankClaims(tx: Transaction, put: Put): Promise<void> {
  for (let after = { entry_id: -1n, reference: '', account: 0n }; ; ) {
    const claims = await readBankClaims(tx, after, rowsPerPage);
    if (claims.length === 0) break;
    for (const { entry_id, ...claim } of claims) await put({ type: 'claim', entry: entry_id, ...claim });
    after = claims.at(-1)!;
  }
  for (const { id, status, currency, amount } of await readReturns(tx, mostReturns))
    await put({ type: 'return', id, status, currency, amount });
}

/** After all rows. */
async function exportLeaves(tx: Transaction, put: Put): Promise<void> {
  const checkpoint = await readCheckpoint(tx);
  if (checkpoint !== null)
    await put({ type: 'checkpoint', note: checkpoint.note, verifierKey: checkpoint.verifier_key });
  for (let after = -1n; ; ) {
    const batches = await readLeafBatches(tx, { after, limit: batchesPerPage });
    if (batches.length === 0) break;
    for (const { first, source, events, ids, sequences, hashes } of batches)
      await put({
        ...{ type: 'leaves', first, source, events },
        ids: ids.slice(1, -1),
        sequences: sequences.slice(1, -1),
        hashes: hashes.toString('base64'),
      });
    after = batches.at(-1)!.first;
  }
}

/** After all other rows. */
export async function exportLog(tx: Transaction, sealed: Sealed, put: Put): Promise<void> {
  await exportLogged(tx, sealed, put);
  // After what banks said, so that a reader can tell at once what each leans on.
  await exportBankClaims(tx, put);
  await exportLeaves(tx, put);
}

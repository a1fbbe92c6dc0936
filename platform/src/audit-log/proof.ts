// The log's standing proofs: each leaf's row still says what was sealed, each row has exactly one leaf or is about to have
// it, and the tree is the one that was signed.
import type { Transaction } from '../database/index.ts';
import { emptyRoot, GrowingTree } from './merkle.ts';
import { checkpointText } from './note.ts';
import {
  type BatchRow,
  readBatchPage,
  readBlockCounts,
  readChangedBatches,
  readChangedLeaves,
  readNextBlock,
  readStrays,
  readWaiting,
} from './proof-store.ts';
import { readCheckpoint, readHead, type Source, sources } from './store.ts';
import { nameOf } from './tiles.ts';

export interface LogFindings {
  readonly leaves: bigint;
  readonly waiting: bigint;
  readonly signed: bigint | null;
  /** Leaves whose rows were changed or removed. */
  readonly changed: string[];
  /** Rows past the log, sealed twice, or waiting for too long. */
  readonly strays: string[];
  /** What is wrong with the tree itself. */
  readonly treeWrong: string[];
}

const batchesPerPage = 32;
const blocksPerWindow = 64n;
const mostFindings = 20;
/** What is not sealed after so long is not about to be. */
const sealedWithinSeconds = 60n;

export async function findLogFaults(tx: Transaction): Promise<LogFindings> {
  const found = { changed: [] as string[], strays: [] as string[], treeWrong: [] as string[] };
  const leaves = await walkBatches(tx, found);
  for (const source of Object.keys(sources) as Source[]) await walkRows(tx, source, found.strays);
  const waiting = await readWaiting(tx);
  if (waiting.oldest_s > sealedWithinSeconds)
    found.strays.push(`${waiting.rows} rows wait to be sealed, the oldest for ${waiting.oldest_s} s`);
  const signed = await readCheckpoint(tx);
  return { leaves, waiting: waiting.rows, signed: signed?.size ?? null, ...found };
}

/** Walks the leaves in order: their rows, and the tree that they make. Answers how many there are. */
async function walkBatches(
  tx: Transaction,
  found: { changed: string[]; treeWrong: string[] },
): Promise<bigint> {
  const tree = new GrowingTree(0n, Buffer.alloc(0));
  const checkpoint = await readCheckpoint(tx);
  const signedText = checkpoint?.note.split('\n\n')[0] ?? '';
  let signedRoot: Buffer | null = checkpoint?.size === 0n ? emptyRoot : null;
  for (;;) {
    const page = await readBatchPage(tx, tree.size, batchesPerPage);
    if (page.length === 0) break;
    if (found.changed.length < mostFindings) found.changed.push(...(await changedIn(tx, page)));
    for (const batch of page) {
      if (batch.first !== tree.size) {
        found.treeWrong.push(`leaves ${tree.size} to ${batch.first - 1n} are missing`);
        return tree.size;
      }
      tree.append(batch.hashes);
      if (tree.size === checkpoint?.size) signedRoot = tree.root();
    }
  }
  const head = await readHead(tx);
  if (head !== null && (head.size !== tree.size || !head.root.equals(tree.root())))
    found.treeWrong.push(`the leaves do not make the tree of ${head.size} that was sealed`);
  const origin = signedText.split('\n')[0]!;
  if (
    checkpoint !== null &&
    (signedRoot === null || `${signedText}\n` !== checkpointText(origin, checkpoint.size, signedRoot))
  )
    found.treeWrong.push(`the leaves do not make the tree of ${checkpoint.size} that was signed`);
  return tree.size;
}

async function changedIn(tx: Transaction, page: readonly BatchRow[]): Promise<string[]> {
  const found: string[] = [];
  for (const source of new Set(page.map((batch) => batch.source))) {
    const firsts = page.flatMap((batch) => (batch.source === source ? batch.first : []));
    for (const first of await readChangedBatches(tx, source, firsts))
      for (const { position, gone, ...key } of await readChangedLeaves(tx, source, first)) {
        const sealed = `after it was sealed (leaf ${position})`;
        if (gone.length === 0) found.push(`${nameOf({ source, ...key })} was changed ${sealed}`);
        for (const sequence of gone)
          found.push(`${nameOf({ source, id: key.id, sequence, events: 1 })} was removed ${sealed}`);
      }
  }
  return found;
}

async function walkRows(tx: Transaction, source: Source, strays: string[]): Promise<void> {
  for (let from = await readNextBlock(tx, source, -(1n << 50n)); from !== null; ) {
    const blocks = { from, to: from + blocksPerWindow };
    const { rows, leaves, keys } = await readBlockCounts(tx, source, blocks);
    if (rows !== keys || leaves !== keys) {
      const found = await readStrays(tx, source, blocks);
      const named = (key: { id: bigint; sequence: number }) => nameOf({ source, ...key, events: 1 });
      for (const key of found.unsealed) strays.push(`${named(key)} was written past the log`);
      for (const key of found.twice) strays.push(`${named(key)} was sealed twice`);
      if (strays.length >= mostFindings) return;
    }
    from = await readNextBlock(tx, source, blocks.to);
  }
}

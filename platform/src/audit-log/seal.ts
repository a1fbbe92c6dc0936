// Seals what has arrived: takes arrivals, appends their rows' hashes to the tree, and signs the new head once it is
// committed. One process at a time; whatever fails is rolled back whole and done again.
import type { Database, Transaction } from '../database/index.ts';
import type { Clock } from '../system/index.ts';
import { emptyRoot, GrowingTree } from './merkle.ts';
import { checkpointText, type NoteSigner } from './note.ts';
import {
  type Arrived,
  hasCheckpoint,
  insertCheckpointRow,
  insertHeadRow,
  insertSubtreeRows,
  mostLeaves,
  planFor,
  readArrivals,
  readHead,
  removeArrivalRows,
  type Source,
  sealArrivals,
  sealHashed,
  sources,
  takeSealingLock,
} from './store.ts';

export interface SealingParts {
  readonly database: Database;
  readonly clock: Clock;
  /** Null where the log is sealed but nobody here may sign it. */
  readonly signer: NoteSigner | null;
}

/** Of one transaction: some thirty full batches of payments, or a quarter of a million rows from before the log. */
const arrivalsPerRound = 64;
/** Of one statement, unless one arrival is more. */
const rowsPerStatement = 16_384;

/** Seals one round. True when it took all that a round takes: there may be more. */
export async function seal(parts: SealingParts): Promise<boolean> {
  const taken = await parts.database.transaction((tx) => sealRound(tx, parts.clock.now()));
  await signHead(parts);
  return taken === arrivalsPerRound;
}

async function sealRound(tx: Transaction, now: Date): Promise<number> {
  if (!(await takeSealingLock(tx))) return 0;
  const arrivals = await readArrivals(tx, arrivalsPerRound);
  const head = await readHead(tx);
  if (head === null)
    await insertHeadRow(tx, { size: 0n, root: emptyRoot, frontier: Buffer.alloc(0), sealed_at: now });
  if (arrivals.length === 0) return 0;
  const tree = new GrowingTree(head?.size ?? 0n, head?.frontier ?? Buffer.alloc(0));
  for (const source of Object.keys(sources) as Source[]) {
    const own = arrivals.filter((arrival) => arrival.source === source && arrival.rows > 0);
    if (own.length > 0) await planFor(tx, sources[source].rows);
    for (const part of batchesOf(own.filter((arrival) => arrival.hashed))) {
      const hashes = await sealHashed(tx, { arrivals: part, first: tree.size });
      await insertSubtreeRows(tx, tree.append(hashes));
    }
    const unhashed = own.filter((arrival) => !arrival.hashed);
    for (const part of parted(unhashed, rowsPerStatement)) {
      const hashes = await sealArrivals(tx, source, { arrivals: part, first: tree.size });
      await insertSubtreeRows(tx, tree.append(hashes));
    }
  }
  await removeArrivalRows(tx, arrivals);
  if (tree.size > (head?.size ?? 0n))
    await insertHeadRow(tx, {
      size: tree.size,
      root: tree.root(),
      frontier: tree.frontier(),
      sealed_at: now,
    });
  return arrivals.length;
}

type Part = readonly [Arrived, ...Arrived[]];

/** In parts of as many rows, or of one arrival that has more. */
function parted(arrivals: readonly Arrived[], mostRows: number): Part[] {
  const parts: [Arrived, ...Arrived[]][] = [];
  let rows = 0;
  for (const arrival of arrivals) {
    rows += arrival.rows;
    if (parts.length > 0 && rows <= mostRows) parts.at(-1)!.push(arrival);
    else {
      parts.push([arrival]);
      rows = arrival.rows;
    }
  }
  return parts;
}

/** Leaves of one number of events each, as many as a batch may have. */
const batchesOf = (arrivals: readonly Arrived[]): Part[] =>
  [...new Set(arrivals.map(({ events }) => events))].flatMap((events) =>
    parted(
      arrivals.filter((arrival) => arrival.events === events),
      mostLeaves,
    ),
  );

/** Signs the newest head that is committed, unless this key has signed it. */
async function signHead({ database, clock, signer }: SealingParts): Promise<void> {
  if (signer === null) return;
  const head = await readHead(database);
  if (head === null || (await hasCheckpoint(database, head.size, signer.keyHash))) return;
  // Read before it signs: a key that comes into use in between signs the next time.
  const { keyHash, verifierKey } = signer;
  const note = signer.sign(checkpointText(signer.name, head.size, head.root));
  await insertCheckpointRow(database, {
    ...{ size: head.size, note, verifier_key: verifierKey },
    ...{ keyHash, signedAt: clock.now() },
  });
}

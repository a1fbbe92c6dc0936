// SQL of the log's standing proof: everything is looked at in pages, nothing is held but differences.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import { type Source, sources, textNow } from './store.ts';

const each = <Made>(make: (source: Source) => Made): Record<Source, Made> =>
  Object.fromEntries(Object.keys(sources).map((source) => [source, make(source as Source)])) as Record<
    Source,
    Made
  >;

export interface BatchRow {
  readonly first: bigint;
  readonly source: Source;
  readonly leaves: number;
  readonly hashes: Buffer;
}
const batchPage = statement(
  'audit-log.batch-page',
  'SELECT first, source, leaves, hashes FROM audit_log.batch WHERE first >= $1 ORDER BY first LIMIT $2',
);
export const readBatchPage = (connection: Connection, from: bigint, limit: number): Promise<BatchRow[]> =>
  connection.query(batchPage, [from, limit]);

const present = (source: Source) => `SELECT k.id, k.sequence, k.place,
    sha256('\\x00'::bytea || convert_to(${textNow(source, { leaf: 'l', key: 'k', events: 'b.events' })}, 'UTF8')) AS hash
  FROM unnest(b.ids, b.sequences) WITH ORDINALITY AS k(id, sequence, place)
  LEFT JOIN audit_log.${sources[source].view} l ON l.id = k.id AND l.sequence = k.sequence`;

const changedBatches = each((source) =>
  statement(
    `audit-log.changed-batches-${source}`,
    `SELECT b.first FROM audit_log.batch b, LATERAL (
       SELECT string_agg(coalesce(p.hash, ''), ''::bytea ORDER BY p.place) AS hashes FROM (${present(source)}) p
     ) AS now
     WHERE b.first = ANY($1::bigint[]) AND b.source = '${source}' AND b.hashes IS DISTINCT FROM now.hashes ORDER BY b.first`,
  ),
);
/** Those of some batches whose rows do not say any more what was sealed. */
export const readChangedBatches = async (
  connection: Connection,
  source: Source,
  firsts: readonly bigint[],
): Promise<bigint[]> =>
  (await connection.query<{ first: bigint }>(changedBatches[source], [firsts])).map((row) => row.first);

export interface ChangedLeaf {
  readonly id: bigint;
  readonly sequence: number;
  readonly events: number;
  readonly position: bigint;
  /** Which of its rows are not there, by their sequences; empty where all of them are. */
  readonly gone: readonly number[];
}
const changedLeaves = each((source) =>
  statement(
    `audit-log.changed-leaves-${source}`,
    `SELECT p.id, p.sequence, b.events, b.first + p.place - 1 AS position,
       array_to_json(ARRAY(SELECT s FROM generate_series(p.sequence - b.events + 1, p.sequence) s WHERE NOT EXISTS (
         SELECT FROM audit_log.${sources[source].view} v WHERE v.id = p.id AND v.sequence = s))) AS gone
     FROM audit_log.batch b, LATERAL (${present(source)}) AS p
     WHERE b.first = $1 AND substring(b.hashes FROM (p.place * 32 - 31)::integer FOR 32) IS DISTINCT FROM p.hash
     ORDER BY p.place LIMIT 20`,
  ),
);
/** The leaves of a batch whose rows were changed or are missing; at most 20. */
export const readChangedLeaves = (
  connection: Connection,
  source: Source,
  first: bigint,
): Promise<ChangedLeaf[]> => connection.query(changedLeaves[source], [first]);

// ---- The other way round: rows without a leaf, and with more than one

const nextBlock = each((source) =>
  statement(
    `audit-log.next-block-${source}`,
    `SELECT least(
       (SELECT min(id) / 4096 FROM audit_log.${sources[source].view} WHERE id >= $1::bigint * 4096),
       (SELECT min(block) FROM audit_log.place WHERE source = '${source}' AND block >= $1)) AS block`,
  ),
);
/** The first block of ids, from one on, that has rows or leaves; null when there is none. */
export const readNextBlock = async (
  connection: Connection,
  source: Source,
  from: bigint,
): Promise<bigint | null> =>
  (await connection.query<{ block: bigint | null }>(nextBlock[source], [from]))[0]!.block;

// A leaf of several events is a leaf of each of them.
const eachEvent = (source: Source, { last, events }: { last: string; events: string }) =>
  source === 'event' ? `, LATERAL generate_series(${last} - ${events} + 1, ${last}) AS e(sequence)` : '';
const leavesOfBlocks = (
  source: Source,
) => `SELECT k.id, ${source === 'event' ? 'e.sequence::smallint AS sequence' : 'k.sequence'}
  FROM (SELECT DISTINCT first FROM audit_log.place WHERE source = '${source}' AND block >= $1 AND block < $2) p
  JOIN audit_log.batch b ON b.first = p.first, LATERAL unnest(b.ids, b.sequences) AS k(id, sequence)
    ${eachEvent(source, { last: 'k.sequence', events: 'b.events' })}
  WHERE k.id >= $1::bigint * 4096 AND k.id < $2::bigint * 4096`;
const rowsOfBlocks = (source: Source) => `SELECT id, sequence FROM audit_log.${sources[source].view}
  WHERE id >= $1::bigint * 4096 AND id < $2::bigint * 4096`;
const arrived = (
  source: Source,
) => `SELECT k.id, ${source === 'event' ? 'e.sequence' : '0'}::smallint AS sequence
  FROM system.arrival a, LATERAL unnest(a.ids, a.sequences) AS k(id, sequence)
    ${eachEvent(source, { last: 'k.sequence', events: 'a.events' })} WHERE a.source = '${source}'`;

const blockCounts = each((source) =>
  statement(
    `audit-log.block-counts-${source}`,
    `SELECT (SELECT count(*) FROM (${rowsOfBlocks(source)}) r) AS rows, l.leaves, l.keys
     FROM (SELECT count(*) AS leaves, count(DISTINCT (id, sequence)) AS keys FROM (${leavesOfBlocks(source)}) s) l`,
  ),
);
/** Of the blocks from one (included) to another: how many rows there are, how many leaves, of how many rows. */
export const readBlockCounts = async (
  tx: Transaction,
  source: Source,
  { from, to }: { from: bigint; to: bigint },
): Promise<{ rows: bigint; leaves: bigint; keys: bigint }> =>
  (await tx.query<{ rows: bigint; leaves: bigint; keys: bigint }>(blockCounts[source], [from, to]))[0]!;

const unsealed = each((source) =>
  statement(
    `audit-log.unsealed-${source}`,
    `SELECT * FROM (${rowsOfBlocks(source)} EXCEPT (${leavesOfBlocks(source)}) EXCEPT (${arrived(source)})) r
     ORDER BY id, sequence LIMIT 20`,
  ),
);
const twice = each((source) =>
  statement(
    `audit-log.twice-${source}`,
    `SELECT id, sequence FROM (${leavesOfBlocks(source)}) s GROUP BY id, sequence HAVING count(*) > 1 ORDER BY 1, 2 LIMIT 20`,
  ),
);
/** Rows that are neither sealed nor waiting to be, and rows that were sealed more than once; at most 20 each. */
export const readStrays = async (
  tx: Transaction,
  source: Source,
  { from, to }: { from: bigint; to: bigint },
): Promise<{
  unsealed: { id: bigint; sequence: number }[];
  twice: { id: bigint; sequence: number }[];
}> => ({
  unsealed: await tx.query(unsealed[source], [from, to]),
  twice: await tx.query(twice[source], [from, to]),
});

const waiting = statement(
  'audit-log.waiting',
  `SELECT count(*) AS arrivals, coalesce(sum(cardinality(ids)), 0)::bigint AS rows,
     coalesce(extract(epoch FROM clock_timestamp() - min(arrived_at)), 0)::bigint AS oldest_s FROM system.arrival`,
);
/** What waits to be sealed, and how many seconds the oldest of it has waited. */
export const readWaiting = async (connection: Connection): Promise<{ rows: bigint; oldest_s: bigint }> =>
  (await connection.query<{ rows: bigint; oldest_s: bigint }>(waiting))[0]!;

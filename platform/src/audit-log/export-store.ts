// SQL of what an export carries of the log: where each row's leaf is, the rows that nothing else exports, the leaves' hashes.
import { type Connection, integers, statement } from '../database/index.ts';
import { type Source, sources } from './store.ts';

const places = statement(
  'audit-log.places-of-rows',
  `SELECT k.id, e.sequence, b.first + k.place - 1 AS position
   FROM (SELECT DISTINCT first FROM audit_log.place WHERE source = $1 AND block = ANY($2::bigint[])) p
   JOIN audit_log.batch b ON b.first = p.first,
     LATERAL unnest(b.ids, b.sequences) WITH ORDINALITY AS k(id, last, place),
     LATERAL generate_series(k.last - b.events + 1, k.last) AS e(sequence)
   WHERE k.id BETWEEN $3 AND $4 ORDER BY position DESC`,
);
/**
 * Where leaves are, by `id/sequence`, of rows from the first to the last of some ids, which are in their order; the first leaf
 * where a row has several.
 */
export async function readPositions(
  connection: Connection,
  source: Source,
  ids: readonly bigint[],
): Promise<Map<string, bigint>> {
  const blocks = [...new Set(ids.map((id) => id / 4096n))];
  const rows = await connection.query<{ id: bigint; sequence: number; position: bigint }>(places, [
    source,
    integers(blocks),
    ids[0],
    ids.at(-1),
  ]);
  return new Map(rows.map((row) => [`${row.id}/${row.sequence}`, row.position]));
}

const arrivals = statement(
  'audit-log.arrived-keys',
  `SELECT a.source || ' ' || k.id || '/' || e.sequence AS key
   FROM system.arrival a, LATERAL unnest(a.ids, a.sequences) AS k(id, last),
     LATERAL generate_series(coalesce(k.last, 0) - a.events + 1, coalesce(k.last, 0)) AS e(sequence) LIMIT 1000000`,
);
/** The rows that wait to be sealed: `entry 12/0`, `event 7/2`. */
export const readArrivedKeys = async (connection: Connection): Promise<Set<string>> =>
  new Set((await connection.query<{ key: string }>(arrivals)).map((row) => row.key));

const pages = Object.fromEntries(
  Object.keys(sources).map((source) => [
    source,
    statement(
      `audit-log.text-page-${source}`,
      `SELECT id, text FROM audit_log.${sources[source as Source].view} WHERE id > $1 ORDER BY id LIMIT $2`,
    ),
  ]),
);
/** What rows say now, in the order of their ids. For sources whose rows are found by id alone. */
export const readTextPage = (
  connection: Connection,
  source: Exclude<Source, 'event'>,
  { after, limit }: { after: bigint; limit: number },
): Promise<{ id: bigint; text: string | null }[]> => connection.query(pages[source]!, [after, limit]);

export interface LeafBatch {
  readonly first: bigint;
  readonly source: Source;
  /** How many events each leaf is about, the last of which its sequence names. */
  readonly events: number;
  readonly ids: string;
  readonly sequences: string;
  readonly hashes: Buffer;
}
const leafBatches = statement(
  'audit-log.leaf-batches',
  `SELECT first, source, events, ids::text, sequences::text, hashes FROM audit_log.batch WHERE first > $1 ORDER BY first LIMIT $2`,
);
/** The leaves in their order: array literals of keys, and 32 bytes each. */
export const readLeafBatches = (
  connection: Connection,
  { after, limit }: { after: bigint; limit: number },
): Promise<LeafBatch[]> => connection.query(leafBatches, [after, limit]);

// All SQL of the audit log.
import { type Connection, integers, type Statement, statement, type Transaction } from '../database/index.ts';
import type { FullSubtree } from './merkle.ts';

/** What is logged, by the name of its leaves; and whether a part of it is there as a salted hash only. */
export const sources = {
  entry: { view: 'entry_leaf', words: null, rows: 'many' },
  event: { view: 'event_leaf', words: null, rows: 'many' },
  answer: { view: 'answer_leaf', words: null, rows: 'many' },
  deposit: { view: 'deposit_leaf', words: null, rows: 'many' },
  'tied-since': { view: 'tied_since_leaf', words: null, rows: 'few' },
  statement: { view: 'statement_leaf', words: null, rows: 'few' },
  'break-act': { view: 'break_act_leaf', words: 'break_act_words', rows: 'few' },
  act: { view: 'act_leaf', words: 'act_words', rows: 'few' },
} as const satisfies Record<string, { view: string; words: string | null; rows: 'many' | 'few' }>;
export type Source = keyof typeof sources;

const each = <Made>(make: (source: Source) => Made): Record<Source, Made> =>
  Object.fromEntries(Object.keys(sources).map((source) => [source, make(source as Source)])) as Record<
    Source,
    Made
  >;

export interface Key {
  readonly source: Source;
  readonly id: bigint;
  readonly sequence: number;
}

/** Which rows a leaf is of: one, or so many events of a payment, the last of which its sequence names. */
export interface LeafKey extends Key {
  readonly events: number;
}

/** What the leaf of a key says now; `leaf`: its row in its source's view. Null where a row is not there. */
export const textNow = (source: Source, of: { leaf: string; key: string; events: string }): string =>
  source === 'event'
    ? `CASE WHEN ${of.events} = 1 THEN ${of.leaf}.text
        ELSE audit_log.events_text(${of.key}.id, ${of.key}.sequence, ${of.events}) END`
    : `${of.leaf}.text`;

// ---- Sealing

// The planner cannot know how long the lists of ids are; looking at each list to guess costs more than the work. Rows are
// found by their keys, and grouped without being sorted first.
const planGenerally = statement(
  'audit-log.plan-generally',
  `SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_sort', 'off', true),
     set_config('enable_mergejoin', 'off', true), set_config('enable_seqscan', 'off', true)`,
);
const planUsually = statement(
  'audit-log.plan-usually',
  `SELECT set_config('plan_cache_mode', 'auto', true), set_config('enable_sort', 'on', true),
     set_config('enable_mergejoin', 'on', true), set_config('enable_seqscan', 'on', true)`,
);
/** For the rest of the transaction: statements about long lists of rows, or about few. */
export const planFor = async (tx: Transaction, rows: 'many' | 'few'): Promise<void> =>
  void (await tx.query(rows === 'many' ? planGenerally : planUsually));

const tryLock = statement('audit-log.lock', 'SELECT pg_try_advisory_xact_lock(7466736005) AS taken');
/** Whether this transaction is the one that may seal. */
export const takeSealingLock = async (tx: Transaction): Promise<boolean> =>
  (await tx.query<{ taken: boolean }>(tryLock))[0]!.taken;

/** What waits to be sealed: where it is in its table, and of how many rows of which source it is. */
export interface Arrived {
  readonly place: string;
  readonly source: Source;
  readonly rows: number;
  readonly events: number;
  /** Whoever wrote the rows hashed them. */
  readonly hashed: boolean;
}
const listArrivals = statement(
  'audit-log.list-arrivals',
  `SELECT ctid::text AS place, source, cardinality(ids) AS rows, events, hashes IS NOT NULL AS hashed
   FROM system.arrival LIMIT $1`,
);
/** Some of what has arrived. Places hold for this transaction: nobody changes arrivals, and one sealer at a time removes them. */
export const readArrivals = (tx: Transaction, limit: number): Promise<Arrived[]> =>
  tx.query(listArrivals, [limit]);

const removeArrivals = statement(
  'audit-log.remove-arrivals',
  `WITH removed AS (DELETE FROM system.arrival WHERE ctid = ANY($1::tid[]) RETURNING 1)
   SELECT count(*)::integer AS count FROM removed`,
);
/** Ends what was sealed. Throws where somebody else removed some of it: then nothing of this transaction may stand. */
export async function removeArrivalRows(tx: Transaction, arrivals: readonly Arrived[]): Promise<void> {
  const [removed] = await tx.query<{ count: number }>(removeArrivals, [arrivals.map(({ place }) => place)]);
  if (removed!.count !== arrivals.length)
    throw new Error(`${arrivals.length} arrivals were sealed and ${removed!.count} of them are still there`);
}

// The keys stay in the database: they go from the arrivals to the batch, and nobody prints or parses them on the way.
const arrivedKeys = `SELECT unnest(ids) AS id, unnest(sequences) AS sequence FROM system.arrival
  WHERE ctid = ANY($1::tid[])`;

const insertWords = each((source) =>
  statement(
    `audit-log.salt-${source}`,
    `INSERT INTO audit_log.words (source, id, salt, hash)
     SELECT '${source}', w.id, s.salt, sha256(s.salt || convert_to(w.words, 'UTF8'))
     FROM audit_log.${sources[source].words} w, LATERAL (SELECT uuid_send(gen_random_uuid()) AS salt WHERE w.id > 0) s
     WHERE w.id IN (SELECT id FROM (${arrivedKeys}) k) ON CONFLICT DO NOTHING`,
  ),
);

const hashOf = (text: string) => `sha256('\\x00'::bytea || convert_to(${text}, 'UTF8'))`;
// A batch has leaves of one block of ids and one sequence, so it has 4,096 at most, and one row says where its ids are.
const asBatches = (source: Source, leaves: string, filter: string) => `WITH batches AS MATERIALIZED (
    SELECT l.id / 4096 AS block, l.sequence, l.nth, count(*) AS leaves, array_agg(l.id) AS ids,
      array_agg(l.sequence) AS sequences, string_agg(l.hash, ''::bytea) AS hashes
    FROM (${leaves}) l GROUP BY 1, 2, 3
  ), sealed AS (
    INSERT INTO audit_log.batch (first, source, leaves, ids, sequences, hashes)
    SELECT $2::bigint + sum(leaves) OVER (ORDER BY block, sequence, nth) - leaves, '${source}', leaves, ids, sequences, hashes
    FROM batches ${filter} RETURNING first, ids[1] / 4096 AS block, hashes
  ), placed AS (
    INSERT INTO audit_log.place (source, block, first) SELECT '${source}', block, first FROM sealed
  )
  SELECT hashes FROM sealed ORDER BY first`;

// Usually all rows are there. For each sequence the index is read for all ids at once; the range lets slices of ids be
// passed over.
const insertBatches = each((source) =>
  statement(
    `audit-log.seal-${source}`,
    asBatches(
      source,
      `SELECT v.id, v.sequence, 1 AS nth, ${hashOf('v.text')} AS hash
       FROM (SELECT coalesce(sequence, 0) AS sequence, array_agg(id) AS ids, min(id) AS lowest, max(id) AS highest
           FROM (${arrivedKeys}) a GROUP BY sequence) k,
         LATERAL (SELECT * FROM audit_log.${sources[source].view} v
           WHERE v.id = ANY(k.ids) AND v.id BETWEEN k.lowest AND k.highest AND v.sequence = k.sequence) v`,
      'WHERE (SELECT sum(leaves) FROM batches) = $3',
    ),
  ),
);
// A row that is not there any more when its turn comes is sealed as lost: whatever is found later, this leaf says so. A row
// that arrived twice is sealed twice, and the proof names it.
const insertBatchesWithLost = each((source) =>
  statement(
    `audit-log.seal-lost-${source}`,
    asBatches(
      source,
      `SELECT k.id, k.sequence, k.nth,
         ${hashOf(`coalesce(v.text, '["lost/1","${source}",' || k.id || ',' || k.sequence || ']')`)} AS hash
       FROM (SELECT id, coalesce(sequence, 0)::smallint AS sequence, row_number() OVER (PARTITION BY id, sequence) AS nth
           FROM (${arrivedKeys}) a) k
         LEFT JOIN audit_log.${sources[source].view} v ON v.id = k.id AND v.sequence = k.sequence
           AND v.id = ANY(ARRAY(SELECT id FROM (${arrivedKeys}) a))`,
      '',
    ),
  ),
);
// One batch of what its writers hashed, in the order in which its arrivals lie: keys and hashes are read from one set of rows.
const insertHashed = statement(
  'audit-log.seal-hashed',
  `WITH arrived AS MATERIALIZED (SELECT ids, sequences, hashes FROM system.arrival WHERE ctid = ANY($1::tid[])),
   sealed AS (
     INSERT INTO audit_log.batch (first, source, leaves, events, ids, sequences, hashes)
     SELECT $2, $3, cardinality(k.ids), $4, k.ids, k.sequences, h.hashes
     FROM (SELECT array_agg(id) AS ids, array_agg(coalesce(sequence, 0)::smallint) AS sequences
         FROM (SELECT unnest(ids) AS id, unnest(sequences) AS sequence FROM arrived) u) k,
       (SELECT string_agg(hashes, ''::bytea) AS hashes FROM arrived) h
     RETURNING first, ids, hashes
   ), placed AS (
     INSERT INTO audit_log.place (source, block, first) SELECT DISTINCT $3, id / 4096, first FROM sealed, unnest(ids) AS id
   )
   SELECT hashes FROM sealed`,
);
/** Seals as one batch what was hashed when it was written, from a position on; answers the leaves' hashes in order. */
export async function sealHashed(
  tx: Transaction,
  { arrivals, first }: { arrivals: readonly [Arrived, ...Arrived[]]; first: bigint },
): Promise<Buffer> {
  const [{ source, events }] = arrivals;
  const places = arrivals.map(({ place }) => place);
  const [sealed] = await tx.query<{ hashes: Buffer }>(insertHashed, [places, first, source, events]);
  return sealed!.hashes;
}

/** Seals what arrived of one source from a position on; answers the leaves' hashes in order, 32 bytes each. */
export async function sealArrivals(
  tx: Transaction,
  source: Source,
  { arrivals, first }: { arrivals: readonly Arrived[]; first: bigint },
): Promise<Buffer> {
  const places = arrivals.map(({ place }) => place);
  if (sources[source].words !== null) await tx.query(insertWords[source], [places]);
  const rows = arrivals.reduce((sum, arrival) => sum + arrival.rows, 0);
  const found = await tx.query<{ hashes: Buffer }>(insertBatches[source], [places, first, rows]);
  const sealed =
    found.length > 0
      ? found
      : await tx.query<{ hashes: Buffer }>(insertBatchesWithLost[source], [places, first]);
  return Buffer.concat(sealed.map(({ hashes }) => hashes));
}

const insertSubtrees = statement(
  'audit-log.insert-subtrees',
  `INSERT INTO audit_log.subtree (level, number, hash)
   SELECT level, number, decode(hash, 'hex') FROM unnest($1::smallint[], $2::bigint[], $3::text[]) AS s(level, number, hash)`,
);
export async function insertSubtreeRows(tx: Transaction, full: readonly FullSubtree[]): Promise<void> {
  if (full.length === 0) return;
  await tx.query(insertSubtrees, [
    integers(full.map((subtree) => subtree.level)),
    integers(full.map((subtree) => subtree.number)),
    full.map((subtree) => subtree.hash.toString('hex')),
  ]);
}

export interface Head {
  readonly size: bigint;
  readonly root: Buffer;
  readonly frontier: Buffer;
  readonly sealed_at: Date;
}
const insertHead = statement(
  'audit-log.insert-head',
  'INSERT INTO audit_log.head (size, root, frontier, sealed_at) VALUES ($1, $2, $3, $4)',
);
export const insertHeadRow = async (tx: Transaction, head: Head): Promise<void> =>
  void (await tx.query(insertHead, [head.size, head.root, head.frontier, head.sealed_at]));
const lastHead = statement(
  'audit-log.last-head',
  'SELECT size, root, frontier, sealed_at FROM audit_log.head ORDER BY size DESC LIMIT 1',
);
export const readHead = async (connection: Connection): Promise<Head | null> =>
  (await connection.query<Head>(lastHead))[0] ?? null;

// ---- Checkpoints

export interface Checkpoint {
  readonly size: bigint;
  readonly note: string;
  readonly verifier_key: string;
}
const insertCheckpoint = statement(
  'audit-log.insert-checkpoint',
  `INSERT INTO audit_log.checkpoint (size, key_hash, note, verifier_key, signed_at) VALUES ($1, $2, $3, $4, $5)
   ON CONFLICT DO NOTHING`,
);
export const insertCheckpointRow = async (
  connection: Connection,
  row: Checkpoint & { keyHash: string; signedAt: Date },
): Promise<void> =>
  void (await connection.query(insertCheckpoint, [
    ...[row.size, row.keyHash, row.note, row.verifier_key, row.signedAt],
  ]));
const lastCheckpoint = statement(
  'audit-log.last-checkpoint',
  `SELECT size, note, verifier_key FROM audit_log.checkpoint ORDER BY size DESC, signed_at DESC LIMIT 1`,
);
export const readCheckpoint = async (connection: Connection): Promise<Checkpoint | null> =>
  (await connection.query<Checkpoint>(lastCheckpoint))[0] ?? null;
const isSigned = statement(
  'audit-log.is-signed',
  'SELECT 1 FROM audit_log.checkpoint WHERE size = $1 AND key_hash = $2',
);
export const hasCheckpoint = async (
  connection: Connection,
  size: bigint,
  keyHash: string,
): Promise<boolean> => (await connection.query(isSigned, [size, keyHash])).length > 0;

// ---- Hashes and leaves by position

/** A batch holds at most this many leaves: what reaches into a range of positions begins at most so far before it. */
export const mostLeaves = 4096;

const leafHashes = statement(
  'audit-log.leaf-hashes',
  `SELECT substring(hashes FROM ((greatest(first, $1) - first) * 32 + 1)::integer
       FOR ((least(first + leaves, $2) - greatest(first, $1)) * 32)::integer) AS hashes
   FROM audit_log.batch WHERE first > $1 - ${mostLeaves} AND first < $2 AND first + leaves > $1 ORDER BY first`,
);
/** The hashes of leaves from a position (included) to another, 32 bytes each. */
export const readLeafHashes = async (connection: Connection, start: bigint, end: bigint): Promise<Buffer> =>
  Buffer.concat(
    (await connection.query<{ hashes: Buffer }>(leafHashes, [start, end])).map((row) => row.hashes),
  );
const subtreeHashes = statement(
  'audit-log.subtree-hashes',
  'SELECT hash FROM audit_log.subtree WHERE level = $1 AND number >= $2 AND number < $3 ORDER BY number',
);
export const readSubtreeHashes = async (
  connection: Connection,
  level: number,
  { start, end }: { start: bigint; end: bigint },
): Promise<Buffer> =>
  Buffer.concat(
    (await connection.query<{ hash: Buffer }>(subtreeHashes, [level, start, end])).map((row) => row.hash),
  );

const leafKeys = statement(
  'audit-log.leaf-keys',
  `SELECT b.source, k.id, k.sequence, b.events, b.first + k.place - 1 AS position
   FROM audit_log.batch b, LATERAL unnest(b.ids, b.sequences) WITH ORDINALITY AS k(id, sequence, place)
   WHERE b.first > $1 - ${mostLeaves} AND b.first < $2 AND b.first + k.place - 1 >= $1 AND b.first + k.place - 1 < $2
   ORDER BY position`,
);
/** Which rows the leaves from a position (included) to another are of. */
export const readLeafKeys = (
  connection: Connection,
  start: bigint,
  end: bigint,
): Promise<(LeafKey & { position: bigint })[]> => connection.query(leafKeys, [start, end]);

const texts: Record<Source, Statement> = each((source) =>
  statement(
    `audit-log.texts-${source}`,
    `SELECT k.place, ${textNow(source, { leaf: 'l', key: 'k', events: 'k.events' })} AS text
     FROM unnest($1::bigint[], $2::smallint[], $3::smallint[]) WITH ORDINALITY AS k(id, sequence, events, place)
     LEFT JOIN audit_log.${sources[source].view} l ON l.id = k.id AND l.sequence = k.sequence ORDER BY k.place`,
  ),
);
/** What the rows of leaves of one source say now, in the leaves' order; null where a row is not there. */
export async function readTexts(
  connection: Connection,
  source: Source,
  keys: readonly LeafKey[],
): Promise<(string | null)[]> {
  const rows = await connection.query<{ text: string | null }>(texts[source], [
    integers(keys.map((key) => key.id)),
    integers(keys.map((key) => key.sequence)),
    integers(keys.map((key) => key.events)),
  ]);
  return rows.map((row) => row.text);
}

const positions = statement(
  'audit-log.positions',
  `SELECT b.first + k.place - 1 AS position
   FROM audit_log.place p JOIN audit_log.batch b ON b.first = p.first,
     LATERAL unnest(b.ids, b.sequences) WITH ORDINALITY AS k(id, sequence, place)
   WHERE p.source = $1 AND p.block = $2::bigint / 4096 AND k.id = $2
     AND $3::smallint BETWEEN k.sequence - b.events + 1 AND k.sequence ORDER BY position LIMIT 1`,
);
/** Where the leaf of a row is; null when it is not sealed. */
export const readPosition = async (connection: Connection, key: Key): Promise<bigint | null> =>
  (await connection.query<{ position: bigint }>(positions, [key.source, key.id, key.sequence]))[0]
    ?.position ?? null;

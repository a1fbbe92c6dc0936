// Arrivals: which rows of a transaction the audit log has to take in, with the hashes of their leaves. Written with the
// rows, taken by whoever seals.
import { hash } from 'node:crypto';
import { copyInto, type RowsToCopy } from './copy.ts';
import type { Connection } from './database.ts';
import { statement } from './statement.ts';

export interface Arrival {
  readonly source: 'entry' | 'event';
  readonly ids: readonly bigint[];
  /** Beside the ids where an id alone names no row; empty otherwise. */
  readonly sequences: readonly bigint[];
  /** How many events each leaf is about, the last of which its sequence names; 1 for entries. */
  readonly events: number;
  /** What each leaf says: to the byte what the views of the schema `audit_log` make of the rows. Null: the sealer reads them. */
  readonly texts: (() => readonly string[]) | null;
}

/** As many as one batch of the log has leaves. */
const mostKeys = 4_096;

interface Row {
  readonly source: string;
  readonly ids: readonly bigint[];
  readonly sequences: readonly bigint[];
  readonly events: number;
  readonly hashes: Buffer | null;
}
const copyArrivals = copyInto<Row>('system.arrival', {
  source: ['text', (row) => row.source],
  ids: ['int8[]', (row) => row.ids],
  sequences: ['int8[]', (row) => row.sequences],
  events: ['int2', (row) => row.events],
  hashes: ['bytea', (row) => row.hashes],
});
const { statement: copyStatement } = copyArrivals([]);

/** A row for each source that has any. Hashed when it is sent: the rows that arrive are sent in the same round trip. */
export function arrivalRows(arrivals: readonly Arrival[]): RowsToCopy {
  let made: RowsToCopy | null = null;
  return {
    statement: copyStatement,
    get messages() {
      made ??= copyArrivals(arrivals.flatMap(rowsOf));
      return made.messages;
    },
    release: () => made?.release(),
  };
}

function rowsOf({ source, ids, sequences, events, texts }: Arrival): Row[] {
  if (ids.length === 0) return [];
  const all = texts?.();
  return Array.from({ length: Math.ceil(ids.length / mostKeys) }, (_, part) => {
    const [from, to] = [part * mostKeys, (part + 1) * mostKeys];
    return {
      ...{ source, events, ids: ids.slice(from, to), sequences: sequences.slice(from, to) },
      hashes: all === undefined ? null : hashesOf(all.slice(from, to)),
    };
  });
}

/** Of leaves (RFC 6962), one behind the other. A character a byte: Node makes such strings in a third of the time of buffers. */
function hashesOf(texts: readonly string[]): Buffer {
  let hashes = '';
  for (const text of texts) hashes += hash('sha256', `\0${text}`, 'latin1');
  return Buffer.from(hashes, 'latin1');
}

const oldest = statement(
  'system.oldest-arrival',
  `SELECT (extract(epoch FROM clock_timestamp() - min(arrived_at)) * 1000)::int8 AS age, count(*)::int AS waiting
   FROM system.arrival`,
);
/** How long the oldest row waits to be sealed, and how many do; null where all are. */
export async function readOldestArrival(
  connection: Connection,
): Promise<{ ageMs: number; waiting: number } | null> {
  const [{ age, waiting } = { age: null, waiting: 0 }] = await connection.query<{
    age: bigint | null;
    waiting: number;
  }>(oldest);
  return age === null ? null : { ageMs: Number.parseInt(age.toString(), 10), waiting };
}

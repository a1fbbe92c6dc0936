// Arrivals: which rows of a transaction the audit log has to take in. Written with the rows, taken by whoever seals.
import { copyInto } from './copy.ts';
import type { Connection } from './database.ts';
import { statement } from './statement.ts';

export interface Arrival {
  readonly source: 'entry' | 'event';
  readonly ids: readonly bigint[];
  /** Beside the ids where an id alone names no row; empty otherwise. */
  readonly sequences: readonly bigint[];
}

/** One row for each source that has any: the rows that arrive are written in the same transaction. */
export const arrivalRows = (arrivals: readonly Arrival[]) =>
  copyArrivals(arrivals.filter((arrival) => arrival.ids.length > 0));

const copyArrivals = copyInto<Arrival>('system.arrival', {
  source: ['text', (arrival) => arrival.source],
  ids: ['int8[]', (arrival) => arrival.ids],
  sequences: ['int8[]', (arrival) => arrival.sequences],
});

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

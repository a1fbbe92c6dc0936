// Arrivals: which rows of a transaction the audit log has to take in. Written with the rows, taken by whoever seals.
import { copyInto } from './copy.ts';

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

// What an entry's leaf of the audit log says, and how it arrives there. Pure. The view `audit_log.entry_leaf` says the same of
// the row, and the verifier once more; the standing proofs hold them against each other.
import type { Arrival } from '../database/index.ts';
import type { Entry } from './entry.ts';

export function entryText({ id, kind, payerId, subjectId, occurredAt, postings }: Entry): string {
  let [accounts, amounts] = ['', ''];
  for (const { account, amount } of postings) {
    accounts += accounts === '' ? account : `,${account}`;
    amounts += amounts === '' ? amount : `,${amount}`;
  }
  const micros = occurredAt.getTime() * 1000;
  return `["entry/1",${id},"${kind}",${payerId},${subjectId},${micros},"{${accounts}}","{${amounts}}"]`;
}

export const entryArrival = (entries: readonly Entry[]): Arrival => ({
  ...{ source: 'entry', events: 1, sequences: [] },
  ids: entries.map((entry) => entry.id),
  texts: () => entries.map(entryText),
});

// What events' leaves of the audit log say, and how they arrive there: those that one act wrote of one payment are one leaf.
// Pure. The database says the same of the rows (`audit_log.event_leaf`, `audit_log.events_text`), and the verifier once more.
import type { Arrival } from '../database/index.ts';
import type { PaymentEvent } from './event-store.ts';

/** What an event says behind its payment. */
const wordsOf = ({ sequence, kind, occurredAt, entryId, refundId }: PaymentEvent): string =>
  `${sequence},"${kind}",${occurredAt.getTime() * 1000},${entryId},${refundId}`;

/** Events of one payment that follow each other. */
export function eventsText(events: readonly PaymentEvent[]): string {
  const [{ paymentId }] = events as [PaymentEvent];
  if (events.length === 1) return `["event/1",${paymentId},${wordsOf(events[0]!)}]`;
  let all = '';
  for (const event of events) all += `,[${wordsOf(event)}]`;
  return `["events/1",${paymentId}${all}]`;
}

/** More are leaves of their own. */
const mostEvents = 64;

/** `acts`: the events of each decision, in their order. An arrival for each number of events that leaves have. */
export function eventArrivals(acts: readonly (readonly PaymentEvent[])[]): Arrival[] {
  const byCount = new Map<number, (readonly PaymentEvent[])[]>();
  for (const act of acts)
    for (const leaf of leavesOf(act)) {
      const same = byCount.get(leaf.length);
      if (same === undefined) byCount.set(leaf.length, [leaf]);
      else same.push(leaf);
    }
  return [...byCount].map(([events, leaves]) => ({
    ...{ source: 'event', events },
    ids: leaves.map((leaf) => leaf[0]!.paymentId),
    sequences: leaves.map((leaf) => BigInt(leaf.at(-1)!.sequence)),
    texts: () => leaves.map(eventsText),
  }));
}

/** Cut where one does not follow the one before it. */
function leavesOf(act: readonly PaymentEvent[]): (readonly PaymentEvent[])[] {
  const isWhole = act.every(
    ({ paymentId, sequence }, place) =>
      paymentId === act[0]!.paymentId && sequence === act[0]!.sequence + place && place < mostEvents,
  );
  if (act.length === 0) return [];
  return isWhole ? [act] : act.map((event) => [event]);
}

// Events that one act wrote are one leaf; what does not follow each other is never put together.
import { expect, it } from 'vitest';
import type { PaymentEvent } from './event-store.ts';
import { eventArrivals, eventsText } from './leaf.ts';

const event = (paymentId: bigint, sequence: number, more: Partial<PaymentEvent> = {}): PaymentEvent => ({
  ...{ paymentId, sequence, kind: 'created', occurredAt: new Date('2014-11-11T02:00:08.220Z') },
  ...{ entryId: 0n, refundId: 0n, ...more },
});
const keysOf = (acts: PaymentEvent[][]) =>
  eventArrivals(acts).map(({ events, ids, sequences, texts }) => ({
    ...{ events, ids, sequences },
    leaves: texts!().length,
  }));

it('says each event in full', () => {
  const paid = event(12n, 2, { kind: 'paid', occurredAt: new Date(0), entryId: 9n, refundId: 4n });
  expect(eventsText([paid])).toBe('["event/1",12,2,"paid",0,9,4]');
  expect(eventsText([event(12n, 1), paid])).toBe(
    '["events/1",12,[1,"created",1415671208220000,0,0],[2,"paid",0,9,4]]',
  );
});

it('leaves of as many events arrive together, each under the last of its events', () => {
  const acts = [
    [event(1n, 1), event(1n, 2)],
    [event(2n, 5)],
    [],
    [event(3n, 7), event(3n, 8)],
    [event(1n, 3)],
  ];
  expect(keysOf(acts)).toEqual([
    { events: 2, ids: [1n, 3n], sequences: [2n, 8n], leaves: 2 },
    { events: 1, ids: [2n, 1n], sequences: [5n, 3n], leaves: 2 },
  ]);
  expect(eventArrivals([])).toEqual([]);
  expect(eventArrivals(acts).map(({ source }) => source)).toEqual(['event', 'event']);
});

it('events of two payments, with a gap, in another order or too many are leaves of their own', () => {
  const alone = (...events: PaymentEvent[]) => {
    const { length } = events;
    expect(keysOf([events])).toEqual([expect.objectContaining({ events: 1, leaves: length })]);
  };
  alone(event(1n, 1), event(2n, 2));
  alone(event(1n, 1), event(1n, 3));
  alone(event(1n, 2), event(1n, 1));
  const many = (count: number) => Array.from({ length: count }, (_, place) => event(1n, place + 1));
  alone(...many(65));
  expect(keysOf([many(64)])).toEqual([{ events: 64, ids: [1n], sequences: [64n], leaves: 1 }]);
});

// An entry's leaf says all of it, as the database does of the row.
import { expect, it } from 'vitest';
import { entryArrival, entryText } from './leaf.ts';

const entry = {
  ...{ id: 30_249_241_240_158n, kind: 'payment' as const, payerId: 5n, subjectId: 12n },
  occurredAt: new Date('2014-11-11T02:00:08.220Z'),
  postings: [
    { account: 3_681_156n, amount: -33_556n },
    { account: 6_801_156n, amount: 33_556n },
  ],
};

it('is the text of the view', () => {
  expect(entryText(entry)).toBe(
    '["entry/1",30249241240158,"payment",5,12,1415671208220000,"{3681156,6801156}","{-33556,33556}"]',
  );
  expect(entryText({ ...entry, occurredAt: new Date(0) })).toContain(',0,"{');
  expect(entryText({ ...entry, occurredAt: new Date(-1) })).toContain(',-1000,"{');
});

it('arrives with its id, and its text when that is asked for', () => {
  const arrival = entryArrival([entry, { ...entry, id: 7n }]);
  expect(arrival).toMatchObject({ source: 'entry', ids: [entry.id, 7n], sequences: [], events: 1 });
  expect(arrival.texts!()).toEqual([entryText(entry), entryText({ ...entry, id: 7n })]);
});

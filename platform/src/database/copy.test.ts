// COPY in the binary format: what goes in comes out, several tables go in one round trip, and an error of any leaves
// nothing behind and the connection usable.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { copyInto } from './copy.ts';
import { statement } from './statement.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
  await test.owner.pool.query(`CREATE TABLE kept (n int4 PRIMARY KEY, small int2, big int8, words text, document json,
    at timestamptz, raw bytea, list int8[]); CREATE TABLE other (n int4 PRIMARY KEY);
    GRANT ALL ON kept, other TO PUBLIC`);
});
afterAll(() => test.drop());

interface Row {
  n: number;
  small: number | null;
  big: bigint | null;
  words: string | null;
  document: unknown;
  at: Date | null;
  raw: Buffer | null;
  list: bigint[] | null;
}
const rowsOf = copyInto<Row>('kept', {
  n: ['int4', (row) => row.n],
  small: ['int2', (row) => row.small],
  big: ['int8', (row) => row.big],
  words: ['text', (row) => row.words],
  document: ['json', (row) => row.document],
  at: ['timestamptz', (row) => row.at],
  raw: ['bytea', (row) => row.raw],
  list: ['int8[]', (row) => row.list],
});
const othersOf = copyInto<{ n: number }>('other', { n: ['int4', (row) => row.n] });
const all = statement('test.all-kept', 'SELECT *, list::text[] AS list FROM kept ORDER BY n');
const clear = statement('test.clear', 'TRUNCATE kept, other');

it('what goes in comes out', async () => {
  const big = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);
  // PostgreSQL has no NUL in texts; everything else must survive.
  const words = fc
    .string({ unit: 'binary', maxLength: 300 })
    .map((value) => value.replaceAll('\0', '').toWellFormed());
  const at = fc.date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true });
  const row = fc.record({
    small: fc.option(fc.integer({ min: -32768, max: 32767 })),
    big: fc.option(big),
    words: fc.option(words),
    document: fc.record({ a: words, b: fc.array(fc.option(fc.integer())) }),
    at: fc.option(at),
    raw: fc.option(fc.uint8Array().map((value) => Buffer.from(value))),
    list: fc.option(fc.array(big)),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 40 }), async (generated) => {
      const rows = generated.map((values, n) => ({ ...values, n }));
      const found = await test.database.transaction(async (tx) => {
        await tx.query(clear);
        await tx.copy([rowsOf(rows)]);
        return tx.query<Omit<Row, 'list'> & { list: string[] | null }>(all);
      });
      expect(found.map((kept) => ({ ...kept, list: kept.list?.map(BigInt) ?? null }))).toEqual(rows);
    }),
    { numRuns: 60 },
  );
});

it('several tables in one go; a duplicate in any of them undoes all, and the connection goes on', async () => {
  const empty: Omit<Row, 'n'> = {
    small: null,
    big: null,
    words: null,
    document: {},
    at: null,
    raw: null,
    list: null,
  };
  const one = (n: number) => rowsOf([{ n, ...empty }]);
  await test.database.transaction((tx) => tx.query(clear));
  await test.database.transaction((tx) => tx.copy([one(1), othersOf([]), othersOf([{ n: 1 }, { n: 2 }])]));
  for (const batches of [
    [one(1), othersOf([{ n: 9 }])],
    [one(2), othersOf([{ n: 2 }])],
    [one(2), othersOf([{ n: 3 }, { n: 3 }]), othersOf([{ n: 4 }])],
  ]) {
    const refused = test.database.transaction((tx) => tx.copy(batches));
    await expect(refused).rejects.toMatchObject({ code: '23505' });
  }
  const counted = await test.database.pool.query(
    'SELECT (SELECT count(*) FROM kept)::int AS kept, (SELECT count(*) FROM other)::int AS other',
  );
  expect(counted.rows[0]).toEqual({ kept: 1, other: 2 });
});

it('a connection that is cut in the middle is an error, not a wait', async () => {
  const many = Array.from({ length: 200_000 }, (_, n) => ({ n: 1_000 + n }));
  const work = test.database.transaction(async (tx) => {
    const [own] = await tx.query<{ pid: number }>(statement('test.pid', 'SELECT pg_backend_pid() AS pid'));
    const copying = tx.copy([othersOf(many)]);
    await test.database.pool.query('SELECT pg_terminate_backend($1)', [own!.pid]);
    await copying;
  });
  await expect(work).rejects.toThrow();
});

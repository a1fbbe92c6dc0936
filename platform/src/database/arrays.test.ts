// Array literals as PostgreSQL reads them back: nothing is lost or changed on the way, whatever it contains.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { instants, integers, texts } from './arrays.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

const read = async (cast: string, literal: string): Promise<unknown[]> =>
  (
    await test.database.pool.query(`SELECT v FROM unnest(${cast}) WITH ORDINALITY AS u(v, n) ORDER BY n`, [
      literal,
    ])
  ).rows.map((row) => row.v);

it('what goes in comes out: integers, texts and instants', async () => {
  // PostgreSQL has no NUL in texts; everything else must survive.
  const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', '').toWellFormed());
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          integer: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
          text: fc.option(text),
          instant: fc.option(
            fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
          ),
        }),
        { minLength: 1, maxLength: 20 },
      ),
      async (rows) => {
        const column = <Key extends keyof (typeof rows)[0]>(key: Key) => rows.map((row) => row[key]);
        expect(await read('$1::bigint[]', integers(column('integer')))).toEqual(column('integer'));
        expect(await read('$1::text[]', texts(column('text')))).toEqual(column('text'));
        expect(await read('$1::timestamptz[]', instants(column('instant')))).toEqual(column('instant'));
      },
    ),
    { numRuns: 60 },
  );
});

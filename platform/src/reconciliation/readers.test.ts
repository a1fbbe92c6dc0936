// A generator writes valid files of every version and shape; reading them back loses nothing. Damaged ones are refused.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CamtShape,
  camtFile,
  camtText,
  type Mt940Shape,
  mt940Text,
  plainShape,
  type WrittenEntry,
} from '../testing/bank-files.ts';
import { readCamt, readMt940, StatementUnreadable } from './index.ts';
import type { Statement, StatementLine } from './statement.ts';

const currencies = ['GBP', 'JPY', 'KRW', 'KWD', 'EUR'] as const;
const reference = fc.stringMatching(/^[A-Z0-9][A-Z0-9-]{3,15}$/).filter((text) => text !== 'NOTPROVIDED');
const dayNumber = fc.integer({ min: 0, max: 400 });
const dayAt = (number: number): string =>
  new Date(Date.UTC(2014, 10, 1) + number * 86_400_000).toISOString().slice(0, 10);

interface Drawn {
  readonly amount: bigint;
  readonly reference: string;
  readonly charge: bigint;
}
const drawnLine: fc.Arbitrary<Drawn> = fc.record({
  amount: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }).filter((amount) => amount !== 0n),
  reference,
  charge: fc.constantFrom(0n, 0n, 150n),
});

/** A statement with entries of one line or several; its balances add up. */
const written = fc
  .record({
    currency: fc.constantFrom(...currencies),
    from: dayNumber,
    opening: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
    entries: fc.array(fc.array(drawnLine, { minLength: 1, maxLength: 3 }), { maxLength: 8 }),
    sequence: fc.constantFrom('', '97'),
  })
  .map(({ currency, from, opening, entries, sequence }) => {
    const day = dayAt(from);
    let count = 0;
    const lines = entries.map((entry) =>
      entry.map(({ charge, ...each }): StatementLine => {
        count += 1;
        // In old versions a transaction has no side of its own: it is on its entry's.
        const amount = entry[0]!.amount < 0n === each.amount < 0n ? each.amount : -each.amount;
        const own = entry.length > 1 ? 0n : charge;
        return { ...each, amount, number: `N${count}`, currency, day, charge: own, parts: [], alsoNamed: [] };
      }),
    );
    const closing = lines.flat().reduce((all, line) => all + line.amount, opening);
    const statement: Statement = {
      ...{ kind: 'statement', account: 'GB33BUKB20201555555555', statementId: 'S-1/97', sequence, currency },
      ...{ fromDay: day, toDay: day, opening, closing, lines: lines.flat(), notBooked: 0 },
    };
    return { statement, entries: lines.map((each): WrittenEntry => ({ lines: each })) };
  });

const shapes: fc.Arbitrary<CamtShape> = fc.record({
  kind: fc.constantFrom('statement', 'intraday', 'notification'),
  version: fc.integer({ min: 2, max: 13 }),
  prefix: fc.constantFrom('', 'ns2', 'camt'),
  newline: fc.constantFrom('\n', '\r\n', ''),
  encoding: fc.constantFrom('UTF-8', 'UTF-16LE', 'UTF-16BE', 'ISO-8859-1', 'windows-1252'),
  byteOrderMark: fc.boolean(),
  opening: fc.constantFrom('OPBD', 'PRCD', 'ITBD'),
  period: fc.boolean(),
  zeros: fc.integer({ min: 0, max: 12 }),
  dateTimes: fc.boolean(),
  account: fc.constantFrom('IBAN', 'Othr'),
  name: fc.constantFrom('Rückgabe', 'Café & <Söhne>', 'plain'),
  envelope: fc.boolean(),
});

/** What else a line names is for matching; it is compared nowhere. */
const kept = (statements: readonly Statement[]) =>
  statements.map(({ lines, ...rest }) => ({
    ...rest,
    lines: lines.map(({ alsoNamed: _, ...line }) => line),
  }));

describe('camt', () => {
  test('what is written in any version, shape and encoding is read back whole', () => {
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 3 }), shapes, (statements, shape) => {
        const wanted = statements.map(({ statement }) => ({ ...statement, kind: shape.kind }));
        expect(kept(readCamt(camtFile(statements, shape)))).toEqual(kept(wanted));
      }),
      { numRuns: 300 },
    );
  });

  test('C5: whichever side a bank writes a reversal on, the lines come to the closing balance', () => {
    const style = fc.constantFrom('own side' as const, 'repeated side' as const);
    fc.assert(
      fc.property(
        written,
        shapes,
        style,
        fc.nat({ max: 7 }),
        ({ statement, entries }, shape, reversal, at) => {
          fc.pre(entries.length > 0);
          const turned = entries.map((entry, place) =>
            place === at % entries.length ? { ...entry, reversal } : entry,
          );
          fc.pre(
            turned.find((entry) => entry.reversal)!.lines.reduce((all, line) => all + line.amount, 0n) !== 0n,
          );
          const [read] = readCamt(
            camtFile([{ statement, entries: turned }], { ...shape, kind: 'statement' }),
          );
          expect(read!.lines.map((line) => line.amount)).toEqual(statement.lines.map((line) => line.amount));
        },
      ),
    );
  });

  test('entries that are not booked are counted and are no lines', () => {
    const status = fc.constantFrom('PDNG' as const, 'INFO' as const, 'FUTR' as const);
    fc.assert(
      fc.property(written, shapes, status, ({ statement, entries }, shape, announced) => {
        const all = [...entries, ...entries.map((entry) => ({ ...entry, status: announced }))];
        const [read] = readCamt(camtFile([{ statement, entries: all }], shape));
        expect(read!.notBooked).toBe(entries.length);
        expect(read!.lines).toHaveLength(statement.lines.length);
      }),
    );
  });

  test('a file that is cut anywhere is refused', () => {
    fc.assert(
      fc.property(written, shapes, fc.double({ min: 0, max: 1, noNaN: true }), (one, shape, where) => {
        const whole = camtText([one], shape).trimEnd();
        const cut = whole.slice(0, Math.floor(where * (whole.length - 1)));
        expect(() => readCamt(Buffer.from(cut, 'utf8'), 'utf-8')).toThrow(StatementUnreadable);
      }),
    );
  });
});

describe('MT940', () => {
  const mtShapes: fc.Arbitrary<Mt940Shape> = fc.record({
    newline: fc.constantFrom('\n', '\r\n'),
    blocks: fc.boolean(),
    information: fc.constantFrom('german', 'slashes', 'none'),
    fundsCode: fc.boolean(),
  });

  test('what is written is read back whole', () => {
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 3 }), mtShapes, (statements, shape) => {
        const wanted = statements.map(({ statement }) => ({
          ...statement,
          sequence: '',
          lines: statement.lines.map((line) => ({ ...line, charge: 0n })),
        }));
        const text = mt940Text(
          statements.map((each) => each.statement),
          shape,
        );
        expect(kept(readMt940(Buffer.from(text)))).toEqual(kept(wanted));
      }),
      { numRuns: 200 },
    );
  });
});

test('the plain shape is readable by eye', () => {
  expect(camtText([], plainShape)).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">\n' +
      '<BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId><CreDtTm>2014-11-18T05:00:00.41+02:00</CreDtTm></GrpHdr>\n' +
      '</BkToCstmrStmt></Document>\n',
  );
});

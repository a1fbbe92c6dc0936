// A bank's statement as CSV, read by a profile. The rows are csv-parse's to take apart: quotes, line breaks in a quoted
// field, delimiters. Throws StatementUnreadable with the line and the column that is wrong.
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { CsvError, type Info, parse } from 'csv-parse';
import { figureIn } from './csv-figures.ts';
import { type CsvProfile, plainExtras, plainProfile } from './csv-profile.ts';
import { endsOf } from './days.ts';
import { decoded } from './encoding.ts';
import {
  accountOf,
  amountOf,
  currencyOf,
  dayOf,
  isDay,
  StatementUnreadable,
  textOf,
  wordsOf,
} from './fields.ts';
import type { Statement, StatementLine } from './statement.ts';

const mostLines = 250_000;

/** What a CSV does not say of itself. */
export interface CsvAbout {
  readonly account: string;
  readonly statementId: string;
  readonly currency: string;
  /** The days that the file speaks about; those of its rows where they are not named. */
  readonly fromDay?: string | undefined;
  readonly toDay?: string | undefined;
}

/** Row by row, so that others are answered meanwhile and the file's text never stands in memory as a whole. */
export async function readStatementCsv(
  bytes: Uint8Array,
  about: CsvAbout,
  how: { profile?: CsvProfile | undefined; said?: string | null } = {},
): Promise<Statement> {
  const profile = how.profile ?? plainProfile;
  const said = profile.encoding ?? how.said ?? null;
  let header: Row | undefined;
  let columns: Places = profile.header ? {} : placesOf(undefined, profile);
  const lines: StatementLine[] = [];
  // The last rows are known to be the last when no other comes.
  const held: Row[] = [];
  for await (const row of rowsOf(decoded(bytes, said, 'text'), profile)) {
    if (profile.header && header === undefined) {
      header = row;
      columns = placesOf(header, profile);
      continue;
    }
    held.push(row);
    if (held.length > profile.skipLastLines)
      lines.push(lineOf(held.shift()!, { header, columns, profile, about, number: lines.length + 1 }));
    if (lines.length > mostLines) throw new StatementUnreadable(`the file has more than ${mostLines} lines`);
  }
  if (profile.header && header === undefined)
    throw new StatementUnreadable(`line ${profile.skipLines + 1}: the header is missing`);
  const { statementId, currency } = about;
  const account = accountOf(about.account, 'account');
  const rest = { opening: null, closing: null, sequence: '', notBooked: 0 };
  return { kind: 'statement', account, statementId, currency, ...daysOf(lines, about), ...rest, lines };
}

function daysOf(lines: readonly StatementLine[], about: CsvAbout): Pick<Statement, 'fromDay' | 'toDay'> {
  const [first, last] = endsOf(lines.map((line) => line.day));
  const fromDay = about.fromDay ?? first ?? about.toDay;
  const toDay = about.toDay ?? last ?? about.fromDay;
  if (fromDay === undefined || toDay === undefined)
    throw new StatementUnreadable('a CSV without rows needs the days that it speaks about (from, to)');
  if (fromDay > toDay) throw new StatementUnreadable(`the statement ends on ${toDay}, before it begins`);
  return { fromDay, toDay };
}

interface Row {
  readonly cells: readonly string[];
  /** The line of the file in which it begins. */
  readonly line: number;
}

async function* withPauses(pieces: Iterable<string>): AsyncGenerator<string> {
  for (const piece of pieces) {
    yield piece;
    await setImmediate();
  }
}

async function* rowsOf(pieces: Iterable<string>, profile: CsvProfile): AsyncGenerator<Row> {
  const { delimiter, quote, skipLines } = profile;
  const parser = parse({
    ...{ delimiter, quote, bom: true, info: true, trim: true, from_line: skipLines + 1 },
    ...{ relax_column_count: true, max_record_size: 100_000 },
  });
  const source = Readable.from(withPauses(pieces));
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let line = skipLines + 1;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      if (record.some((cell) => cell !== '')) yield { cells: record, line };
      line = info.lines + 1;
    }
  } catch (error) {
    if (error instanceof CsvError) throw new StatementUnreadable(explained(error, line));
    throw error;
  } finally {
    source.destroy();
  }
}

function explained(error: CsvError, line: number): string {
  const at = `line ${typeof error.lines === 'number' ? error.lines : line}`;
  if (error.code === 'CSV_QUOTE_NOT_CLOSED')
    return `line ${/at line (\d+)/.exec(error.message)?.[1] ?? line}: a quote is not closed`;
  return `${at}: ${error.message.replace(/\s*at line \d+.*$/, '').slice(0, 200)}`;
}

type ColumnName = keyof CsvProfile['columns'];
type Places = Partial<Record<ColumnName, number>>;

function placesOf(header: Row | undefined, profile: CsvProfile): Places {
  const names = header?.cells.map((name) => name.toLowerCase()) ?? [];
  const places: Places = {};
  for (const [name, at] of Object.entries(profile.columns) as [ColumnName, string | number | undefined][]) {
    if (at === undefined) continue;
    if (typeof at === 'number') places[name] = at - 1;
    else {
      const place = names.indexOf(at.toLowerCase());
      if (place === -1) throw new StatementUnreadable(`line ${header!.line} has no column ${at}`);
      if (names.lastIndexOf(at.toLowerCase()) !== place)
        throw new StatementUnreadable(`line ${header!.line} has the column ${at} twice`);
      places[name] = place;
    }
  }
  if (profile === plainProfile)
    for (const extra of plainExtras) if (names.includes(extra)) places[extra] = names.indexOf(extra);
  return places;
}

/** How many columns a row has. Some banks end rows, and not the header, with a delimiter. */
function filledOf({ cells }: Row, header: Row): number {
  let count = cells.length;
  while (count > header.cells.length && cells[count - 1] === '') count -= 1;
  return count;
}

interface LineContext {
  readonly header: Row | undefined;
  readonly columns: Places;
  readonly profile: CsvProfile;
  readonly about: CsvAbout;
  readonly number: number;
}

function lineOf(row: Row, of: LineContext): StatementLine {
  const { columns, profile, about, header } = of;
  const place = `line ${row.line}`;
  if (header !== undefined && filledOf(row, header) !== header.cells.length)
    throw new StatementUnreadable(
      `${place} has ${row.cells.length} columns, the header ${header.cells.length}`,
    );
  const cell = (name: ColumnName): string => {
    const at = columns[name];
    if (at === undefined) return '';
    const found = row.cells[at];
    if (found === undefined) throw new StatementUnreadable(`${place} has no column ${at + 1} (${name})`);
    // As programs write a text that looks like a number, so that spreadsheets leave it alone.
    return found
      .trim()
      .replace(/^="(.*)"$/, '$1')
      .replace(/^`/, '');
  };
  const stated = columns.currency === undefined ? (profile.currency ?? about.currency) : cell('currency');
  const currency = currencyOf(stated, place);
  const charge = cell('charge');
  return {
    number: textOf(cell('number'), `${place}, number`) || `${of.number}`,
    reference: textOf(cell('reference'), `${place}, reference`),
    alsoNamed: wordsOf(cell('text')),
    parts: [],
    currency,
    amount: movedBy(cell, { columns, profile, currency, place }),
    charge:
      charge === ''
        ? 0n
        : absolute(
            amountOf(figureIn(charge, profile, `${place}, charge`).figure, currency, `${place}, charge`),
          ),
    day: dayIn(cell('date'), profile.dateFormat, place),
  };
}

const absolute = (amount: bigint): bigint => (amount < 0n ? -amount : amount);

/** Minor units; positive came to us. */
function movedBy(
  cell: (name: ColumnName) => string,
  of: { columns: Places; profile: CsvProfile; currency: string; place: string },
): bigint {
  const { profile, place, currency } = of;
  const read = (name: ColumnName) => {
    const text = cell(name);
    if (text === '') return null;
    const { figure, side } = figureIn(text, profile, `${place}, ${name}`);
    return { amount: amountOf(figure, currency, `${place}, ${name}`), side };
  };
  if (of.columns.amount === undefined) return splitAmount(read('debit'), read('credit'), place);
  const found = read('amount');
  if (found === null) throw new StatementUnreadable(`${place}, amount: "" is not an amount`);
  const { amount, side } = found;
  if (of.columns.side === undefined) {
    if (side !== null) return side === 'debit' ? -amount : amount;
    return profile.debitsArePositive ? -amount : amount;
  }
  const stated = sideIn(cell('side'), profile, place);
  if (side !== null && side !== stated)
    throw new StatementUnreadable(`${place}, amount: says ${side}, its side says ${stated}`);
  return stated === 'debit' ? -amount : amount;
}

type Read = { readonly amount: bigint } | null;

/** Of two columns one is filled. Some banks write the debits of such a column with a minus. */
function splitAmount(debit: Read, credit: Read, place: string): bigint {
  const [out, into] = [debit?.amount ?? 0n, credit?.amount ?? 0n];
  if (out !== 0n && into !== 0n) throw new StatementUnreadable(`${place} has a debit and a credit`);
  if (debit === null && credit === null) throw new StatementUnreadable(`${place} has no debit and no credit`);
  return out === 0n ? into : -absolute(out);
}

function sideIn(text: string, profile: CsvProfile, place: string): 'debit' | 'credit' {
  const side = text.toLowerCase();
  const among = (signs: readonly string[] | undefined) => signs!.some((sign) => sign.toLowerCase() === side);
  if (among(profile.debitSigns)) return 'debit';
  if (among(profile.creditSigns)) return 'credit';
  throw new StatementUnreadable(`${place}, side: "${side.slice(0, 20)}" is neither debit nor credit`);
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** The day as YYYY-MM-DD; a time behind it is left out. */
function dayIn(text: string, format: string, place: string): string {
  const pattern = format
    .replace(/[^A-Z]/g, '\\$&')
    .replace(/YYYY/, '(?<Y>\\d{4})')
    .replace(/YY/, '(?<y>\\d{2})')
    .replace(/MMM/, '(?<m>[A-Za-z]{3})')
    .replace(/MM/, '(?<M>\\d{1,2})')
    .replace(/DD/, '(?<D>\\d{1,2})');
  const time = '(?:[T ] *\\d{1,2}:\\d\\d.*|\\d{6})?';
  const found = new RegExp(`^${pattern}${time}$`).exec(text.normalize('NFKC'))?.groups;
  const year = found?.Y ?? (found?.y === undefined ? '' : `20${found.y}`);
  const named = found?.m === undefined ? '' : `${months.indexOf(found.m.toLowerCase()) + 1}`;
  const day = `${year}-${(found?.M ?? named).padStart(2, '0')}-${(found?.D ?? '').padStart(2, '0')}`;
  if (found === undefined || !isDay(day))
    throw new StatementUnreadable(`${place}: "${text.slice(0, 40)}" is not a date (${format})`);
  return dayOf(day, place);
}

// A bank's statement as CSV, read by a profile. The rows are csv-parse's to take apart: quotes, line breaks in a quoted
// field, delimiters. Throws StatementUnreadable with the line and the column that is wrong.
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { CsvError, type Info, parse } from 'csv-parse';
import { type CsvProfile, plainExtras, plainProfile } from './csv-profile.ts';
import { endsOf } from './days.ts';
import { decoded } from './encoding.ts';
import { amountOf, currencyOf, dayOf, isDay, StatementUnreadable, textOf, wordsOf } from './fields.ts';
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
  const { account, statementId, currency } = about;
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
  if (header !== undefined && row.cells.length !== header.cells.length)
    throw new StatementUnreadable(
      `${place} has ${row.cells.length} columns, the header ${header.cells.length}`,
    );
  const cell = (name: ColumnName): string => {
    const at = columns[name];
    if (at === undefined) return '';
    const found = row.cells[at];
    if (found === undefined) throw new StatementUnreadable(`${place} has no column ${at + 1} (${name})`);
    return found.trim();
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
        : absolute(amountOf(plainNumber(charge, profile, `${place}, charge`), currency, `${place}, charge`)),
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
    return text === ''
      ? null
      : amountOf(plainNumber(text, profile, `${place}, ${name}`), currency, `${place}, ${name}`);
  };
  if (of.columns.amount === undefined) {
    const [debit, credit] = [read('debit'), read('credit')];
    if ((debit ?? 0n) !== 0n && (credit ?? 0n) !== 0n)
      throw new StatementUnreadable(`${place} has a debit and a credit`);
    if (debit === null && credit === null)
      throw new StatementUnreadable(`${place} has no debit and no credit`);
    // Some banks write the debits of such a column with a minus.
    return (debit ?? 0n) === 0n ? (credit ?? 0n) : -absolute(debit!);
  }
  const amount = read('amount');
  if (amount === null) throw new StatementUnreadable(`${place}, amount: "" is not an amount`);
  if (of.columns.side === undefined) return profile.debitsArePositive ? -amount : amount;
  const side = cell('side').toLowerCase();
  const among = (signs: readonly string[] | undefined) => signs!.some((sign) => sign.toLowerCase() === side);
  if (among(profile.debitSigns)) return -amount;
  if (among(profile.creditSigns)) return amount;
  throw new StatementUnreadable(`${place}, side: "${side.slice(0, 20)}" is neither debit nor credit`);
}

/** With a point for decimals, no grouping, and the sign in front: 1.234,56- and (1,234.56) are ways of writing a minus. */
function plainNumber(text: string, { decimal, grouping }: CsvProfile, place: string): string {
  let value = text.replace(/[\u2212\u2013]/g, '-').replace(/[\u00a0\u202f]/g, ' ');
  const bracketed = /^\((.*)\)$/.exec(value)?.[1];
  const trailing = /^(.*\d)\s*([+-])$/.exec(value);
  if (bracketed !== undefined) value = `-${bracketed}`;
  else if (trailing !== null) value = `${trailing[2]}${trailing[1]}`;
  if (grouping !== '') value = value.replaceAll(new RegExp(`(?<=\\d)[${grouping}](?=\\d{3})`, 'g'), '');
  // A point where commas are decimals, or the other way round, would move the amount by powers of ten.
  if (decimal === ',') {
    if (value.includes('.'))
      throw new StatementUnreadable(`${place}: "${text}" has a point, the decimal sign is a comma`);
    value = value.replace(',', '.');
  }
  return value.replace(/^([+-])\s+/, '$1');
}

/** The day as YYYY-MM-DD; a time behind it is left out. */
function dayIn(text: string, format: string, place: string): string {
  const pattern = format
    .replace(/[^A-Z]/g, '\\$&')
    .replace(/YYYY/, '(?<Y>\\d{4})')
    .replace(/YY/, '(?<y>\\d{2})')
    .replace(/MM/, '(?<M>\\d{1,2})')
    .replace(/DD/, '(?<D>\\d{1,2})');
  const found = new RegExp(`^${pattern}(?:[T ]\\d\\d:\\d\\d.*)?$`).exec(text)?.groups;
  const year = found?.Y ?? (found?.y === undefined ? '' : `20${found.y}`);
  const day = `${year}-${(found?.M ?? '').padStart(2, '0')}-${(found?.D ?? '').padStart(2, '0')}`;
  if (found === undefined || !isDay(day))
    throw new StatementUnreadable(`${place}: "${text.slice(0, 40)}" is not a date (${format})`);
  return dayOf(day, place);
}

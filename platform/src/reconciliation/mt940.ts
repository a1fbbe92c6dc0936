// SWIFT MT940 (statement) and MT942 (interim report): tags at the beginning of lines, several messages a file, with or
// without the envelope of the network. Source: SWIFT's Standards Category 9 and the usage rules of banks that send it.
// The libraries for it (mt940js, mt940-js) turn amounts into floating-point numbers, so this is our own.

import { addDays } from '../system/index.ts';
import { dayOfSwift, endsOf, entryDay } from './days.ts';
import { decoded } from './encoding.ts';
import { accountOf, amountOf, currencyOf, StatementUnreadable, textOf } from './fields.ts';
import { informationOf } from './mt940-information.ts';
import { sidesByBalance, type WrittenLine } from './sides.ts';
import type { Statement } from './statement.ts';
import { atOnce, type Steps, stepItems } from './steps.ts';

interface Field {
  readonly tag: string;
  readonly value: string;
  readonly line: number;
}

const mostLines = 250_000;
const longestField = 20_000;

/** Throws StatementUnreadable with the line and the tag that is wrong. */
export const readMt940 = (bytes: Uint8Array, said: string | null = null): Statement[] =>
  atOnce(mt940Steps(bytes, said));

/** The same in steps. */
export function* mt940Steps(bytes: Uint8Array, said: string | null): Steps<Statement[]> {
  const messages: Field[][] = [];
  yield* eachRow(decoded(bytes, said, 'text'), new MessageReader(messages));
  if (messages.length === 0) throw new StatementUnreadable('not an MT940 or MT942: there is no :20: field');
  const statements: Statement[] = [];
  for (const fields of messages) statements.push(yield* statementOf(fields));
  return statements;
}

/** Rows end with LF, CR or both, wherever the pieces of the text are cut. */
function* eachRow(pieces: Iterable<string>, reader: MessageReader): Steps<void> {
  let rest = '';
  for (const piece of pieces) {
    const text = rest + piece;
    // A CR at the end may be half of a CRLF.
    const whole = text.endsWith('\r') ? text.slice(0, -1) : text;
    const rows = whole.split(/\r\n|\r|\n/);
    rest = rows.pop()! + text.slice(whole.length);
    if (rest.length > longestField) throw new StatementUnreadable(`line ${reader.line + 1} is too long`);
    for (const row of rows) reader.onRow(row);
    yield;
  }
  for (const row of rest.split(/\r\n|\r|\n/)) reader.onRow(row);
}

/** The fields of each message: a message begins with :20:, and ends before the next or with a line of "-" or "-}". */
class MessageReader {
  line = 0;
  readonly #messages: Field[][];
  #current: Field[] | null = null;
  #entries = 0;

  constructor(messages: Field[][]) {
    this.#messages = messages;
  }

  onRow(raw: string): void {
    this.line += 1;
    // Blocks of the network stand before the text: {1:…}{2:…}{4: and the first field may follow on the same line.
    const row = raw.replace(/^\s*(\{[1235]:.*)?\{4:\s*/, '').trimEnd();
    const tag = /^:([0-9]{2}[A-Z]?):/.exec(row);
    if (tag !== null) this.#begin(tag[1]!, row.slice(tag[0].length));
    else if (/^-(\}.*)?$/.test(row)) this.#current = null;
    else if (this.#current !== null) this.#continue(row);
  }

  #begin(tag: string, value: string): void {
    const { line } = this;
    if (tag === '20') {
      this.#current = [];
      this.#messages.push(this.#current);
    }
    if (this.#current === null) throw new StatementUnreadable(`line ${line}: :${tag}: stands before :20:`);
    this.#current.push({ tag, value, line });
    if (tag === '61') this.#entries += 1;
    if (this.#entries > mostLines) throw new StatementUnreadable(`the file has more than ${mostLines} lines`);
  }

  #continue(row: string): void {
    const last = this.#current!.at(-1)!;
    const value = `${last.value}\n${row}`;
    if (value.length > longestField)
      throw new StatementUnreadable(`line ${this.line}: :${last.tag}: is too long`);
    this.#current![this.#current!.length - 1] = { ...last, value };
  }
}

function* statementOf(fields: readonly Field[]): Steps<Statement> {
  const [first] = fields as [Field];
  const one = (...tags: readonly string[]) => fields.find((field) => tags.includes(field.tag));
  const needed = (...tags: readonly string[]): Field =>
    one(...tags) ?? refuse(first, `the message lacks :${tags.join(': and :')}:`);
  const number = one('28C', '28')?.value.trim() ?? '';
  const accountField = needed('25', '25P');
  const account = accountOf(accountField.value.split('\n')[0]!.replace(/^\//, ''), placeOf(accountField));
  if (account === '') refuse(accountField, 'is empty');
  const interim = one('60F', '60M') === undefined;
  const opening = interim ? null : balanceOf(needed('60F', '60M'));
  const closing = interim ? null : balanceOf(needed('62F', '62M'));
  const currency = opening?.currency ?? interimCurrency(needed('34F'));
  if (closing !== null && closing.currency !== currency)
    refuse(needed('62F', '62M'), `is in ${closing.currency}, the opening balance in ${currency}`);
  const lines = yield* linesOf(fields, currency);
  const [firstDay, lastDay] = endsOf(lines.map((line) => line.day));
  const reported = one('13D', '13');
  const toDay =
    closing?.day ?? lastDay ?? (reported === undefined ? null : dayOfSwift(reported.value.slice(0, 6)));
  if (toDay === null) return refuse(first, 'the message has no day: neither :62F:, :61: nor :13D:');
  const sums = { currency, opening: opening?.amount ?? null, closing: closing?.amount ?? null };
  // An opening balance has the day of the closing before it.
  const begins = opening === null ? null : opening.day < toDay ? addDays(opening.day, 1) : opening.day;
  const fromDay = begins ?? firstDay ?? toDay;
  return {
    kind: interim ? 'intraday' : 'statement',
    ...{ account, currency, opening: sums.opening, closing: sums.closing },
    // :28C: has the statement's number and the page's.
    statementId: textOf(number === '' ? first.value : number, placeOf(first)),
    sequence: '',
    ...(one('62M') === undefined ? {} : { continues: true }),
    ...(fromDay < toDay ? { fromDay, toDay } : { fromDay: toDay, toDay }),
    lines: sidesByBalance(lines, sums),
    notBooked: fields.filter((field) => field.tag === '61').length - lines.length,
  };
}

const placeOf = (field: Field): string => `line ${field.line}, :${field.tag}:`;
function refuse(field: Field, what: string): never {
  throw new StatementUnreadable(`${placeOf(field)} ${what}`);
}

/** `C141112GBP65,25`: side, day, currency, amount with a comma. */
function balanceOf(field: Field): { amount: bigint; currency: string; day: string } {
  const match = /^([CD])(\d{6})([A-Z]{3})(\d{1,15}(?:,\d*)?)$/.exec(field.value.trim());
  if (match === null)
    return refuse(field, `"${field.value.slice(0, 40)}" is not a balance (C141112GBP65,25)`);
  const [, side, day, code, figure] = match as unknown as [string, string, string, string, string];
  const currency = currencyOf(code, placeOf(field));
  const amount = swiftAmount(figure, currency, field);
  return { currency, amount: side === 'C' ? amount : -amount, day: swiftDay(day, field) };
}

/** `GBPD0,` or `GBP0,`: the floor of an MT942, which names the currency. */
const interimCurrency = (field: Field): string => currencyOf(field.value.slice(0, 3), placeOf(field));

const swiftAmount = (figure: string, currency: string, field: Field): bigint =>
  amountOf(figure.replace(',', '.'), currency, placeOf(field));

const swiftDay = (text: string, field: Field): string =>
  dayOfSwift(text) ?? refuse(field, `"${text}" is not a date (YYMMDD)`);

function* linesOf(fields: readonly Field[], currency: string): Steps<WrittenLine[]> {
  const lines: WrittenLine[] = [];
  for (const [place, field] of fields.entries()) {
    if (place % stepItems === stepItems - 1) yield;
    if (field.tag !== '61') continue;
    const after = fields[place + 1];
    const line = lineOf(field, after?.tag === '86' ? after : null, { currency, number: lines.length + 1 });
    if (line !== null) lines.push(line);
  }
  return lines;
}

// Value date, entry date (MMDD), mark, funds code (the currency's third letter), amount, type and code of the
// transaction, reference for us, the bank's own reference; supplementary details on the next line.
const entry =
  /^(\d{6})(\d{4})?(RC|RD|EC|ED|C|D)([A-Z])?(\d{1,15}(?:,\d*)?)([A-Z][A-Z0-9]{3})([^\n]*?)(?:\/\/([^\n]*))?(?:\n([\s\S]*))?$/;

/** Null for an entry that the bank expects and has not booked (EC, ED). */
function lineOf(
  field: Field,
  information: Field | null,
  of: { currency: string; number: number },
): WrittenLine | null {
  const match = entry.exec(field.value);
  if (match === null)
    return refuse(field, `"${field.value.slice(0, 40)}" is not an entry (1411121112D63,94NTRFREFERENCE)`);
  const [, valued, entered, mark, , figure, , customer = '', bank = '', details = ''] = match;
  if (mark!.startsWith('E')) return null;
  const place = placeOf(field);
  const valueDay = swiftDay(valued!, field);
  const on = entered === undefined ? valueDay : entryDay(entered, valueDay);
  if (on === null) return refuse(field, `"${entered}" is not an entry date (MMDD)`);
  const amount = swiftAmount(figure!, of.currency, field);
  // RC takes a credit back, so it is a debit; RD the other way round.
  const isCredit = mark === 'C' || mark === 'RD';
  const said = informationOf(information?.value ?? '', details);
  const own = textOf(customer, place);
  return {
    number: textOf(bank, place) || `${of.number}`,
    reference: said.endToEnd || own,
    alsoNamed: [...new Set([own, ...said.alsoNamed].filter((name) => name !== ''))],
    parts: [],
    currency: of.currency,
    amount: isCredit ? amount : -amount,
    charge: said.charge === null ? 0n : chargeOf(said.charge, of.currency, information ?? field),
    day: on,
    isReversal: mark!.startsWith('R'),
  };
}

/** A charge in another currency than the account's is not in its amounts. */
const chargeOf = (charge: { currency: string; figure: string }, currency: string, field: Field): bigint =>
  charge.currency === currency ? swiftAmount(charge.figure, currency, field) : 0n;

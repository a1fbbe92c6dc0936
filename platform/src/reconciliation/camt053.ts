// camt.053.001.02: a bank's statement. Refuses, with the place, what it does not understand; guesses nothing.
import { isCurrency, parseMajor } from '@tongbao/money';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { Statement, StatementLine } from './statement.ts';

interface Node {
  readonly [name: string]: Node | Node[] | string | undefined;
}

/** The file is not what it should be; the message says where. */
export class StatementUnreadable extends Error {}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  removeNSPrefix: true,
  processEntities: true,
  isArray: (name) => ['Stmt', 'Bal', 'Ntry', 'NtryDtls', 'TxDtls', 'Rcrd'].includes(name),
});

function at(node: Node | undefined, ...path: string[]): Node | Node[] | string | undefined {
  let here: Node | Node[] | string | undefined = node;
  for (const name of path) {
    const one: Node | string | undefined = Array.isArray(here) ? here[0] : here;
    if (one === undefined || typeof one === 'string') return undefined;
    here = one[name];
  }
  return here;
}
const nodes = (node: Node | undefined, ...path: string[]): Node[] => {
  const found = at(node, ...path);
  return Array.isArray(found) ? found : [];
};
function text(node: Node | undefined, place: string, ...path: string[]): string {
  const found = at(node, ...path);
  if (typeof found === 'string' && found !== '') return found;
  throw new StatementUnreadable(`${place} lacks ${path.join('/')}`);
}

/** Reads every statement of the document. Throws StatementUnreadable with the place that is wrong. */
export function readCamt053(xml: string): Statement[] {
  // ISO 20022 messages have none; entities of its own are how a small document becomes a large one.
  if (/<!(DOCTYPE|ENTITY)/i.test(xml)) throw new StatementUnreadable('a camt.053 has no DOCTYPE');
  const valid = XMLValidator.validate(xml);
  if (valid !== true)
    throw new StatementUnreadable(`the file is not XML: ${valid.err.msg} in line ${valid.err.line}`);
  const document = parsed(xml);
  const statements = nodes(document, 'Document', 'BkToCstmrStmt', 'Stmt');
  if (statements.length === 0)
    throw new StatementUnreadable('not a camt.053: Document/BkToCstmrStmt/Stmt is missing');
  return statements.map(statementOf);
}

function parsed(xml: string): Node {
  try {
    return parser.parse(xml) as Node;
  } catch (error) {
    // What the parser refuses for safety: names that would reach into objects.
    throw new StatementUnreadable(`the file cannot be read: ${(error as Error).message}`);
  }
}

function statementOf(node: Node): Statement {
  const statementId = text(node, 'Stmt', 'Id');
  const place = `statement ${statementId}`;
  const account = at(node, 'Acct', 'Id', 'IBAN') ?? text(node, place, 'Acct', 'Id', 'Othr', 'Id');
  const balances = nodes(node, 'Bal');
  const balance = (code: string): bigint => {
    const found = balances.find((each) => at(each, 'Tp', 'CdOrPrtry', 'Cd') === code);
    if (found === undefined) throw new StatementUnreadable(`${place} lacks the balance ${code}`);
    return signed(found, `${place}, balance ${code}`).amount;
  };
  const currency = signed(balances[0] ?? node, `${place}, first balance`).currency;
  const [opening, closing] = [balance('OPBD'), balance('CLBD')];
  const entries = nodes(node, 'Ntry').map((entry, index) => entryOf(entry, `${place}, entry ${index + 1}`));
  const lines = sidesByBalance(entries, { currency, movement: closing - opening });
  const days = lines.map((line) => line.day).sort();
  const stated = at(node, 'FrToDt', 'FrDtTm');
  const from = typeof stated === 'string' ? dayOf(stated.slice(0, 10), `${place}, FrDtTm`) : undefined;
  const created = dayOf(text(node, place, 'CreDtTm').slice(0, 10), `${place}, CreDtTm`);
  return {
    account: String(account),
    statementId,
    currency,
    fromDay: from ?? days[0] ?? created,
    toDay: days.at(-1) ?? from ?? created,
    opening,
    closing,
    lines,
  };
}

function signed(node: Node, place: string): { currency: string; amount: bigint } {
  const value = text(node, place, 'Amt', '#text');
  const currency = text(node, place, 'Amt', '@Ccy');
  const side = text(node, place, 'CdtDbtInd');
  if (!isCurrency(currency)) throw new StatementUnreadable(`${place}: ${currency} is not a currency`);
  if (side !== 'CRDT' && side !== 'DBIT')
    throw new StatementUnreadable(`${place}: CdtDbtInd is ${side}, neither CRDT nor DBIT`);
  const amount = amountOf(value, currency, place);
  return { currency, amount: side === 'CRDT' ? amount : -amount };
}

/** Beyond this no sum of a day's lines would fit its column. Minor units. */
const mostAmount = 10n ** 16n;

export function amountOf(value: string, currency: string, place: string): bigint {
  let amount: bigint;
  try {
    ({ amount } = parseMajor(value, currency));
  } catch (error) {
    throw new StatementUnreadable(`${place}: ${(error as Error).message}`);
  }
  if (amount > mostAmount || amount < -mostAmount)
    throw new StatementUnreadable(
      `${place}: an amount of ${value.length} characters is larger than any account`,
    );
  return amount;
}

/** A day that the calendar has, from 1900 on. */
export function dayOf(text: string, place: string): string {
  const instant = /^(19|2\d)\d\d-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(instant) || new Date(instant).toISOString().slice(0, 10) !== text)
    throw new StatementUnreadable(`${place}: "${text.slice(0, 40)}" is not a date (YYYY-MM-DD)`);
  return text;
}

interface Entry {
  readonly line: StatementLine;
  readonly isReversal: boolean;
}

/**
 * ISO 20022 gives a reversal entry the side on which it is booked. Some banks repeat the side of the entry that is
 * taken back instead. A statement that balances only in that reading is read so; any other keeps its own sides.
 */
function sidesByBalance(
  entries: readonly Entry[],
  of: { currency: string; movement: bigint },
): StatementLine[] {
  const own = entries.map(({ line }) => line);
  const turned = entries.map(({ line, isReversal }) => ({
    ...line,
    amount: isReversal ? -line.amount : line.amount,
  }));
  const moves = (lines: readonly StatementLine[]) =>
    lines.reduce((all, line) => (line.currency === of.currency ? all + line.amount : all), 0n);
  return moves(own) !== of.movement && moves(turned) === of.movement ? turned : own;
}

function entryOf(entry: Node, place: string): Entry {
  const { currency, amount } = signed(entry, place);
  const indicator = at(entry, 'RvslInd');
  const day = at(entry, 'BookgDt', 'Dt') ?? text(entry, place, 'BookgDt', 'DtTm');
  const details = nodes(entry, 'NtryDtls')[0];
  const reference = at(details, 'TxDtls', 'Refs', 'EndToEndId') ?? at(details, 'Btch', 'MsgId');
  const charge = at(entry, 'Chrgs', 'TtlChrgsAndTaxAmt', '#text');
  const line = {
    number: String(at(entry, 'AcctSvcrRef') ?? at(entry, 'NtryRef') ?? place),
    reference: typeof reference === 'string' ? reference : '',
    currency,
    amount,
    charge: typeof charge === 'string' ? amountOf(charge, currency, `${place}, charges`) : 0n,
    day: dayOf(String(day).slice(0, 10), `${place}, booking date`),
  };
  // The two ways in which XML Schema writes a true boolean.
  return { line, isReversal: indicator === 'true' || indicator === '1' };
}

// The forms in which rates are published, told apart by how they begin: the European Central Bank's XML (eurofxref-daily.xml,
// eurofxref-hist.xml) and CSV (eurofxref.csv, eurofxref-hist.csv), and a simple JSON. Whatever is not whole is refused.
import type { PublishedRates } from '@tongbao/connector-interface';
import { isCurrency } from '@tongbao/money';
import { XMLParser } from 'fast-xml-parser';
import { plainDecimal } from './plain-decimal.ts';

export const maxBytes = 16 * 1024 * 1024;
const maxDays = 20_000;

/** Reads a document's days, newest first. Throws for anything that is no such document, or not a whole one. */
export function parseRates(text: string): PublishedRates[] {
  if (text.length > maxBytes) throw new Error(`a document of ${text.length} characters is not read`);
  const begins = text.replace(/^\uFEFF/, '').trimStart();
  const days = begins.startsWith('<')
    ? xmlDays(begins)
    : /^[[{]/.test(begins)
      ? jsonDays(begins)
      : csvDays(begins);
  const published = days.filter(({ perPivot }) => perPivot.size > 0);
  if (published.length === 0 || published.length > maxDays)
    throw new Error('the document has no reference rates');
  return published.sort((a, b) => (a.date < b.date ? 1 : -1));
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const instant = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(text);
}

/** Without currencies that nobody can pay with, and without what is no number. */
function ratesOf(pairs: Iterable<readonly [string | undefined, string | undefined]>): Map<string, string> {
  const rates = new Map<string, string>();
  for (const [currency, text] of pairs) {
    const plain = text === undefined ? null : plainDecimal(text);
    if (currency !== undefined && plain !== null && isCurrency(currency)) rates.set(currency, plain);
  }
  return rates;
}

interface EcbCube {
  time?: string;
  currency?: string;
  rate?: string;
  Cube?: EcbCube[];
}

function xmlDays(xml: string): PublishedRates[] {
  if (/<!(DOCTYPE|ENTITY)/i.test(xml)) throw new Error('an ECB document has no DOCTYPE');
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseAttributeValue: false,
    processEntities: false,
    isArray: (name) => name === 'Cube',
  });
  const document = parser.parse(xml, true) as { 'gesmes:Envelope'?: { Cube?: EcbCube[] } };
  const days = (document['gesmes:Envelope']?.Cube ?? []).flatMap((outer) => outer.Cube ?? []);
  return days.flatMap(({ time, Cube = [] }) =>
    time === undefined || !isDay(time)
      ? []
      : { date: time, pivot: 'EUR', perPivot: ratesOf(Cube.map(({ currency, rate }) => [currency, rate])) },
  );
}

const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

/** `2026-11-30`, or `30 November 2026` as the daily file has it. */
function csvDay(text: string): string | null {
  if (isDay(text)) return text;
  const [, day, name, year] = /^(\d{1,2}) ([A-Z][a-z]+) (\d{4})$/.exec(text) ?? [];
  const month = months.indexOf(name ?? '') + 1;
  if (day === undefined || month === 0) return null;
  const written = `${year}-${String(month).padStart(2, '0')}-${day.padStart(2, '0')}`;
  return isDay(written) ? written : null;
}

function csvDays(csv: string): PublishedRates[] {
  const lines = csv.split(/\r?\n/);
  const cells = (line: string) => line.split(',').map((cell) => cell.trim());
  const [first = '', ...currencies] = cells(lines[0]!);
  if (first !== 'Date') throw new Error('the document is neither XML, JSON nor the ECB’s CSV');
  // Cut off in the middle, the last line has too few cells, or no end.
  if (lines.at(-1) !== '') throw new Error('the document has no end');
  return lines.slice(1, -1).map((line) => {
    const [day = '', ...rates] = cells(line);
    const date = csvDay(day);
    if (date === null || rates.length !== currencies.length)
      throw new Error('a line of the document is not whole');
    return { date, pivot: 'EUR', perPivot: ratesOf(currencies.map((currency, at) => [currency, rates[at]])) };
  });
}

/** `{"date": "2026-11-30", "base": "USD", "rates": {"CNY": "7.0123"}}`, or a list of such days. */
function jsonDays(text: string): PublishedRates[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new Error('the document is no whole JSON');
  }
  return (Array.isArray(document) ? document : [document]).map((day: unknown) => {
    const { date, base, rates } = (day ?? {}) as { date?: unknown; base?: unknown; rates?: unknown };
    if (typeof date !== 'string' || !isDay(date) || typeof base !== 'string' || !isCurrency(base))
      throw new Error('a day of the document has no date or no base');
    if (typeof rates !== 'object' || rates === null || Array.isArray(rates))
      throw new Error('a day of the document has no rates');
    const pairs = Object.entries(rates).map(([currency, rate]) => [currency, String(rate)] as const);
    return { date, pivot: base, perPivot: ratesOf(pairs) };
  });
}

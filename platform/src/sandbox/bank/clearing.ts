// What a simulated card bank says of Tongbao's clearing account on a day: camt.053, or CSV as smaller banks send it.
import { formatMajor, money } from '@tongbao/money';
import type { Connection } from '../../database/index.ts';
import { clearingAccountName } from '../../reconciliation/index.ts';
import { dayStatement } from './documents.ts';
import { readClearingDay } from './store.ts';

export interface ClearingDay {
  readonly bank: string;
  readonly currency: string;
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly format: 'camt.053' | 'csv';
}

const dayMs = 86_400_000;

/** Throws when the bank booked more lines in the day than a statement takes (50,000). */
export async function clearingStatement(connection: Connection, of: ClearingDay): Promise<string> {
  const { bank, currency, day, format } = of;
  const from = new Date(`${day}T00:00:00Z`);
  const to = new Date(from.getTime() + dayMs);
  const { opening, lines } = await readClearingDay(connection, { bank, currency, from, to });
  if (format === 'csv') {
    const major = (amount: bigint) => formatMajor(money(currency, amount));
    const rows = lines.map(
      (line) =>
        `${line.line},${line.booked_at.toISOString().slice(0, 10)},${line.reference},${major(line.amount)},${currency}\r\n`,
    );
    return `number,date,reference,amount,currency\r\n${rows.join('')}`;
  }
  return dayStatement({
    account: { bic: bicOf(bank), number: clearingAccountName(bank, currency), currency },
    name: `CLEARING-${bank}`,
    day,
    from,
    to,
    opening,
    entries: lines.map((line) => ({
      line: line.line,
      reference: line.reference,
      amount: line.amount,
      bookedAt: line.booked_at,
    })),
  });
}

/** Invented: eight characters of a bank's code, in China. */
const bicOf = (bank: string): string =>
  `${bank
    .replace(/[^A-Z]/g, '')
    .slice(0, 4)
    .padEnd(4, 'X')}CNBJ`;

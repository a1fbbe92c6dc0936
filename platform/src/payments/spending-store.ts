// The payers' sums: one small row a payer and currency. Read for a whole batch after its payers' balances are locked, so
// that nobody else changes them meanwhile; written with the batch's last words, which costs no round trip.
import { type Connection, type Execution, integers, statement } from '../database/index.ts';
import { plus, type Spending, type SpendingFacts, type Spent, spendingKey } from './spending.ts';

interface SpendingRow {
  readonly payer_id: bigint;
  readonly currency: number;
  readonly day: number;
  readonly day_count: bigint;
  readonly day_amount: bigint;
  readonly year: number;
  readonly year_balance: bigint;
  readonly ever_balance: bigint;
}

const read = statement(
  'payments.read-spending',
  `SELECT payer_id, currency, day, day_count, day_amount, year, year_balance, ever_balance
   FROM payments.spending WHERE payer_id = ANY($1::bigint[])`,
);
export async function readSpending(
  connection: Connection,
  payerIds: readonly bigint[],
): Promise<SpendingFacts> {
  const rows = await connection.query<SpendingRow>(read, [integers([...new Set(payerIds)])]);
  return new Map(rows.map((row) => [spendingKey(row.payer_id, BigInt(row.currency)), spendingOf(row)]));
}

const spendingOf = (row: SpendingRow): Spending => ({
  day: BigInt(row.day),
  dayCount: row.day_count,
  dayAmount: row.day_amount,
  year: BigInt(row.year),
  yearBalance: row.year_balance,
  everBalance: row.ever_balance,
});

// The rule of `plus` in SQL, so that a batch that holds no lock on the payer (a bank's refusal) can write as well.
const add = statement(
  'payments.add-spending',
  `INSERT INTO payments.spending AS s (payer_id, currency, day, day_count, day_amount, year, year_balance, ever_balance)
   SELECT * FROM unnest($1::bigint[], $2::bigint[]::integer[], $3::bigint[]::integer[], $4::bigint[], $5::bigint[],
     $6::bigint[]::integer[], $7::bigint[], $8::bigint[]) AS u(payer, currency, day, n, amount, year, in_year, ever)
   ORDER BY payer, currency
   ON CONFLICT (payer_id, currency) DO UPDATE SET
     day = greatest(s.day, excluded.day),
     day_count = CASE WHEN s.day > excluded.day THEN s.day_count
       WHEN s.day = excluded.day THEN greatest(s.day_count + excluded.day_count, 0)
       ELSE greatest(excluded.day_count, 0) END,
     day_amount = CASE WHEN s.day > excluded.day THEN s.day_amount
       WHEN s.day = excluded.day THEN greatest(s.day_amount + excluded.day_amount, 0)
       ELSE greatest(excluded.day_amount, 0) END,
     year = greatest(s.year, excluded.year),
     year_balance = CASE WHEN s.year > excluded.year THEN s.year_balance
       WHEN s.year = excluded.year THEN s.year_balance + excluded.year_balance ELSE excluded.year_balance END,
     ever_balance = s.ever_balance + excluded.ever_balance`,
);
/**
 * What a batch adds, a statement for each day: payments of one batch are of one instant, only what is taken back may be
 * of a former day.
 */
export function addSpending(spent: readonly Spent[]): Execution[] {
  const days = new Map<bigint, Map<string, Spent>>();
  for (const each of spent) {
    const sums = days.get(each.day) ?? new Map<string, Spent>();
    days.set(each.day, sums);
    const key = spendingKey(each.payerId, each.currency);
    const former = sums.get(key);
    sums.set(key, former === undefined ? each : { ...each, ...summed(former, each) });
  }
  return Array.from(days.values(), (sums) => {
    const rows = [...sums.values()];
    const column = (of: (row: Spent) => bigint): string => integers(rows.map(of));
    const values = [
      column((row) => row.payerId),
      column((row) => row.currency),
      column((row) => row.day),
      column((row) => row.dayCount),
      column((row) => row.dayAmount),
      column((row) => row.year),
      column((row) => row.yearBalance),
      column((row) => row.everBalance),
    ];
    return { statement: add, values };
  });
}

const summed = (
  a: Spent,
  b: Spent,
): Pick<Spending, 'dayCount' | 'dayAmount' | 'yearBalance' | 'everBalance'> => ({
  dayCount: a.dayCount + b.dayCount,
  dayAmount: a.dayAmount + b.dayAmount,
  yearBalance: a.yearBalance + b.yearBalance,
  everBalance: a.everBalance + b.everBalance,
});

/** The facts after a decision, so that the payer's next command of the batch sees it. */
export function countIn(facts: SpendingFacts, spent: Spent): void {
  const key = spendingKey(spent.payerId, spent.currency);
  facts.set(key, plus(facts.get(key), spent));
}

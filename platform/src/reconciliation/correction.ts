// A bank sends a statement again with other content. The new version takes the place of the former one: breaks that
// both have stay as they are, with what people did about them; breaks that only the former had are closed; and where money was
// already posted for such a break, a new break asks for it back. Nothing is edited, nothing is counted twice.
import { formatMajor, money } from '@tongbao/money';
import type { Break } from './statement.ts';
import type { Act, BreakRow } from './store.ts';

export interface Correction {
  /** Breaks of the new version that the former had not. */
  readonly added: readonly Break[];
  /** Breaks of the former version that the new one has too. */
  readonly kept: readonly BreakRow[];
  /** Open or proposed breaks of the former version that the new one has no more. */
  readonly closed: readonly BreakRow[];
}

const keyOf = (found: Break): string =>
  JSON.stringify([found.kind, found.reference, found.field, found.expected, found.actual, found.currency]);

/** Pure. `acts` are those on the former version's breaks. */
export function correctionOf(
  found: readonly Break[],
  former: readonly BreakRow[],
  acts: readonly Act[],
): Correction {
  const waiting = new Map<string, BreakRow[]>();
  for (const row of former) waiting.set(keyOf(row), [...(waiting.get(keyOf(row)) ?? []), row]);
  const kept: BreakRow[] = [];
  const added: Break[] = [];
  for (const each of found) {
    const same = waiting.get(keyOf(each))?.pop();
    if (same === undefined) added.push(each);
    else kept.push(same);
  }
  const gone = [...waiting.values()].flat();
  for (const row of gone) {
    const entry = acts.find((act) => act.break_id === row.id && act.entry_id !== 0n)?.entry_id;
    if (entry !== undefined) added.push(postedInVain(row, entry));
  }
  return { added, kept, closed: gone.filter((row) => row.status !== 'closed') };
}

function postedInVain(row: BreakRow, entry: bigint): Break {
  const { reference, currency, day } = row;
  return {
    ...{ kind: 'correction', field: 'entry', reference, currency, day, difference: -row.difference },
    expected: 'no entry: the corrected statement has no such difference',
    actual: `entry ${entry} of break ${row.id}: ${formatMajor(money(currency, row.difference))}`,
  };
}

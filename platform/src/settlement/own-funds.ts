// The house pays own money into its settlement account: what merchants owe is missing there until they have paid it back.
import type { Money } from '@tongbao/money';
import { recordEntries } from '../ledger/index.ts';
import type { SettlementParts } from './parts.ts';

/** Books what the bank has received from the house; the caller knows that it has. */
export async function bookOwnFunds(
  parts: Pick<SettlementParts, 'database' | 'clock' | 'ids' | 'house'>,
  { currency, amount }: Money,
): Promise<void> {
  const at = parts.clock.now();
  const bank = await parts.house.open('settlement-bank', currency, at);
  const funds = await parts.house.open('house-funds', currency, at);
  const id = await parts.ids.one();
  const postings = [
    { account: bank, amount: -amount },
    { account: funds, amount },
  ];
  await parts.database.transaction((tx) =>
    recordEntries(tx, [{ id, kind: 'house-funding', payerId: 0n, subjectId: id, occurredAt: at, postings }]),
  );
}

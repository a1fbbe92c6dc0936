// The house pays own money into its settlement account: what merchants owe is missing there until they have paid it back.
import type { Money } from '@tongbao/money';
import { recordEntries } from '../ledger/index.ts';
import { answerRows, depositRows } from '../wallet/index.ts';
import type { SettlementParts } from './parts.ts';

export interface OwnFunds {
  readonly amount: Money;
  /** The bank's own name of the movement, unique for ever. */
  readonly reference: string;
}

/** Books what the bank says that it has received from the house. The same reference again throws: it is booked once. */
export async function bookOwnFunds(
  parts: Pick<SettlementParts, 'database' | 'clock' | 'ids' | 'house'>,
  { amount: { currency, amount }, reference }: OwnFunds,
): Promise<void> {
  const at = parts.clock.now();
  const bank = await parts.house.open('settlement-bank', currency, at);
  const funds = await parts.house.open('house-funds', currency, at);
  const [id, depositId, heardId] = (await parts.ids.take(3)) as [bigint, bigint, bigint];
  const postings = [
    { account: bank, amount: -amount },
    { account: funds, amount },
  ];
  const told = { bank: 'settlement', reference };
  const deposit = { id: depositId, ...told, account: funds, currency, amount, entryId: id, toldAt: at };
  const heard = { id: heardId, ...told, outcome: 'approved', effect: 'applied', heardAt: at } as const;
  await parts.database.transaction((tx) =>
    recordEntries(tx, [{ id, kind: 'house-funding', payerId: 0n, subjectId: id, occurredAt: at, postings }], {
      alongside: [depositRows([deposit]), answerRows([heard])],
    }),
  );
}

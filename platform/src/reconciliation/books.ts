// Which of our accounts a bank's statement is about, and what the books have on it: the settlement bank's account of a
// currency, or the clearing account at a card bank, whose name is CLEARING-BANK-CURRENCY.
import type { Connection } from '../database/index.ts';
import type { HouseAccounts } from '../ledger/index.ts';
import { readClearingMovements } from '../payments/index.ts';
import { readBankMovements } from '../settlement/index.ts';
import { readTransferMovements } from '../wallet/index.ts';
import type { ExpectedMovement } from './statement.ts';

/** A card bank's name of our clearing account there. */
export const clearingAccountName = (bank: string, currency: string): string => `CLEARING-${bank}-${currency}`;

/** The card bank of a clearing account's name; null for any other account. */
export const clearingBankOf = (account: string): string | null =>
  /^CLEARING-([A-Z0-9]{1,20})-[A-Z]{3}$/.exec(account)?.[1] ?? null;

/** Our account in the ledger that a statement is compared with. */
export const ledgerAccountOf = (
  house: HouseAccounts,
  of: { account: string; currency: string },
  at: Date,
): Promise<bigint> => {
  const bank = clearingBankOf(of.account);
  return bank === null
    ? house.open('settlement-bank', of.currency, at)
    : house.open('card-clearing', of.currency, at, bank);
};

/** What the books have on the account in days (YYYY-MM-DD, UTC, both included). */
export async function expectedOn(
  connection: Connection,
  of: { account: string; currency: string; fromDay: string; toDay: string; ledgerAccount: bigint },
): Promise<ExpectedMovement[]> {
  const bank = clearingBankOf(of.account);
  if (bank === null) return readBankMovements(connection, of);
  const payments = await readClearingMovements(connection, { ...of, account: of.ledgerAccount });
  const transfers = await readTransferMovements(connection, { ...of, bank });
  return [...payments, ...transfers].map((each) => ({ ...each, group: '', currency: of.currency }));
}

// The banks' books as the audit compares them with the ledger: what each side does not know of yet is named.
import type { BankBook } from '../audit/index.ts';
import type { Connection } from '../database/index.ts';
import { readBankReferences } from '../payments/index.ts';
import { readOpenDeals, readOpenPayoutReferences } from '../settlement/index.ts';
import { readOpenReferences } from '../wallet/index.ts';
import { readBankBooks, readBankExecuted } from './bank/index.ts';

export async function sandboxBankBooks(connection: Connection): Promise<BankBook[]> {
  const { waiting, reversals } = await readBankReferences(connection);
  const books = await readBankBooks(connection, [...waiting, ...(await readOpenReferences(connection))], {
    payouts: await readOpenPayoutReferences(connection),
    deals: (await readOpenDeals(connection)).map((deal) => `FX${deal.id}`),
  });
  const executed = await readBankExecuted(
    connection,
    reversals.map((reversal) => reversal.reference),
  );
  const owed = new Map<string, bigint>();
  for (const { currency, amount } of reversals) owed.set(currency, (owed.get(currency) ?? 0n) + amount);
  return books.map((book) =>
    book.kind === 'card-clearing'
      ? // A cancelled card payment is undone in our books first: until the bank follows, it still shows the debit.
        {
          ...book,
          inTransit: book.inTransit - (owed.get(book.currency) ?? 0n) - (executed.get(book.currency) ?? 0n),
        }
      : book,
  );
}

// What is agreed with a merchant, with the accounts that the agreement needs: and how much it may owe for refunds.
import type { Transaction } from '../database/index.ts';
import { openAccount, setLowestBalance } from '../ledger/index.ts';
import { Rejection } from '../rejection.ts';
import type { Contract } from './merchant.ts';
import { insertContractRow, insertDebtLimitRow } from './store.ts';

export type NewContract = Omit<Contract, 'pendingAccount' | 'debtLimit' | 'queuesRefunds'> &
  Partial<Pick<Contract, 'debtLimit' | 'queuesRefunds'>>;

export const greatestDebtLimit = 10n ** 15n;

export async function insertContract(
  tx: Transaction,
  { merchantId, contract, at }: { merchantId: bigint; contract: NewContract; at: Date },
): Promise<void> {
  const { queuesRefunds = false, debtLimit = 0n, settlementCurrency: currency } = contract;
  const account = { ownerId: merchantId, currency, createdAt: at };
  const pendingAccount = await openAccount(tx, { ...account, kind: 'merchant-pending' });
  for (const kind of ['merchant-refunding', 'merchant-receivable', 'merchant-fee-receivable'] as const)
    await openAccount(tx, { ...account, kind });
  await insertContractRow(tx, { ...contract, merchantId, pendingAccount, queuesRefunds });
  if (debtLimit > 0n)
    await agreeDebtLimit(tx, { merchantId, currency, amount: debtLimit, agreedBy: 'contract', at });
}

/**
 * The contract's limit and its history, and the bound of the account that the database keeps. What is owed beyond the
 * new limit stays owed and can only become less. Rejections: merchant-unknown.
 */
export async function agreeDebtLimit(
  tx: Transaction,
  of: { merchantId: bigint; currency: string; amount: bigint; agreedBy: string; at: Date },
): Promise<void> {
  const { merchantId, currency, amount, agreedBy, at } = of;
  if (!(await insertDebtLimitRow(tx, { merchantId, amount, agreedBy, agreedAt: at })))
    throw new Rejection('merchant-unknown');
  const account = { ownerId: merchantId, currency, createdAt: at };
  await setLowestBalance(tx, await openAccount(tx, { ...account, kind: 'merchant-receivable' }), -amount);
}

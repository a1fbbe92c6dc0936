// What is agreed with a merchant, with the accounts that the agreement needs: and how much it may owe for refunds.
import { isCurrency } from '@tongbao/money';
import type { Transaction } from '../database/index.ts';
import { openAccount, setLowestBalance } from '../ledger/index.ts';
import { Rejection } from '../rejection.ts';
import type { Contract } from './merchant.ts';
import { insertContractRow, insertDebtLimitRow } from './store.ts';

type WithDefaults = 'paymentCurrencies' | 'rateRule' | 'settlementSpreadBps' | 'debtLimit' | 'queuesRefunds';

/** Absent: orders are priced in the settlement currency only; no spread, no debts, no waiting. */
export type NewContract = Omit<Contract, 'pendingAccount' | WithDefaults> &
  Partial<Pick<Contract, WithDefaults>>;

export const greatestDebtLimit = 10n ** 15n;

export async function insertContract(
  tx: Transaction,
  { merchantId, contract, at }: { merchantId: bigint; contract: NewContract; at: Date },
): Promise<void> {
  const { queuesRefunds = false, debtLimit = 0n, settlementCurrency: currency } = contract;
  const {
    paymentCurrencies = [currency],
    rateRule = 'locked-at-payment',
    settlementSpreadBps = 0,
  } = contract;
  for (const code of [currency, ...paymentCurrencies])
    if (!isCurrency(code)) throw new Rejection('currency-not-supported', `there is no currency ${code}`);
  const account = { ownerId: merchantId, currency, createdAt: at };
  const pendingAccount = await openAccount(tx, { ...account, kind: 'merchant-pending' });
  for (const kind of ['merchant-refunding', 'merchant-receivable', 'merchant-fee-receivable'] as const)
    await openAccount(tx, { ...account, kind });
  const agreed = { paymentCurrencies, rateRule, settlementSpreadBps, queuesRefunds };
  await insertContractRow(tx, { ...contract, ...agreed, merchantId, pendingAccount });
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

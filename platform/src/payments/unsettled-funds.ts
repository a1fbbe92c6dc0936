// What a merchant has that is not settled yet: the classic gateway's refunds are paid from it and from nothing else
// (gateway reference, sections 2.6 and 4.4).

import { divide } from '@tongbao/money';
import type { Transaction } from '../database/index.ts';
import { holdGate, readBalances } from '../ledger/index.ts';
import type { Payment, Refund } from './payment.ts';
import { sharesOf, total } from './shares.ts';

/** What is left on each merchant's pending account, in minor units; a decision that spends some puts the rest back. */
export type MerchantFunds = Map<bigint, bigint>;

const hourMs = 3_600_000;
export const retryEveryMs = 6 * hourMs;
export const waitsAtMostMs = 180 * 24 * hourMs;

/**
 * What of a refund its merchant must have. Not the discount fee on it, also where the contract keeps that: a payment that
 * is not settled can always be refunded from itself, and the fee is made good by the next one.
 */
export function neededFor(payment: Payment, refund: Refund): bigint {
  const discount = payment.fee.amount - total(sharesOf(payment));
  const kept = divide(discount * refund.amount.amount, payment.amount.amount, 'up');
  return refund.amount.amount - total(refund.shares) - kept;
}

/**
 * Reads what the payments' merchants have, so that nobody moves it before this transaction ends: from here on the gate
 * is held, so ask only where a decision depends on it.
 */
export async function readMerchantFunds(
  tx: Transaction,
  payments: readonly Payment[],
): Promise<MerchantFunds> {
  if (payments.length === 0) return new Map();
  await holdGate(
    tx,
    payments.flatMap((payment) => (payment.fundingAccount === null ? [] : [payment.fundingAccount])),
  );
  const accounts = [...new Set(payments.map((payment) => payment.terms.pendingAccount))];
  const balances = await readBalances(tx, accounts);
  return new Map(accounts.map((account) => [account, balances.get(account)?.balance ?? 0n]));
}

// Whose money a refund is: the merchant's own, of what is not settled yet; then what its contract lets it owe. Nobody else's
// (decision 0063).
import { divide } from '@tongbao/money';
import type { Connection } from '../database/index.ts';
import { type OwnedBalance, readBalancesOfOwners } from '../ledger/index.ts';
import type { Payment, Refund } from './payment.ts';
import { sharesOf, total } from './shares.ts';

/** The merchant's accounts that refunds move, in its settlement currency. */
export interface MerchantAccounts {
  readonly pending: bigint;
  /** Where the money of a refund lies while a bank is asked. */
  readonly refunding: bigint;
  readonly receivable: bigint;
  readonly feeReceivable: bigint;
}

export interface Funds {
  readonly accounts: MerchantAccounts;
  /** What is not settled, and how much more may be owed; minor units. */
  readonly pending: bigint;
  readonly credit: bigint;
}

/** By the pending account; a decision that takes some puts the rest back. */
export type MerchantFunds = Map<bigint, Funds>;

/** Where a refund's money comes from, minor units: together what it needs. */
export interface Sources {
  readonly pending: bigint;
  /** Fees that the contract keeps, and the rest that its limit allows: the merchant owes them from now on. */
  readonly owedFee: bigint;
  readonly owed: bigint;
}

const hourMs = 3_600_000;
export const retryEveryMs = 6 * hourMs;
export const waitsAtMostMs = 180 * 24 * hourMs;

/** What the merchant must give for a refund: it gets back the fee that is returned, and what receivers of shares give back. */
export const neededFor = ({
  settlementAmount,
  feeReturned,
}: Pick<Refund, 'settlementAmount' | 'feeReturned'>): bigint =>
  settlementAmount.amount > feeReturned.amount ? settlementAmount.amount - feeReturned.amount : 0n;

export const discountOf = (payment: Payment): bigint => payment.fee.amount - total(sharesOf(payment));

/**
 * How much of the fee a merchant may owe once refunds have taken `settled` of what it got for the payment. A payment brought its amount less the fee;
 * where the contract keeps the fee, a refund needs more than the payment brought. So that a payment which is not
 * settled can be refunded from itself, that much is lent without a limit: never more than the fee, rounded up.
 */
export const keptFeeOf = (payment: Payment, settled: bigint): bigint =>
  payment.terms.returnsFee
    ? 0n
    : divide(discountOf(payment) * settled, payment.settlementAmount.amount, 'up');

/** Takes what is needed, or nothing: unsettled funds first, then the kept fee, then credit. Null when they do not suffice. */
export function takeFunds(
  all: MerchantFunds,
  payment: Payment,
  { needed, keptFee }: { readonly needed: bigint; readonly keptFee: bigint },
): Sources | null {
  const funds = fundsOf(all, payment);
  const pending = least(needed, funds.pending);
  const owedFee = least(needed - pending, keptFee);
  const owed = needed - pending - owedFee;
  if (owed > funds.credit) return null;
  all.set(payment.terms.pendingAccount, {
    ...funds,
    pending: funds.pending - pending,
    credit: funds.credit - owed,
  });
  return { pending, owedFee, owed };
}

/** What comes back of a refund that failed can be used by the next one of the batch. */
export function giveBack(all: MerchantFunds, payment: Payment, amount: bigint): void {
  const funds = fundsOf(all, payment);
  all.set(payment.terms.pendingAccount, { ...funds, pending: funds.pending + amount });
}

export function fundsOf(all: MerchantFunds, payment: Payment): Funds {
  const funds = all.get(payment.terms.pendingAccount);
  if (funds === undefined) throw new Error(`merchant ${payment.merchantId} has no accounts for its refunds`);
  return funds;
}

const least = (left: bigint, right: bigint): bigint => (left < right ? left : right < 0n ? 0n : right);

export const merchantKinds = [
  'merchant-pending',
  'merchant-refunding',
  'merchant-receivable',
  'merchant-fee-receivable',
] as const;

/** The accounts of one merchant in one currency, out of its balances; null when one is missing. */
export function accountsAmong(balances: readonly OwnedBalance[]): MerchantAccounts | null {
  const of = (kind: (typeof merchantKinds)[number]) => balances.find((row) => row.kind === kind)?.id;
  const [pending, refunding] = [of('merchant-pending'), of('merchant-refunding')];
  const [receivable, feeReceivable] = [of('merchant-receivable'), of('merchant-fee-receivable')];
  if (pending === undefined || refunding === undefined) return null;
  if (receivable === undefined || feeReceivable === undefined) return null;
  return { pending, refunding, receivable, feeReceivable };
}

/**
 * What the payments' merchants have now. Nothing is locked: payments of a busy shop must not wait for its refunds. When
 * the money has moved meanwhile, the database refuses what would pass an account's bounds, and the batch is decided again.
 */
export async function readMerchantFunds(
  connection: Connection,
  payments: Iterable<Payment>,
): Promise<MerchantFunds> {
  const owners = new Map<bigint, { ownerId: bigint; currency: string }>();
  for (const { merchantId, terms } of payments)
    owners.set(terms.pendingAccount, { ownerId: merchantId, currency: terms.settlementCurrency });
  const funds: MerchantFunds = new Map();
  if (owners.size === 0) return funds;
  const rows = await readBalancesOfOwners(connection, { kinds: merchantKinds, owners: [...owners.values()] });
  for (const [pendingAccount, { ownerId, currency }] of owners) {
    const own = rows.filter((row) => row.owner_id === ownerId && row.currency === currency);
    const accounts = accountsAmong(own);
    if (accounts === null || accounts.pending !== pendingAccount) continue;
    const receivable = own.find((row) => row.id === accounts.receivable)!;
    const credit = receivable.balance - (receivable.lowest ?? 0n);
    const pending = own.find((row) => row.id === accounts.pending)!.balance;
    funds.set(pendingAccount, { accounts, pending, credit });
  }
  return funds;
}

// Which accounts settlement moves, on one screen. Pure: pending → payable → in transit → paid, reserves beside them.
import { type Posting, postingsOf } from '../ledger/index.ts';
import type { BatchSums } from './batch.ts';

/** A merchant's accounts in one currency, and the house's that settlement touches. */
export interface SettlementAccounts {
  readonly pending: bigint;
  readonly payable: bigint;
  readonly inTransit: bigint;
  readonly reserve: bigint;
  /** What the merchant owes: for refunds within its limit, and fees that its contract keeps. */
  readonly receivable: bigint;
  readonly feeReceivable: bigint;
  readonly fees: bigint;
  readonly tax: bigint;
  readonly bank: bigint;
}

/**
 * The batch closes: what the payments left as pending becomes payable, less settlement's fees, tax and reserve, and less
 * what is carried over, which stays pending.
 */
export function closePostings(
  sums: BatchSums,
  outcome: { net: bigint; reserve: bigint; carried: bigint },
  accounts: SettlementAccounts,
): Posting[] {
  return postingsOf([
    { account: accounts.pending, amount: outcome.carried - drawOf(sums) },
    { account: accounts.fees, amount: -(sums.fixedFee + sums.refundFee) },
    { account: accounts.tax, amount: -sums.tax },
    { account: accounts.reserve, amount: outcome.reserve },
    { account: accounts.payable, amount: outcome.net },
  ]);
}

/** What the lines of a batch take from the pending account; settlement's own fees come out of it. */
export const drawOf = (sums: BatchSums): bigint => sums.gross + sums.fee + sums.adjustments;

/** What a merchant owes is paid from what is pending for it. */
export const nettingPostings = (
  netted: { fee: bigint; debt: bigint },
  accounts: SettlementAccounts,
): Posting[] =>
  postingsOf([
    { account: accounts.pending, amount: -(netted.fee + netted.debt) },
    { account: accounts.feeReceivable, amount: netted.fee },
    { account: accounts.receivable, amount: netted.debt },
  ]);

/** The bank is told to pay. */
export const instructPostings = (net: bigint, accounts: SettlementAccounts): Posting[] => [
  { account: accounts.payable, amount: -net },
  { account: accounts.inTransit, amount: net },
];

/** The bank has paid: the merchant's claim is gone, and so is the money. */
export const paidPostings = (net: bigint, accounts: SettlementAccounts): Posting[] => [
  { account: accounts.inTransit, amount: -net },
  { account: accounts.bank, amount: net },
];

/** The bank refused: payable again. */
export const rejectedPostings = (net: bigint, accounts: SettlementAccounts): Posting[] => [
  { account: accounts.inTransit, amount: -net },
  { account: accounts.payable, amount: net },
];

/** A reserve comes back to what is pending; the next batch takes it. */
export const releasePostings = (amount: bigint, accounts: SettlementAccounts): Posting[] => [
  { account: accounts.reserve, amount: -amount },
  { account: accounts.pending, amount },
];

// Which accounts a payment moves, on one screen. Pure. An FX entry is two balanced legs that meet in the house's
// position; the spread, the merchant's fee and what rounding leaves are lines of their own, never hidden in a rate.
import { divide } from '@tongbao/money';
import { type Posting, postingsOf, reversed } from '../ledger/index.ts';
import type { Payment, Refund } from './payment.ts';
import { conversionOf } from './settlement-price.ts';
import { type Share, sharesOf, total } from './shares.ts';
import type { MerchantAccounts } from './unsettled-funds.ts';

/** The house's accounts that a payment between two currencies needs. `settlement`: what the merchant is paid in. */
export interface HouseLegs {
  readonly payerPosition: bigint;
  readonly settlementPosition: bigint;
  readonly payerSpread: bigint;
  readonly payerRounding: bigint;
  readonly settlementFee: bigint;
  /** Where the merchant is paid in another currency than its prices are in: what that leaves to the house. */
  readonly conversion: { readonly spread: bigint; readonly rounding: bigint } | null;
}

/** The shopper pays: his money becomes the house's position and spread; the position becomes the merchant's money. */
export function paymentPostings(payment: Payment, fundingAccount: bigint, house: HouseLegs): Posting[] {
  const { payerAmount, midAmount, spreadAmount, settlementAmount, fee } = payment;
  const { mid, spread } = conversionOf(payment);
  const shares = sharesOf(payment);
  return postingsOf([
    ...sharePostings(shares, house),
    { account: fundingAccount, amount: -payerAmount.amount },
    { account: house.payerPosition, amount: midAmount.amount },
    { account: house.payerSpread, amount: spreadAmount.amount },
    { account: house.settlementPosition, amount: -mid },
    ...(house.conversion === null ? [] : [{ account: house.conversion.spread, amount: spread }]),
    { account: payment.terms.pendingAccount, amount: settlementAmount.amount - fee.amount },
    { account: house.settlementFee, amount: fee.amount - total(shares) },
  ]);
}

/** Shares go back through the position at the payment's rate: what the merchant does not get in won is owed in yuan. */
const sharePostings = (shares: readonly Share[], house: HouseLegs): Posting[] =>
  shares.flatMap((share) => [
    { account: share.account, amount: share.payerAmount },
    { account: house.payerPosition, amount: -share.midAmount },
    { account: house.payerSpread, amount: share.midAmount - share.payerAmount },
    { account: house.settlementPosition, amount: share.amount },
  ]);

/** Which accounts a change to a paid payment moves. */
export interface RefundLegs {
  readonly house: HouseLegs;
  readonly merchant: MerchantAccounts;
}

/** A paid payment is cancelled: every leg goes back, the fee included. `owed`: what its merchant had no funds for. */
export const reversalPostings = (
  payment: Payment,
  { house, merchant }: RefundLegs,
  owed: bigint,
): Posting[] =>
  postingsOf([
    ...reversed(paymentPostings(payment, payment.fundingAccount!, house)),
    { account: merchant.pending, amount: owed },
    { account: merchant.receivable, amount: -owed },
  ]);

/** What the merchant gives for a refund, less what it gets back of fee and shares. */
const givenFor = ({ settlementAmount, feeReturned }: Refund): bigint =>
  settlementAmount.amount - feeReturned.amount;

/** The merchant's side of a refund: what was pending pays it, the rest is owed. */
const merchantPostings = (refund: Refund, merchant: MerchantAccounts): Posting[] => [
  {
    account: merchant.pending,
    amount: refund.owedFee + refund.owed - givenFor(refund),
  },
  { account: merchant.feeReceivable, amount: -refund.owedFee },
  { account: merchant.receivable, amount: -refund.owed },
];

/** The money of a refund is put aside while a bank is asked. */
export const fundingPostings = (refund: Refund, merchant: MerchantAccounts): Posting[] =>
  postingsOf([
    ...merchantPostings(refund, merchant),
    { account: merchant.refunding, amount: givenFor(refund) },
  ]);

/** The bank refused: what was put aside can be used again. What is owed stays owed until the next settlement. */
export const releasePostings = (refund: Refund, merchant: MerchantAccounts): Posting[] =>
  postingsOf([
    { account: merchant.refunding, amount: -givenFor(refund) },
    { account: merchant.pending, amount: givenFor(refund) },
  ]);

/**
 * A refund at the payment's own rate. The payer gets his cumulative share (so that all refunds together return
 * exactly what he paid); position and spread give back their own rounded shares; the difference of these roundings,
 * at most a few minor units, is posted to the rounding account. On the merchant's side, where it is converted, the same.
 */
export function refundPostings(payment: Payment, refund: Refund, { house, merchant }: RefundLegs): Posting[] {
  const fundingAccount = payment.fundingAccount!;
  const share = (whole: bigint) => divide(whole * refund.amount.amount, payment.amount.amount, 'half-even');
  const mid = share(payment.midAmount.amount);
  const spread = share(payment.spreadAmount.amount);
  const settled = conversionOf(payment);
  return postingsOf([
    ...reversed(sharePostings(refund.shares, house)),
    { account: fundingAccount, amount: refund.payerAmount.amount },
    { account: house.payerPosition, amount: -mid },
    { account: house.payerSpread, amount: -spread },
    { account: house.payerRounding, amount: mid + spread - refund.payerAmount.amount },
    { account: house.settlementPosition, amount: share(settled.mid) },
    ...(house.conversion === null
      ? []
      : [
          { account: house.conversion.spread, amount: -share(settled.spread) },
          {
            account: house.conversion.rounding,
            amount: refund.settlementAmount.amount - share(settled.mid) + share(settled.spread),
          },
        ]),
    ...(refund.putAside
      ? [{ account: merchant.refunding, amount: -givenFor(refund) }]
      : merchantPostings(refund, merchant)),
    { account: house.settlementFee, amount: total(refund.shares) - refund.feeReturned.amount },
  ]);
}

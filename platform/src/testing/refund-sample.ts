// For tests of the payments room's pure decisions: a payment between two currencies as it is created, the facts that decisions
// are made from, and commands. No database.
import { money, parseRate } from '@tongbao/money';
import fc from 'fast-check';
import { priceOf } from '../fx/index.ts';
import { type Balance, nothingSpent } from '../ledger/index.ts';
import type { CancelFacts } from '../payments/cancel.ts';
import type { RefundPayment } from '../payments/commands.ts';
import type { FinishDebitFacts } from '../payments/finish-debit.ts';
import type { OrderShares, Payment, Refund } from '../payments/payment.ts';
import type { RefundFacts } from '../payments/refund.ts';
import type { RefundSums } from '../payments/refund-price.ts';
import type { RetryRefundFacts } from '../payments/retry-refund.ts';
import { total } from '../payments/shares.ts';

export type AllFacts = RefundFacts & FinishDebitFacts & CancelFacts & RetryRefundFacts;

export const now = new Date('2014-11-11T02:00:00Z');
export const house = {
  payerPosition: 1156n,
  settlementPosition: 2410n,
  payerSpread: 3156n,
  payerRounding: 4156n,
  settlementFee: 5410n,
  conversion: null,
};
export const wallet = 9156n;
export const merchant = { pending: 8410n, refunding: 6410n, receivable: 7410n, feeReceivable: 9410n };

export interface Sample {
  readonly amount: bigint;
  readonly price: string;
  readonly mid: string;
  readonly feeBps: bigint;
  readonly returnsFee: boolean;
  /** Part of the fee; the merchant's own fee comes on top. */
  readonly shares?: OrderShares;
  readonly sharesAmount?: bigint;
}

export function samplePayment(of: Sample): Payment {
  const amount = money('KRW', of.amount);
  const quote = { mid: parseRate('KRW', 'CNY', of.mid), price: parseRate('KRW', 'CNY', of.price) };
  const zeroKrw = money('KRW', 0n);
  const zeroCny = money('CNY', 0n);
  return {
    id: 1n,
    merchantId: 2n,
    requestId: 'r',
    status: 'created',
    amount,
    ...priceOf(quote, amount),
    settlementAmount: amount,
    settlementQuote: null,
    fee: money('KRW', (of.amount * of.feeBps) / 10_000n + (of.sharesAmount ?? 0n)),
    quote: {
      ...quote,
      quoteId: '1',
      spreadBps: 50,
      rateDate: '2014-11-11',
      source: 'test',
      lockedAt: now,
      expiresAt: now,
    },
    terms: {
      pendingAccount: merchant.pending,
      settlementCurrency: 'KRW',
      feeBps: 0,
      returnsFee: of.returnsFee,
      refundWindowDays: 365,
      timeZone: 'Asia/Seoul',
    },
    payerId: null,
    funding: null,
    fundingAccount: null,
    createdAt: now,
    expiresAt: new Date(now.getTime() + 1000),
    paidAt: null,
    closedAt: null,
    refunded: zeroKrw,
    refunding: zeroKrw,
    refundedToPayer: zeroCny,
    refundingToPayer: zeroCny,
    events: 1,
    lastRefusal: null,
    order: {
      reference: null,
      description: '',
      merchantName: null,
      goods: [],
      redirectUrl: '',
      notifyUrl: 'http://shop.example/n',
      metadata: null,
      channel: 'ams-pay',
      channelData: {},
      ...(of.shares === undefined ? {} : { shares: of.shares }),
    },
  };
}

/** The merchant has what this payment brings, no more, and may owe nothing beyond kept fees. */
export function factsFor(subject: Payment, balance: bigint, at = now): AllFacts {
  let next = 100n;
  const ids = new Proxy([] as bigint[], {
    get: (target, key) => (key === 'pop' ? () => next++ : Reflect.get(target, key)),
  });
  const balances = new Map<bigint, Balance>([
    [wallet, { account: wallet, balance, held: 0n, floor: 0n, spending: nothingSpent }],
  ]);
  const pending = subject.amount.amount - subject.fee.amount;
  return {
    now: at,
    ids,
    payments: new Map([[subject.id, subject]]),
    locked: new Map([[subject.id, subject]]),
    balances,
    house: new Map([['KRW/CNY', house]]),
    payerAccounts: new Map(),
    answered: new Map(),
    funds: new Map([[merchant.pending, { accounts: merchant, pending, credit: 0n }]]),
    sums: new Map(),
    sharesBack: new Map(),
    refunds: new Map(),
    queued: new Map(),
  };
}

export const authorize = {
  paymentId: 1n,
  payer: { customerId: 7n, kycClass: 3, status: 'active' },
  payerAccount: wallet,
  funding: { kind: 'balance' },
  clearingAccount: null,
} as const;

export const payments = fc
  .record({
    amount: fc.bigInt(1n, 800_000n),
    priceMillionths: fc.integer({ min: 1_000, max: 9_999 }),
    spread: fc.integer({ min: 0, max: 500 }),
    feeBps: fc.bigInt(0n, 500n),
    returnsFee: fc.boolean(),
  })
  .map(({ amount, priceMillionths, spread, feeBps, returnsFee }) =>
    samplePayment({
      amount,
      price: `0.00${String(priceMillionths + spread).padStart(6, '0')}`,
      mid: `0.00${String(priceMillionths).padStart(6, '0')}`,
      feeBps,
      returnsFee,
    }),
  );

export function refundOf(
  amount: bigint,
  requestId: string,
  more: Partial<RefundPayment> = {},
): RefundPayment {
  const inputHash = Buffer.from(amount.toString());
  return {
    merchantId: 2n,
    paymentId: 1n,
    requestId,
    inputHash,
    amount: money('KRW', amount),
    reason: null,
    notifyUrl: null,
    metadata: null,
    funds: 'now',
    ...more,
  };
}

/** What a payment's refunds come to once one of them has failed. */
export const withoutFailed = (sums: RefundSums, failed: Refund): RefundSums => ({
  ...sums,
  feeReturned: sums.feeReturned - failed.feeReturned.amount + total(failed.shares),
  settled: sums.settled - failed.settlementAmount.amount,
});

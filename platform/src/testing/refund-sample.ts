// For tests of the payments room's pure decisions: a payment between two currencies as it is created, the facts that decisions
// are made from, and commands. No database.
import { money, parseRate } from '@tongbao/money';
import fc from 'fast-check';
import { type LockedQuote, priceOf } from '../fx/index.ts';
import { type Balance, nothingSpent } from '../ledger/index.ts';
import type { CancelFacts } from '../payments/cancel.ts';
import type { RefundPayment } from '../payments/commands.ts';
import type { FinishDebitFacts } from '../payments/finish-debit.ts';
import type { OrderShares, Payment, Refund } from '../payments/payment.ts';
import type { HouseLegs } from '../payments/postings.ts';
import type { RefundFacts } from '../payments/refund.ts';
import type { RefundSums } from '../payments/refund-price.ts';
import type { RetryRefundFacts } from '../payments/retry-refund.ts';
import { settledAt } from '../payments/settlement-price.ts';
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

/** The same of a merchant that prices in won and is paid in dollars. */
export const dollarHouse = {
  ...house,
  settlementPosition: 2840n,
  settlementFee: 5840n,
  conversion: { spread: 3840n, rounding: 4840n },
};
const dollarMerchant = { pending: 8840n, refunding: 6840n, receivable: 7840n, feeReceivable: 9840n };
export const merchantOf = ({ settlementQuote }: Payment) =>
  settlementQuote === null ? merchant : dollarMerchant;
export const houseOf = ({ settlementQuote }: Payment) => (settlementQuote === null ? house : dollarHouse);

export interface Sample {
  readonly amount: bigint;
  readonly price: string;
  readonly mid: string;
  readonly feeBps: bigint;
  /** Dollars for a won, at the middle rate and after the merchant's spread; absent: the merchant is paid in won. */
  readonly settlement?: { readonly mid: string; readonly price: string };
  readonly returnsFee: boolean;
  /** Part of the fee; the merchant's own fee comes on top. */
  readonly shares?: OrderShares;
  readonly sharesAmount?: bigint;
}

export function samplePayment(of: Sample): Payment {
  const amount = money('KRW', of.amount);
  const quote = { mid: parseRate('KRW', 'CNY', of.mid), price: parseRate('KRW', 'CNY', of.price) };
  const quoted = {
    ...{ quoteId: '1', spreadBps: 50, rateDate: '2014-11-11', source: 'test' },
    ...{ lockedAt: now, expiresAt: now },
  };
  const settlementQuote =
    of.settlement === undefined
      ? null
      : {
          ...quoted,
          mid: parseRate('KRW', 'USD', of.settlement.mid),
          price: parseRate('KRW', 'USD', of.settlement.price),
          spreadBps: -50,
        };
  const settlementAmount = settledAt(settlementQuote, amount);
  const zeroKrw = money('KRW', 0n);
  const zeroCny = money('CNY', 0n);
  return {
    id: 1n,
    merchantId: 2n,
    requestId: 'r',
    status: 'created',
    amount,
    ...priceOf(quote, amount),
    settlementAmount,
    settlementQuote,
    fee: money(
      settlementAmount.currency,
      (settlementAmount.amount * of.feeBps) / 10_000n + (of.sharesAmount ?? 0n),
    ),
    quote: { ...quote, ...quoted },
    terms: {
      pendingAccount: merchantOf({ settlementQuote } as Payment).pending,
      settlementCurrency: settlementAmount.currency,
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
  const pending = subject.settlementAmount.amount - subject.fee.amount;
  const accounts = merchantOf(subject);
  return {
    now: at,
    ids,
    payments: new Map([[subject.id, subject]]),
    locked: new Map([[subject.id, subject]]),
    balances,
    house: new Map<string, HouseLegs>([
      ['KRW/CNY', house],
      ['USD/CNY/converted', dollarHouse],
    ]),
    payerAccounts: new Map(),
    answered: new Map(),
    funds: new Map([[accounts.pending, { accounts, pending, credit: 0n }]]),
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

/** Rates that leave something of the amount: from a cent for a hundred thousand won to three dollars for one. */
export const settlements = (amount: bigint) =>
  fc
    .record({
      digits: fc.integer({ min: 1, max: 30 }),
      zeros: fc.nat(6),
      spread: fc.integer({ min: 0, max: 1_000 }),
    })
    .map(({ digits, zeros, spread }) => {
      const tenMillionths = BigInt(digits) * 10n ** BigInt(zeros);
      return {
        mid: decimal(tenMillionths * 10_000n),
        price: decimal(tenMillionths * BigInt(10_000 - spread)),
      };
    })
    .filter(({ price }) => settledAt(dollarsAt(price), money('KRW', amount)).amount > 0n);

const decimal = (units: bigint): string => {
  const digits = units.toString().padStart(12, '0');
  return `${digits.slice(0, -11)}.${digits.slice(-11)}`;
};
const dollarsAt = (price: string): LockedQuote => {
  const rate = parseRate('KRW', 'USD', price);
  return { mid: rate, price: rate } as LockedQuote;
};

export const payments = fc
  .record({
    amount: fc.bigInt(1n, 800_000n),
    priceMillionths: fc.integer({ min: 1_000, max: 9_999 }),
    spread: fc.integer({ min: 0, max: 500 }),
    feeBps: fc.bigInt(0n, 500n),
    returnsFee: fc.boolean(),
  })
  .chain((of) =>
    fc.record({ of: fc.constant(of), settlement: fc.option(settlements(of.amount), { nil: undefined }) }),
  )
  .map(({ of: { amount, priceMillionths, spread, feeBps, returnsFee }, settlement }) =>
    samplePayment({
      amount,
      ...(settlement === undefined ? {} : { settlement }),
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

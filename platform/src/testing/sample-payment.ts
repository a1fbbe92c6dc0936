// For tests of the payments room's pure decisions: one shop, one order of ₩59,000 at a rate of 0.00625 and half a per cent of
// spread, and the facts that a decision is given.
import { money, parseRate } from '@tongbao/money';
import { type RateTable, rateTable } from '../fx/rate-table.ts';
import { type Balance, nothingSpent } from '../ledger/index.ts';
import type { Contract, Merchant, MerchantAccess } from '../merchants/index.ts';
import type { ChangeFacts } from '../payments/change.ts';
import type { AuthorizePayment, CreatePayment } from '../payments/commands.ts';
import type { CreateFacts } from '../payments/create.ts';
import type { OrderFacts, Payment, Refund } from '../payments/payment.ts';
import type { HouseLegs } from '../payments/postings.ts';
import type { MerchantAccounts, MerchantFunds } from '../payments/unsettled-funds.ts';

export const now = new Date('2014-11-11T02:00:00Z');
export const later = (ms: number): Date => new Date(now.getTime() + ms);
export const minute = 60_000;

export const [wallet, clearing, pending] = [9_156n, 7_156n, 8_410n];
export const house = {
  payerPosition: 1_156n,
  settlementPosition: 2_410n,
  payerSpread: 3_156n,
  payerRounding: 4_156n,
  settlementFee: 5_410n,
  conversion: null,
};

export const merchant: MerchantAccounts = {
  pending,
  refunding: 6_410n,
  receivable: 7_410n,
  feeReceivable: 9_410n,
};

/** Those of a merchant that prices in won and is paid in dollars. */
export const dollarHouse = {
  ...house,
  settlementPosition: 2_840n,
  settlementFee: 5_840n,
  conversion: { spread: 3_840n, rounding: 4_840n },
};
export const dollarMerchant: MerchantAccounts = {
  ...{ pending: 8_840n, refunding: 6_840n },
  ...{ receivable: 7_840n, feeReceivable: 9_840n },
};

export const sampleOrder: OrderFacts = {
  reference: 'LT-1',
  description: 'coffee',
  merchantName: null,
  goods: [],
  redirectUrl: 'https://mall.example/return',
  notifyUrl: 'https://mall.example/notify',
  metadata: null,
  channel: 'ams-pay',
  channelData: {},
};

/** As `sampleCreate` makes it, not confirmed yet. */
export const samplePayment = (over: Partial<Payment> = {}): Payment => ({
  id: 12n,
  merchantId: 2n,
  requestId: 'order-1',
  status: 'created',
  amount: money('KRW', 59_000n),
  // 370.59375 and 368.75 yuan.
  payerAmount: money('CNY', 37_059n),
  midAmount: money('CNY', 36_875n),
  spreadAmount: money('CNY', 184n),
  // Unless it says so, nothing is converted.
  settlementAmount: over.amount ?? money('KRW', 59_000n),
  fee: money('KRW', 885n),
  settlementQuote: null,
  quote: {
    quoteId: '12',
    mid: parseRate('KRW', 'CNY', '0.00625'),
    price: parseRate('KRW', 'CNY', '0.00628125'),
    spreadBps: 50,
    rateDate: '2014-11-11',
    source: 'test',
    lockedAt: now,
    expiresAt: later(14 * minute),
  },
  terms: {
    pendingAccount: pending,
    settlementCurrency: 'KRW',
    feeBps: 150,
    returnsFee: false,
    refundWindowDays: 365,
    timeZone: 'Asia/Seoul',
    quoteLifeMs: 3_600_000,
  },
  payerId: null,
  funding: null,
  fundingAccount: null,
  createdAt: now,
  expiresAt: later(14 * minute),
  paidAt: null,
  closedAt: null,
  refunded: money('KRW', 0n),
  refunding: money('KRW', 0n),
  refundedToPayer: money('CNY', 0n),
  refundingToPayer: money('CNY', 0n),
  events: 1,
  lastRefusal: null,
  order: sampleOrder,
  ...over,
});

/** What the same order becomes for a merchant that is paid in dollars: a thousand won each, less half a per cent. */
export const inDollars = (): Pick<Payment, 'settlementAmount' | 'settlementQuote' | 'fee' | 'terms'> => {
  const { quote, terms } = samplePayment();
  return {
    // 58.705 dollars; the even cent. The fee is 88.05 cents.
    settlementAmount: money('USD', 5_870n),
    fee: money('USD', 88n),
    settlementQuote: {
      ...quote,
      quoteId: '12-S',
      mid: parseRate('KRW', 'USD', '0.001'),
      price: parseRate('KRW', 'USD', '0.000995'),
      spreadBps: -50,
    },
    terms: { ...terms, pendingAccount: dollarMerchant.pending, settlementCurrency: 'USD' },
  };
};

/** The same after it was paid from the balance. */
export const samplePaid = (over: Partial<Payment> = {}): Payment =>
  samplePayment({
    status: 'paid',
    payerId: 7n,
    funding: { kind: 'balance' },
    fundingAccount: wallet,
    paidAt: now,
    events: 2,
    ...over,
  });

export const sampleCreate = (over: Partial<CreatePayment> = {}): CreatePayment => ({
  merchantId: 2n,
  requestId: 'order-1',
  inputHash: Buffer.from('hash'),
  amount: money('KRW', 59_000n),
  payerCurrency: 'CNY',
  settlementCurrency: null,
  quoteId: null,
  expiresAt: null,
  lifetimeMs: 14 * minute,
  order: sampleOrder,
  ...over,
});

export const sampleAuthorize = (over: Partial<AuthorizePayment> = {}): AuthorizePayment => ({
  paymentId: 12n,
  payer: { customerId: 7n, kycClass: 3, status: 'active' },
  payerAccount: wallet,
  funding: { kind: 'balance' },
  clearingAccount: null,
  ...over,
});

export const sampleContract: Contract = {
  settlementCurrency: 'KRW',
  paymentCurrencies: ['KRW'],
  rateRule: 'locked-at-payment',
  settlementSpreadBps: 0,
  feeBps: 150,
  spreadBps: 50,
  returnsFee: false,
  regions: ['CN'],
  calendar: 'KR',
  timeZone: 'Asia/Seoul',
  minAmount: 100n,
  maxAmount: 10_000_000n,
  refundWindowDays: 365,
  quoteLifeMs: 3_600_000,
  debtLimit: 0n,
  queuesRefunds: false,
  liveFrom: now,
  pendingAccount: pending,
} as Contract;

export const accessOf = (
  contract: Partial<Contract> = {},
  merchant: Partial<Merchant> = {},
): MerchantAccess => ({
  merchant: { id: 2n, status: 'active', notifyUrl: 'https://mall.example/always', ...merchant } as Merchant,
  keys: [],
  contract: { ...sampleContract, ...contract },
});

const row = (currency: string, rate: string) => ({
  ...{ currency, rate, date: '2014-11-11', pivot: 'USD', source: 'test' },
});

/** Yuan and won for a dollar. */
export const ratesOf = (cny: string, krw: string): RateTable =>
  rateTable({
    businessDay: '2014-11-11',
    rates: [row('CNY', cny), row('KRW', krw)],
    staleAfterDays: 5,
  });

export const createFacts = (over: Partial<CreateFacts> = {}): CreateFacts => ({
  now,
  ids: [14n, 13n, 12n],
  merchants: new Map([[2n, accessOf()]]),
  rates: ratesOf('6.25', '1000'),
  quotes: new Map(),
  answered: new Map(),
  ...over,
});

export const balanceOf = (balance: bigint, over: Partial<Balance> = {}): [bigint, Balance] => [
  wallet,
  { account: wallet, balance, held: 0n, floor: 0n, spending: nothingSpent, ...over },
];

export const changeFacts = (payments: readonly Payment[], over: Partial<ChangeFacts> = {}): ChangeFacts => ({
  now,
  ids: [102n, 101n, 100n],
  payments: new Map(payments.map((payment) => [payment.id, payment])),
  locked: new Map(payments.map((payment) => [payment.id, payment])),
  balances: new Map([balanceOf(1_000_000n)]),
  house: new Map<string, HouseLegs>([
    ['KRW/CNY', house],
    ['USD/CNY/converted', dollarHouse],
  ]),
  ...over,
});

/** Half of the payment on its way back: ₩29,500 are 185.295 yuan, of which the even fen goes back. */
export const sampleRefund = (over: Partial<Refund> = {}): Refund => ({
  ...{ id: 20n, paymentId: 12n, merchantId: 2n, payerId: 7n, requestId: 'refund-1', status: 'processing' },
  ...{ amount: money('KRW', 29_500n), payerAmount: money('CNY', 18_530n), feeReturned: money('KRW', 0n) },
  settlementAmount: over.amount ?? money('KRW', 29_500n),
  ...{ owedFee: 0n, owed: 0n, putAside: false, reason: null, notifyUrl: null, metadata: null, shares: [] },
  ...{ createdAt: now, finishedAt: null },
  ...over,
});

/** What the shop has that is not settled, and how much more it may owe. */
export const fundsOf = (unsettled: bigint, credit = 0n): MerchantFunds =>
  new Map([[pending, { accounts: merchant, pending: unsettled, credit }]]);

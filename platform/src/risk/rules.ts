// The rules as data: what is measured, for whom, from when to when, how much is allowed, and where that is written.
// A change of the law is a new line with its date, never an edit: an old decision can always be made again.

/** What a rule looks at; decide.ts says how each is read from the facts. */
export type Measure =
  /** 1 when the payer's account is blocked. */
  | 'payer-blocked'
  /** 1 when nobody has confirmed who the payer is. */
  | 'identity-unchecked'
  /** 1 when this payment, or the day with it, is more than the payer allows himself. */
  | 'over-own-payment-limit'
  | 'over-own-day-limit'
  /** The same for what operators have set for this payer. */
  | 'over-payment-cap'
  | 'over-day-cap'
  /** This payment. */
  | 'payment-amount'
  /** Payments of the day with this one, by number and by amount. */
  | 'day-count'
  | 'day-amount'
  /** Payments from the balance with this one: since 1 January, and since the account was opened. */
  | 'year-balance-amount'
  | 'ever-balance-amount';

export interface Rule {
  readonly name: string;
  /** In force from this instant (included) to that one (excluded); null where it is open. */
  readonly validFrom: string | null;
  readonly validTo: string | null;
  readonly source: string;
  /** Whom it is for; absent means everybody, every way to pay. */
  readonly kycClass?: 0 | 1 | 2 | 3;
  readonly method?: 'balance' | 'card';
  readonly measure: Measure;
  /** Amounts are minor units of this currency, and payments in another currency are not measured; null for numbers. */
  readonly currency: string | null;
  readonly atMost: bigint;
}

const house = 'house policy, single payments and velocity, version 1';
const pboc =
  'PBOC Announcement [2015] No. 43, Measures for Online Payment Services of Non-bank Payment Institutions, article 11';
const pbocFrom = '2016-07-01T00:00:00+08:00';
const always = { validFrom: null, validTo: null } as const;
const cny = (yuan: bigint): { currency: string; atMost: bigint } => ({
  currency: 'CNY',
  atMost: yuan * 100n,
});

/** In the order in which they are looked at: the first that refuses is the reason. */
export const rules: readonly Rule[] = [
  {
    ...always,
    name: 'payer-blocked',
    source: 'house policy: a blocked account pays nothing',
    measure: 'payer-blocked',
    currency: null,
    atMost: 0n,
  },
  {
    ...always,
    name: 'real-name',
    source:
      'PBOC, Measures for the Payment Services of Non-financial Institutions, Order [2010] No. 2: customers are known by their real names',
    measure: 'identity-unchecked',
    currency: null,
    atMost: 0n,
  },
  {
    ...always,
    name: 'own-payment',
    source: 'the shopper: a limit that he set himself',
    measure: 'over-own-payment-limit',
    ...cny(0n),
  },
  {
    ...always,
    name: 'own-day',
    source: 'the shopper: a limit that he set himself',
    measure: 'over-own-day-limit',
    ...cny(0n),
  },
  {
    ...always,
    name: 'cap-payment',
    source: 'the operator: a limit that was set for this payer',
    measure: 'over-payment-cap',
    ...cny(0n),
  },
  {
    ...always,
    name: 'cap-day',
    source: 'the operator: a limit that was set for this payer',
    measure: 'over-day-cap',
    ...cny(0n),
  },
  {
    ...always,
    name: 'single-balance-class-1',
    source: house,
    kycClass: 1,
    method: 'balance',
    measure: 'payment-amount',
    ...cny(1_000n),
  },
  {
    ...always,
    name: 'single-balance-class-2',
    source: house,
    kycClass: 2,
    method: 'balance',
    measure: 'payment-amount',
    ...cny(20_000n),
  },
  {
    ...always,
    name: 'single-balance-class-3',
    source: house,
    kycClass: 3,
    method: 'balance',
    measure: 'payment-amount',
    ...cny(50_000n),
  },
  {
    ...always,
    name: 'single-card',
    source: house,
    method: 'card',
    measure: 'payment-amount',
    ...cny(50_000n),
  },
  { ...always, name: 'day-count', source: house, measure: 'day-count', currency: null, atMost: 100n },
  { ...always, name: 'day-amount', source: house, measure: 'day-amount', ...cny(100_000n) },
  {
    name: 'pboc-class-1-lifetime',
    validFrom: pbocFrom,
    validTo: null,
    source: pboc,
    kycClass: 1,
    method: 'balance',
    measure: 'ever-balance-amount',
    ...cny(1_000n),
  },
  {
    name: 'pboc-class-2-year',
    validFrom: pbocFrom,
    validTo: null,
    source: pboc,
    kycClass: 2,
    method: 'balance',
    measure: 'year-balance-amount',
    ...cny(100_000n),
  },
  {
    name: 'pboc-class-3-year',
    validFrom: pbocFrom,
    validTo: null,
    source: pboc,
    kycClass: 3,
    method: 'balance',
    measure: 'year-balance-amount',
    ...cny(200_000n),
  },
];

/**
 * The same for a sandbox, where whole test suites pay as the same few people: a hundred times as many payments a day.
 * No amount is another.
 */
export const sandboxRules: readonly Rule[] = rules.map((rule) =>
  rule.measure === 'day-count' ? { ...rule, atMost: rule.atMost * 100n } : rule,
);

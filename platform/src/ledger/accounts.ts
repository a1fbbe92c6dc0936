// The chart of accounts: every kind of account there is, whose money it is, and how its code is written.
// Liabilities and income grow by credits (positive), assets by debits (negative).

export interface AccountKind {
  readonly side: 'liability' | 'asset' | 'income' | 'position';
  /** Customers' and merchants' money, which must be covered by safeguarded funds. */
  readonly clientMoney: boolean;
  /** The lowest balance allowed, holds deducted; null for none. Verbs lock such an account before they decide. */
  readonly floor: bigint | null;
  /**
   * Bounds of an account that many payments share: nobody locks it beforehand, it moves behind the gate, and the database
   * refuses what would pass a bound. Absent: none.
   */
  readonly lowest?: bigint;
  readonly highest?: bigint;
  readonly meaning: string;
}

export const chart = {
  'customer-wallet': {
    side: 'liability',
    clientMoney: true,
    floor: 0n,
    meaning: 'What the wallet owes a customer.',
  },
  'merchant-pending': {
    side: 'liability',
    clientMoney: true,
    floor: null,
    lowest: 0n,
    meaning: 'Paid by shoppers, less fees and refunds, not yet in a settlement batch.',
  },
  'merchant-refunding': {
    side: 'liability',
    clientMoney: true,
    floor: null,
    lowest: 0n,
    meaning: 'Put aside for refunds to cards until the bank has answered.',
  },
  'merchant-payable': {
    side: 'liability',
    clientMoney: true,
    floor: null,
    lowest: 0n,
    meaning: 'In a closed settlement batch, waiting for its payout.',
  },
  'merchant-in-transit': {
    side: 'liability',
    clientMoney: true,
    floor: null,
    lowest: 0n,
    meaning: 'A bank was told to pay it to the merchant and has not answered.',
  },
  'merchant-reserve': {
    side: 'liability',
    clientMoney: true,
    floor: null,
    lowest: 0n,
    meaning: 'Held back from settlement by the contract.',
  },
  // Its lowest balance is what the contract allows; 0 is the usual agreement.
  'merchant-receivable': {
    side: 'asset',
    clientMoney: false,
    floor: null,
    lowest: 0n,
    highest: 0n,
    meaning:
      'What a merchant owes for refunds beyond its unsettled funds, within the debt limit of its contract.',
  },
  'merchant-fee-receivable': {
    side: 'asset',
    clientMoney: false,
    floor: null,
    highest: 0n,
    meaning: 'Discount fees of refunded payments that the contract keeps and the merchant had no funds for.',
  },
  'share-receiver': {
    side: 'liability',
    clientMoney: true,
    floor: null,
    lowest: 0n,
    meaning:
      'Shares of orders that are neither the shopper’s nor the merchant’s: taxes, insurance, delivery.',
  },
  'fx-position': {
    side: 'position',
    clientMoney: false,
    floor: null,
    meaning: 'The house between two currencies: long what was collected, short what is owed.',
  },
  'fx-spread': { side: 'income', clientMoney: false, floor: null, meaning: 'The spread on locked rates.' },
  'discount-fee': {
    side: 'income',
    clientMoney: false,
    floor: null,
    meaning: "The merchants' discount fees.",
  },
  'settlement-fee': {
    side: 'income',
    clientMoney: false,
    floor: null,
    meaning: 'Fixed fees and refund fees that settlement charges.',
  },
  'fee-tax': {
    side: 'liability',
    clientMoney: false,
    floor: null,
    meaning: "Tax on merchants' fees, owed to the authority.",
  },
  'fx-gain-loss': {
    side: 'income',
    clientMoney: false,
    floor: null,
    meaning: 'What conversions brought more, or less, than the rates that payments were locked at.',
  },
  'bank-charge': {
    side: 'income',
    clientMoney: false,
    floor: null,
    meaning: 'What banks charged, or gave, beyond what the books expected, once two operators accepted it.',
  },
  'house-funds': {
    side: 'income',
    clientMoney: false,
    floor: null,
    meaning: 'Own money that the house paid in, to cover what merchants may owe.',
  },
  rounding: {
    side: 'income',
    clientMoney: false,
    floor: null,
    meaning: 'What rounding leaves, each unit of it, when parts of a payment are refunded.',
  },
  'card-clearing': {
    side: 'asset',
    clientMoney: false,
    floor: null,
    meaning:
      'Due from a card bank for debits it approved, less refunds it was told to make: money in transit.',
  },
  'card-return': {
    side: 'liability',
    clientMoney: true,
    floor: null,
    meaning: 'Taken from a card by its bank for a debit that was decided otherwise; on its way back.',
  },
  'safeguarding-bank': {
    side: 'asset',
    clientMoney: false,
    floor: null,
    meaning: 'Client money at the safeguarding bank.',
  },
  'settlement-bank': {
    side: 'asset',
    clientMoney: false,
    floor: null,
    meaning: 'The account that merchants are paid from.',
  },
  suspense: {
    side: 'liability',
    clientMoney: false,
    floor: null,
    meaning: 'Money whose owner is not known yet.',
  },
} as const satisfies Record<string, AccountKind>;

export type AccountKindName = keyof typeof chart;

/** `fx-position:KRW`, `card-clearing:CCB:CNY`: accounts of the house, by kind, optional part, and currency. */
export const houseCode = (kind: AccountKindName, currency: string, part?: string): string =>
  part === undefined ? `${kind}:${currency}` : `${kind}:${part}:${currency}`;

/** `customer-wallet:4097:CNY`, `merchant-pending:12:KRW`: accounts of a customer or merchant. */
export const ownedCode = (kind: AccountKindName, ownerId: bigint, currency: string): string =>
  `${kind}:${ownerId}:${currency}`;

// The nouns of the room: what a merchant is owed, gathered in batches and paid out.

/**
 * OPEN       – takes lines until its cut-off; below the minimum (or below zero) it rolls over to the next one
 * CLOSED     – payable: the payout is due at `payAt`
 * IN_TRANSIT – the bank was told to pay
 * PAID       – the bank has paid
 * REJECTED   – the bank refused; payable again once the merchant's account is corrected
 */
export type BatchStatus = 'OPEN' | 'CLOSED' | 'IN_TRANSIT' | 'PAID' | 'REJECTED';

/** The state machine, whole: what may follow what. */
export const batchTransitions: Readonly<Record<BatchStatus, readonly BatchStatus[]>> = {
  OPEN: ['CLOSED'],
  CLOSED: ['IN_TRANSIT'],
  IN_TRANSIT: ['PAID', 'REJECTED'],
  PAID: [],
  REJECTED: ['IN_TRANSIT'],
};

/** Throws when the table has no such step: that is a bug, not a refusal. */
export function assertStep(from: BatchStatus, to: BatchStatus): void {
  if (!batchTransitions[from].includes(to)) throw new Error(`a batch that is ${from} cannot become ${to}`);
}

export type LineKind =
  | 'PAYMENT'
  | 'REFUND'
  | 'CANCEL'
  | 'RESERVE'
  | 'RESERVE_RELEASED'
  | 'CARRIED_OVER'
  | 'CARRIED_IN';

/** Sums of a batch's lines, minor units, signed as the merchant sees them: fees are negative. */
export interface BatchSums {
  readonly lines: bigint;
  readonly gross: bigint;
  /** The discount fee: posted already when the payment was paid. */
  readonly fee: bigint;
  /** Fees that only settlement charges, and the tax on all fees. */
  readonly fixedFee: bigint;
  readonly refundFee: bigint;
  readonly tax: bigint;
  readonly adjustments: bigint;
}

export interface Batch {
  readonly id: bigint;
  readonly merchantId: bigint;
  readonly currency: string;
  readonly status: BatchStatus;
  readonly openedAt: Date;
  readonly cutOffAt: Date;
  /** YYYY-MM-DD, the merchant's working day that ends with the cut-off. */
  readonly settlementDay: string;
  readonly rollOvers: number;
  readonly lines: bigint;
  readonly gross: bigint;
  readonly fees: bigint;
  readonly adjustments: bigint;
  readonly net: bigint;
  readonly closedAt: Date | null;
  readonly payAt: Date | null;
  readonly paidAt: Date | null;
  readonly attempts: number;
  readonly refusal: string | null;
}

export interface SettlementTerms {
  readonly merchantId: bigint;
  readonly currency: string;
  readonly calendar: string;
  readonly timeZone: string;
  /** Working days from the cut-off's day to the payout. */
  readonly cycleDays: number;
  /** Minutes of the merchant's local day, 1–1440 (1440: its end); and when payouts leave, 0–1439. */
  readonly cutOffMinute: number;
  readonly payMinute: number;
  readonly minPayout: bigint;
  /** For each payment, for each refund; returned when a payment is cancelled. */
  readonly fixedFee: bigint;
  readonly refundFee: bigint;
  /** On all fees, rounded half-even line by line. */
  readonly taxBps: number;
  readonly reserveBps: number;
  readonly reserveDays: number;
  readonly accountName: string;
  readonly accountNumber: string;
  readonly bankBic: string;
  /** The account holder's; null where none is known. */
  readonly accountAddress: BankAddress | null;
  /** The version of the merchant's contract that they are from; 0 where nothing was agreed anew. */
  readonly contractVersion: number;
  /** Whether payouts wait for an operator; batches go on closing. */
  readonly isHeld: boolean;
}

/** A structured postal address; town and country (ISO 3166, two letters) are what banks insist on. */
export interface BankAddress {
  readonly street?: string | undefined;
  readonly building?: string | undefined;
  readonly postCode?: string | undefined;
  readonly town: string;
  readonly country: string;
}

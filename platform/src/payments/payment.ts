// The noun of the room: what a payment and a refund are, and which events may happen to them.
import type { Money } from '@tongbao/money';
import type { LockedQuote } from '../fx/index.ts';
import type { Share } from './shares.ts';

/**
 * created    – the merchant asked; the shopper has not confirmed
 * pending    – the shopper confirmed with a bank card and the bank's answer is not known yet
 * paid       – final success; refunds happen on top of it
 * cancelled  – the merchant cancelled it, before or (same day, nothing refunded) after it was paid
 * declined   – the shopper said no at the cashier
 * expired    – nobody confirmed in time
 */
export type PaymentStatus = 'created' | 'pending' | 'paid' | 'cancelled' | 'declined' | 'expired';

export type PaymentEventKind =
  | 'created'
  | 'requoted'
  | 'debit-requested'
  | 'debit-declined'
  | 'paid'
  | 'cancelled'
  | 'declined'
  | 'reversed'
  | 'expired'
  | 'refund-requested'
  | 'refund-funded'
  | 'refunded'
  | 'refund-failed';

/** The state machine, whole. An event that is not in a status's row cannot happen. */
export const transitions: Readonly<
  Record<PaymentStatus | 'none', Partial<Record<PaymentEventKind, PaymentStatus>>>
> = {
  none: { created: 'created' },
  created: {
    requoted: 'created',
    paid: 'paid',
    'debit-requested': 'pending',
    cancelled: 'cancelled',
    declined: 'declined',
    expired: 'expired',
  },
  pending: { paid: 'paid', 'debit-declined': 'created' },
  paid: {
    reversed: 'cancelled',
    'refund-requested': 'paid',
    'refund-funded': 'paid',
    refunded: 'paid',
    'refund-failed': 'paid',
  },
  cancelled: {},
  declined: {},
  expired: {},
};

/** The status after an event. Throws when the table has no such step: that is a bug, not a refusal. */
export function advance(status: PaymentStatus | 'none', event: PaymentEventKind): PaymentStatus {
  const next = transitions[status][event];
  if (next === undefined) throw new Error(`a payment that is ${status} cannot take the event ${event}`);
  return next;
}

/** What the merchant said about the order; shown on the cashier and echoed on the wire, never decided upon. */
export interface OrderFacts {
  readonly reference: string | null;
  readonly description: string;
  /** The seller's name where it is not the merchant itself (marketplaces, buying agents). */
  readonly merchantName: string | null;
  readonly goods: readonly {
    readonly name: string;
    readonly quantity: string;
    readonly unitAmount: Money | null;
  }[];
  readonly redirectUrl: string;
  readonly notifyUrl: string | null;
  readonly metadata: string | null;
  /** Which protocol and operation created the payment: its notifications and pages follow that protocol. */
  readonly channel: 'ams-pay' | 'ams-session' | 'gateway';
  /** Wire facts that only the channel's adapter understands and wants back (product code, method type …). */
  readonly channelData: Readonly<Record<string, unknown>>;
  /** Parts of the order that are others'. The one thing here that is decided upon. */
  readonly shares?: OrderShares;
  /**
   * Its code is shown where anybody may scan it (a till, a poster): a shopper's no lets only that shopper go, and the order
   * stays open for others until it is paid, cancelled by the merchant, or expires. Absent: its link was given to one shopper.
   */
  readonly isDisplayed?: true;
  /** The payer's amount was given, and stays when the order is quoted anew; absent: the order's amount was. */
  readonly pricedIn?: 'payer';
}

/** As they are kept with the order: account ids and minor units as digits. */
export interface OrderShares {
  /** Which currency the parts are in: the order's or the payer's. */
  readonly pricedIn: 'order' | 'payer';
  readonly parts: readonly { readonly receiver: string; readonly account: string; readonly amount: string }[];
}

/** What the contract said when the payment was created; later changes of the contract do not touch it. */
export interface ContractTerms {
  readonly pendingAccount: bigint;
  readonly settlementCurrency: string;
  readonly feeBps: number;
  readonly returnsFee: boolean;
  readonly refundWindowDays: number;
  readonly timeZone: string;
  /** How long a rate stays locked; absent in terms from before it was agreed: an hour. */
  readonly quoteLifeMs?: number;
}

export type Funding = { readonly kind: 'balance' } | { readonly kind: 'card'; readonly cardId: bigint };

export interface Payment {
  readonly id: bigint;
  readonly merchantId: bigint;
  /** The merchant's own id of the request: the idempotency key. */
  readonly requestId: string;
  readonly status: PaymentStatus;
  /** In the order's currency (what the merchant asked). */
  readonly amount: Money;
  /** What the shopper pays at the locked rate, and the parts of it: middle-rate value and spread. */
  readonly payerAmount: Money;
  readonly midAmount: Money;
  readonly spreadAmount: Money;
  /** What the merchant gets for it before fees, in the currency that it is paid in; the amount itself where that is the order's. */
  readonly settlementAmount: Money;
  /** The merchant's discount fee, and the shares of the order that are others'; in the settlement currency. */
  readonly fee: Money;
  readonly quote: LockedQuote;
  /**
   * The rate that makes the amount the settlement amount, locked and expiring with the payer's: `price` says how many
   * units of the settlement currency the merchant gets for one of the order's, the spread (below zero) taken off. Null where
   * both are the same currency.
   */
  readonly settlementQuote: LockedQuote | null;
  readonly terms: ContractTerms;
  readonly payerId: bigint | null;
  readonly funding: Funding | null;
  /** The account that the payer's money left (wallet or card clearing); null while nobody confirmed. */
  readonly fundingAccount: bigint | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly paidAt: Date | null;
  /** When it was cancelled, declined or expired. */
  readonly closedAt: Date | null;
  /** Sum of succeeded refunds and of refunds in progress, order's currency; and what went back to the payer. */
  readonly refunded: Money;
  readonly refunding: Money;
  readonly refundedToPayer: Money;
  readonly refundingToPayer: Money;
  /** How many events it has had. */
  readonly events: number;
  readonly lastRefusal: string | null;
  readonly order: OrderFacts;
}

export type RefundStatus = 'processing' | 'succeeded' | 'failed';

export interface Refund {
  readonly id: bigint;
  readonly paymentId: bigint;
  readonly merchantId: bigint;
  readonly payerId: bigint;
  readonly requestId: string;
  readonly status: RefundStatus;
  readonly amount: Money;
  /** What the shopper gets back, at the payment's own rate. */
  readonly payerAmount: Money;
  /** What the merchant gives for it, at the payment's own rate; the amount itself where nothing is converted. */
  readonly settlementAmount: Money;
  /** What the merchant gets back: of the discount fee (nothing when the contract keeps it), and from receivers of shares. */
  readonly feeReturned: Money;
  /**
   * What the merchant had no unsettled funds for, minor units of the settlement currency: kept fees, and what its debt limit
   * allowed. The rest of its side came from what was pending.
   */
  readonly owedFee: bigint;
  readonly owed: bigint;
  /** Its money was put aside when the bank was asked. */
  readonly putAside: boolean;
  readonly reason: string | null;
  readonly notifyUrl: string | null;
  readonly metadata: string | null;
  /** What it takes back from receivers of shares. */
  readonly shares: readonly Share[];
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** What the rate of the merchant's side is called: the payer's may be a quote that was given before. */
export const settlementQuoteId = (paymentId: bigint): string => `${paymentId}-S`;

const usualQuoteLifeMs = 3_600_000;

/** Until when the payment's price holds: as long as the contract locks a rate, and never beyond the order's own time. */
export function quoteExpiry(
  payment: Pick<Payment, 'createdAt' | 'expiresAt' | 'terms'>,
  lockedAt: Date,
): Date {
  // A quote that the merchant asked for before counts from the order that uses it.
  const from = Math.max(lockedAt.getTime(), payment.createdAt.getTime());
  const life = payment.terms.quoteLifeMs ?? usualQuoteLifeMs;
  return new Date(Math.min(payment.expiresAt.getTime(), from + life));
}

export const quoteIsOver = (payment: Payment, now: Date): boolean =>
  quoteExpiry(payment, payment.quote.lockedAt) <= now;

/** Whether a rate is locked for it at all: for what the shopper pays, or for what the merchant gets. */
export const hasRate = ({ amount, payerAmount, settlementQuote }: Payment): boolean =>
  amount.currency !== payerAmount.currency || settlementQuote !== null;

/** A payment's events are numbered to 32,767: far from that nothing begins that would need more of them. */
export const mostEvents = 30_000;
/** From here on no bank is asked for an order any more: a card that is refused leaves two events each time. */
export const mostEventsForDebit = 10_000;

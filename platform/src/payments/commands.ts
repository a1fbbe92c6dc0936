// What can be asked of the payments room: one command a verb. Adapters build them; the verbs decide.

import type { Money } from '@tongbao/money';
import type { DatedCaps } from '../customers/index.ts';
import type { Funding, OrderFacts, Payment, Refund } from './payment.ts';
import type { ShareBack } from './shares.ts';

export interface CreatePayment {
  readonly merchantId: bigint;
  /** 1–64 characters; the same id with the same input answers the same payment. */
  readonly requestId: string;
  /** SHA-256 of the key parameters (amount, currency, method): a reuse with another hash is 'request-reused'. */
  readonly inputHash: Buffer;
  readonly amount: Money;
  /** What exactly the shopper pays; then `amount` only names the order's currency, and the rate makes the rest. */
  readonly payerAmount?: Money;
  /** The id to give it, taken from `Ids` before (an announced checkout's). Absent: a new one. */
  readonly paymentId?: bigint;
  /** The currency the shopper pays in (CNY for mainland wallets). */
  readonly payerCurrency: string;
  /** Absent: the contract's only one. Rejections: settlement-currency-not-contracted. */
  readonly settlementCurrency: string | null;
  /** A quote from `fx.createQuote`, or null for the rate of the moment. */
  readonly quoteId: string | null;
  /** Absent: the contract's default (14 minutes, 1 hour for a session). */
  readonly expiresAt: Date | null;
  readonly lifetimeMs: number;
  readonly order: OrderFacts;
}

/** `replayed` says that this request had been answered before: nothing was changed now. */
export interface CreateAnswer {
  readonly payment: Payment;
  readonly replayed: boolean;
}

/** What risk rules need to know about the shopper, loaded by the caller from the customers' room. */
export interface Payer {
  readonly customerId: bigint;
  /** 0: the identity has not been checked. */
  readonly kycClass: 0 | 1 | 2 | 3;
  readonly status: 'active' | 'blocked';
  /** What the shopper allows himself, in minor units; absent or null: no limit of his own. */
  readonly ownLimits?: { readonly payment: bigint | null; readonly day: bigint | null };
  /** What operators have set for the shopper. */
  readonly caps?: readonly DatedCaps[];
}

export interface AuthorizePayment {
  readonly paymentId: bigint;
  readonly payer: Payer;
  /** The payer's wallet account in the payer's currency. */
  readonly payerAccount: bigint;
  readonly funding: Funding;
  /** Debit side of a card payment: the clearing account of the card's bank. Null for the balance. */
  readonly clearingAccount: bigint | null;
  /** The payer stands at a page where the card's bank can ask them. */
  readonly mayAsk?: true;
  /** What the payer was shown to pay: another price now is 'price-changed'. Absent: the price that is locked. */
  readonly expected?: Money;
}

/** Create and authorize in one step: the shopper's consent (a payment code, an agreement) was there before the order. */
export interface PayInOneStep {
  readonly create: CreatePayment;
  /** Who pays, from what; the caller has seen the consent. */
  readonly authorize: Omit<AuthorizePayment, 'paymentId'>;
}

export interface CancelPayment {
  readonly merchantId: bigint;
  readonly paymentId: bigint;
}

export interface RefundPayment {
  readonly merchantId: bigint;
  readonly paymentId: bigint;
  readonly requestId: string;
  readonly inputHash: Buffer;
  readonly amount: Money;
  /** What exactly goes back to the payer; then `amount` only names the order's currency. */
  readonly payerAmount?: Money;
  readonly reason: string | null;
  readonly notifyUrl: string | null;
  readonly metadata: string | null;
  /**
   * When the merchant has neither enough that is not settled nor credit: 'now' refuses the refund, 'wait' keeps it until
   * there is enough, 180 days at most.
   */
  readonly funds: 'now' | 'wait';
  /** What receivers of shares give back, in minor units of what the order is priced in. */
  readonly shares?: readonly ShareBack[];
  /** The least time between two refunds of a payment; absent or 0: none. */
  readonly pauseMs?: number;
}

export interface RefundAnswer {
  readonly refund: Refund;
  readonly payment: Payment;
  readonly replayed: boolean;
}

/** How a payment is found: by its own id, or by the merchant's id of the request. */
export type PaymentKey =
  | { readonly merchantId: bigint; readonly paymentId: bigint }
  | { readonly merchantId: bigint; readonly requestId: string };

/** An order announced before anybody has signed in: it becomes a payment at the moment that `beginsAt` names. */
export interface NewCheckout {
  readonly command: Omit<CreatePayment, 'paymentId' | 'quoteId'>;
  readonly beginsAt: 'sign-in' | 'confirmation';
  /** The hash that earlier releases kept of the same input: an order from before an upgrade can be announced again. */
  readonly olderInputHash?: Buffer;
  /** Until then somebody has to come. */
  readonly expiresAt: Date;
}

export interface Checkout extends NewCheckout {
  readonly id: bigint;
  readonly createdAt: Date;
}

export interface CustomsClaim {
  readonly merchantId: bigint;
  /** The merchant's number of the declaration: the same again amends it. */
  readonly requestId: string;
  readonly payment: Payment;
  readonly amount: Money;
  readonly place: string;
  readonly customsCode: string;
  readonly customsName: string;
  readonly isSplit: boolean;
  readonly subOrder: string | null;
  /** Whether the orderer's name and document are the payer's; null where they were not given. */
  readonly identityMatches: boolean | null;
}

export interface CustomsDeclaration extends Omit<CustomsClaim, 'payment'> {
  readonly id: bigint;
  readonly paymentId: bigint;
  readonly declaredAt: Date;
  readonly changedAt: Date;
}

/** The room's door, as adapters see it. Every verb throws `Rejection` when it refuses. */
export interface Payments {
  /**
   * Creates (or answers again) a payment and locks its rate.
   * Rejections: merchant-not-active, currency-not-supported, settlement-currency-not-contracted,
   * amount-out-of-limits, quote-not-available, quote-expired, request-reused, overloaded, unavailable.
   */
  create(command: CreatePayment): Promise<CreateAnswer>;
  /**
   * Keeps an order until a shopper comes. The same request answers the same checkout, also when it had run out.
   * Rejections: those of create, except quote-not-available.
   */
  announce(checkout: NewCheckout): Promise<Checkout>;
  /**
   * The account, in this currency, of somebody who receives shares of the merchant's orders; opened when first named.
   * Rejections: receivers-too-many.
   */
  shareAccount(of: { merchantId: bigint; receiver: string; currency: string }): Promise<bigint>;
  findCheckout(id: bigint): Promise<Checkout | null>;
  /** A checkout as the payment that it would be now; nothing is written. Rejections: those of create. */
  preview(checkout: Checkout): Promise<Payment>;
  /** The shopper has come: the checkout is a payment from now on. Idempotent. Rejections: those of create, payment-expired. */
  begin(checkout: Checkout): Promise<Payment>;
  /** The shopper said no before there was a payment. */
  abandon(checkoutId: bigint): Promise<void>;
  /** The shop takes back an order that nobody has begun to pay: its code and its link end. Null where there is none. */
  withdraw(key: { merchantId: bigint; requestId: string }): Promise<Checkout | null>;
  /** Declares a paid payment to customs. Rejections: payment-not-paid, refund-amount-exceeded (more than was paid), request-reused (another payment's). */
  declare(claim: CustomsClaim): Promise<CustomsDeclaration>;
  /** Those of the merchant with these numbers. */
  declarations(merchantId: bigint, requestIds: readonly string[]): Promise<CustomsDeclaration[]>;
  /**
   * The shopper confirms; the PIN has been checked by the caller. Balance: paid at once. Card: pending.
   * Rejections: payment-not-found, payment-expired, payment-cancelled, payment-already-paid,
   * payment-in-progress, balance-insufficient, risk-rejected.
   */
  authorize(command: AuthorizePayment): Promise<Payment>;
  /**
   * Both in one transaction. What is refused leaves nothing behind: the same request id may be used again.
   * Rejections: those of create and of authorize.
   */
  pay(command: PayInOneStep): Promise<CreateAnswer>;
  /**
   * Answers the payment; an open one whose price has run out gets a new one first, under the rate of the moment.
   * Rejections: quote-not-available.
   */
  requote(payment: Payment): Promise<Payment>;
  /** The shopper says no. Rejections: payment-not-found, payment-already-paid, payment-in-progress, payment-cancelled, payment-expired. */
  decline(command: { paymentId: bigint }): Promise<Payment>;
  /** Rejections: payment-not-found, payment-in-progress, cancel-window-exceeded, payment-expired (closed),
   * merchant-balance-insufficient. Idempotent. */
  cancel(command: CancelPayment): Promise<Payment>;
  /**
   * Rejections: payment-not-found, payment-not-paid, payment-cancelled, currency-not-supported,
   * refund-amount-exceeded, refund-window-exceeded, request-reused, refund-too-soon, refund-too-many,
   * merchant-balance-insufficient.
   */
  refund(command: RefundPayment): Promise<RefundAnswer>;
  /** Null when the merchant has no such payment. Read-only; does not touch the lanes. */
  find(key: PaymentKey): Promise<Payment | null>;
  /** By id alone, for the cashier (the caller has checked the token). */
  findById(paymentId: bigint): Promise<Payment | null>;
  findRefund(
    key: { merchantId: bigint } & ({ refundId: bigint } | { requestId: string }),
  ): Promise<Refund | null>;
  /** Refunds of one payment, oldest first; at most 1,000. */
  refundsOf(paymentId: bigint): Promise<Refund[]>;
}

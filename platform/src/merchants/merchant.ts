// The nouns of the room: a merchant, the keys it signs with, and what was agreed with it.
import type { KeyObject } from 'node:crypto';

/** What of a notification's URL the JSON gateway's signature covers. */
export type NotificationTarget = 'path' | 'path-and-query';

/** How a request to the classic gateway is signed. MD5 has the weakest secret: one that both sides know. */
export type ClassicSignType = 'MD5' | 'RSA' | 'RSA2';

export interface Merchant {
  readonly id: bigint;
  /** How the JSON API knows the merchant; sandbox ids begin SANDBOX_. */
  readonly clientId: string;
  /** How the classic gateway knows it: 16 digits beginning 2088. */
  readonly partner: string;
  /** The secret that the classic gateway's MD5 signatures are made with. */
  readonly classicMd5Key: string;
  /** The signatures that the classic gateway takes from it; never none. */
  readonly classicSignTypes: readonly ClassicSignType[];
  readonly notificationTarget: NotificationTarget;
  readonly name: string;
  /** What shoppers read on the cashier. */
  readonly displayName: string;
  readonly region: string;
  readonly status: 'active' | 'suspended';
  /** Where notifications go when a request names no URL. */
  readonly notifyUrl: string | null;
}

export interface MerchantKey {
  readonly version: number;
  readonly publicKey: KeyObject;
  readonly status: 'active' | 'retired';
  /** A rotated key stays valid until then. */
  readonly retiresAt: Date | null;
}

/** locked-at-payment: the merchant is told with the payment what it gets for it (decision 0088). */
export type RateRule = 'locked-at-payment';

export interface Contract {
  /** What the merchant is paid in, and what its fees, debts and limits are in. */
  readonly settlementCurrency: string;
  /** What its orders may be priced in. */
  readonly paymentCurrencies: readonly string[];
  /** When the rate between an order's currency and the settlement currency is fixed. */
  readonly rateRule: RateRule;
  /** What the house keeps of an order that is converted for its merchant, in hundredths of a per cent of the middle rate. */
  readonly settlementSpreadBps: number;
  /** The discount fee on each payment, in hundredths of a per cent. */
  readonly feeBps: number;
  /** The spread on the middle rate, paid by the shopper and shown to him. */
  readonly spreadBps: number;
  readonly returnsFee: boolean;
  /** Shoppers' regions (ISO 3166) that the option is offered to. */
  readonly regions: readonly string[];
  readonly calendar: string;
  readonly timeZone: string;
  /** Limits of one payment, minor units of the settlement currency: of what the order comes to in it. */
  readonly minAmount: bigint;
  readonly maxAmount: bigint;
  readonly refundWindowDays: number;
  /** How much the merchant may owe for refunds beyond its unsettled funds, minor units of the settlement currency. */
  readonly debtLimit: bigint;
  /** Whether a refund of the JSON gateway that finds no funds waits for them; otherwise it is refused. */
  readonly queuesRefunds: boolean;
  /** How long a rate stays locked for an order, at most; afterwards the shopper is shown a new price. */
  readonly quoteLifeMs: number;
  readonly liveFrom: Date;
  /** The merchant's pending account in its settlement currency. */
  readonly pendingAccount: bigint;
}

/** Everything that a request of a merchant is judged by. */
export interface MerchantAccess {
  readonly merchant: Merchant;
  readonly keys: readonly MerchantKey[];
  readonly contract: Contract;
}

/** Whether a signature with this key counts at the instant. */
export const keyIsValid = (key: MerchantKey, at: Date): boolean =>
  key.status === 'active' || (key.retiresAt !== null && at < key.retiresAt);

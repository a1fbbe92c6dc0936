// The closed list of reasons for which the platform refuses something. Each protocol maps every code to its own
// (`Record<RejectionCode, …>`: a missing mapping does not compile). Three kinds of "no" exist: a refusal that is
// recorded (a declined card: a value in the books), a Rejection (thrown; nothing was changed), and a bug
// (anything else thrown; the wire says "unknown", never "failed").
export const rejectionCodes = [
  // who asks
  'merchant-unknown',
  'merchant-not-active',
  'sign-types-unusable',
  'customer-unknown',
  'customer-blocked',
  'not-signed-in',
  // what is asked
  'request-reused',
  'currency-not-supported',
  'settlement-currency-not-contracted',
  'amount-out-of-limits',
  'bank-account-invalid',
  'method-not-available',
  'region-not-supported',
  'quote-not-available',
  'quote-expired',
  'price-changed',
  // the payment's state
  'payment-not-found',
  'payment-expired',
  'payment-cancelled',
  'payment-already-paid',
  'payment-in-progress',
  'payment-not-paid',
  'cancel-window-exceeded',
  'refund-not-found',
  'refund-amount-exceeded',
  'refund-window-exceeded',
  'refund-too-soon',
  'refund-too-many',
  'receivers-too-many',
  'merchant-balance-insufficient',
  // the shopper
  'balance-insufficient',
  'card-unknown',
  'card-declined',
  'pin-wrong',
  'pin-locked',
  'pin-not-set',
  'code-wrong',
  'code-expired',
  'code-too-many',
  'risk-rejected',
  'bill-not-found',
  'top-up-not-found',
  // opening and keeping a wallet
  'phone-not-supported',
  'real-name-needed',
  'identity-invalid',
  'identity-refused',
  'identity-in-use',
  'identity-known',
  'card-refused',
  'card-expired',
  'card-too-many',
  'debit-card-needed',
  'pin-weak',
  'passkey-refused',
  'passkey-too-many',
  'device-unknown',
  // the people of the console
  'password-wrong',
  'password-weak',
  'staff-locked',
  'member-unknown',
  'member-refused',
  'link-unusable',
  'factor-wrong',
  'token-unusable',
  // what operators declare
  'declaration-refused',
  'deal-refused',
  'onboarding-refused',
  // what they do: there is no such thing, or it cannot be done now, or not by this person
  'act-unknown',
  'act-refused',
  // the machine
  'overloaded',
  'unavailable',
] as const;

export type RejectionCode = (typeof rejectionCodes)[number];

export interface RejectionDetail {
  /** A wrong PIN or code: tries left before the lock. */
  readonly attemptsLeft?: number;
  /** When the same call can succeed. */
  readonly retryAt?: Date;
  /** The field of the command that is at fault, in domain words. */
  readonly field?: string;
}

/** Thrown by verbs when they refuse; nothing was changed in the books. */
export class Rejection extends Error {
  readonly code: RejectionCode;
  readonly detail: RejectionDetail;

  constructor(code: RejectionCode, message?: string, detail: RejectionDetail = {}) {
    super(message ?? code);
    this.name = 'Rejection';
    this.code = code;
    this.detail = detail;
  }
}

// How the shopper's API says no. Every reason of the platform has an HTTP status and a shopper code here; a reason
// without one does not compile.
import type { ShopperErrorCode } from '@tongbao/protocol/wallet';
import type { RejectionCode } from '../../rejection.ts';

export interface ShopperRefusal {
  readonly status: 400 | 401 | 403 | 404 | 409 | 410 | 422 | 423 | 429 | 503;
  readonly code: ShopperErrorCode;
}

const refusal = (status: ShopperRefusal['status'], code: ShopperErrorCode): ShopperRefusal => ({
  status,
  code,
});

export const shopperRefusals: Readonly<Record<RejectionCode, ShopperRefusal>> = {
  'merchant-unknown': refusal(404, 'NOT_FOUND'),
  'merchant-not-active': refusal(422, 'SHOP_NOT_ACTIVE'),
  'sign-types-unusable': refusal(422, 'INVALID_REQUEST'),
  'customer-unknown': refusal(404, 'PHONE_UNKNOWN'),
  'customer-blocked': refusal(403, 'ACCOUNT_FROZEN'),
  'not-signed-in': refusal(401, 'NOT_SIGNED_IN'),

  'request-reused': refusal(409, 'REQUEST_REUSED'),
  'currency-not-supported': refusal(422, 'INVALID_REQUEST'),
  'settlement-currency-not-contracted': refusal(422, 'INVALID_REQUEST'),
  'amount-out-of-limits': refusal(422, 'AMOUNT_LIMIT'),
  'bank-account-invalid': refusal(422, 'INVALID_REQUEST'),
  'method-not-available': refusal(422, 'CARD_DECLINED'),
  'region-not-supported': refusal(422, 'RISK_REJECTED'),
  'quote-not-available': refusal(503, 'UNAVAILABLE'),
  'quote-expired': refusal(410, 'PAYMENT_EXPIRED'),
  'price-changed': refusal(409, 'PRICE_CHANGED'),

  'payment-not-found': refusal(404, 'PAYMENT_NOT_FOUND'),
  'payment-expired': refusal(410, 'PAYMENT_EXPIRED'),
  'payment-cancelled': refusal(410, 'PAYMENT_CANCELLED'),
  'payment-already-paid': refusal(409, 'PAYMENT_ALREADY_PAID'),
  'payment-in-progress': refusal(409, 'PAYMENT_IN_PROGRESS'),
  'payment-not-paid': refusal(409, 'INVALID_REQUEST'),
  'cancel-window-exceeded': refusal(410, 'INVALID_REQUEST'),
  'refund-not-found': refusal(404, 'NOT_FOUND'),
  'refund-amount-exceeded': refusal(422, 'INVALID_REQUEST'),
  'refund-window-exceeded': refusal(410, 'INVALID_REQUEST'),
  'refund-too-soon': refusal(409, 'INVALID_REQUEST'),
  'refund-too-many': refusal(409, 'INVALID_REQUEST'),
  'receivers-too-many': refusal(409, 'INVALID_REQUEST'),
  'merchant-balance-insufficient': refusal(422, 'INVALID_REQUEST'),

  'balance-insufficient': refusal(422, 'BALANCE_NOT_ENOUGH'),
  'card-unknown': refusal(404, 'CARD_NOT_FOUND'),
  'card-declined': refusal(422, 'CARD_DECLINED'),
  'pin-wrong': refusal(403, 'PIN_WRONG'),
  'pin-locked': refusal(423, 'PIN_LOCKED'),
  'pin-not-set': refusal(403, 'PIN_NOT_SET'),
  'code-wrong': refusal(403, 'CODE_WRONG'),
  'code-expired': refusal(410, 'CODE_EXPIRED'),
  'code-too-many': refusal(429, 'CODE_TOO_MANY'),
  'risk-rejected': refusal(422, 'RISK_REJECTED'),
  'bill-not-found': refusal(404, 'NOT_FOUND'),
  'top-up-not-found': refusal(404, 'NOT_FOUND'),
  'phone-not-supported': refusal(422, 'PHONE_NOT_SUPPORTED'),
  'real-name-needed': refusal(403, 'REAL_NAME_NEEDED'),
  'identity-invalid': refusal(422, 'IDENTITY_INVALID'),
  'identity-refused': refusal(422, 'IDENTITY_REFUSED'),
  'identity-in-use': refusal(409, 'IDENTITY_IN_USE'),
  'identity-known': refusal(409, 'IDENTITY_KNOWN'),
  'card-refused': refusal(422, 'CARD_REFUSED'),
  'card-expired': refusal(410, 'CARD_EXPIRED'),
  'card-too-many': refusal(422, 'CARD_TOO_MANY'),
  'debit-card-needed': refusal(422, 'DEBIT_CARD_NEEDED'),
  'pin-weak': refusal(422, 'PIN_WEAK'),
  'passkey-refused': refusal(403, 'PASSKEY_REFUSED'),
  'passkey-too-many': refusal(422, 'PASSKEY_TOO_MANY'),
  'device-unknown': refusal(404, 'NOT_FOUND'),

  'password-wrong': refusal(403, 'FORBIDDEN'),
  'password-weak': refusal(422, 'FORBIDDEN'),
  'staff-locked': refusal(423, 'FORBIDDEN'),
  'member-unknown': refusal(404, 'FORBIDDEN'),
  'member-refused': refusal(409, 'FORBIDDEN'),
  'link-unusable': refusal(410, 'FORBIDDEN'),
  'factor-wrong': refusal(403, 'FORBIDDEN'),
  'token-unusable': refusal(401, 'FORBIDDEN'),
  'declaration-refused': refusal(409, 'INVALID_REQUEST'),
  'deal-refused': refusal(409, 'INVALID_REQUEST'),
  'onboarding-refused': refusal(409, 'INVALID_REQUEST'),
  'act-unknown': refusal(404, 'NOT_FOUND'),
  'act-refused': refusal(409, 'INVALID_REQUEST'),
  overloaded: refusal(503, 'UNAVAILABLE'),
  unavailable: refusal(503, 'UNAVAILABLE'),
};

// Every domain refusal in this protocol's words. A refusal without an entry does not compile.
import type { GatewayError } from '@tongbao/protocol/gateway';
import type { RejectionCode } from '../../rejection.ts';

export const gatewayCodes: Readonly<Record<RejectionCode, GatewayError>> = {
  'merchant-unknown': 'ILLEGAL_PARTNER',
  'merchant-not-active': 'ILLEGAL_PARTNER_EXTERFACE',
  'customer-unknown': 'ACCESS_FORBIDDEN',
  'customer-blocked': 'BUYER_ENABLE_STATUS_FORBID',
  'not-signed-in': 'SESSION_TIMEOUT',
  'request-reused': 'REPEAT_OUT_TRADE_NO',
  'currency-not-supported': 'FOREX_MERCHANT_NOT_SUPPORT_THIS_CURRENCY',
  'settlement-currency-not-contracted': 'FOREX_MERCHANT_NOT_SUPPORT_THIS_CURRENCY',
  'amount-out-of-limits': 'TOTAL_FEE_OUT_OF_RANGE',
  'method-not-available': 'ACCESS_FORBIDDEN',
  'region-not-supported': 'ACCESS_FORBIDDEN',
  'quote-not-available': 'SYSTEM_EXCEPTION',
  'quote-expired': 'SYSTEM_EXCEPTION',
  'payment-not-found': 'TRADE_NOT_EXIST',
  'payment-expired': 'TRADE_HAS_CLOSE',
  'payment-cancelled': 'TRADE_HAS_CLOSE',
  'payment-already-paid': 'TRADE_HAS_SUCCESS',
  'payment-in-progress': 'TRADE_STATUS_ERROR',
  'payment-not-paid': 'TRADE_STATUS_ERROR',
  'cancel-window-exceeded': 'REASON_TRADE_CANCEL_TIME_OUT',
  'refund-not-found': 'TRADE_NOT_EXIST',
  'refund-amount-exceeded': 'RETURN_AMOUNT_EXCEED',
  'refund-window-exceeded': 'REFUNDMENT_VALID_DATE_EXCEED',
  'balance-insufficient': 'BUYER_BALANCE_NOT_ENOUGH',
  'card-unknown': 'ACCESS_FORBIDDEN',
  'card-declined': 'ACCESS_FORBIDDEN',
  'pin-wrong': 'ACCESS_FORBIDDEN',
  'pin-locked': 'ACCESS_FORBIDDEN',
  'pin-not-set': 'ACCESS_FORBIDDEN',
  'code-wrong': 'SOUNDWAVE_PARSER_FAIL',
  'code-expired': 'SOUNDWAVE_PARSER_FAIL',
  'code-too-many': 'ACCESS_FORBIDDEN',
  'risk-rejected': 'BEYOND_PAY_RESTRICTION',
  'bill-not-found': 'TRADE_NOT_EXIST',
  'top-up-not-found': 'TRADE_NOT_EXIST',
  overloaded: 'SYSTEM_ERROR',
  unavailable: 'SYSTEM_ERROR',
};

/** Where a refund is asked for, some have other names (reference, section 2.6). */
export const refundCodes: Readonly<Partial<Record<RejectionCode, GatewayError>>> = {
  'payment-not-found': 'PURCHASE_TRADE_NOT_EXIST',
  'payment-not-paid': 'PURCHASE_TRADE_NOT_EXIST',
  'request-reused': 'REPEATED_REFUNDMENT_REQUEST',
  'currency-not-supported': 'CURRENCY_NOT_SAME',
};

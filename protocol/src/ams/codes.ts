// The result codes that this gateway answers with (AMS reference, section 1.10): status and default message.

export type ResultStatus = 'S' | 'F' | 'U';

export interface Result {
  readonly resultCode: string;
  readonly resultStatus: ResultStatus;
  /** At most 256 characters. */
  readonly resultMessage: string;
}

export const resultCodes = {
  SUCCESS: ['S', 'success.'],
  PAYMENT_IN_PROCESS: ['U', 'The payment is being processed: send the shopper to the cashier, or ask again.'],
  REFUND_IN_PROCESS: ['U', 'The refund is being processed.'],
  UNKNOWN_EXCEPTION: ['U', 'An unknown exception occurred; send the same request again.'],
  REQUEST_TRAFFIC_EXCEED_LIMIT: ['U', 'Too many requests; send the same request again later.'],
  PARAM_ILLEGAL: ['F', 'A parameter is missing or has an illegal value.'],
  PROCESS_FAIL: ['F', 'The request failed.'],
  ACCESS_DENIED: ['F', 'Access is denied.'],
  INVALID_SIGNATURE: ['F', 'The signature is invalid.'],
  KEY_NOT_FOUND: ['F', 'There is no such key of this client.'],
  INVALID_CLIENT: ['F', 'The client is unknown.'],
  NO_INTERFACE_DEF: ['F', 'There is no such interface.'],
  METHOD_NOT_SUPPORTED: ['F', 'The server does not support this HTTP method.'],
  CURRENCY_NOT_SUPPORT: ['F', 'The currency is not contracted.'],
  SETTLE_CONTRACT_NOT_MATCH: ['F', 'No settlement contract matches the settlement currency.'],
  INVALID_MERCHANT_STATUS: ['F', 'The merchant is not active.'],
  NO_PAY_OPTIONS: ['F', 'There is no way to pay.'],
  PAYMENT_METHOD_NOT_SUPPORTED: ['F', 'The payment method is not supported.'],
  BUSINESS_NOT_SUPPORT: ['F', 'This product is not supported.'],
  REPEAT_REQ_INCONSISTENT: ['F', 'The request id was used before with other parameters.'],
  ORDER_IS_CLOSED: ['F', 'The order is closed.'],
  ORDER_IS_CANCELED: ['F', 'The order is cancelled.'],
  ORDER_NOT_EXIST: ['F', 'The order does not exist.'],
  ORDER_STATUS_INVALID: ['F', 'The status of the order does not allow this.'],
  RISK_REJECT: ['F', 'The request was rejected by risk control.'],
  PAYMENT_AMOUNT_EXCEED_LIMIT: ['F', 'The amount is outside the limits.'],
  USER_BALANCE_NOT_ENOUGH: ['F', "The shopper's balance is not enough."],
  USER_NOT_EXIST: ['F', 'The shopper does not exist.'],
  USER_STATUS_ABNORMAL: ['F', "The shopper's account is not active."],
  USER_PAYMENT_VERIFICATION_FAILED: ['F', 'The shopper could not be verified.'],
  INVALID_CODE: ['F', 'The payment code is wrong or was used.'],
  EXPIRED_CODE: ['F', 'The payment code has expired; the shopper shows a new one.'],
  REFUND_AMOUNT_EXCEED: ['F', 'The refunds would exceed the payment.'],
  REFUND_WINDOW_EXCEED: ['F', 'The refund window has passed.'],
  PARTIAL_REFUND_NOT_SUPPORTED: ['F', 'Only what is left of the payment can be refunded, as a whole.'],
  MERCHANT_BALANCE_NOT_ENOUGH: ['F', "The merchant's unsettled funds are not enough."],
  CANCEL_WINDOW_EXCEED: ['F', 'The payment can no longer be cancelled.'],
  NO_AVAILABLE_QUOTE: ['F', 'There is no valid quote.'],
} as const satisfies Record<string, readonly [ResultStatus, string]>;

export type ResultCode = keyof typeof resultCodes;

const maxMessage = 256;

/** A result object; `message` replaces the default one and is cut to the wire's 256 characters. */
export function result(code: ResultCode, message?: string): Result {
  const [resultStatus, standard] = resultCodes[code];
  return { resultCode: code, resultStatus, resultMessage: (message ?? standard).slice(0, maxMessage) };
}

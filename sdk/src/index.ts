// @tongbao/sdk: a typed merchant client for Tongbao, and for any host that speaks the same JSON API.
// What a plugin needs to bring a shop's amounts to the wire: 0 for KRW and JPY, 2 for GBP. Throws for an unknown code.
export { minorUnits } from '@tongbao/money';
export { createMerchantClient, type MerchantClient, type MerchantClientOptions } from './client.ts';
export { GatewayError, type GatewayErrorCode } from './errors.ts';
export {
  acknowledge,
  type Notification,
  type ReceivedNotification,
  signTestNotification,
  verifyNotification,
} from './notification.ts';
export {
  type Amount,
  inquire,
  type Outcome,
  outcomeOf,
  persistently,
  type RefundAsked,
  type RefundOutcome,
  refundsOf,
  sendRefund,
  type Withdrawal,
  withdraw,
} from './outcomes.ts';

// @tongbao/sdk: a typed merchant client for Tongbao, and for any host that speaks the same JSON API.
export { createMerchantClient, type MerchantClient, type MerchantClientOptions } from './client.ts';
export { GatewayError, type GatewayErrorCode } from './errors.ts';
export {
  acknowledge,
  type Notification,
  type ReceivedNotification,
  signTestNotification,
  verifyNotification,
} from './notification.ts';

// @tongbao/conformance: what a shop's payment plugin does when notifications race, repeat, get lost or lie. Here is what
// a driver is made of; the kit itself is a command line (main.ts).
export type {
  Contract,
  Money,
  OpenShop,
  OrderSeen,
  PlacedOrder,
  RefundSeen,
  ShopDriver,
  ShopSettings,
} from './driver.ts';

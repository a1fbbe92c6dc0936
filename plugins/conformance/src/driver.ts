// What a plugin's author implements for his shop: a dozen things that shoppers and shopkeepers do. The kit does the rest:
// it stands between the shop and the network as the shop's gateway, so it learns request ids, return addresses and
// notification addresses from the plugin's own requests and needs nobody to tell it.

/** In the currency's own minor units: { currency: 'KRW', value: 59000n } is ₩59,000, { 'GBP', 4999n } is £49.99. */
export interface Money {
  readonly currency: string;
  readonly value: bigint;
}

/** The settings that an administrator of the shop would type for one contract. */
export interface Contract {
  readonly currency: string;
  /** SANDBOX_…, so the plugin is in its sandbox mode. */
  readonly clientId: string;
  /** The merchant's own: PKCS#8, base64. */
  readonly merchantPrivateKey: string;
  /** The gateway's, as the kit signs: SPKI, base64. */
  readonly gatewayPublicKey: string;
}

export interface ShopSettings {
  /** The gateway's host for all contracts: http://127.0.0.1:port, without a trailing slash. */
  readonly gatewayUrl: string;
  /** One for each currency that is tried: KRW, JPY, GBP. */
  readonly contracts: readonly Contract[];
  /** From the command line, `--option name=value`: a database, an address … */
  readonly options: Readonly<Record<string, string>>;
}

/** The default export of a driver's file. Answers when the shop is open; rejects with a readable line. */
export type OpenShop = (settings: ShopSettings) => Promise<ShopDriver>;

export interface PlacedOrder {
  /** The shop's own name of the order; opaque to the kit. */
  readonly orderId: string;
  /** What the shop says the shopper owes now: all of it, or the rest where a part is captured. */
  readonly total: Money;
  /** Where the shop sends the shopper's browser: exactly what the plugin made of the gateway's answer. */
  readonly cashierUrl: string;
}

export interface RefundSeen {
  readonly value: bigint;
  readonly state: 'done' | 'pending' | 'failed';
}

/** What the shop's books say about an order now, in the currency's minor units. */
export interface OrderSeen {
  /** The shop would send the goods. */
  readonly isPaid: boolean;
  /** The sum of captured payments, refunds not taken off; payments given back as not needed do not count. */
  readonly captured: bigint;
  /** How often the shop captured: each time it also ran what follows a capture (mails, stock). Once, for a paid order. */
  readonly captures: number;
  /** Every refund that the shop has written down, oldest first. */
  readonly refunds: readonly RefundSeen[];
}

export interface ShopDriver {
  /** For the table: "@tongbao/vendure on Vendure 3.7.3". */
  readonly name: string;
  /**
   * A guest fills a cart and chooses the wallet. `near` is the goods' price: the shop may add shipping and taxes, and
   * says in `total` what is owed. Called up to sixteen times at once.
   */
  placeOrder(near: Money): Promise<PlacedOrder>;
  /** The same order, a new attempt: after a declined or expired one, or for what is still owed. */
  payAgain(orderId: string): Promise<PlacedOrder>;
  /** Read as the shop's administrator would see it. */
  order(orderId: string): Promise<OrderSeen>;
  /** The shopkeeper gives back a part or all; answers what the shop shows right after. Rejects if the shop itself refuses. */
  refund(orderId: string, value: bigint): Promise<RefundSeen['state']>;
  /**
   * The unpaid order becomes dearer, by a few hundred won at least, while its shopper is at the cashier, as when he adds an item in another window. Absent:
   * in this shop an order that is being paid cannot change; the row is then left out, and says so.
   */
  changeOrder?(orderId: string): Promise<void>;
  /** The unpaid order is cancelled, by the shopkeeper or by the shop's own clean-up. Absent: as above. */
  cancelOrder?(orderId: string): Promise<void>;
  /** Runs the plugin's reconciliation job now, about orders of any age, and waits for its end. */
  reconcile(): Promise<void>;
  /** The shopper's browser opens the address to which the cashier sends it back. Absent: the kit asks it by GET. */
  visitReturn?(url: string): Promise<void>;
  close(): Promise<void>;
}

// The conformance kit's driver for Medusa: shoppers by the store API, the shopkeeper by the admin API, as both really come.
import { formatMajor, money } from '@tongbao/money';
import type {
  Money,
  OpenShop,
  OrderSeen,
  PlacedOrder,
  RefundSeen,
  ShopDriver,
} from '../../conformance/src/index.ts';
import { type MedusaAmount, toWire } from '../src/amounts.ts';
import { type OpenMedusa, openMedusa, versionOf } from './engine.ts';

const patienceMs = 90_000;

interface Cart {
  readonly id: string;
  readonly total: MedusaAmount;
  readonly currency_code: string;
}

interface Collection {
  readonly id: string;
  readonly amount: MedusaAmount;
  readonly payment_sessions: readonly { readonly id: string; readonly data: { redirectUrl?: string } }[];
}

interface PaymentSeen {
  readonly id: string;
  readonly amount: MedusaAmount;
  readonly captured_at: string | null;
  readonly captures: readonly { readonly amount: MedusaAmount }[];
  readonly refunds: readonly {
    readonly id: string;
    readonly amount: MedusaAmount;
    readonly created_at: string;
    readonly metadata: { tongbao?: { status: string } } | null;
  }[];
  readonly payment_collection: { readonly order?: { readonly id: string } | null };
}

/** What the driver remembers of a cart: the kit's "order" is the cart until Medusa makes an order of it. */
interface Remembered {
  readonly currency: string;
  readonly collectionId: string;
  readonly sessions: string[];
}

class Refused extends Error {}

class MedusaShop implements ShopDriver {
  readonly name: string;
  readonly #shop: OpenMedusa;
  readonly #carts = new Map<string, Remembered>();
  #guests = 0;

  constructor(shop: OpenMedusa, version: string) {
    this.#shop = shop;
    this.name = `@tongbao/medusa on Medusa ${version}`;
  }

  async placeOrder(near: Money): Promise<PlacedOrder> {
    const code = near.currency.toLowerCase();
    const region = this.#shop.regions[code];
    if (region === undefined) throw new Error(`this shop sells nothing in ${near.currency}`);
    const quantity = Number.parseInt(near.value.toString(), 10);
    const { cart } = await this.#store<{ cart: Cart }>('/store/carts', {
      region_id: region,
      // A customer of its own for each: Medusa makes them by e-mail, and not two at once.
      email: `guest-${++this.#guests}@example.com`,
      items: [{ variant_id: this.#shop.variantId, quantity }],
    });
    const { payment_collection } = await this.#store<{ payment_collection: Collection }>(
      '/store/payment-collections',
      { cart_id: cart.id },
    );
    this.#carts.set(cart.id, { currency: code, collectionId: payment_collection.id, sessions: [] });
    return this.payAgain(cart.id);
  }

  async payAgain(cartId: string): Promise<PlacedOrder> {
    const remembered = this.#cart(cartId);
    const { currency, collectionId } = remembered;
    const { payment_collection: collection } = await this.#store<{ payment_collection: Collection }>(
      `/store/payment-collections/${collectionId}/payment-sessions`,
      { provider_id: `pp_tongbao_${currency}` },
    );
    const session = collection.payment_sessions.find(({ id }) => !remembered.sessions.includes(id));
    const cashierUrl = session?.data.redirectUrl;
    if (session === undefined || cashierUrl === undefined)
      throw new Error(`no payment began: ${JSON.stringify(collection).slice(0, 500)}`);
    remembered.sessions.push(session.id);
    const value = toWire(collection.amount, currency);
    return { orderId: cartId, total: { currency: currency.toUpperCase(), value }, cashierUrl };
  }

  async #payments(cartId: string): Promise<PaymentSeen[]> {
    const fields = '*captures,*refunds,payment_collection.order.id';
    const found: PaymentSeen[] = [];
    for (const session of this.#cart(cartId).sessions) {
      const { payments } = await this.#admin<{ payments: PaymentSeen[] }>(
        `/admin/payments?payment_session_id=${session}&fields=${encodeURIComponent(fields)}`,
      );
      found.push(...payments);
    }
    return found;
  }

  async order(cartId: string): Promise<OrderSeen> {
    const { currency } = this.#cart(cartId);
    const payments = await this.#payments(cartId);
    const orderId = payments.map(({ payment_collection }) => payment_collection.order?.id).find(Boolean);
    const captures = payments.flatMap((payment) => payment.captures);
    return {
      isPaid: orderId !== undefined && (await this.#isPaid(orderId)),
      captured: captures.reduce((sum, { amount }) => sum + toWire(amount, currency), 0n),
      captures: captures.length,
      refunds: payments
        .flatMap((payment) => payment.refunds)
        .toSorted((a, b) => a.created_at.localeCompare(b.created_at))
        .map(({ amount, metadata }) => ({
          value: toWire(amount, currency),
          state: metadata?.tongbao?.status === 'SUCCESS' ? 'done' : 'pending',
        })),
    };
  }

  /** As Medusa's own admin says it. */
  async #isPaid(orderId: string): Promise<boolean> {
    const { order } = await this.#admin<{ order: { payment_status: string } }>(
      `/admin/orders/${orderId}?fields=payment_status`,
    );
    return ['captured', 'partially_refunded', 'refunded'].includes(order.payment_status);
  }

  async refund(cartId: string, value: bigint): Promise<RefundSeen['state']> {
    const { currency } = this.#cart(cartId);
    const payment = (await this.#payments(cartId)).find(({ captured_at }) => captured_at !== null);
    if (payment === undefined) throw new Error(`${cartId} has no captured payment`);
    const before = payment.refunds.length;
    await this.#admin(`/admin/payments/${payment.id}/refund`, {
      amount: Number.parseFloat(formatMajor(money(currency.toUpperCase(), value))),
    });
    return (await this.order(cartId)).refunds[before]?.state ?? 'failed';
  }

  async changeOrder(cartId: string): Promise<void> {
    const item = { variant_id: this.#shop.variantId, quantity: 700 };
    await this.#store(`/store/carts/${cartId}/line-items`, item).catch((error: Error) => {
      // A cart that has been paid meanwhile takes no more items: the shopper begins a new one. Medusa says so in these words.
      if (!(error instanceof Refused) && !error.message.includes('Could not delete all payment sessions'))
        throw error;
    });
  }

  async reconcile(): Promise<void> {
    await this.#admin('/admin/tongbao/reconcile', {});
  }

  close(): Promise<void> {
    return this.#shop.close();
  }

  #cart(cartId: string): Remembered {
    const remembered = this.#carts.get(cartId);
    if (remembered === undefined) throw new Error(`no cart ${cartId} was made by this driver`);
    return remembered;
  }

  #store<Data>(at: string, body: object): Promise<Data> {
    return this.#call(at, { 'x-publishable-api-key': this.#shop.publishableKey }, body);
  }

  #admin<Data>(at: string, body?: object): Promise<Data> {
    const key = Buffer.from(`${this.#shop.secretKey}:`).toString('base64');
    return this.#call(at, { authorization: `Basic ${key}` }, body);
  }

  async #call<Data>(at: string, headers: Record<string, string>, body?: object): Promise<Data> {
    const answer = await fetch(`${this.#shop.url}${at}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(patienceMs),
    });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text) as Data;
    const told = `${at}: HTTP ${answer.status}: ${text.slice(0, 300)}`;
    throw answer.status < 500 ? new Refused(told) : new Error(told);
  }
}

const open: OpenShop = async (settings) => {
  const shop = await openMedusa(settings);
  return new MedusaShop(shop, await versionOf());
};
export default open;

// The conformance kit's driver for Vendure: shoppers by the shop API, the shopkeeper by the admin API, as both really come.
import { TransactionalConnection } from '@vendure/core';
import type {
  Money,
  OpenShop,
  OrderSeen,
  PlacedOrder,
  RefundSeen,
  ShopDriver,
} from '../../conformance/src/index.ts';
import { settledToWire, wireToSettled } from '../src/index.ts';
import { administrator, type OpenVendure, openVendure, unitPrice } from './server.ts';

const precision = 2;
const patienceMs = 60_000;

interface Caller {
  readonly api: 'shop-api' | 'admin-api';
  readonly channel: string;
  readonly token?: string;
}

interface AdminOrder {
  readonly state: string;
  readonly totalWithTax: number;
  readonly history: { readonly items: readonly { readonly type: string; readonly data: { to?: string } }[] };
  readonly payments: readonly {
    readonly id: string;
    readonly state: string;
    readonly amount: number;
    readonly refunds: readonly { readonly id: string; readonly state: string; readonly total: number }[];
  }[];
}

const paidStates = ['PaymentSettled', 'PartiallyShipped', 'Shipped', 'PartiallyDelivered', 'Delivered'];

/** Vendure writes one such line each time a payment is settled, and runs mails and stock with it. */
const capturing = 'ORDER_PAYMENT_TRANSITION';

const refundState = (state: string): RefundSeen['state'] =>
  state === 'Settled' ? 'done' : state === 'Failed' ? 'failed' : 'pending';

class VendureShop implements ShopDriver {
  readonly name = '@tongbao/vendure on Vendure 3';
  readonly #shop: OpenVendure;
  readonly #adminToken: string;
  /** The guest's session behind an order, for what he does later. */
  readonly #guests = new Map<string, { token: string; currency: string }>();

  private constructor(shop: OpenVendure, adminToken: string) {
    this.#shop = shop;
    this.#adminToken = adminToken;
  }

  static async open(shop: OpenVendure): Promise<VendureShop> {
    const { token } = await call(
      shop.url,
      { api: 'admin-api', channel: '' },
      'mutation($u: String!, $p: String!) { login(username: $u, password: $p) { __typename } }',
      { u: administrator.identifier, p: administrator.password },
    );
    if (token === null) throw new Error('the administrator could not sign in');
    return new VendureShop(shop, token);
  }

  async placeOrder(near: Money): Promise<PlacedOrder> {
    const { currency } = near;
    const variant = this.#shop.variantIds.get(currency);
    if (variant === undefined) throw new Error(`this shop sells nothing in ${currency}`);
    const quantity = Math.round(
      wireToSettled(near.value.toString(), currency, precision) / unitPrice(currency),
    );
    const { token } = await call(
      this.#shop.url,
      { api: 'shop-api', channel: currency },
      `mutation($variant: ID!, $quantity: Int!) {
        addItemToOrder(productVariantId: $variant, quantity: $quantity) { ... on ErrorResult { message } } }`,
      { variant, quantity },
    );
    if (token === null) throw new Error('Vendure gave the guest no session');
    const { data } = await call<PayAnswer>(
      this.#shop.url,
      { api: 'shop-api', channel: currency, token },
      `mutation($method: String!) {
        transitionOrderToState(state: "ArrangingPayment") { ... on ErrorResult { message } }
        ${payment}
      }`,
      { method: `wallet-${currency}` },
    );
    const placed = placedOf(data, currency);
    this.#guests.set(placed.orderId, { token, currency });
    return placed;
  }

  async payAgain(orderId: string): Promise<PlacedOrder> {
    const { token, currency } = this.#guest(orderId);
    const method = `wallet-${currency}`;
    const to = { api: 'shop-api', channel: currency, token } as const;
    const reopened = 'mutation { transitionOrderToState(state: "ArrangingPayment") { __typename } }';
    await call(this.#shop.url, to, reopened, {});
    const { data } = await call<PayAnswer>(this.#shop.url, to, `mutation($method: String!) { ${payment} }`, {
      method,
    });
    return placedOf(data, currency);
  }

  async #read(orderId: string): Promise<AdminOrder> {
    const { data } = await this.#admin<{ order: AdminOrder | null }>(
      orderId,
      `query($id: ID!) { order(id: $id) { state totalWithTax history(options: { take: 100 }) { items { type data } }
        payments { id state amount refunds { id state total } } } }`,
      { id: orderId },
    );
    if (data.order === null) throw new Error(`there is no order ${orderId}`);
    return data.order;
  }

  async order(orderId: string): Promise<OrderSeen> {
    const { currency } = this.#guest(orderId);
    const { state, payments, history } = await this.#read(orderId);
    const captured = payments.filter((each) => each.state === 'Settled');
    const money = (stored: number) => settledToWire(stored, currency, precision);
    const refunds = payments.flatMap((each) => each.refunds);
    return {
      isPaid: paidStates.includes(state),
      captured: money(captured.reduce((sum, each) => sum + each.amount, 0)),
      captures: history.items.filter(({ type, data }) => type === capturing && data.to === 'Settled').length,
      refunds: refunds
        .toSorted((a, b) => Number.parseInt(a.id, 10) - Number.parseInt(b.id, 10))
        .map((refund) => ({ value: money(refund.total), state: refundState(refund.state) })),
    };
  }

  async refund(orderId: string, value: bigint): Promise<RefundSeen['state']> {
    const { currency } = this.#guest(orderId);
    const paid = (await this.#read(orderId)).payments.find((each) => each.state === 'Settled');
    if (paid === undefined) throw new Error(`${orderId} has no settled payment`);
    const { data } = await this.#admin<{ refundOrder: { state?: string; message?: string } }>(
      orderId,
      `mutation($input: RefundOrderInput!) { refundOrder(input: $input) {
        ... on Refund { state } ... on ErrorResult { message } } }`,
      {
        input: {
          paymentId: paid.id,
          amount: wireToSettled(value.toString(), currency, precision),
          reason: 'returned',
          shipping: 0,
          adjustment: 0,
          lines: [],
        },
      },
    );
    const { state, message } = data.refundOrder;
    if (state === undefined) throw new Error(message ?? 'the shop refused the refund');
    return refundState(state);
  }

  async changeOrder(orderId: string): Promise<void> {
    const { token, currency } = this.#guest(orderId);
    await call(
      this.#shop.url,
      { api: 'shop-api', channel: currency, token },
      `mutation($variant: ID!) {
        transitionOrderToState(state: "AddingItems") { ... on ErrorResult { message } }
        addItemToOrder(productVariantId: $variant, quantity: 700) { ... on ErrorResult { message } }
      }`,
      { variant: this.#shop.variantIds.get(currency) },
    );
  }

  async cancelOrder(orderId: string): Promise<void> {
    const { data } = await this.#admin<{ cancelOrder: { message?: string } }>(
      orderId,
      'mutation($id: ID!) { cancelOrder(input: { orderId: $id }) { ... on ErrorResult { message } } }',
      { id: orderId },
    );
    if (data.cancelOrder.message !== undefined) throw new Error(data.cancelOrder.message);
  }

  async reconcile(): Promise<void> {
    await call(
      this.#shop.url,
      { api: 'admin-api', channel: '', token: this.#adminToken },
      'mutation { reconcileTongbao { asked changed refunds } }',
      {},
    );
  }

  async close(): Promise<void> {
    await this.#shop.app.get(TransactionalConnection).rawConnection.destroy();
    await this.#shop.app.close().catch(() => undefined);
  }

  #guest(orderId: string) {
    const guest = this.#guests.get(orderId);
    if (guest === undefined) throw new Error(`no order ${orderId} was placed by this driver`);
    return guest;
  }

  #admin<Data>(orderId: string, query: string, variables: object) {
    const { currency } = this.#guest(orderId);
    const caller = { api: 'admin-api', channel: currency, token: this.#adminToken } as const;
    return call<Data>(this.#shop.url, caller, query, variables);
  }
}

interface PayAnswer {
  readonly addPaymentToOrder: {
    readonly id?: string;
    readonly totalWithTax?: number;
    readonly payments?: readonly {
      id: string;
      state: string;
      amount: number;
      metadata: { public?: { redirectUrl?: string } };
    }[];
    readonly message?: string;
    readonly paymentErrorMessage?: string;
  };
}

const payment = `addPaymentToOrder(input: { method: $method, metadata: {} }) {
  ... on Order { id totalWithTax payments { id state amount metadata } }
  ... on ErrorResult { message } ... on PaymentFailedError { paymentErrorMessage } }`;

function placedOf({ addPaymentToOrder: answer }: PayAnswer, currency: string): PlacedOrder {
  const waiting = answer.payments?.filter((each) => each.state === 'AwaitingShopper') ?? [];
  const cashierUrl = waiting.at(-1)?.metadata.public?.redirectUrl;
  if (answer.id === undefined || cashierUrl === undefined)
    throw new Error(
      `no payment began: ${answer.paymentErrorMessage ?? answer.message ?? JSON.stringify(answer)}`,
    );
  const settled = answer.payments?.filter((each) => each.state === 'Settled') ?? [];
  const owed = answer.totalWithTax! - settled.reduce((sum, { amount }) => sum + amount, 0);
  const value = settledToWire(owed, currency, precision);
  return { orderId: answer.id, total: { currency, value }, cashierUrl };
}

async function call<Data>(
  url: string,
  caller: Caller,
  query: string,
  variables: object,
): Promise<{ data: Data; token: string | null }> {
  const answer = await fetch(`${url}/${caller.api}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(caller.channel === '' ? {} : { 'vendure-token': caller.channel }),
      ...(caller.token === undefined ? {} : { authorization: `Bearer ${caller.token}` }),
    },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(patienceMs),
  });
  const { data, errors } = (await answer.json()) as { data: Data; errors?: { message: string }[] };
  if (errors !== undefined) throw new Error(`Vendure: ${errors.map(({ message }) => message).join('; ')}`);
  return { data, token: answer.headers.get('vendure-auth-token') };
}

const open: OpenShop = async (settings) => VendureShop.open(await openVendure(settings));
export default open;

// What tests of the classic gateway do with a shop: announce an order, have it paid, ask about it, refund it.
import type { ClassicShop } from './classic-shop.ts';
import type { Sandbox } from './start-sandbox.ts';

type Values = Record<string, string>;

/** `with_`: the sandbox and the shop, once they are there. */
export function classicOrders(with_: () => { readonly sandbox: Sandbox; readonly shop: ClassicShop }) {
  let counter = 0;
  /** A number that this file has not used yet. */
  const next = (name: string): string => `${name}-${++counter}`;
  const orderOf = (more: Values = {}) => ({
    service: 'create_forex_trade',
    subject: '气垫粉底 Cushion',
    out_trade_no: next('T'),
    currency: 'KRW',
    ...(more.rmb_fee === undefined ? { total_fee: '59000' } : {}),
    ...more,
  });
  async function announced(more: Values = {}) {
    const order = orderOf(more);
    const answer = await with_().shop.call(order);
    if (answer.status !== 302) throw new Error(`${answer.status} ${answer.text}`);
    return { number: order.out_trade_no, cashierUrl: answer.location! };
  }
  return {
    next,
    orderOf,
    announced,
    async paid(more: Values = {}) {
      const order = await announced(more);
      const { cashierUrl } = order;
      const answer = await with_().sandbox.post<{ status: string }>('/sandbox/pay', { cashierUrl });
      if (answer.status !== 'paid') throw new Error(`not paid: ${JSON.stringify(answer)}`);
      return order;
    },
    query: (number: string) => with_().shop.call({ service: 'single_trade_query', out_trade_no: number }),
    refund: (number: string, more: Values = {}) =>
      with_().shop.call({
        ...{ service: 'forex_refund', out_return_no: next('R'), out_trade_no: number, currency: 'KRW' },
        ...{ gmt_return: '20141111103000', reason: 'size' },
        ...more,
      }),
    advance: (duration: string) =>
      with_().sandbox.post<{ now: string }>('/sandbox/clock', { advance: duration }),
  };
}

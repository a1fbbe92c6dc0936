// What every row does: place an order, pay it, come back, be notified, and look into the books of both sides.
import type { Notification } from '@tongbao/sdk';
import type { Money, OrderSeen, ShopDriver } from './driver.ts';
import type { Network } from './network.ts';
import type { Asked, Relay } from './relay.ts';

/** The shop did something that a row forbids; the message says what. */
export class Wrong extends Error {}

export function insist(holds: boolean, otherwise: string): void {
  if (!holds) throw new Wrong(otherwise);
}

/** An order whose shopper is at the cashier. */
export interface Open {
  readonly orderId: string;
  readonly total: Money;
  readonly asked: Asked;
}

const patience = { tries: 150, pauseMs: 100 } as const;
const visitMs = 60_000;

export class Stage {
  readonly shop: ShopDriver;
  readonly relay: Relay;
  readonly network: Network;

  constructor(shop: ShopDriver, relay: Relay, network: Network) {
    this.shop = shop;
    this.relay = relay;
    this.network = network;
  }

  async begin(near: Money = { currency: 'KRW', value: 1_000n }): Promise<Open> {
    return this.#opened(await this.shop.placeOrder(near));
  }

  async again(orderId: string): Promise<Open> {
    return this.#opened(await this.shop.payAgain(orderId));
  }

  #opened(placed: { orderId: string; total: Money; cashierUrl: string }): Open {
    const asked = this.relay.asked(placed.cashierUrl);
    if (asked === undefined)
      throw new Wrong(
        `the shop sends its shopper to ${placed.cashierUrl}, which no answer of the gateway named`,
      );
    const { amount } = asked;
    const { currency, value } = placed.total;
    insist(
      amount.currency === currency && amount.value === value.toString(),
      `the order costs ${value} ${currency} in minor units, the gateway was asked for ${amount.value} ${amount.currency}`,
    );
    return { orderId: placed.orderId, total: placed.total, asked };
  }

  /** Paid at the network; its notification is with the kit, not with the shop. */
  async pay(open: Open): Promise<Notification> {
    await this.network.pay(open.asked.cashierUrl);
    return this.network.notification(this.relay, open.asked.paymentRequestId);
  }

  /** Answers whether the shop acknowledged it. */
  notify(open: Open, event: object): Promise<boolean> {
    return this.relay.deliver(open.asked.notifyUrl, event, { clientId: open.asked.clientId });
  }

  /** As the network does: again, a few times, until the shop acknowledges. */
  async notifyUntilAccepted(open: Open, event: object): Promise<void> {
    for (let tries = 0; tries < 3; tries++) if (await this.notify(open, event)) return;
    throw new Wrong('a true notification was not acknowledged, also when it came again');
  }

  /** The shopper's browser comes back; a page that fails with 5xx is wrong. */
  async visit(open: Open): Promise<void> {
    const url = open.asked.returnUrl;
    if (this.shop.visitReturn !== undefined) return this.shop.visitReturn(url);
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(visitMs) });
    await answer.arrayBuffer();
    insist(answer.status < 500, `the return page failed with HTTP ${answer.status}`);
  }

  order(open: Open): Promise<OrderSeen> {
    return this.shop.order(open.orderId);
  }

  async insistPaidOnce(open: Open, when: string): Promise<void> {
    const seen = await this.order(open);
    insist(seen.isPaid, `${when}: the shopper has paid, and the order is not paid`);
    insist(seen.captures === 1, `${when}: captured ${seen.captures} times`);
    insist(
      seen.captured === open.total.value,
      `${when}: the order cost ${open.total.value}, captured is ${seen.captured}`,
    );
  }

  async insistUnpaid(open: Open, when: string): Promise<void> {
    const seen = await this.order(open);
    insist(!seen.isPaid && seen.captured === 0n, `${when}: nothing was paid, and the order says it was`);
  }

  /** The network gave nothing of this payment back. */
  async insistNotGivenBack(open: Open, when: string): Promise<void> {
    const { status, refunded } = await this.network.standing(this.relay, open.asked);
    insist(
      status === 'SUCCESS' && refunded === 0n,
      `${when}: the shopper’s money went back (the network says ${status}, refunded ${refunded}), and the goods go out`,
    );
  }

  /**
   * Waits until both books tell the same end: what the shop has written down as captured and not refunded is what the
   * network holds for it, and an order without money is not paid. Bounded.
   */
  async insistAgreement(open: Open, when: string): Promise<OrderSeen> {
    let told = '';
    for (let tries = 0; tries < patience.tries; tries++) {
      const seen = await this.order(open);
      const { status, paid, refunded } = await this.network.standing(this.relay, open.asked);
      const back = seen.refunds
        .filter(({ state }) => state === 'done')
        .reduce((sum, { value }) => sum + value, 0n);
      const kept = paid - refunded;
      if (kept === seen.captured - back && (kept > 0n || !seen.isPaid)) return seen;
      told = `the network says ${status} and holds ${kept} for the shop; the order is ${seen.isPaid ? '' : 'not '}paid and holds ${seen.captured - back}`;
      await new Promise((resolve) => setTimeout(resolve, patience.pauseMs));
    }
    throw new Wrong(`${when}: ${told}`);
  }

  /** A refund's end, bringing the network's notification when the shop waits for it. Bounded. */
  async refundEnd(open: Open, place: number): Promise<'done' | 'pending' | 'failed'> {
    for (let tries = 0; tries < patience.tries; tries++) {
      const state = (await this.order(open)).refunds[place]?.state;
      if (state === 'done' || state === 'failed') return state;
      for (const { refundRequestId } of this.relay.refundsOf(open.asked.paymentId)) {
        const event = this.relay.held(refundRequestId);
        if (event !== undefined) await this.#tellRefund(open, refundRequestId, event);
      }
      await new Promise((resolve) => setTimeout(resolve, patience.pauseMs));
    }
    return 'pending';
  }

  async #tellRefund(open: Open, refundRequestId: string, event: object): Promise<void> {
    const address = this.relay.addressOf(open.asked, refundRequestId);
    await this.relay.deliver(address, event, { clientId: open.asked.clientId });
  }
}

/** What the network would say, had this payment been paid. For forgers. */
export const paidEvent = (asked: Asked): object => ({
  notifyType: 'PAYMENT_RESULT',
  result: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success.' },
  paymentRequestId: asked.paymentRequestId,
  paymentId: asked.paymentId,
  paymentAmount: asked.amount,
  paymentCreateTime: new Date().toISOString(),
  paymentTime: new Date().toISOString(),
});

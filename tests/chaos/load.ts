// Shops and shoppers under fire, with books of their own: what was acknowledged to them, and what was refused for good.
import type { Credentials } from '@tongbao/protocol/sandbox';
import { createMerchantClient, type MerchantClient } from '@tongbao/sdk';

export interface Order {
  readonly requestId: string;
  paymentId: string | null;
  /** What the shopper was told. */
  paid: 'unknown' | 'paid' | 'refused';
  refund: 'none' | 'unknown' | 'acknowledged';
}

export interface Load {
  readonly orders: readonly Order[];
  /** Of the clock that only goes forward: when the latest answer came that told of success. */
  lastSuccessAt(): number;
  readonly counts: { attempts: number; noAnswer: number; unknown: number; refused: Map<string, number> };
  /** Lets everybody finish what they began, at most so long. */
  stop(patienceMs: number): Promise<void>;
}

const amount = { currency: 'KRW', value: '100' };
const pauseMs = 60;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const payRequest = (paymentRequestId: string): Parameters<MerchantClient['pay']>[0] => ({
  productCode: 'CASHIER_PAYMENT',
  paymentRequestId,
  paymentAmount: amount,
  order: { orderDescription: 'chaos' },
  paymentMethod: { paymentMethodType: 'ALIPAY_CN' },
  paymentRedirectUrl: 'https://mall.example/return',
  env: { terminalType: 'WEB' },
});

export const shopOf = (gatewayUrl: string, { merchants }: Credentials): MerchantClient =>
  createMerchantClient({
    gatewayUrl,
    clientId: merchants[0]!.clientId,
    privateKey: merchants[0]!.merchantPrivateKey,
    gatewayPublicKey: merchants[0]!.gatewayPublicKey,
    timeoutMs: 15_000,
  });

/** `name`: what the ids of its requests begin with; another one for each load of a network. */
export function startLoad(of: {
  url: string;
  credentials: Credentials;
  workers: number;
  name?: string;
}): Load {
  const { name = 'c' } = of;
  const shop = shopOf(of.url, of.credentials);
  const orders: Order[] = [];
  const counts = { attempts: 0, noAnswer: 0, unknown: 0, refused: new Map<string, number>() };
  let lastSuccess = performance.now();
  let stopping = false;
  let abandoned = false;

  /** The same again until there is an answer that says more than "ask again". */
  async function insist<T>(ask: () => Promise<T | null>): Promise<T | null> {
    for (let tries = 0; tries < 10_000 && !abandoned; tries++) {
      counts.attempts++;
      const answer = await ask().catch(() => undefined);
      if (answer === undefined) counts.noAnswer++;
      if (answer === null) counts.unknown++;
      if (answer !== null && answer !== undefined) {
        lastSuccess = performance.now();
        return answer;
      }
      await sleep(100);
    }
    return null;
  }

  async function shopper(paymentId: string): Promise<'paid' | string | null> {
    const response = await fetch(`${of.url}/sandbox/pay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ paymentId }),
      signal: AbortSignal.timeout(15_000),
    });
    const answer = (await response.json()) as { status?: string; error?: { code: string } };
    if (answer.status === 'paid' || answer.error?.code === 'payment-already-paid') return 'paid';
    const final = /expired|cancelled|limit|balance|exceeded/.test(answer.error?.code ?? '');
    return final ? answer.error!.code : null;
  }

  async function refundOf(order: Order): Promise<void> {
    order.refund = 'unknown';
    const done = await insist(async () => {
      const answer = await shop.refund({
        refundRequestId: `r-${order.requestId}`,
        paymentId: order.paymentId!,
        refundAmount: amount,
      });
      return answer.result.resultStatus === 'U' ? null : answer.result;
    });
    if (done?.resultStatus === 'S') order.refund = 'acknowledged';
    else if (done !== null) {
      order.refund = 'none';
      refuse(`refund ${done.resultCode}`);
    }
  }

  const refuse = (code: string) => void counts.refused.set(code, (counts.refused.get(code) ?? 0) + 1);

  async function work(worker: number): Promise<void> {
    for (let number = 0; !stopping; number++) {
      const order: Order = {
        requestId: `${name}${worker}-${number}`,
        paymentId: null,
        paid: 'unknown',
        refund: 'none',
      };
      orders.push(order);
      order.paymentId = await insist(
        async () => (await shop.pay(payRequest(order.requestId))).paymentId ?? null,
      );
      if (order.paymentId === null) return;
      const told = await insist(() => shopper(order.paymentId!));
      if (told === null) return;
      order.paid = told === 'paid' ? 'paid' : 'refused';
      if (told !== 'paid') refuse(told);
      else if (number % 2 === 0) await refundOf(order);
      await sleep(pauseMs);
    }
  }

  const running = Promise.all(Array.from({ length: of.workers }, (_, worker) => work(worker)));
  return {
    orders,
    counts,
    lastSuccessAt: () => lastSuccess,
    async stop(patienceMs) {
      stopping = true;
      await Promise.race([running, sleep(patienceMs)]);
      abandoned = true;
      await running;
    },
  };
}

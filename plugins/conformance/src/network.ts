// The real network on the other side: a sandbox, its shoppers, its clock, and what it says about a payment.
import type { Notification } from '@tongbao/sdk';
import type { Asked, Merchant, Relay } from './relay.ts';

interface SandboxCredentials {
  readonly merchants: readonly Merchant[];
  readonly customers: readonly { readonly phone: string; readonly region: string }[];
}

async function asJson<Answer>(url: string, body?: object): Promise<Answer> {
  const answer = await fetch(url, {
    signal: AbortSignal.timeout(60_000),
    ...(body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text) as Answer;
}

/** How a payment stands at the network, minor units of its currency. */
export interface Standing {
  readonly status: string;
  readonly paid: bigint;
  readonly refunded: bigint;
}

/** The network allows a shopper a hundred payments a day. */
const paymentsADay = 90;
const patience = { tries: 200, pauseMs: 100 } as const;

export class Network {
  readonly url: string;
  readonly merchants: readonly Merchant[];
  readonly #phones: readonly string[];
  #paidToday = 0;

  private constructor(url: string, credentials: SandboxCredentials) {
    this.url = url;
    this.merchants = credentials.merchants;
    // The first and the third of the sandbox's shoppers have money enough for a thousand small payments.
    const shoppers = credentials.customers.filter(({ region }) => region === 'CN');
    this.#phones = shoppers.filter((_, place) => place % 2 === 0).map(({ phone }) => phone);
    if (this.#phones.length === 0) throw new Error(`${url} has no shopper from CN`);
  }

  /** Throws when nothing that looks like a sandbox answers there. */
  static async at(url: string): Promise<Network> {
    return new Network(url, await asJson<SandboxCredentials>(`${url}/sandbox/credentials`));
  }

  /** The first merchant that is paid in this currency. */
  merchantFor(currency: string): Merchant {
    const merchant = this.merchants.find(({ settlementCurrency }) => settlementCurrency === currency);
    if (merchant === undefined) throw new Error(`the sandbox has no merchant for ${currency}`);
    return merchant;
  }

  /** A shopper agrees, or declines, at the cashier. */
  async pay(cashierUrl: string, decision: 'approve' | 'decline' = 'approve'): Promise<void> {
    const customer = this.#phones[this.#paidToday % this.#phones.length];
    this.#paidToday += 1;
    await asJson(`${this.url}/sandbox/pay`, { cashierUrl, customer, decision });
  }

  /** Shoppers' limits begin anew with the day: to be called when no payment is open. */
  async restIfTired(soon: number): Promise<void> {
    if (this.#paidToday + soon <= paymentsADay * this.#phones.length) return;
    await this.advance('P1D');
    this.#paidToday = 0;
  }

  /** How many payments may be open between two rests. */
  get batch(): number {
    return paymentsADay * this.#phones.length;
  }

  async advance(duration: string): Promise<void> {
    await asJson(`${this.url}/sandbox/clock`, { advance: duration });
  }

  async standing(relay: Relay, asked: Asked): Promise<Standing> {
    const { clientId, paymentRequestId } = asked;
    const answer = (await relay.ask(clientId, 'payments/inquiryPayment', { paymentRequestId })) as {
      result: { resultStatus: string; resultMessage: string };
      paymentStatus?: string;
      paymentAmount?: { value: string };
      transactions?: {
        transactionType: string;
        transactionStatus: string;
        transactionAmount: { value: string };
      }[];
    };
    if (answer.paymentStatus === undefined)
      throw new Error(`${paymentRequestId}: ${answer.result.resultMessage}`);
    const back = (answer.transactions ?? []).filter(
      ({ transactionType, transactionStatus }) =>
        transactionType === 'REFUND' && transactionStatus === 'SUCCESS',
    );
    return {
      status: answer.paymentStatus,
      paid: answer.paymentStatus === 'SUCCESS' ? BigInt(answer.paymentAmount?.value ?? '0') : 0n,
      refunded: back.reduce((sum, { transactionAmount }) => sum + BigInt(transactionAmount.value), 0n),
    };
  }

  /** Waits for the network's own notification; throws when none comes. */
  async notification(relay: Relay, requestId: string): Promise<Notification> {
    for (let tries = 0; tries < patience.tries; tries++) {
      const held = relay.held(requestId);
      if (held !== undefined) return held;
      await new Promise((resolve) => setTimeout(resolve, patience.pauseMs));
    }
    throw new Error(`the network sent no notification about ${requestId}`);
  }
}

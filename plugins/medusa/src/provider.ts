// The payment module provider: what Medusa's payment module calls. It talks to the gateway only; orders are brought about by
// the routes, the job and Medusa's own cart completion.
import { AbstractPaymentProvider, MedusaError, ModuleProvider } from '@medusajs/framework/utils';
import { formatMajor, money } from '@tongbao/money';
import {
  GatewayError,
  inquire,
  type Outcome,
  persistently,
  refundsOf,
  sendRefund,
  withdraw,
} from '@tongbao/sdk';
import { amountText, type MedusaAmount, refundToWire, toWire } from './amounts.ts';
import { keptRefunds, type SessionFacts, sessionFacts } from './facts.ts';
import { payRequest } from './pay-request.ts';
import { clientFor, notifyUrl, readOptions, type TongbaoOptions } from './settings.ts';

interface Logger {
  info(message: string): void;
  warn(message: string): void;
}

type Data = Record<string, unknown>;
/** PaymentSessionStatus of Medusa. */
type Status = 'pending' | 'requires_more' | 'captured' | 'canceled' | 'error';

interface About {
  readonly data?: Data;
  readonly context?: { readonly idempotency_key?: string };
}

interface Priced extends About {
  readonly amount: MedusaAmount;
  readonly currency_code: string;
}

const refused = (message: string) => new MedusaError(MedusaError.Types.NOT_ALLOWED, message);

const statusOf: Readonly<Record<Outcome['kind'], Status>> = {
  paid: 'captured',
  waiting: 'requires_more',
  failed: 'error',
  cancelled: 'canceled',
};

export class TongbaoProvider extends AbstractPaymentProvider<TongbaoOptions> {
  static override identifier = 'tongbao';
  readonly #options: TongbaoOptions;
  readonly #logger: Logger;

  constructor(container: { logger: Logger }, options: TongbaoOptions) {
    super(container as unknown as Record<string, unknown>, options);
    this.#options = readOptions(options);
    this.#logger = container.logger;
  }

  static validateOptions(options: object): void {
    clientFor(readOptions(options));
  }

  get #client() {
    return clientFor(this.#options);
  }

  /** `data.session_id` is Medusa's; a storefront may add `terminal: 'WAP'` for a phone. */
  async initiatePayment({ data, amount, currency_code, context }: Priced) {
    const session = data?.session_id ?? context?.idempotency_key;
    if (typeof session !== 'string') throw refused('tongbao: a payment needs a payment session');
    const facts = await this.#begin(session, session, { data, amount, currency_code });
    return { id: facts.paymentId, data: { ...facts }, status: 'pending' as Status };
  }

  async #begin(session: string, requestId: string, priced: Priced): Promise<SessionFacts> {
    const currency = priced.currency_code.toUpperCase();
    const wire = toWire(priced.amount, currency);
    if (wire <= 0n) throw refused('tongbao: there is nothing to pay');
    const request = payRequest({
      options: this.#options,
      session,
      requestId,
      amount: { currency, value: wire.toString() },
      isPhone: priced.data?.terminal === 'WAP',
    });
    const { result, normalUrl, paymentId } = await persistently(
      () => this.#client.pay(request),
      ({ result }) => result.resultStatus !== 'U' || result.resultCode === 'PAYMENT_IN_PROCESS',
    ).catch((error: unknown) => {
      throw error instanceof GatewayError ? refused(`tongbao: ${error.message}`) : error;
    });
    if (normalUrl === undefined || paymentId === undefined) {
      this.#logger.warn(`tongbao ${requestId}: ${result.resultCode}: ${result.resultMessage}`);
      throw refused(`tongbao: ${result.resultCode}: ${result.resultMessage}`);
    }
    return { requestId, paymentId, currency, wire: wire.toString(), redirectUrl: normalUrl };
  }

  /** The same amount is the same payment; another one withdraws it and begins anew. */
  async updatePayment({ data, amount, currency_code, context }: Priced) {
    const facts = sessionFacts(data);
    if (facts === null) return this.initiatePayment({ data, amount, currency_code, context });
    const currency = currency_code.toUpperCase();
    if (facts.currency === currency && facts.wire === toWire(amount, currency).toString()) return { data };
    await this.#withdraw(facts);
    const [session, number] = facts.requestId.split('-') as [string, string?];
    const next = `${session}-${Number.parseInt(number ?? '1', 10) + 1}`;
    return { data: { ...data, ...(await this.#begin(session, next, { data, amount, currency_code })) } };
  }

  /** Medusa removes a session when the cart changes or a new attempt begins: its payment must not be paid any more. */
  async deletePayment({ data }: About) {
    const facts = sessionFacts(data);
    if (facts !== null && data?.returned === undefined) await this.#withdraw(facts);
    return { data };
  }

  async #withdraw(facts: SessionFacts): Promise<void> {
    const outcome = await this.#ask(facts);
    if (outcome.kind === 'paid') throw refused('this cart has been paid; its order is being placed');
    if (outcome.kind === 'waiting' && (await withdraw(this.#client, facts.requestId)) === 'unknown')
      throw refused('this cart is being paid; try again in a moment');
  }

  async #ask(facts: SessionFacts): Promise<Outcome> {
    try {
      return await inquire(this.#client, facts.requestId);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      this.#logger.warn(`tongbao ${facts.requestId}: ${error.message}`);
      return { kind: 'waiting' };
    }
  }

  async #standing(data: Data | undefined): Promise<{ data: Data | undefined; status: Status }> {
    const facts = sessionFacts(data);
    if (facts === null) return { data, status: 'pending' };
    const outcome = await this.#ask(facts);
    const { currency, wire } = facts;
    if (outcome.kind === 'paid' && (outcome.amount.currency !== currency || outcome.amount.value !== wire)) {
      this.#logger.warn(`tongbao ${facts.requestId}: asked ${wire}, paid ${JSON.stringify(outcome.amount)}`);
      return { data, status: 'requires_more' };
    }
    return { data, status: statusOf[outcome.kind] };
  }

  /** The wallet pays in full at once, so what is authorised is captured. */
  authorizePayment({ data }: About) {
    return this.#standing(data);
  }

  getPaymentStatus({ data }: About) {
    return this.#standing(data);
  }

  async capturePayment({ data }: About) {
    return { data };
  }

  async retrievePayment({ data }: About) {
    const facts = sessionFacts(data);
    return { data: facts === null ? data : { ...data, outcome: (await this.#ask(facts)).kind } };
  }

  /** A paid payment is not undone here: that is a refund, which Medusa asks for by itself. */
  async cancelPayment({ data }: About) {
    const facts = sessionFacts(data);
    if (facts !== null) await this.#withdraw(facts);
    return { data };
  }

  /**
   * The refund's own id is its request id, so asking again never refunds twice. One that the gateway has not decided stays:
   * the subscriber and the job see it to its end.
   */
  async refundPayment({ data, amount, context }: Priced) {
    const facts = sessionFacts(data);
    const refundRequestId = context?.idempotency_key;
    if (facts === null || refundRequestId === undefined)
      throw refused('tongbao: this payment cannot be refunded here');
    const { paymentId, currency } = facts;
    const wire = await this.#refundWire(facts, { data, amount, refundRequestId });
    const refunds = {
      ...keptRefunds(data),
      [refundRequestId]: { asked: amountText(amount), wire: `${wire}` },
    };
    const kept = { ...data, refunds };
    // Less than half a won: nothing to send.
    if (wire === 0n) return { data: kept };
    const asked = { refundRequestId, paymentId, currency, wire, notifyUrl: notifyUrl(this.#options) };
    const answer = await sendRefund(this.#client, asked);
    this.#logger.info(`tongbao ${facts.requestId}: refund ${refundRequestId}: ${answer.result}`);
    if (answer.kind === 'refused') throw refused(`tongbao: refund refused: ${answer.result}`);
    return { data: kept };
  }

  /**
   * What to send for a refund. The gateway says which parts were refunded before and with how much; what Medusa asked for
   * them, with its fractions, stands in the payment's data. Asking again sends the same.
   */
  async #refundWire(
    { requestId, currency }: SessionFacts,
    {
      data,
      amount,
      refundRequestId,
    }: { data: Data | undefined; amount: MedusaAmount; refundRequestId: string },
  ): Promise<bigint> {
    const kept = keptRefunds(data);
    const again = kept[refundRequestId];
    if (again !== undefined) return BigInt(again.wire);
    const done = await refundsOf(this.#client, requestId).catch((error: unknown) => {
      throw error instanceof GatewayError ? refused(`tongbao: ${error.message}`) : error;
    });
    const own = done.find((part) => part.refundRequestId === refundRequestId);
    if (own !== undefined) return BigInt(own.amount.value);
    const before = done.map((part) => ({
      asked: kept[part.refundRequestId]?.asked ?? formatMajor(money(currency, BigInt(part.amount.value))),
      wire: BigInt(part.amount.value),
    }));
    return refundToWire(amount, before, currency);
  }

  /** Medusa's own webhook answers before it has worked, which the gateway takes for no answer: ours is /hooks/tongbao. */
  async getWebhookActionAndData() {
    this.#logger.warn('tongbao: notifications belong to /hooks/tongbao, not to /hooks/payment');
    return { action: 'not_supported' };
  }
}

export default ModuleProvider('payment', { services: [TongbaoProvider] });

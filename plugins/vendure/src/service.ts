// What happens between a Vendure order and the gateway: beginning a payment, learning its outcome from wherever it comes
// first (notification, return page, reconciliation), and withdrawing it. One lock, the order's row, makes all of them
// wait for each other, so an outcome is recorded once however often and however simultaneously it arrives.
import { randomBytes } from 'node:crypto';
import { GatewayError, inquire, type Outcome, persistently, sendRefund, withdraw } from '@tongbao/sdk';
import {
  type Channel,
  ChannelService,
  ConfigService,
  type CreatePaymentErrorResult,
  type CreatePaymentResult,
  EntityHydrator,
  type ID,
  isGraphQlErrorResult,
  Logger,
  Order,
  OrderLine,
  OrderService,
  Payment,
  PaymentMethod,
  type RequestContext,
  RequestContextService,
  TransactionalConnection,
} from '@vendure/core';
import { settledToWire } from './amounts.ts';
import { decide, type Step } from './decide.ts';
import { inject } from './decorate.ts';
import { type PaymentFacts, paymentFacts } from './facts.ts';
import { logContext, optionsToken, type TongbaoPluginOptions } from './options.ts';
import { payRequest } from './pay-request.ts';
import { awaiting } from './payment-process.ts';
import { clientFor, readSettings, type Settings, type SettingValues } from './settings.ts';

export const methodCode = 'tongbao';

/** A payment of ours with everything that belongs to it. */
export interface Located {
  readonly method: PaymentMethod;
  readonly settings: Settings;
  readonly channel: Channel;
  readonly orderId: ID;
  readonly orderCode: string;
  readonly paymentId: ID;
  readonly transactionId: string;
  readonly facts: PaymentFacts;
}

const errorResult = (amount: number, errorMessage: string): CreatePaymentErrorResult => ({
  amount,
  state: 'Error',
  errorMessage,
});

export class TongbaoService {
  readonly connection: TransactionalConnection;
  readonly orders: OrderService;
  readonly options: TongbaoPluginOptions;
  readonly #contexts: RequestContextService;
  readonly #channels: ChannelService;
  readonly #config: ConfigService;
  readonly #hydrator: EntityHydrator;
  /** Outcomes that are proved already, for the handler that Vendure calls in the same transaction. */
  readonly #proved = new WeakMap<RequestContext, Outcome>();

  constructor(
    connection: TransactionalConnection,
    orders: OrderService,
    contexts: RequestContextService,
    channels: ChannelService,
    config: ConfigService,
    hydrator: EntityHydrator,
    options: TongbaoPluginOptions,
  ) {
    this.connection = connection;
    this.orders = orders;
    this.options = options;
    this.#contexts = contexts;
    this.#channels = channels;
    this.#config = config;
    this.#hydrator = hydrator;
  }

  /** Decimals of Vendure's stored amounts, the same for every currency. */
  get precision(): number {
    return this.#config.entityOptions.moneyStrategy.precision ?? 2;
  }

  notifyUrl(method: PaymentMethod): string {
    return `${this.options.serverUrl}/tongbao/notify/${method.id}`;
  }

  /** Makes the payment at the gateway. Former attempts that are still open are withdrawn first, or found to be paid. */
  async begin(
    ctx: RequestContext,
    order: Order,
    method: PaymentMethod,
    terminal: 'WEB' | 'WAP',
  ): Promise<CreatePaymentResult | CreatePaymentErrorResult> {
    const settings = readSettings(valuesOf(method));
    const client = clientFor(settings);
    await this.lockOrder(ctx, order.id);
    const payments = await this.orders.getOrderPayments(ctx, order.id);
    for (const open of payments.filter((payment) => payment.state === awaiting)) {
      if (!(await this.#closeFormer(ctx, open))) return errorResult(0, 'this order is being paid already');
    }
    const amount = order.totalWithTax - coveredBy(payments);
    const wire = settledToWire(amount, order.currencyCode, this.precision);
    if (wire <= 0n) return errorResult(amount, 'there is nothing left to pay');
    await this.#hydrator.hydrate(ctx, order, { relations: ['lines.productVariant', 'customer'] });
    const requestId = `${order.code}-${randomBytes(6).toString('hex')}`;
    const request = payRequest({
      order,
      requestId,
      wire,
      precision: this.precision,
      settings,
      described: (await this.options.describeOrder?.(ctx, order)) ?? {},
      notifyUrl: this.notifyUrl(method),
      returnUrl: `${this.options.serverUrl}/tongbao/return/${method.id}/${requestId}`,
      terminal,
    });
    try {
      const answer = await persistently(
        () => client.pay(request),
        ({ result }) => result.resultStatus !== 'U' || result.resultCode === 'PAYMENT_IN_PROCESS',
      );
      const { result, normalUrl, paymentId } = answer;
      if (normalUrl === undefined || paymentId === undefined) {
        Logger.warn(`${order.code}: ${result.resultCode}: ${result.resultMessage}`, logContext);
        return errorResult(amount, `${result.resultCode}: ${result.resultMessage}`);
      }
      const facts: PaymentFacts = {
        requestId,
        currency: order.currencyCode,
        wire: wire.toString(),
        public: { redirectUrl: normalUrl },
      };
      return { amount, state: awaiting, transactionId: paymentId, metadata: { ...facts } };
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      Logger.error(`${order.code}: ${error.message}`, logContext);
      return errorResult(amount, error.message);
    }
  }

  /** False when the former attempt turns out to be paid: it is recorded as soon as the order is free. */
  async #closeFormer(ctx: RequestContext, open: Payment): Promise<boolean> {
    const located = await this.locate(open.id);
    if (located === null) return true;
    const client = clientFor(located.settings);
    const outcome = await inquire(client, located.facts.requestId);
    if (outcome.kind === 'paid') {
      setImmediate(() => void this.record(located, outcome).catch((error) => this.complain(located, error)));
      return false;
    }
    if (outcome.kind === 'waiting' && (await withdraw(client, located.facts.requestId)) === 'unknown')
      return false;
    this.#proved.set(ctx, { kind: 'cancelled' });
    await this.orders.cancelPayment(ctx, open.id);
    return true;
  }

  /** What the handler may rely on instead of asking the gateway. */
  proved(ctx: RequestContext): Outcome | undefined {
    return this.#proved.get(ctx);
  }

  async lockOrder(ctx: RequestContext, orderId: ID): Promise<void> {
    // SQLite has one writer at a time anyway, and knows no row locks.
    if (/sqlite|sqljs/.test(this.connection.rawConnection.options.type)) return;
    // The lines first, as Vendure does when a cart changes: whoever locks in another order meets it in a deadlock.
    await this.connection
      .getRepository(ctx, OrderLine)
      .createQueryBuilder('line')
      .select('line.id')
      .setLock('pessimistic_write')
      .where('line.orderId = :orderId', { orderId })
      .orderBy('line.id')
      .getMany();
    await this.connection
      .getRepository(ctx, Order)
      .createQueryBuilder('o')
      .select('o.id')
      .setLock('pessimistic_write')
      .where('o.id = :orderId', { orderId })
      .getOne();
  }

  /** By the request id that the gateway gives back to us. Null when there is no such payment of this method. */
  async find(methodId: string, requestId: string): Promise<Located | null> {
    const code = requestId.slice(0, requestId.lastIndexOf('-'));
    const order = await this.connection.rawConnection
      .getRepository(Order)
      .findOne({ where: { code }, relations: { payments: true, channels: true } });
    const payment = order?.payments.find((each) => paymentFacts(each.metadata)?.requestId === requestId);
    if (order == null || payment === undefined) return null;
    const located = await this.located(payment, order);
    return located !== null && String(located.method.id) === methodId ? located : null;
  }

  async method(methodId: string): Promise<PaymentMethod | null> {
    if (!/^[\w-]{1,64}$/.test(methodId)) return null;
    const found = await this.connection.rawConnection
      .getRepository(PaymentMethod)
      .findOne({ where: { id: methodId } })
      .catch(() => null);
    return found?.handler.code === methodCode ? found : null;
  }

  /** Null for a payment that was not made by this plugin. */
  async locate(paymentId: ID): Promise<Located | null> {
    const payment = await this.connection.rawConnection
      .getRepository(Payment)
      .findOne({ where: { id: paymentId }, relations: { order: { channels: true } } });
    return payment === null ? null : this.located(payment);
  }

  /** The payment comes with its order and the order's channels. */
  async located(payment: Payment, order: Order = payment.order): Promise<Located | null> {
    const facts = paymentFacts(payment.metadata);
    if (facts === null) return null;
    const methods = await this.connection.rawConnection
      .getRepository(PaymentMethod)
      .find({ where: { code: payment.method }, relations: { channels: true } });
    const ordered = new Set(order.channels.map((channel) => String(channel.id)));
    const fallback = await this.#channels.getDefaultChannel();
    for (const method of methods) {
      if (method.handler.code !== methodCode) continue;
      const shared = method.channels.filter((channel) => ordered.has(String(channel.id)));
      const channel = shared.find((each) => String(each.id) !== String(fallback.id)) ?? shared[0];
      if (channel === undefined) continue;
      return {
        method,
        settings: readSettings(valuesOf(method)),
        channel,
        orderId: order.id,
        orderCode: order.code,
        paymentId: payment.id,
        transactionId: payment.transactionId,
        facts,
      };
    }
    return null;
  }

  context(channel: Channel): Promise<RequestContext> {
    // By its token: Vendure's own copy of the channel has its zones, the one that came with an order has not.
    return this.#contexts.create({ apiType: 'admin', channelOrToken: channel.token });
  }

  /** Asks the gateway how the payment stands, and records it. */
  async look(located: Located): Promise<Step> {
    return this.record(located, await inquire(clientFor(located.settings), located.facts.requestId));
  }

  /** Records an outcome that is proved: by a signature, or by the gateway's own answer. Safe to repeat and to race. */
  async record(located: Located, outcome: Outcome): Promise<Step> {
    const ctx = await this.context(located.channel);
    const step = await this.connection.withTransaction(ctx, async (tx) => {
      await this.lockOrder(tx, located.orderId);
      const payment = await this.connection.getEntityOrThrow(tx, Payment, located.paymentId, {
        relations: ['order'],
      });
      const others = (await this.orders.getOrderPayments(tx, located.orderId)).filter(
        (other) => other.id !== payment.id,
      );
      const step = decide(
        {
          paymentState: payment.state,
          asked: { currency: located.facts.currency, value: located.facts.wire },
          isReturned: paymentFacts(payment.metadata)?.returned !== undefined,
          orderState: payment.order.state,
          orderNeedsThis: payment.order.totalWithTax - coveredBy(others) === payment.amount,
        },
        outcome,
      );
      this.#proved.set(tx, outcome);
      return this.#carryOut(tx, payment, step);
    });
    if (step === 'nothing') return step;
    if (step === 'amount-differs') {
      Logger.error(
        `${located.orderCode}: the gateway says ${JSON.stringify(outcome)}, asked was ${located.facts.wire}`,
        logContext,
      );
      return step;
    }
    Logger.info(`${located.orderCode}: ${outcome.kind} → ${step}`, logContext);
    if (step === 'give-back') await this.#giveBack(located);
    return step;
  }

  async #carryOut(tx: RequestContext, payment: Payment, step: Step): Promise<Step> {
    if (step === 'reopen-and-settle') {
      const reopened = await this.orders.transitionToState(tx, payment.order.id, 'ArrangingPayment');
      if (isGraphQlErrorResult(reopened)) return 'give-back';
    }
    if (step === 'settle' || step === 'reopen-and-settle') {
      const settled = await this.orders.settlePayment(tx, payment.id);
      if (isGraphQlErrorResult(settled)) throw new Error(settled.message);
      if (payment.order.state === 'ArrangingAdditionalPayment')
        await this.orders.transitionToState(tx, payment.order.id, 'PaymentSettled');
    } else if (step === 'decline') {
      const proved = this.proved(tx);
      payment.errorMessage = proved?.kind === 'failed' ? proved.reason : undefined;
      await this.connection.getRepository(tx, Payment).save(payment, { reload: false });
      const declined = await this.orders.transitionPaymentToState(tx, payment.id, 'Declined');
      if (isGraphQlErrorResult(declined)) throw new Error(declined.message);
    } else if (step === 'cancel') {
      const cancelled = await this.orders.cancelPayment(tx, payment.id);
      if (isGraphQlErrorResult(cancelled)) throw new Error(cancelled.message);
    }
    return step;
  }

  /** The order cannot take this money: it goes back in full, once, and the payment says so. */
  async #giveBack(located: Located): Promise<void> {
    const { requestId, currency, wire } = located.facts;
    const answer = await sendRefund(clientFor(located.settings), {
      refundRequestId: `${requestId}-back`,
      paymentId: located.transactionId,
      currency,
      wire: BigInt(wire),
      reason: 'the order could not take this payment',
    });
    if (answer.kind === 'refused') {
      Logger.error(`${located.orderCode}: paid, not needed, and not refunded: ${answer.result}`, logContext);
      throw new Error(answer.result);
    }
    const ctx = await this.context(located.channel);
    await this.connection.withTransaction(ctx, async (tx) => {
      await this.lockOrder(tx, located.orderId);
      const payment = await this.connection.getEntityOrThrow(tx, Payment, located.paymentId);
      payment.metadata = { ...payment.metadata, returned: `${requestId}-back` };
      await this.connection.getRepository(tx, Payment).save(payment, { reload: false });
      if (payment.state !== awaiting) return;
      this.#proved.set(tx, { kind: 'cancelled' });
      await this.orders.cancelPayment(tx, payment.id);
    });
    Logger.warn(`${located.orderCode}: a payment that the order could not take was given back`, logContext);
  }

  /** The order changed while the shopper was away: its open payments are withdrawn, or found to be paid. */
  async orderChanged(orderId: ID): Promise<void> {
    const open = await this.connection.rawConnection.getRepository(Payment).find({
      where: { state: awaiting, order: { id: orderId } },
      relations: { order: { channels: true } },
    });
    for (const payment of open) {
      const located = await this.located(payment);
      if (located === null) continue;
      const client = clientFor(located.settings);
      let outcome = await inquire(client, located.facts.requestId);
      if (outcome.kind === 'waiting' && (await withdraw(client, located.facts.requestId)) === 'withdrawn')
        outcome = { kind: 'cancelled' };
      await this.record(located, outcome);
    }
  }

  /** As it stands now. */
  async stateOf(located: Located): Promise<string> {
    const payment = await this.connection.rawConnection
      .getRepository(Payment)
      .findOneByOrFail({ id: located.paymentId });
    return payment.state;
  }

  complain(located: Located, error: unknown): void {
    Logger.error(
      `${located.orderCode}: ${error instanceof Error ? error.message : String(error)}`,
      logContext,
    );
  }
}
inject(
  TongbaoService,
  TransactionalConnection,
  OrderService,
  RequestContextService,
  ChannelService,
  ConfigService,
  EntityHydrator,
  optionsToken,
);

/** The settings of a payment method, by name. */
export const valuesOf = (method: PaymentMethod): SettingValues =>
  Object.fromEntries(method.handler.args.map(({ name, value }) => [name, value])) as unknown as SettingValues;

function coveredBy(payments: readonly Payment[]): number {
  return payments
    .filter((payment) => payment.state === 'Settled' || payment.state === 'Authorized')
    .reduce((sum, payment) => {
      const back = (payment.refunds ?? []).filter((refund) => refund.state === 'Settled');
      return sum + payment.amount - back.reduce((total, refund) => total + refund.total, 0);
    }, 0);
}

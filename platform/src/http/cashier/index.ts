// The cashier's adapter: one view of a payment, and its confirmation. The token in the path says which payment, the
// session who pays, the PIN that it is meant; nothing else that a browser sends is believed.
import { type AuthorizePayment, type CashierView, cashierOperations } from '@tongbao/protocol/wallet';
import type { FastifyPluginAsync } from 'fastify';
import type { Customer, Customers } from '../../customers/index.ts';
import type { Checkout, Payment, Payments } from '../../payments/index.ts';
import { Rejection } from '../../rejection.ts';
import type { Clock } from '../../system/index.ts';
import type { Wallet } from '../../wallet/index.ts';
import { idOf, perMinute, refuseOthers, shopperRoutes } from '../shopper/routes.ts';
import type { CashierTokens } from './token.ts';
import { cashierView, type Onlooker } from './view.ts';

export { type CashierTokens, createCashierTokens } from './token.ts';

export interface CashierHttpOptions {
  readonly customers: Customers;
  readonly wallet: Wallet;
  readonly payments: Pick<
    Payments,
    'authorize' | 'decline' | 'findById' | 'findCheckout' | 'preview' | 'begin' | 'abandon'
  >;
  /** What the cashier shows of a merchant. */
  readonly findMerchant: (merchantId: bigint) => Promise<{ displayName: string; region: string }>;
  /** Where the shopper goes back to; absent: as the order says. */
  readonly returnUrl?: (payment: Payment) => Promise<string>;
  readonly tokens: CashierTokens;
  /** Between our ids and those on the wire (30 digits); null for an id that is not ours. */
  readonly paymentIds: { toWire(payment: Payment): string; fromWire(wireId: string): bigint | null };
  readonly clock: Clock;
  readonly sandbox: boolean;
}

export const cashierAdapter =
  (options: CashierHttpOptions): FastifyPluginAsync =>
  async (app) => {
    const route = await shopperRoutes(app, options.customers);
    route(cashierOperations.viewPayment, async ({ params, customer }) =>
      view(options, await opened(options, params.token, customer), customer),
    );
    route(
      cashierOperations.authorizePayment,
      async ({ params, body, customer }) => {
        const payment = await opened(options, params.token, customer);
        return view(options, await authorize(options, { payment, customer, asked: body }), customer);
      },
      { perMinute: perMinute(options.sandbox).pin },
    );
    route(cashierOperations.declinePayment, async ({ params, customer }) => {
      const found = await find(options, params.token);
      if ('payment' in found)
        return view(options, await options.payments.decline({ paymentId: found.payment.id }), customer);
      await options.payments.abandon(found.checkout.id);
      return view(options, await opened(options, params.token, null), customer);
    });
    refuseOthers(app, '/api/cashier/*');
  };

/** A payment, or an order that will be one once somebody has signed in. */
async function find(
  options: CashierHttpOptions,
  token: string | undefined,
): Promise<{ payment: Payment } | { checkout: Checkout }> {
  const wireId = options.tokens.read(token ?? '');
  const id = wireId === null ? null : options.paymentIds.fromWire(wireId);
  const payment = id === null ? null : await options.payments.findById(id);
  if (payment !== null) return { payment };
  const checkout = id === null ? null : await options.payments.findCheckout(id);
  if (checkout === null) throw new Rejection('payment-not-found', 'there is no such payment');
  return { checkout };
}

/** The payment to show; a signed-in shopper makes a payment of an order that waits for just that. */
async function opened(
  options: CashierHttpOptions,
  token: string | undefined,
  customer: Customer | null,
): Promise<Payment> {
  const found = await find(options, token);
  if ('payment' in found) return found.payment;
  const { checkout } = found;
  const begins =
    customer !== null && checkout.beginsAt === 'sign-in' && checkout.expiresAt > options.clock.now();
  return begins ? options.payments.begin(checkout) : options.payments.preview(checkout);
}

/** Confirms a payment. What cannot succeed is refused before the PIN is looked at, so that no try is lost on it. */
async function authorize(
  { customers, wallet, payments, clock }: CashierHttpOptions,
  { payment, customer, asked }: { payment: Payment; customer: Customer; asked: AuthorizePayment },
): Promise<Payment> {
  assertOpen(payment, clock.now());
  const payerAccount = await wallet.accountOf(customer.id, payment.payerAmount.currency);
  if (payerAccount === null)
    throw new Rejection('currency-not-supported', 'the wallet keeps another currency');
  const { method } = asked;
  const cardId = method.kind === 'card' ? idOf(method.cardId) : null;
  if (method.kind === 'card' && cardId === null) throw new Rejection('card-unknown', 'there is no such card');
  const chosen = cardId === null ? null : await wallet.cardForPayment(customer.id, cardId);
  await customers.checkPin(customer.id, asked.pin);
  // An order that waits for the confirmation becomes a payment only now that the PIN was right.
  const waiting = await payments.findCheckout(payment.id);
  if (waiting?.beginsAt === 'confirmation' && (await payments.findById(payment.id)) === null)
    await payments.begin(waiting);
  return payments.authorize({
    paymentId: payment.id,
    payer: { customerId: customer.id, kycClass: customer.kycClass, status: customer.status },
    payerAccount,
    funding: chosen === null ? { kind: 'balance' } : { kind: 'card', cardId: chosen.card.id },
    clearingAccount: chosen?.clearingAccount ?? null,
  });
}

/** The verb decides again, under the payment's lock; this only spares a PIN try. */
function assertOpen(payment: Payment, now: Date): void {
  if (payment.status === 'paid') throw new Rejection('payment-already-paid');
  if (payment.status === 'pending') throw new Rejection('payment-in-progress');
  if (payment.status === 'cancelled' || payment.status === 'declined')
    throw new Rejection('payment-cancelled');
  if (payment.status === 'expired' || payment.expiresAt <= now) throw new Rejection('payment-expired');
}

async function view(
  options: CashierHttpOptions,
  payment: Payment,
  customer: Customer | null,
): Promise<CashierView> {
  const { wallet, findMerchant, paymentIds, clock } = options;
  const { funding, payerId } = payment;
  const paidCard =
    funding?.kind === 'card' && payerId !== null && payerId === customer?.id
      ? await wallet.findCard(payerId, funding.cardId)
      : null;
  const view = cashierView({
    payment,
    wireId: paymentIds.toWire(payment),
    merchant: await findMerchant(payment.merchantId),
    onlooker: customer === null ? null : await onlookerOf(options, payment, customer),
    paidCard,
    now: clock.now(),
  });
  return options.returnUrl === undefined ? view : { ...view, returnUrl: await options.returnUrl(payment) };
}

async function onlookerOf(
  { customers, wallet }: CashierHttpOptions,
  payment: Payment,
  customer: Customer,
): Promise<Onlooker> {
  const { currency } = payment.payerAmount;
  const [pinLockedUntil, account, cards] = await Promise.all([
    customers.pinLockedUntil(customer.id),
    wallet.accountOf(customer.id, currency),
    wallet.cardsOf(customer.id),
  ]);
  const balance = account === null ? null : await wallet.balanceOf(customer.id, currency);
  return { customer, pinLockedUntil, balance, cards };
}

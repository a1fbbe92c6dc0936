// The cashier's adapter: one view of a payment, and its confirmation. The token in the path says which payment, the
// session who pays, the PIN that it is meant; nothing else that a browser sends is believed.
import { fromWire, type Money } from '@tongbao/money';
import { isReturnAddress } from '@tongbao/protocol/addresses';
import { type AuthorizePayment, type CashierView, cashierOperations } from '@tongbao/protocol/wallet';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { type Customer, type Customers, payerOf, type Site } from '../../customers/index.ts';
import type { Tally } from '../../database/index.ts';
import type { Merchant } from '../../merchants/index.ts';
import { type Checkout, needsQuote, type Payment, type PaymentsRoom } from '../../payments/index.ts';
import { Rejection } from '../../rejection.ts';
import type { Clock } from '../../system/index.ts';
import type { StepUps, Wallet } from '../../wallet/index.ts';
import { guessesPerMinute, idOf, refuseOthers, shopperRoutes } from '../shopper/routes.ts';
import { siteOf } from '../shopper/site.ts';
import { stepUpRoutes } from './step-up.ts';
import type { CashierTokens } from './token.ts';
import { cashierView, type Onlooker } from './view.ts';

export { type CashierTokens, createCashierTokens } from './token.ts';

export interface CashierHttpOptions {
  readonly customers: Customers;
  readonly tally: Tally;
  readonly wallet: Wallet;
  readonly payments: Pick<
    PaymentsRoom,
    | 'authorize'
    | 'decline'
    | 'findById'
    | 'findCheckout'
    | 'preview'
    | 'begin'
    | 'abandon'
    | 'requote'
    | 'stepUpOf'
  >;
  /** What shoppers do about what their banks ask. */
  readonly stepUps: StepUps;
  /** What the cashier shows of a merchant. */
  readonly findMerchant: (merchantId: bigint) => Promise<Pick<Merchant, 'displayName' | 'region' | 'status'>>;
  /** Where the shopper goes back to; absent: as the order says. */
  readonly returnUrl?: (payment: Payment) => Promise<string>;
  readonly tokens: CashierTokens;
  /** Between our ids and those on the wire (30 digits); null for an id that is not ours. */
  readonly paymentIds: { toWire(payment: Payment): string; fromWire(wireId: string): bigint | null };
  readonly clock: Clock;
  /** Our own address: the site that passkeys are made for. */
  readonly publicUrl: string;
  readonly sandbox: boolean;
}

export const cashierAdapter =
  (options: CashierHttpOptions): FastifyPluginAsync =>
  async (app) => {
    const route = await shopperRoutes(app, options);
    route(cashierOperations.viewPayment, async ({ params, customer, request }) =>
      // Whoever looks after a price has run out sees, and locks, the new one.
      view(options, await priced(options, await opened(options, params.token, customer)), customer, request),
    );
    route(
      cashierOperations.authorizePayment,
      async ({ params, body, customer, request }) => {
        const payment = await opened(options, params.token, customer);
        const confirmed = { payment, customer, asked: body, site: siteOf(request, options) };
        return view(options, await authorize(options, confirmed), customer, request);
      },
      { perMinute: guessesPerMinute(options.sandbox) },
    );
    route(
      cashierOperations.askPasskey,
      async ({ params, customer, request }) => {
        const payment = await opened(options, params.token, customer);
        assertOpen(payment, options.clock.now());
        const asked = { purpose: purposeOf(payment), site: siteOf(request, options) };
        const made = await options.customers.askPasskey(customer.id, asked);
        return { options: made === null ? null : { ...made } };
      },
      { perMinute: guessesPerMinute(options.sandbox) },
    );
    route(cashierOperations.declinePayment, async ({ params, customer, request }) => {
      return view(options, await declined(options, params.token), customer, request);
    });
    stepUpRoutes(route, {
      ...{ stepUps: options.stepUps, sandbox: options.sandbox },
      find: (token, customer) => opened(options, token, customer),
      show: async (payment, { customer, request }) =>
        view(options, (await options.payments.findById(payment.id)) ?? payment, customer, request),
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

async function declined(options: CashierHttpOptions, token: string | undefined): Promise<Payment> {
  const found = await find(options, token);
  if ('payment' in found) return options.payments.decline({ paymentId: found.payment.id });
  // As the verb has it: what is displayed is nobody's to end.
  if (!found.checkout.command.order.isDisplayed) await options.payments.abandon(found.checkout.id);
  return opened(options, token, null);
}

/** A preview is priced at the moment; a payment keeps its price for as long as it is locked. */
async function priced({ payments }: CashierHttpOptions, payment: Payment): Promise<Payment> {
  return (await payments.findById(payment.id)) === null ? payment : payments.requote(payment);
}

/** Confirms a payment. What cannot succeed is refused before the PIN is looked at, so that no try is lost on it. */
async function authorize(
  { customers, wallet, payments, clock }: CashierHttpOptions,
  {
    payment,
    customer,
    asked,
    site,
  }: { payment: Payment; customer: Customer; asked: AuthorizePayment; site: Site },
): Promise<Payment> {
  assertOpen(payment, clock.now());
  const expected = expectedOf(payment, asked, clock.now());
  if (customer.kycClass === 0)
    throw new Rejection('real-name-needed', 'the real name has to be checked first');
  const payerAccount = await wallet.accountOf(customer.id, payment.payerAmount.currency);
  if (payerAccount === null)
    throw new Rejection('currency-not-supported', 'the wallet keeps another currency');
  const { method } = asked;
  const cardId = method.kind === 'card' ? idOf(method.cardId) : null;
  if (method.kind === 'card' && cardId === null) throw new Rejection('card-unknown', 'there is no such card');
  const chosen = cardId === null ? null : await wallet.cardForPayment(customer.id, cardId);
  await confirmed(customers, { customerId: customer.id, payment, asked, site });
  // An order that waits for the confirmation becomes a payment only now that the PIN was right.
  const waiting = await payments.findCheckout(payment.id);
  if (waiting?.beginsAt === 'confirmation' && (await payments.findById(payment.id)) === null)
    await payments.begin(waiting);
  return payments.authorize({
    paymentId: payment.id,
    payer: payerOf(customer),
    payerAccount,
    funding: chosen === null ? { kind: 'balance' } : { kind: 'card', cardId: chosen.card.id },
    clearingAccount: chosen?.clearingAccount ?? null,
    mayAsk: true,
    ...(expected === undefined ? {} : { expected }),
  });
}

/** What the page showed, if it said so: a confirmation of another price is refused before the PIN is looked at. */
function expectedOf(payment: Payment, { payerAmount }: AuthorizePayment, now: Date): Money | undefined {
  const expected = payerAmount === undefined ? undefined : fromWire(payerAmount);
  const isOther =
    expected !== undefined &&
    (expected.amount !== payment.payerAmount.amount || expected.currency !== payment.payerAmount.currency);
  if (isOther || needsQuote(payment, now)) throw new Rejection('price-changed');
  return expected;
}

/** A passkey's answer confirms the payment that it was asked for, at the price it had, and no other. */
const purposeOf = ({ id, payerAmount }: Payment): string =>
  `payment:${id}:${payerAmount.amount} ${payerAmount.currency}`;

/** The shopper means it: his PIN, or a passkey that signed this very payment. */
async function confirmed(
  customers: Customers,
  of: { customerId: bigint; payment: Payment; asked: AuthorizePayment; site: Site },
): Promise<void> {
  const { customerId, payment, asked, site } = of;
  if (asked.pin !== undefined) return customers.checkPin(customerId, asked.pin);
  const response = asked.passkey as unknown as Parameters<Customers['checkPasskey']>[1]['response'];
  return customers.checkPasskey(customerId, { response, purpose: purposeOf(payment), site });
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
  request: FastifyRequest,
): Promise<CashierView> {
  const { wallet, findMerchant, paymentIds, clock } = options;
  const { funding, payerId } = payment;
  const paidCard =
    funding?.kind === 'card' && payerId !== null && payerId === customer?.id
      ? await wallet.findCard(payerId, funding.cardId)
      : null;
  const view = cashierView({
    payment,
    stepUp: payerId !== null && payerId === customer?.id ? await options.payments.stepUpOf(payment) : null,
    wireId: paymentIds.toWire(payment),
    merchant: await findMerchant(payment.merchantId),
    onlooker: customer === null ? null : await onlookerOf(options, { payment, customer, request }),
    paidCard,
    now: clock.now(),
  });
  const returnUrl = options.returnUrl === undefined ? view.returnUrl : await options.returnUrl(payment);
  // Orders from before this rule may name anything.
  return { ...view, returnUrl: isReturnAddress(returnUrl) ? returnUrl : '' };
}

async function onlookerOf(
  options: CashierHttpOptions,
  { payment, customer, request }: { payment: Payment; customer: Customer; request: FastifyRequest },
): Promise<Onlooker> {
  const { customers, wallet } = options;
  const { currency } = payment.payerAmount;
  const [pinLockedUntil, passkeys, account, cards] = await Promise.all([
    customers.pinLockedUntil(customer.id),
    customers.passkeysOf(customer.id),
    wallet.accountOf(customer.id, currency),
    wallet.cardsOf(customer.id),
  ]);
  const balance = account === null ? null : await wallet.balanceOf(customer.id, currency);
  const { rpId } = siteOf(request, options);
  const hasPasskey = passkeys.some((passkey) => passkey.rpId === rpId);
  return { customer, pinLockedUntil, hasPasskey, balance, cards };
}

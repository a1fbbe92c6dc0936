// The wallet's adapter: signing in, the balance, top-ups and bills over HTTP.
import { type TopUpView, type WalletView, walletOperations } from '@tongbao/protocol/wallet';
import type { FastifyPluginAsync } from 'fastify';
import { type Customer, type Customers, maskPhone, phoneOf } from '../../customers/index.ts';
import { Rejection } from '../../rejection.ts';
import type { Clock } from '../../system/index.ts';
import { type CardTransfer, type Wallet, walletCurrency } from '../../wallet/index.ts';
import { RequestRefused } from '../shopper/errors.ts';
import { type AddRoute, idOf, perMinute, refuseOthers, shopperRoutes } from '../shopper/routes.ts';
import { forgetToken, keepToken } from '../shopper/session.ts';
import { cardView, customerView, wireMoney } from '../shopper/views.ts';
import { type BillSources, billPage, findBill, type PaymentBills } from './bills.ts';
import { type CodeSources, codeRoutes } from './codes.ts';

export type { PaymentBills } from './bills.ts';

export interface WalletHttpOptions {
  readonly customers: Customers;
  readonly wallet: Wallet;
  readonly payments: PaymentBills & CodeSources['payments'];
  /** What shoppers know a merchant by. */
  readonly merchantName: (merchantId: bigint) => Promise<string>;
  readonly clock: Clock;
  readonly sandbox: boolean;
  readonly codes: CodeSources['codes'];
  readonly merchants: CodeSources['merchants'];
  readonly tokens: CodeSources['tokens'];
  readonly paymentIds: CodeSources['paymentIds'];
}

export const walletAdapter =
  (options: WalletHttpOptions): FastifyPluginAsync =>
  async (app) => {
    const route = await shopperRoutes(app, options.customers);
    sessionRoutes(route, options);
    topUpRoutes(route, options);
    billRoutes(route, options);
    codeRoutes(route, options);
    refuseOthers(app, '/api/wallet/*');
  };

function sessionRoutes(route: AddRoute, options: WalletHttpOptions): void {
  const { customers, sandbox } = options;
  const limit = perMinute(sandbox);
  route(
    walletOperations.requestCode,
    async ({ body }) => {
      const phone = requirePhone(body.phone);
      const { expiresAt, resendAt, sandboxCode } = await customers.requestCode(phone);
      return {
        maskedPhone: maskPhone(phone),
        expiresAt: expiresAt.toISOString(),
        resendAt: resendAt.toISOString(),
        ...(sandboxCode === null ? {} : { sandboxCode }),
      };
    },
    { perMinute: limit.code },
  );
  route(
    walletOperations.signIn,
    async ({ body, token: formerToken, request, reply }) => {
      const userAgent = request.headers['user-agent'] ?? '';
      const phone = requirePhone(body.phone);
      const { customer, token } = await customers.signIn({ phone, code: body.code, userAgent, formerToken });
      keepToken(request, reply, token);
      return walletView(options, customer);
    },
    { perMinute: limit.signIn },
  );
  route(walletOperations.signOut, async ({ token, request, reply }) => {
    await customers.signOut(token!);
    forgetToken(request, reply);
    return {};
  });
  route(walletOperations.viewWallet, ({ customer }) => walletView(options, customer));
}

function requirePhone(typed: string): string {
  const phone = phoneOf(typed);
  if (phone === null) throw new RequestRefused(400, 'INVALID_REQUEST', 'phone: not a phone number');
  return phone;
}

async function walletView(options: WalletHttpOptions, customer: Customer): Promise<WalletView> {
  const { customers, wallet, clock } = options;
  const [{ balance, available }, cards, pinLockedUntil] = await Promise.all([
    wallet.balanceOf(customer.id, walletCurrency),
    wallet.cardsOf(customer.id),
    customers.pinLockedUntil(customer.id),
  ]);
  return {
    customer: customerView(customer, { pinLockedUntil, ownEyes: true }),
    balance: wireMoney(balance),
    available: wireMoney(available),
    cards: cards.map(cardView),
    now: clock.now().toISOString(),
  };
}

function topUpRoutes(route: AddRoute, { customers, wallet, sandbox }: WalletHttpOptions): void {
  route(
    walletOperations.createTopUp,
    async ({ body, customer }) => {
      const cardId = idOf(body.cardId);
      if (cardId === null) throw new Rejection('card-unknown', 'there is no such card');
      const amount = { currency: body.amount.currency, amount: BigInt(body.amount.value) };
      await customers.checkPin(customer.id, body.pin);
      const { requestId } = body;
      return topUpView(
        await wallet.requestTransfer({ kind: 'top-up', customerId: customer.id, requestId, cardId, amount }),
      );
    },
    { perMinute: perMinute(sandbox).pin },
  );
  route(walletOperations.viewTopUp, async ({ params, customer }) => {
    const id = idOf(params.topUpId ?? '');
    const topUp = id === null ? null : await wallet.findTransfer(customer.id, id);
    if (topUp?.kind !== 'top-up') throw new Rejection('top-up-not-found', 'there is no such top-up');
    return topUpView(topUp);
  });
}

const topUpView = (topUp: CardTransfer): TopUpView => ({
  topUpId: topUp.id.toString(),
  status: topUp.status,
  amount: wireMoney(topUp.amount),
  card: cardView(topUp.card),
  createdAt: topUp.createdAt.toISOString(),
  finishedAt: topUp.finishedAt?.toISOString() ?? null,
});

function billRoutes(route: AddRoute, sources: BillSources): void {
  route(walletOperations.listBills, ({ query, customer }) => {
    const { cursor } = query;
    const before = typeof cursor === 'string' ? idOf(cursor) : null;
    if (cursor !== undefined && before === null)
      throw new RequestRefused(400, 'INVALID_REQUEST', 'cursor: unknown');
    return billPage(sources, customer.id, before);
  });
  route(walletOperations.viewBill, async ({ params, customer }) => {
    const bill = await findBill(sources, customer.id, params.billId ?? '');
    if (bill === null) throw new Rejection('bill-not-found', 'there is no such bill');
    return bill;
  });
}

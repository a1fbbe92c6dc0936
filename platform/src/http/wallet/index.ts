// The wallet's adapter: signing in, the balance, top-ups and bills over HTTP.
import { accountOperations, walletOperations } from '@tongbao/protocol/wallet';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { phoneOf } from '../../customers/index.ts';
import { Rejection } from '../../rejection.ts';
import { type ReceiptSources, receiptOf } from '../reports/index.ts';
import { RequestRefused } from '../shopper/errors.ts';
import { type AddRoute, refuseOthers, shopperRoutes } from '../shopper/routes.ts';
import { callerOf, challengeOf, forgetToken, keepTokens } from '../shopper/session.ts';
import { accountRoutes } from './account.ts';
import { type BillSources, billChoiceOf, billPage, findBill, findBillPayment } from './bills.ts';
import { cardRoutes } from './cards.ts';
import { codeRoutes } from './codes.ts';
import { inboxRoutes } from './inbox.ts';
import { limitRoutes } from './limits.ts';
import { passkeyRoutes } from './passkeys.ts';
import { transferRoutes } from './transfers.ts';
import { codeSent, cursorOf, readyWallet, type WalletHttpOptions, walletView } from './view.ts';

export type { PaymentBills, WalletHttpOptions } from './view.ts';

export const walletAdapter =
  (options: WalletHttpOptions): FastifyPluginAsync =>
  async (app) => {
    const route = await shopperRoutes(app, options);
    sessionRoutes(route, options);
    accountRoutes(route, options);
    cardRoutes(route, options);
    transferRoutes(route, options);
    billRoutes(route, options);
    codeRoutes(route, options);
    inboxRoutes(route, options);
    limitRoutes(route, options);
    passkeyRoutes(route, options);
    refuseOthers(app, '/api/wallet/*');
  };

interface Arrival {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly token: string | null;
}

function sessionRoutes(route: AddRoute, options: WalletHttpOptions): void {
  const { customers } = options;
  route(walletOperations.requestCode, async ({ body, request, reply }) => {
    const phone = requirePhone(body.phone);
    return codeSent(
      { request, reply },
      phone,
      await customers.requestCode(phone, { caller: callerOf(request) }),
    );
  });
  route(accountOperations.requestSignUpCode, async ({ body: { phone: typed, language }, request, reply }) => {
    const phone = requirePhone(typed);
    const purpose = { kind: 'sign-up', language } as const;
    return codeSent(
      { request, reply },
      phone,
      await customers.requestCode(phone, { purpose, caller: callerOf(request) }),
    );
  });
  const enter = async (
    { request, reply, token: formerToken }: Arrival,
    asked: {
      phone: string;
      code: string;
      challenge?: string | undefined;
      newcomer?: { region: string; language: string };
    },
  ) => {
    const userAgent = request.headers['user-agent'] ?? '';
    const phone = requirePhone(asked.phone);
    const caller = callerOf(request);
    const challenge = challengeOf(request, asked.challenge);
    const made = await customers.signIn({ ...asked, phone, challenge, caller, userAgent, formerToken });
    await readyWallet(options, made.customer);
    keepTokens(request, reply, made);
    return walletView(options, made.customer);
  };
  route(walletOperations.signIn, (call) => enter(call, call.body));
  route(accountOperations.signUp, (call) => {
    const { phone, code, challenge, language } = call.body;
    return enter(call, { phone, code, challenge, newcomer: { region: 'CN', language } });
  });
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

function billRoutes(route: AddRoute, sources: BillSources & ReceiptSources): void {
  route(walletOperations.listBills, ({ query, customer }) =>
    billPage(sources, customer.id, { ...billChoiceOf(query), cursor: cursorOf(query.cursor) }),
  );
  route(walletOperations.viewBill, async ({ params, customer }) => {
    const bill = await findBill(sources, customer.id, params.billId ?? '');
    if (bill === null) throw new Rejection('bill-not-found', 'there is no such bill');
    return bill;
  });
  route(walletOperations.viewReceipt, async ({ params, customer }) => {
    const payment = await findBillPayment(sources, customer.id, params.billId ?? '');
    if (payment === null) throw new Rejection('bill-not-found', 'there is no such bill');
    return receiptOf(sources, payment, { withEntries: false });
  });
}

// What the wallet's routes have in common: what they are given, and the one view of a wallet.
import type { CodeSent, WalletView } from '@tongbao/protocol/wallet';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Customer, type Customers, maskPhone, type SentCode } from '../../customers/index.ts';
import type { Tally } from '../../database/index.ts';
import type { Payment, PaymentsRoom, Refund } from '../../payments/index.ts';
import { Rejection } from '../../rejection.ts';
import type { Rule } from '../../risk/index.ts';
import type { Clock } from '../../system/index.ts';
import { type Card, type Wallet, walletCurrency } from '../../wallet/index.ts';
import type { ReceiptSources } from '../reports/index.ts';
import { RequestRefused } from '../shopper/errors.ts';
import { idOf } from '../shopper/routes.ts';
import { keepChallenge } from '../shopper/session.ts';
import { cardView, customerView, wireMoney } from '../shopper/views.ts';
import type { CodeSources } from './codes.ts';
import { unreadCount } from './inbox.ts';

/** What the wallet's pages need of the payments room. */
export interface PaymentBills extends Pick<PaymentsRoom, 'usageOf' | 'refundsOf' | 'eventsOf'> {
  /** A payer's paid payments and refunds with ids below `before`, newest first, `limit` of each. */
  activityOf(payer: {
    payerId: bigint;
    before: bigint;
    limit: number;
    period?: { from: Date; to: Date } | null;
  }): Promise<{ payments: Payment[]; refunds: Refund[] }>;
  findById(paymentId: bigint): Promise<Payment | null>;
  findRefundById(refundId: bigint): Promise<Refund | null>;
}

export interface WalletHttpOptions extends Pick<ReceiptSources, 'auditLog'> {
  readonly customers: Customers;
  readonly tally: Tally;
  readonly wallet: Wallet;
  readonly payments: PaymentBills & CodeSources['payments'];
  /** What shoppers know a merchant by. */
  readonly merchantName: (merchantId: bigint) => Promise<string>;
  readonly clock: Clock;
  /** The rules that payments are held against: the limits page shows them. */
  readonly rules: readonly Rule[];
  /** Where the bank's page takes a card's number; null where no bank is connected. */
  readonly cardPage: string | null;
  /** Whether a number may be typed into the wallet instead. */
  readonly cardCheck: boolean;
  /** Our own address, `https://pay.example`: the site that passkeys are made for. */
  readonly publicUrl: string;
  readonly sandbox: boolean;
  readonly codes: CodeSources['codes'];
  readonly merchants: CodeSources['merchants'];
  readonly tokens: CodeSources['tokens'];
  readonly paymentIds: CodeSources['paymentIds'];
}

const newest = 2n ** 63n - 1n;

/** The id that a page continues after; the newest of all for the first page. */
export function cursorOf(cursor: unknown): bigint {
  if (cursor === undefined) return newest;
  const id = typeof cursor === 'string' ? idOf(cursor) : null;
  if (id === null) throw new RequestRefused(400, 'INVALID_REQUEST', 'cursor: unknown');
  return id;
}

/** Also leaves the challenge with the browser, for pages that were opened before and for scripts with a cookie jar. */
export function codeSent(
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  phone: string,
  sent: SentCode,
): CodeSent {
  keepChallenge(request, reply, sent.challenge);
  return {
    challenge: sent.challenge,
    maskedPhone: maskPhone(phone),
    expiresAt: sent.expiresAt.toISOString(),
    resendAt: sent.resendAt.toISOString(),
    ...(sent.sandboxCode === null ? {} : { sandboxCode: sent.sandboxCode }),
  };
}

/** Sees to it that a customer has an account to keep money in: newcomers have none. */
export async function readyWallet({ wallet }: WalletHttpOptions, customer: Customer): Promise<void> {
  if ((await wallet.accountOf(customer.id, walletCurrency)) === null)
    await wallet.openAccount({ customerId: customer.id, currency: walletCurrency, opening: 0n });
}

/** Money moves, and cards are kept, only for people whom somebody knows. */
export function assertKnown({ kycClass }: Customer): void {
  if (kycClass === 0) throw new Rejection('real-name-needed', 'the real name has to be checked first');
}

export const walletCard = (card: Card): WalletView['cards'][number] => ({
  ...cardView(card),
  isDefault: card.isDefault,
  status: card.status === 'active' ? 'active' : 'locked',
});

export async function walletView(options: WalletHttpOptions, customer: Customer): Promise<WalletView> {
  const { customers, wallet, clock, cardPage, cardCheck } = options;
  const [{ balance, available }, cards, pinLockedUntil, hasPin, unread] = await Promise.all([
    wallet.balanceOf(customer.id, walletCurrency),
    wallet.cardsOf(customer.id),
    customers.pinLockedUntil(customer.id),
    customers.hasPin(customer.id),
    unreadCount(options, customer.id),
  ]);
  return {
    customer: customerView(customer, { pinLockedUntil, ownEyes: true }),
    walletClass: customer.kycClass,
    hasPin,
    balance: wireMoney(balance),
    available: wireMoney(available),
    cards: cards.map(walletCard),
    cardPage,
    cardCheck,
    unread,
    now: clock.now().toISOString(),
  };
}

/** The same after something was changed that the session's customer does not know of yet. */
export async function freshView(options: WalletHttpOptions, customerId: bigint): Promise<WalletView> {
  return walletView(options, (await options.customers.find(customerId))!);
}

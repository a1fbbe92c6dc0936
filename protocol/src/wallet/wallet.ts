// The wallet's operations: signing in, the balance, bank cards, top-ups and bills.
import { z } from 'zod';
import { CardView, CustomerView, Instant, RateView, WireMoney } from './shapes.ts';

export const Phone = z.string().regex(/^\+?[0-9]{6,15}$/);

export const RequestCode = z.object({ phone: Phone });
export const CodeSent = z.object({
  maskedPhone: z.string(),
  expiresAt: Instant,
  /** Earliest time another code can be asked for. */
  resendAt: Instant,
  /** Only in the sandbox, where no SMS leaves the machine. */
  sandboxCode: z.string().optional(),
});

export type CodeSent = z.infer<typeof CodeSent>;

export const SignIn = z.object({ phone: Phone, code: z.string().regex(/^\d{6}$/) });

export const WalletView = z.object({
  customer: CustomerView,
  balance: WireMoney,
  /** Balance less what is held. */
  available: WireMoney,
  cards: z.array(CardView),
  now: Instant,
});
export type WalletView = z.infer<typeof WalletView>;

export const TopUpStatus = z.enum(['pending', 'succeeded', 'failed']);
export const CreateTopUp = z.object({
  /** Made by the page, once per intention: the same id again answers the same top-up. */
  requestId: z.string().regex(/^[A-Za-z0-9_-]{8,64}$/),
  cardId: z.string(),
  amount: WireMoney,
  pin: z.string().regex(/^\d{6}$/),
});
export const TopUpView = z.object({
  topUpId: z.string(),
  status: TopUpStatus,
  amount: WireMoney,
  card: CardView,
  createdAt: Instant,
  finishedAt: Instant.nullable(),
});
export type TopUpView = z.infer<typeof TopUpView>;

export const BillKind = z.enum(['payment', 'refund', 'top-up']);
export const BillView = z.object({
  billId: z.string(),
  kind: BillKind,
  /** The shop's name, or the bank's for a top-up. */
  title: z.string(),
  description: z.string(),
  /** A payment: paid, partly-refunded, refunded, cancelled. A refund or top-up: pending, processing, succeeded, failed. */
  status: z.string(),
  at: Instant,
  /** What moved in the wallet's currency: negative for money that left. */
  payerAmount: WireMoney,
  /** The shop's side; null for a top-up. */
  amount: WireMoney.nullable(),
  rate: RateView.nullable(),
});
export type BillView = z.infer<typeof BillView>;
export const BillPage = z.object({ bills: z.array(BillView), nextCursor: z.string().nullable() });
export type BillPage = z.infer<typeof BillPage>;

const Nothing = z.object({});

export const walletOperations = {
  /** Sends a six-digit code. Errors: PHONE_UNKNOWN, CODE_TOO_MANY (with retryAt). */
  requestCode: {
    method: 'POST',
    path: '/api/wallet/session/code',
    body: RequestCode,
    answer: CodeSent,
    signedIn: false,
  },
  /** Signs in; sets the session cookie. Errors: CODE_WRONG, CODE_EXPIRED, CODE_TOO_MANY. */
  signIn: { method: 'POST', path: '/api/wallet/session', body: SignIn, answer: WalletView, signedIn: false },
  signOut: {
    method: 'POST',
    path: '/api/wallet/session/end',
    body: Nothing,
    answer: Nothing,
    signedIn: true,
  },
  viewWallet: { method: 'GET', path: '/api/wallet', body: null, answer: WalletView, signedIn: true },
  /** Money from a bank card into the balance. `pending` until the bank answers: poll viewTopUp. */
  createTopUp: {
    method: 'POST',
    path: '/api/wallet/top-ups',
    body: CreateTopUp,
    answer: TopUpView,
    signedIn: true,
  },
  viewTopUp: {
    method: 'GET',
    path: '/api/wallet/top-ups/:topUpId',
    body: null,
    answer: TopUpView,
    signedIn: true,
  },
  /** Newest first, 20 a page; `?cursor=` continues. */
  listBills: { method: 'GET', path: '/api/wallet/bills', body: null, answer: BillPage, signedIn: true },
  viewBill: {
    method: 'GET',
    path: '/api/wallet/bills/:billId',
    body: null,
    answer: BillView,
    signedIn: true,
  },
} as const;

// The wallet's operations: signing in, the balance, bank cards, top-ups and bills.
import { z } from 'zod';
import { Receipt } from '../receipt.ts';
import { CardView, CustomerView, Instant, RateView, WireMoney } from './shapes.ts';
import { GiveCode, StepUpId, StepUpView } from './step-up.ts';

export const Phone = z.string().regex(/^\+?[0-9]{6,15}$/);

export const RequestCode = z.object({ phone: Phone });
export const CodeSent = z.object({
  /** To send back with the code: its tries are then the asker's own, and a lost answer can be had again. */
  challenge: z.string(),
  maskedPhone: z.string(),
  expiresAt: Instant,
  /** Earliest time another code can be asked for. */
  resendAt: Instant,
  /** Only in the sandbox, where no SMS leaves the machine. */
  sandboxCode: z.string().optional(),
});

export type CodeSent = z.infer<typeof CodeSent>;

/** What a request for a code was answered with. Without it a code has few tries, which strangers may use up. */
export const Challenge = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .optional();

export const SignIn = z.object({
  phone: Phone,
  code: z.string().regex(/^\d{6}$/),
  challenge: Challenge,
});

/** The wallet's class by PBOC Announcement [2015] No. 43, article 11; 0: nobody has confirmed who the shopper is. */
export const WalletClass = z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]);
export type WalletClass = z.infer<typeof WalletClass>;

export const WalletCard = CardView.extend({
  isDefault: z.boolean(),
  /** locked: shown, but not to be paid with. */
  status: z.enum(['active', 'locked']),
});
export type WalletCard = z.infer<typeof WalletCard>;

export const WalletView = z.object({
  customer: CustomerView,
  walletClass: WalletClass,
  hasPin: z.boolean(),
  balance: WireMoney,
  /** Balance less what is held. */
  available: WireMoney,
  /** The default card first. */
  cards: z.array(WalletCard),
  /** Where the bank's page takes a card's number; null where no bank is connected. */
  cardPage: z.string().nullable(),
  /** Whether a card's number may be typed here instead (`checkCard`). */
  cardCheck: z.boolean(),
  /** Messages since the inbox was last looked at; at most 20. */
  unread: z.number().int(),
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
  /** What the card's bank wants to hear before it answers; null: nothing. */
  stepUp: StepUpView.nullable(),
});
export type TopUpView = z.infer<typeof TopUpView>;

/** Money from the balance to a bank card; the same shape as a top-up. */
export const WithdrawalView = TopUpView.omit({ topUpId: true, stepUp: true }).extend({
  withdrawalId: z.string(),
});
export type WithdrawalView = z.infer<typeof WithdrawalView>;

export const BillKind = z.enum(['payment', 'refund', 'top-up', 'withdrawal']);
export type BillKind = z.infer<typeof BillKind>;
export const BillView = z.object({
  billId: z.string(),
  kind: BillKind,
  /** The merchant's name as in its contract, or the bank's for a top-up or withdrawal. */
  title: z.string(),
  /** Who sold through that merchant, in the merchant's words. */
  seller: z.string().nullable(),
  description: z.string(),
  /** A payment: paid, partly-refunded, refunded, cancelled. A refund or top-up: pending, processing, succeeded, failed. */
  status: z.string(),
  at: Instant,
  /** What moved in the wallet's currency: negative for money that left. */
  payerAmount: WireMoney,
  /** The shop's side; null for a top-up or withdrawal. */
  amount: WireMoney.nullable(),
  rate: RateView.nullable(),
});
export type BillView = z.infer<typeof BillView>;

/** One bill with all that belongs to it. */
export const BillDetail = BillView.extend({
  /** What it was paid with, or where it went. */
  method: z
    .union([z.object({ kind: z.literal('balance') }), z.object({ kind: z.literal('card'), card: CardView })])
    .nullable(),
  order: z
    .object({
      reference: z.string().nullable(),
      goods: z.array(z.object({ name: z.string(), quantity: z.string(), unitAmount: WireMoney.nullable() })),
    })
    .nullable(),
  /** How the shopper's amount was made; the rate's two sides are in `rate`. Null where nothing was exchanged. */
  exchange: z
    .object({
      /** What the order's amount is worth at the middle rate, and what the spread adds: together the shopper's amount. */
      atMid: WireMoney,
      spread: WireMoney,
      /** How what is less than the smallest coin was rounded. */
      rounding: z.enum(['half-even']),
    })
    .nullable(),
  /** A payment's refunds, oldest first. */
  refunds: z.array(BillView),
  /** The payment that a refund belongs to. */
  paymentBillId: z.string().nullable(),
});
export type BillDetail = z.infer<typeof BillDetail>;

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
  /** The code that the card's bank has sent; errors as for an order (cashier). */
  giveTopUpCode: {
    method: 'POST',
    path: '/api/wallet/top-ups/:topUpId/step-up/code',
    body: GiveCode,
    answer: TopUpView,
    signedIn: true,
  },
  resendTopUpCode: {
    method: 'POST',
    path: '/api/wallet/top-ups/:topUpId/step-up/resend',
    body: StepUpId,
    answer: TopUpView,
    signedIn: true,
  },
  /** The shopper will not answer their bank: the top-up fails. UNAVAILABLE: the bank could not be told; it waits. */
  abandonTopUp: {
    method: 'POST',
    path: '/api/wallet/top-ups/:topUpId/step-up/abandon',
    body: StepUpId,
    answer: TopUpView,
    signedIn: true,
  },
  lookAtTopUp: {
    method: 'POST',
    path: '/api/wallet/top-ups/:topUpId/step-up/look',
    body: z.object({}),
    answer: TopUpView,
    signedIn: true,
  },
  /** Money from the balance to a bank card, held until the bank answers: poll viewWithdrawal. */
  createWithdrawal: {
    method: 'POST',
    path: '/api/wallet/withdrawals',
    body: CreateTopUp,
    answer: WithdrawalView,
    signedIn: true,
  },
  viewWithdrawal: {
    method: 'GET',
    path: '/api/wallet/withdrawals/:withdrawalId',
    body: null,
    answer: WithdrawalView,
    signedIn: true,
  },
  /**
   * Newest first, 20 a page; `?cursor=` continues, `?kind=` (several by commas) and `?month=2014-11` (in Shanghai) choose.
   */
  listBills: { method: 'GET', path: '/api/wallet/bills', body: null, answer: BillPage, signedIn: true },
  viewBill: {
    method: 'GET',
    path: '/api/wallet/bills/:billId',
    body: null,
    answer: BillDetail,
    signedIn: true,
  },
  /** Of a payment, or of the payment that a refund belongs to: proofs that its events are in the audit log. */
  viewReceipt: {
    method: 'GET',
    path: '/api/wallet/bills/:billId/receipt',
    body: null,
    answer: Receipt,
    signedIn: true,
  },
} as const;

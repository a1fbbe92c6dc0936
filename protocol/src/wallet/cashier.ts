// The cashier's operations. A payment is addressed by its cashier token: `<paymentId>.<mac>`, part of the URL
// that the merchant sends the shopper to. The token shows the order; paying needs a signed-in shopper and a PIN.
import { z } from 'zod';
import { WebAuthnJson } from './account.ts';
import { CardView, CustomerView, Instant, RateView, WireMoney } from './shapes.ts';
import { GiveCode, StepUpId, StepUpView } from './step-up.ts';

export const CashierStatus = z.enum(['created', 'pending', 'paid', 'cancelled', 'declined', 'expired']);

/** A way to pay. `disabledReason` is absent when the way can be used. */
export const PayMethod = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('balance'),
    available: WireMoney,
    disabledReason: z.enum(['BALANCE_NOT_ENOUGH']).optional(),
  }),
  z.object({
    kind: z.literal('card'),
    card: CardView,
    disabledReason: z.enum(['CARD_NOT_ACTIVE']).optional(),
  }),
]);
export type PayMethod = z.infer<typeof PayMethod>;

export const CashierView = z.object({
  paymentId: z.string(),
  status: CashierStatus,
  merchant: z.object({
    /** As in the merchant's contract with the network, whatever the order says. */
    name: z.string(),
    region: z.string(),
    /** Who sells through this merchant, in the merchant's words. */
    seller: z.string().nullable(),
    /** Whether the merchant may take money now. */
    takesPayments: z.boolean(),
  }),
  order: z.object({
    reference: z.string().nullable(),
    description: z.string(),
    goods: z.array(z.object({ name: z.string(), quantity: z.string(), unitAmount: WireMoney.nullable() })),
  }),
  /** What the shop asks, in its currency, and what that costs the shopper at the locked rate. */
  amount: WireMoney,
  payerAmount: WireMoney,
  rate: RateView,
  createdAt: Instant,
  expiresAt: Instant,
  paidAt: Instant.nullable(),
  /** The server's clock at the time of this answer; count down against it, not against the browser's. */
  now: Instant,
  /** The signed-in shopper, or null: then ask to sign in. */
  customer: CustomerView.nullable(),
  /** Whether the shopper's real name has still to be checked before anything can be paid. */
  needsRealName: z.boolean(),
  /** Whether the shopper has a passkey for this site. */
  hasPasskey: z.boolean(),
  /** What the bank wants to hear before it answers; null when it asks nothing, or whoever looks is not the payer. */
  stepUp: StepUpView.nullable(),
  /** The card that the bank asks about. */
  askedCard: CardView.nullable(),
  /** Ways to pay, best first; empty when nobody is signed in. */
  methods: z.array(PayMethod),
  /** What was used, once paid. */
  paidWith: z
    .union([z.object({ kind: z.literal('balance') }), z.object({ kind: z.literal('card'), card: CardView })])
    .nullable(),
  /** Where the shop wants the shopper back, with nothing added that could be mistaken for proof of payment. */
  returnUrl: z.string(),
  /** The last refused try of this payment, if any: a declined card is shown and another way can be chosen. */
  lastRefusal: z.string().nullable(),
  /** The order's code is displayed where anybody may scan it: a no lets only this shopper go. */
  staysOpen: z.boolean(),
});
export type CashierView = z.infer<typeof CashierView>;

export const AuthorizePayment = z
  .object({
    method: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('balance') }),
      z.object({ kind: z.literal('card'), cardId: z.string() }),
    ]),
    /** What the page showed to pay: with another price now the answer is PRICE_CHANGED and nothing is paid. */
    payerAmount: WireMoney.optional(),
    /** One of the two: the PIN, or what a passkey answered to `askPasskey`. */
    pin: z
      .string()
      .regex(/^\d{6}$/)
      .optional(),
    passkey: WebAuthnJson.optional(),
  })
  .refine(({ pin, passkey }) => (pin === undefined) !== (passkey === undefined), {
    path: ['pin'],
    message: 'either a PIN or a passkey',
  });
export type AuthorizePayment = z.infer<typeof AuthorizePayment>;

export const cashierOperations = {
  /** The one read view of the cashier. Errors: PAYMENT_NOT_FOUND. */
  viewPayment: {
    method: 'GET',
    path: '/api/cashier/payments/:token',
    body: null,
    answer: CashierView,
    signedIn: false,
  },
  /** Confirm with the PIN or a passkey. Errors: PRICE_CHANGED (look again, and show the new price) and others. Answers the new view: `paid`, or `pending` while the bank decides (poll viewPayment). */
  authorizePayment: {
    method: 'POST',
    path: '/api/cashier/payments/:token/authorizations',
    body: AuthorizePayment,
    answer: CashierView,
    signedIn: true,
  },
  /** A challenge for this payment; `options` is null when the shopper has no passkey for this site. */
  askPasskey: {
    method: 'POST',
    path: '/api/cashier/payments/:token/passkey',
    body: z.object({}),
    answer: z.object({ options: WebAuthnJson.nullable() }),
    signedIn: true,
  },
  /** The code that the card's bank has sent. Errors: CODE_WRONG (with attemptsLeft), CODE_EXPIRED, CODE_TOO_MANY,
   * UNAVAILABLE: it is not known what became of it; look. Answers the new view: paid, or open again with `lastRefusal`. */
  giveCode: {
    method: 'POST',
    path: '/api/cashier/payments/:token/step-up/code',
    body: GiveCode,
    answer: CashierView,
    signedIn: true,
  },
  /** Another code. Errors: CODE_TOO_MANY (with retryAt), CODE_EXPIRED, UNAVAILABLE. */
  resendCode: {
    method: 'POST',
    path: '/api/cashier/payments/:token/step-up/resend',
    body: StepUpId,
    answer: CashierView,
    signedIn: true,
  },
  /** The shopper will not answer their bank: the order is open again for another way to pay. */
  abandonStepUp: {
    method: 'POST',
    path: '/api/cashier/payments/:token/step-up/abandon',
    body: StepUpId,
    answer: CashierView,
    signedIn: true,
  },
  /** Has the bank asked what became of it, at most every two seconds; answers the view. */
  lookAtStepUp: {
    method: 'POST',
    path: '/api/cashier/payments/:token/step-up/look',
    body: z.object({}),
    answer: CashierView,
    signedIn: true,
  },
  /** The shopper says no: the payment ends as failed and the merchant is told. Of an order that `staysOpen` nothing ends:
   * the answer is the view as it was. */
  declinePayment: {
    method: 'POST',
    path: '/api/cashier/payments/:token/decline',
    body: z.object({}),
    answer: CashierView,
    signedIn: true,
  },
} as const;

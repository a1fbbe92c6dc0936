// The wallet at a till: the code that a shopper shows, and the codes that he scans.
import { z } from 'zod';
import { ShopperErrorCode } from './errors.ts';
import { Instant, WireMoney } from './shapes.ts';

export const IssuePaymentCode = z.object({
  /** What the code pays with; the balance when absent. */
  method: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('balance') }),
      z.object({ kind: z.literal('card'), cardId: z.string() }),
    ])
    .optional(),
});

export const PaymentCodeIssued = z.object({
  /** Eighteen digits, to be shown as a QR code and as a barcode (Code 128). */
  code: z.string().regex(/^28\d{16}$/),
  /** Ask for a new one shortly before; the former stays good until its own end. */
  expiresAt: Instant,
  /** The code's name for `viewPaymentCode`. */
  codeId: z.string(),
  now: Instant,
});

/** What became of a code that was shown. */
export const PaymentCodeView = z.object({
  /**
   * waiting: nobody has scanned it · confirm: scanned, and the sum needs the PIN: open `cashierPath` · pending: the
   * bank is asked · paid · failed (see `refusal`) · expired: nobody scanned it in time
   */
  status: z.enum(['waiting', 'confirm', 'pending', 'paid', 'failed', 'expired']),
  refusal: ShopperErrorCode.nullable(),
  merchantName: z.string().nullable(),
  /** Who sells through that merchant. */
  seller: z.string().nullable(),
  amount: WireMoney.nullable(),
  payerAmount: WireMoney.nullable(),
  /** The cashier's page of the payment, a path on this host. */
  cashierPath: z.string().nullable(),
  billId: z.string().nullable(),
  now: Instant,
});
export type PaymentCodeView = z.infer<typeof PaymentCodeView>;

export const ScanCode = z.object({
  /** What the camera read: our cashier's address, or an EMVCo code. */
  text: z.string().min(1).max(1024),
  /** For a shop's static code: what the shopper has typed, in the shop's currency, minor units. */
  amount: WireMoney.optional(),
  /** With `amount`: made by the page, once per intention. */
  requestId: z
    .string()
    .regex(/^[A-Za-z0-9_-]{8,64}$/)
    .optional(),
});

export const ScannedView = z.object({
  /** order: open `cashierPath` · shop: a static code; ask for the amount and send the same text again with it */
  kind: z.enum(['order', 'shop']),
  /** The cashier's page, a path on this host; null for a shop whose amount is not known yet. */
  cashierPath: z.string().nullable(),
  merchantName: z.string(),
  /** Who sells through that merchant. */
  seller: z.string().nullable(),
  /** In the shop's currency. */
  currency: z.string().length(3),
  /** Digits after the point of that currency. */
  minorUnits: z.number().int(),
  amount: WireMoney.nullable(),
});
export type ScannedView = z.infer<typeof ScannedView>;

export const codeOperations = {
  /** A one-time payment code. Errors: CARD_NOT_FOUND, CARD_DECLINED, TOO_MANY_REQUESTS. */
  issuePaymentCode: {
    method: 'POST',
    path: '/api/wallet/payment-codes',
    body: IssuePaymentCode,
    answer: PaymentCodeIssued,
    signedIn: true,
  },
  /** Poll it while the code is shown. Errors: NOT_FOUND (also for somebody else's). */
  viewPaymentCode: {
    method: 'GET',
    path: '/api/wallet/payment-codes/:codeId',
    body: null,
    answer: PaymentCodeView,
    signedIn: true,
  },
  /** What a scanned text is. Errors: INVALID_REQUEST (no code of ours), NOT_FOUND, PAYMENT_NOT_FOUND, AMOUNT_LIMIT. */
  scan: {
    method: 'POST',
    path: '/api/wallet/scans',
    body: ScanCode,
    answer: ScannedView,
    signedIn: true,
  },
} as const;

// The shop assistant's page: its calls. The sandbox holds the shops' keys and signs for the page, as a shop's own server
// would; the page itself knows no secret.
import { z } from 'zod';

const Amount = z.object({ currency: z.string().length(3), value: z.string().regex(/^\d{1,12}$/) });

export const TillShops = z.object({
  shops: z.array(
    z.object({
      clientId: z.string(),
      name: z.string(),
      displayName: z.string(),
      /** The one of its static code. */
      currency: z.string().length(3),
      minorUnits: z.number().int(),
      /** All that it takes; the first is the one above. */
      currencies: z.array(z.object({ currency: z.string().length(3), minorUnits: z.number().int() })),
      /** EMVCo, to be shown as a QR code: the shopper types the amount. */
      staticCode: z.string(),
    }),
  ),
});
export type TillShops = z.infer<typeof TillShops>;

/** Takes a payment: with `code`, what was scanned from the shopper's wallet; without, as an order for him to scan. */
export const TillPayment = z.object({
  clientId: z.string().max(64),
  /** Made by the page, once per customer: the same again is the same payment. */
  requestId: z.string().regex(/^[A-Za-z0-9_-]{8,50}$/),
  amount: Amount,
  code: z.string().min(1).max(64).optional(),
});
export type TillPayment = z.infer<typeof TillPayment>;
export const TillQuestion = TillPayment.pick({ clientId: true, requestId: true });

export const TillAnswer = z.object({
  /**
   * paid · waiting: for the shopper (or his bank); ask again · refused: nothing was paid, see `resultCode` · closed:
   * cancelled, declined or run out · unknown: ask again
   */
  status: z.enum(['paid', 'waiting', 'refused', 'closed', 'unknown']),
  /** The gateway's own code: INVALID_CODE, EXPIRED_CODE, USER_BALANCE_NOT_ENOUGH … */
  resultCode: z.string(),
  amount: Amount.nullable(),
  /** What the shopper pays. */
  payerAmount: Amount.nullable(),
  paymentId: z.string().nullable(),
  /** EMVCo, to be shown as a QR code. */
  orderCode: z.string().nullable(),
});
export type TillAnswer = z.infer<typeof TillAnswer>;

/** What came in by the static code, newest first. */
export const TillReceived = z.object({
  payments: z.array(z.object({ paymentId: z.string(), amount: Amount, paidAt: z.string() })),
});
export type TillReceived = z.infer<typeof TillReceived>;

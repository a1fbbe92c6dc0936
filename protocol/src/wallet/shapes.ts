// Shapes that several shopper operations use.
import { z } from 'zod';

/** An amount in minor units: `{ currency: 'KRW', value: '59000' }` is ₩59,000, `{ 'CNY', '33722' }` is ¥337.22. */
export const WireMoney = z.object({
  currency: z.string().length(3),
  value: z.string().regex(/^-?\d{1,18}$/),
});
export type WireMoney = z.infer<typeof WireMoney>;

/** An instant, ISO 8601 in UTC with milliseconds, by the server's clock (which a sandbox can move). */
export const Instant = z.string();

/** The locked rate of a payment. One unit of `base` costs `price` units of `quote`; both are decimal strings. */
export const RateView = z.object({
  quoteId: z.string(),
  base: z.string().length(3),
  quote: z.string().length(3),
  /** What the shopper pays per unit of the order's currency, spread included. */
  price: z.string(),
  /** The market's middle rate that the price was made from. */
  mid: z.string(),
  /** The other direction, for people: how many units of `base` one unit of `quote` buys. */
  inverse: z.string(),
  spreadBps: z.number().int(),
  /** The day whose rate this is, and where it comes from. */
  rateDate: z.string(),
  source: z.string(),
  lockedAt: Instant,
  expiresAt: Instant,
});
export type RateView = z.infer<typeof RateView>;

export const CardView = z.object({
  cardId: z.string(),
  bankName: z.object({ zh: z.string(), en: z.string() }),
  last4: z.string().length(4),
  kind: z.enum(['debit', 'credit']),
});
export type CardView = z.infer<typeof CardView>;

export const CustomerView = z.object({
  name: z.string(),
  maskedPhone: z.string(),
  region: z.string().length(2),
  /** Set while the payment PIN is locked after too many wrong tries. */
  pinLockedUntil: Instant.nullable(),
});
export type CustomerView = z.infer<typeof CustomerView>;

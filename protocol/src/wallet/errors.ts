// How the shopper's API says no: an HTTP status and one body, the same for every operation.
import { z } from 'zod';

/** Every code a shopper operation can answer with. Pages translate the code; `message` is for developers. */
export const ShopperErrorCode = z.enum([
  'INVALID_REQUEST',
  'NOT_SIGNED_IN',
  'CODE_WRONG',
  'CODE_EXPIRED',
  'CODE_TOO_MANY',
  'PHONE_UNKNOWN',
  'PIN_WRONG',
  'PIN_LOCKED',
  'PIN_NOT_SET',
  'PIN_WEAK',
  'PHONE_NOT_SUPPORTED',
  'REAL_NAME_NEEDED',
  'IDENTITY_INVALID',
  'IDENTITY_REFUSED',
  'IDENTITY_IN_USE',
  'IDENTITY_KNOWN',
  'CARD_REFUSED',
  'CARD_EXPIRED',
  'CARD_TOO_MANY',
  'DEBIT_CARD_NEEDED',
  'PASSKEY_REFUSED',
  'PASSKEY_TOO_MANY',
  'PAYMENT_NOT_FOUND',
  'PAYMENT_EXPIRED',
  'PAYMENT_CANCELLED',
  'PAYMENT_ALREADY_PAID',
  'PAYMENT_IN_PROGRESS',
  'PRICE_CHANGED',
  'SHOP_NOT_ACTIVE',
  'BALANCE_NOT_ENOUGH',
  'CARD_DECLINED',
  'CARD_NOT_FOUND',
  'AMOUNT_LIMIT',
  'RISK_REJECTED',
  'REQUEST_REUSED',
  'NOT_FOUND',
  'TOO_MANY_REQUESTS',
  'FORBIDDEN',
  /** Somebody of the network has frozen the wallet. */
  'ACCOUNT_FROZEN',
  'UNAVAILABLE',
]);
export type ShopperErrorCode = z.infer<typeof ShopperErrorCode>;

export const ShopperError = z.object({
  error: z.object({
    code: ShopperErrorCode,
    message: z.string(),
    /** With PIN_WRONG, CODE_WRONG and IDENTITY_REFUSED: tries left before the lock. */
    attemptsLeft: z.number().int().optional(),
    /** With PIN_LOCKED and CODE_TOO_MANY: when to try again, by the server's clock. */
    retryAt: z.string().optional(),
    /**
     * With CARD_REFUSED: `name`, `resident-id`, `phone`, `card-number` (what is wrong, if the registry says so), `no-match`,
     * `card-blocked`, `bank-not-served`, `declined`, `in-use`, and what the sandbox's banks say.
     */
    reason: z.string().optional(),
    /** With RISK_REJECTED: the rule that refused, e.g. `own-day`, `pboc-class-2-year`. */
    rule: z.string().optional(),
  }),
});
export type ShopperError = z.infer<typeof ShopperError>;

// The cashier's key in a URL: the payment's wire id and a MAC over it. Nobody can make one from an id alone, so that
// orders cannot be walked through; it shows an order and lets nobody pay.
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface CashierTokens {
  /** `/cashier/<token>` of a payment's wire id (30 digits). */
  path(wireId: string): string;
  /** The wire id of a genuine token; null for any other text. */
  read(token: string): string | null;
}

const macBytes = 16;

/** `secret`: 32 random bytes that an installation keeps. With another secret, all old links are void. */
export function createCashierTokens(secret: Buffer): CashierTokens {
  if (secret.length < 32) throw new Error('the cashier secret needs 32 bytes');
  const macOf = (wireId: string): Buffer =>
    createHmac('sha256', secret).update(wireId).digest().subarray(0, macBytes);
  return {
    path: (wireId) => `/cashier/${wireId}.${macOf(wireId).toString('base64url')}`,
    read(token) {
      const parts = /^(\d{30})\.([A-Za-z0-9_-]{22})$/.exec(token);
      if (parts === null) return null;
      const [, wireId, mac] = parts as unknown as [string, string, string];
      const given = Buffer.from(mac, 'base64url');
      return timingSafeEqual(given, macOf(wireId)) && given.toString('base64url') === mac ? wireId : null;
    },
  };
}

// The cashier's key in a URL: the payment's wire id and a MAC over it. Nobody can make one from an id alone, so that
// orders cannot be walked through; it shows an order and lets nobody pay.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secrets } from '../../system/index.ts';

export interface CashierTokens {
  /** `/cashier/<token>` of a payment's wire id (30 digits). */
  path(wireId: string): string;
  /** The wire id of a genuine token; null for any other text. */
  read(token: string): string | null;
}

const macBytes = 16;

/** `secrets`: 32 random bytes each. A link is made with the present one, and opens with every known one. */
export function createCashierTokens(secrets: Secrets): CashierTokens {
  if (secrets.known.some((secret) => secret.length < 32))
    throw new Error('the cashier secret needs 32 bytes');
  const macOf = (wireId: string, secret: Buffer): Buffer =>
    createHmac('sha256', secret).update(wireId).digest().subarray(0, macBytes);
  return {
    path: (wireId) => `/cashier/${wireId}.${macOf(wireId, secrets.present).toString('base64url')}`,
    read(token) {
      const parts = /^(\d{30})\.([A-Za-z0-9_-]{22})$/.exec(token);
      if (parts === null) return null;
      const [, wireId, mac] = parts as unknown as [string, string, string];
      const given = Buffer.from(mac, 'base64url');
      const isOurs = secrets.known.some((secret) => timingSafeEqual(given, macOf(wireId, secret)));
      return isOurs && given.toString('base64url') === mac ? wireId : null;
    },
  };
}

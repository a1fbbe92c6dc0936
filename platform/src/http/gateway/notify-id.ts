// notify_id: 34 characters [0-9a-f] that only we can make: a notification's number and a MAC over it. Shops paste it
// into URLs as it is (reference, section 1.7).
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secrets } from '../../system/index.ts';

export interface NotifyIds {
  of(notificationId: bigint): string;
  /** Null for a text that we never issued. */
  read(text: string): bigint | null;
}

/** Made with the present secret; those of every known one are read. */
export function createNotifyIds(secrets: Secrets): NotifyIds {
  const macOf = (hex: string, secret: Buffer): string =>
    createHmac('sha256', secret).update(`notify ${hex}`).digest('hex').slice(0, 18);
  return {
    of(notificationId) {
      const hex = notificationId.toString(16).padStart(16, '0');
      return `${hex}${macOf(hex, secrets.present)}`;
    },
    read(text) {
      if (!/^[0-9a-f]{34}$/.test(text)) return null;
      const hex = text.slice(0, 16);
      const given = Buffer.from(text.slice(16));
      const isOurs = secrets.known.some((secret) => timingSafeEqual(given, Buffer.from(macOf(hex, secret))));
      const id = BigInt(`0x${hex}`);
      return isOurs && id < 2n ** 63n ? id : null;
    },
  };
}

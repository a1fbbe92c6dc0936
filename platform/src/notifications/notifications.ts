// The room put together: what other rooms leave here, and what the worker and the sandbox ask of it.
import type { Timer } from '../system/index.ts';
import { createCourier } from './courier.ts';
import type { DeliverParts } from './deliver.ts';
import type { Attempt, Notification } from './notification.ts';
import { makeDue, readAttempts, readNotifications, readTold, type Told } from './store.ts';

export interface Notifications {
  /** Deliveries, by the clock. */
  readonly delivery: Timer;
  /** A payment's notifications with their attempts; the latest 50 of all for null. */
  list(paymentId: bigint | null): Promise<{ notification: Notification; attempts: Attempt[] }[]>;
  /** Whether and when a merchant was told, for one who asks if it was us. Null when there is no such notification. */
  told(notificationId: bigint): Promise<Told | null>;
  /** Makes a notification due now, also an acknowledged or exhausted one. False when there is none. */
  resend(notificationId: bigint): Promise<boolean>;
}

export function createNotifications(parts: DeliverParts): Notifications {
  const { database, clock } = parts;
  return {
    delivery: createCourier(parts),
    async list(paymentId) {
      const notifications = await readNotifications(database, paymentId);
      const attempts = await readAttempts(
        database,
        notifications.map((notification) => notification.id),
      );
      return notifications.map((notification) => ({
        notification,
        attempts: attempts.filter((attempt) => attempt.notificationId === notification.id),
      }));
    },
    told: (notificationId) => readTold(database, notificationId),
    resend: (notificationId) => makeDue(database, notificationId, clock.now()),
  };
}

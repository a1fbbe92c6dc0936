// The room put together: what other rooms leave here, and what the worker and the sandbox ask of it.
import type { Timer } from '../system/index.ts';
import { createCourier } from './courier.ts';
import type { DeliverParts } from './deliver.ts';
import type { Attempt, Notification } from './notification.ts';
import {
  firstFinished,
  makeDue,
  readAttempts,
  readNotifications,
  readTold,
  removeFinished,
  type Told,
} from './store.ts';

export interface Notifications {
  /** Deliveries, by the clock. */
  readonly delivery: Timer;
  /** Removes what was acknowledged or given up 90 days ago; the attempts stay as evidence. */
  readonly housekeeping: Timer;
  /** A payment's notifications with their attempts; the latest 50 of all for null. */
  list(paymentId: bigint | null): Promise<{ notification: Notification; attempts: Attempt[] }[]>;
  /** Whether and when a merchant was told, for one who asks if it was us. Null when there is no such notification. */
  told(notificationId: bigint): Promise<Told | null>;
  /** Makes a notification due now, also an acknowledged or exhausted one. False when there is none. */
  resend(notificationId: bigint): Promise<boolean>;
}

const keptMs = 90 * 24 * 3_600_000;
const removedPerRun = 1_000;

export function createNotifications(parts: DeliverParts): Notifications {
  const { database, clock } = parts;
  return {
    delivery: createCourier(parts),
    housekeeping: {
      name: 'old notifications',
      async nextDueAt() {
        const oldest = await firstFinished(database);
        return oldest === null ? null : new Date(oldest.getTime() + keptMs);
      },
      run: (now) =>
        removeFinished(database, { createdBy: new Date(now.getTime() - keptMs), limit: removedPerRun }),
    },
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

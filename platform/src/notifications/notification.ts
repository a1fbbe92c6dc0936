// The noun of the room: something a merchant must be told, and the timetable of telling it.

export type NotificationStatus = 'due' | 'acknowledged' | 'exhausted';

export interface Notification {
  readonly id: bigint;
  readonly merchantId: bigint;
  readonly kind: 'payment' | 'refund';
  /** The payment or refund that it is about. */
  readonly subjectId: bigint;
  readonly paymentId: bigint;
  /** The number of the payment's event: notifications of one payment are told in this order. */
  readonly sequence: number;
  readonly url: string;
  /** Whose words it is told in. */
  readonly protocol: 'ams' | 'gateway';
  readonly status: NotificationStatus;
  readonly attempts: number;
  readonly nextAttemptAt: Date;
  /** What was sent first and is sent again; null before the first attempt. */
  readonly body: Buffer | null;
}

/** As another room leaves it, inside its own transaction. */
export interface NewNotification {
  readonly id: bigint;
  readonly merchantId: bigint;
  readonly payerId: bigint | null;
  readonly kind: 'payment' | 'refund';
  readonly subjectId: bigint;
  readonly paymentId: bigint;
  readonly sequence: number;
  readonly url: string;
  /** Absent: 'ams'. */
  readonly protocol?: Notification['protocol'];
  readonly dueAt: Date;
  readonly createdAt: Date;
}

/** One delivery and what came of it. */
export interface Attempt {
  readonly notificationId: bigint;
  readonly number: number;
  readonly startedAt: Date;
  readonly latencyMs: number;
  readonly httpStatus: number | null;
  /** The first characters of the answer, control characters removed. */
  readonly answer: string | null;
  readonly error: string | null;
  readonly acknowledged: boolean;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Waits before the 2nd to 8th attempt (AMS reference, section 7): eight deliveries in 24 hours and 22 minutes. */
export const retryGapsMs: readonly number[] = [
  2 * minuteMs,
  10 * minuteMs,
  10 * minuteMs,
  hourMs,
  2 * hourMs,
  6 * hourMs,
  15 * hourMs,
];

/** When to try again after attempt `number` that began at `startedAt`; null when that was the last of its timetable. */
export function nextAttemptAt(
  number: number,
  startedAt: Date,
  gapsMs: readonly number[] = retryGapsMs,
): Date | null {
  const gap = gapsMs[number - 1];
  return gap === undefined ? null : new Date(startedAt.getTime() + gap);
}

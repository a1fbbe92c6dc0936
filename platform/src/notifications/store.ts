// All SQL of the notifications room.
import { type Connection, copyInto, statement, type Transaction } from '../database/index.ts';
import type { Attempt, NewNotification, Notification, NotificationStatus } from './notification.ts';

/** Notifications to leave, for whoever records what they tell of in the same transaction. */
export const notificationRows = copyInto<NewNotification>('notifications.notification', {
  id: ['int8', (row) => row.id],
  merchant_id: ['int8', (row) => row.merchantId],
  payer_id: ['int8', (row) => row.payerId ?? 0n],
  kind: ['text', (row) => row.kind],
  subject_id: ['int8', (row) => row.subjectId],
  payment_id: ['int8', (row) => row.paymentId],
  sequence: ['int2', (row) => row.sequence],
  url: ['text', (row) => row.url],
  next_attempt_at: ['timestamptz', (row) => row.dueAt],
  created_at: ['timestamptz', (row) => row.createdAt],
  protocol: ['text', (row) => row.protocol ?? 'ams'],
});

interface NotificationRow {
  id: bigint;
  merchant_id: bigint;
  kind: Notification['kind'];
  subject_id: bigint;
  payment_id: bigint;
  sequence: number;
  url: string;
  protocol: Notification['protocol'];
  status: NotificationStatus;
  attempts: number;
  next_attempt_at: Date;
  body: Buffer | null;
}
const columns =
  'id, merchant_id, kind, subject_id, payment_id, sequence, url, protocol, status, attempts, next_attempt_at, body';
const notificationOf = (row: NotificationRow): Notification => ({
  id: row.id,
  merchantId: row.merchant_id,
  kind: row.kind,
  subjectId: row.subject_id,
  paymentId: row.payment_id,
  sequence: row.sequence,
  url: row.url,
  protocol: row.protocol,
  status: row.status,
  attempts: row.attempts,
  nextAttemptAt: row.next_attempt_at,
  body: row.body,
});

// A later notification of a payment waits while an earlier one has never been tried: merchants hear of a payment
// before they hear of its refund. It does not wait for the earlier one's acknowledgement. Among the oldest, each
// merchant has a share, and every merchant's first comes before anybody's second. What is free is asked again of the
// locked row: between the two looks another worker may have taken it. The earlier notification is looked for row by row
// and not by NOT EXISTS, which becomes a join of the table with itself while the planner has no statistics of it.
const leaseStatement = statement(
  'notifications.lease',
  `WITH oldest AS (
     SELECT d.id, d.merchant_id, d.next_attempt_at FROM notifications.notification d
     WHERE d.status = 'due' AND d.next_attempt_at <= $1
       AND (d.leased_until IS NULL OR d.leased_until < clock_timestamp())
       AND d.merchant_id <> ALL($4::bigint[]) AND d.id::text <> ALL($6::text[])
       AND (SELECT e.id FROM notifications.notification e
            WHERE e.payment_id = d.payment_id AND e.sequence < d.sequence AND e.status = 'due' AND e.attempts = 0
            LIMIT 1) IS NULL
     ORDER BY d.next_attempt_at, d.id LIMIT 2000
   ), shared AS (
     SELECT id, row_number() OVER (PARTITION BY merchant_id ORDER BY next_attempt_at, id) AS place FROM oldest
   ), taken AS (
     SELECT d.id, s.place FROM shared s JOIN notifications.notification d ON d.id = s.id
     WHERE s.place <= $5 AND d.status = 'due' AND d.next_attempt_at <= $1
       AND (d.leased_until IS NULL OR d.leased_until < clock_timestamp())
     ORDER BY s.place, d.next_attempt_at, d.id LIMIT $2 FOR UPDATE OF d SKIP LOCKED
   )
   UPDATE notifications.notification AS n SET leased_until = clock_timestamp() + $3 * interval '1 millisecond'
   FROM taken WHERE n.id = taken.id RETURNING ${columns.replace(/(\w+)/g, 'n.$1')}, taken.place`,
);
export interface LeaseRequest {
  readonly now: Date;
  readonly limit: number;
  readonly perMerchant: number;
  /** Merchants of whom nothing is wanted now. */
  readonly busy: readonly bigint[];
  /** Notifications that wait for an operator. */
  readonly except: readonly string[];
  readonly leaseMs: number;
}
/** Takes due notifications for one worker; a worker that dies gives them back when the lease ends. */
export async function leaseDue(connection: Connection, of: LeaseRequest): Promise<Notification[]> {
  const values = [of.now, of.limit, of.leaseMs, of.busy, of.perMerchant, of.except];
  const rows = await connection.query<NotificationRow & { place: bigint }>(leaseStatement, values);
  // As they were taken: UPDATE answers its rows in no order.
  return rows
    .sort(
      (a, b) =>
        Number(a.place - b.place) ||
        a.next_attempt_at.getTime() - b.next_attempt_at.getTime() ||
        (a.id < b.id ? -1 : 1),
    )
    .map(notificationOf);
}

const giveBackStatement = statement(
  'notifications.give-back',
  'UPDATE notifications.notification SET leased_until = NULL WHERE id = ANY($1::bigint[])',
);
/** Ends leases before their time: a worker that stops says so. */
export async function giveBack(connection: Connection, ids: readonly bigint[]): Promise<void> {
  await connection.query(giveBackStatement, [ids]);
}

export interface Outcome {
  readonly notification: Notification;
  /** Null when it could not even be composed. */
  readonly body: Buffer | null;
  readonly attempt: Attempt;
  readonly status: NotificationStatus;
  readonly nextAttemptAt: Date;
}

const finishStatement = statement(
  'notifications.finish',
  `UPDATE notifications.notification AS n SET status = u.status, attempts = u.attempts,
     next_attempt_at = u.next_attempt_at, leased_until = NULL, body = u.body
   FROM unnest($1::bigint[], $2::text[], $3::smallint[], $4::timestamptz[], $5::bytea[])
     AS u(id, status, attempts, next_attempt_at, body)
   WHERE n.id = u.id AND n.attempts = u.attempts - 1 RETURNING n.id`,
);
const insertAttempts = statement(
  'notifications.insert-attempts',
  `INSERT INTO notifications.attempt (notification_id, number, started_at, latency_ms, http_status, answer_head, error,
     acknowledged)
   SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::timestamptz[], $4::int[], $5::smallint[], $6::text[],
     $7::text[], $8::boolean[])`,
);
/** Writes a round of outcomes. One whose lease ended and whom another worker has recorded meanwhile is left out. */
export async function recordOutcomes(tx: Transaction, outcomes: readonly Outcome[]): Promise<number> {
  if (outcomes.length === 0) return 0;
  const updated = await tx.query<{ id: bigint }>(finishStatement, [
    outcomes.map((outcome) => outcome.notification.id),
    outcomes.map((outcome) => outcome.status),
    outcomes.map((outcome) => outcome.attempt.number),
    outcomes.map((outcome) => outcome.nextAttemptAt),
    outcomes.map((outcome) => outcome.body),
  ]);
  const mine = new Set(updated.map((row) => row.id));
  const attempts = outcomes
    .map((outcome) => outcome.attempt)
    .filter((attempt) => mine.has(attempt.notificationId));
  await tx.query(insertAttempts, [
    attempts.map((attempt) => attempt.notificationId),
    attempts.map((attempt) => attempt.number),
    attempts.map((attempt) => attempt.startedAt),
    attempts.map((attempt) => attempt.latencyMs),
    attempts.map((attempt) => attempt.httpStatus),
    attempts.map((attempt) => attempt.answer),
    attempts.map((attempt) => attempt.error),
    attempts.map((attempt) => attempt.acknowledged),
  ]);
  return attempts.length;
}

const nextDueStatement = statement(
  'notifications.next-due',
  `SELECT min(next_attempt_at) AS at FROM notifications.notification
   WHERE status = 'due' AND (leased_until IS NULL OR leased_until < clock_timestamp())
     AND id::text <> ALL($1::text[])`,
);
export const readNextDue = async (connection: Connection, except: readonly string[]): Promise<Date | null> =>
  (await connection.query<{ at: Date | null }>(nextDueStatement, [except]))[0]?.at ?? null;

const queueStatement = statement(
  'notifications.queue',
  `SELECT count(*)::int AS waiting, coalesce((extract(epoch FROM $1 - min(next_attempt_at)) * 1000)::int8, 0) AS late
   FROM notifications.notification WHERE status = 'due'`,
);
/** How many wait for an attempt, and how long the one that is due longest has waited past its time. */
export async function readDeliveryQueue(
  connection: Connection,
  now: Date,
): Promise<{ waiting: number; lateMs: number }> {
  const [row] = await connection.query<{ waiting: number; late: bigint }>(queueStatement, [now]);
  return { waiting: row!.waiting, lateMs: Math.max(0, Number.parseInt(row!.late.toString(), 10)) };
}

const byPayment = statement(
  'notifications.by-payment',
  `SELECT ${columns} FROM notifications.notification WHERE payment_id = $1 ORDER BY sequence, id LIMIT 500`,
);
const latest = statement(
  'notifications.latest',
  `SELECT ${columns} FROM notifications.notification ORDER BY id DESC LIMIT 50`,
);
export const readNotifications = async (
  connection: Connection,
  paymentId: bigint | null,
): Promise<Notification[]> =>
  (
    await (paymentId === null
      ? connection.query<NotificationRow>(latest)
      : connection.query<NotificationRow>(byPayment, [paymentId]))
  ).map(notificationOf);

const genuineStatement = statement(
  'notifications.genuine',
  `SELECT n.merchant_id, n.leased_until > clock_timestamp() AS under_way,
     (SELECT max(a.started_at) FROM notifications.attempt a WHERE a.notification_id = n.id) AS last_attempt_at
   FROM notifications.notification n WHERE n.id = $1`,
);
export interface Told {
  readonly merchantId: bigint;
  /** An attempt is being made now. */
  readonly isUnderWay: boolean;
  readonly lastAttemptAt: Date | null;
}
export async function readTold(connection: Connection, id: bigint): Promise<Told | null> {
  const [row] = await connection.query<{
    merchant_id: bigint;
    under_way: boolean | null;
    last_attempt_at: Date | null;
  }>(genuineStatement, [id]);
  if (row === undefined) return null;
  return {
    merchantId: row.merchant_id,
    isUnderWay: row.under_way === true,
    lastAttemptAt: row.last_attempt_at,
  };
}

interface AttemptRow {
  notification_id: bigint;
  number: number;
  started_at: Date;
  latency_ms: number;
  http_status: number | null;
  answer_head: string | null;
  error: string | null;
  acknowledged: boolean;
}
const attemptsStatement = statement(
  'notifications.attempts',
  `SELECT notification_id, number, started_at, latency_ms, http_status, answer_head, error, acknowledged
   FROM notifications.attempt WHERE notification_id = ANY($1::bigint[]) ORDER BY notification_id, number`,
);
export async function readAttempts(connection: Connection, ids: readonly bigint[]): Promise<Attempt[]> {
  const rows = await connection.query<AttemptRow>(attemptsStatement, [ids]);
  return rows.map((row) => ({
    notificationId: row.notification_id,
    number: row.number,
    startedAt: row.started_at,
    latencyMs: row.latency_ms,
    httpStatus: row.http_status,
    answer: row.answer_head,
    error: row.error,
    acknowledged: row.acknowledged,
  }));
}

const resendStatement = statement(
  'notifications.resend',
  `UPDATE notifications.notification SET status = 'due', next_attempt_at = $2
   WHERE id = $1 AND attempts < 32000 RETURNING id`,
);
export const makeDue = async (connection: Connection, id: bigint, at: Date): Promise<boolean> =>
  (await connection.query(resendStatement, [id, at])).length === 1;

const firstFinishedStatement = statement(
  'notifications.first-finished',
  `SELECT min(created_at) AS at FROM notifications.notification WHERE status <> 'due'`,
);
/** When the oldest notification was left that nobody will send again of its own accord. */
export const firstFinished = async (connection: Connection): Promise<Date | null> =>
  (await connection.query<{ at: Date | null }>(firstFinishedStatement))[0]?.at ?? null;

const removeFinishedStatement = statement(
  'notifications.remove-finished',
  `WITH old AS (
     SELECT id FROM notifications.notification WHERE status <> 'due' AND created_at <= $1 ORDER BY created_at LIMIT $2
   ) DELETE FROM notifications.notification n USING old WHERE n.id = old.id RETURNING n.id`,
);
export const removeFinished = async (
  connection: Connection,
  of: { createdBy: Date; limit: number },
): Promise<number> =>
  (await connection.query<{ id: bigint }>(removeFinishedStatement, [of.createdBy, of.limit])).length;

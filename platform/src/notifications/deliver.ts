// One attempt: compose the body if there is none yet, send it, judge the answer, and say when to try again.
import { type Database, type Isolation, isInfrastructureError } from '../database/index.ts';
import type { Clock, Outbound, OutboundAnswer, OutboundPost } from '../system/index.ts';
import { type Attempt, type Notification, nextAttemptAt } from './notification.ts';
import type { Outcome } from './store.ts';

/** How a protocol tells: composing what is sent, and judging what is answered. */
export interface Channel {
  /** The body as it will be sent now and at every retry. Depends only on facts that no longer change. */
  compose(notification: Notification): Promise<Buffer>;
  /** Fresh headers for one attempt: the time and the signature over it. */
  headers(notification: Notification, body: Buffer): Promise<Record<string, string>>;
  /** What one attempt sends, where that is more than the kept body: the attempt's time, a signature inside. */
  seal?(notification: Notification, body: Buffer): Promise<Buffer>;
  /** The waits before the second and later attempts, where the protocol has a timetable of its own. */
  retryGapsMs?(notification: Notification): readonly number[] | undefined;
  /** Whether the merchant has taken it. */
  isAcknowledged(status: number, head: Buffer, notification: Notification): boolean;
}

/** The way from us to the merchant. A sandbox may put a bad one in between. */
export type Carry = (
  notification: Notification,
  request: OutboundPost,
  road: {
    post(request: OutboundPost): Promise<OutboundAnswer>;
    /** Whether the merchant has taken what was sent. */
    isTaken(answer: OutboundAnswer): boolean;
  },
) => Promise<OutboundAnswer>;

export interface DeliverParts {
  readonly database: Database;
  readonly isolation: Isolation;
  readonly clock: Clock;
  readonly outbound: Outbound;
  readonly channel: Channel;
  /** Absent: straight. */
  readonly carry?: Carry | undefined;
  /** Told what went wrong on our side; the notification, where it is about one, is tried again. */
  readonly onError: (error: unknown, notification: Notification | null) => void;
}

export interface Delivery {
  readonly outcome: Outcome;
  /** Whether the endpoint let the whole time pass. */
  readonly isSilent: boolean;
}

const answerCharacters = 512;

/** Throws only when the database is away: then it was no attempt, and the lease gives the notification back. */
export async function deliver(
  parts: DeliverParts,
  notification: Notification,
  timeoutMs: number,
): Promise<Delivery> {
  const startedAt = parts.clock.now();
  const number = notification.attempts + 1;
  const { body, answer } = await send(parts, notification, timeoutMs);
  const acknowledged = isTaken(parts, notification, answer);
  const next = acknowledged
    ? null
    : nextAttemptAt(number, startedAt, parts.channel.retryGapsMs?.(notification));
  const outcome: Outcome = {
    notification,
    body,
    attempt: { notificationId: notification.id, number, startedAt, acknowledged, ...described(answer) },
    status: acknowledged ? 'acknowledged' : next === null ? 'exhausted' : 'due',
    nextAttemptAt: next ?? notification.nextAttemptAt,
  };
  return { outcome, isSilent: answer.kind === 'failed' && answer.reason === 'timeout' };
}

const isTaken = ({ channel }: DeliverParts, notification: Notification, answer: OutboundAnswer): boolean =>
  answer.kind === 'answered' && channel.isAcknowledged(answer.status, answer.head, notification);

async function send(
  parts: DeliverParts,
  notification: Notification,
  timeoutMs: number,
): Promise<{ body: Buffer | null; answer: OutboundAnswer }> {
  let { body } = notification;
  try {
    body ??= await parts.channel.compose(notification);
    const sent = (await parts.channel.seal?.(notification, body)) ?? body;
    const headers = await parts.channel.headers(notification, sent);
    const { url } = notification;
    const request = { url, headers, body: sent, timeoutMs };
    if (parts.carry === undefined) return { body, answer: await parts.outbound.post(request) };
    const road = {
      post: parts.outbound.post,
      isTaken: (answer: OutboundAnswer) => isTaken(parts, notification, answer),
    };
    return { body, answer: await parts.carry(notification, request, road) };
  } catch (error) {
    if (isInfrastructureError(error)) throw error;
    // A notification that cannot be composed keeps to the timetable like one that nobody takes, and harms no other.
    parts.onError(error, notification);
    return {
      body,
      answer: { kind: 'failed', reason: 'other', detail: 'it could not be composed', latencyMs: 0 },
    };
  }
}

function described(answer: OutboundAnswer): Pick<Attempt, 'latencyMs' | 'httpStatus' | 'answer' | 'error'> {
  const { latencyMs } = answer;
  if (answer.kind === 'failed') {
    return {
      latencyMs,
      httpStatus: null,
      answer: null,
      error: printable(`${answer.reason}: ${answer.detail}`),
    };
  }
  return {
    latencyMs,
    httpStatus: answer.status,
    answer: printable(answer.head.toString('utf8')),
    error: null,
  };
}

/** PostgreSQL takes no NUL in a text, and people's screens no other control characters. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, ' ').slice(0, answerCharacters);

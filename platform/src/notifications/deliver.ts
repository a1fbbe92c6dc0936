// One round of delivery: take what is due, send it with no transaction open, record what came of it. A crash between
// sending and recording sends again (merchants expect duplicates); nothing is ever lost.
import type { Database } from '../database/index.ts';
import type { Clock, Outbound, OutboundAnswer } from '../system/index.ts';
import { type Attempt, type Notification, nextAttemptAt } from './notification.ts';
import { leaseDue, type Outcome, recordOutcomes } from './store.ts';

/** How a protocol tells: composing what is sent, and judging what is answered. */
export interface Channel {
  /** The body as it will be sent now and at every retry. Depends only on facts that no longer change. */
  compose(notification: Notification): Promise<Buffer>;
  /** Fresh headers for one attempt: the time and the signature over it. */
  headers(notification: Notification, body: Buffer): Promise<Record<string, string>>;
  /** Whether the merchant has taken it. */
  isAcknowledged(status: number, head: Buffer): boolean;
}

export interface DeliverParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly outbound: Outbound;
  readonly channel: Channel;
}

const roundSize = 200;
const concurrency = 32;
const perHost = 8;
/** Our own patience with a merchant's endpoint. */
const timeoutMs = 10_000;
/** Longer than a whole round can take: 200 notifications to one dead host, eight at a time. */
const leaseMs = (roundSize / perHost + 2) * timeoutMs;
const answerCharacters = 512;

/** Answers how many attempts were made. */
export async function deliverDue(parts: DeliverParts, now: Date): Promise<number> {
  const due = await leaseDue(parts.database, { now, limit: roundSize, leaseMs });
  if (due.length === 0) return 0;
  const outcomes: Outcome[] = [];
  await spread(due, async (notification) => {
    outcomes.push(await deliver(parts, notification));
  });
  await parts.database.transaction((tx) => recordOutcomes(tx, outcomes));
  return outcomes.length;
}

async function deliver(parts: DeliverParts, notification: Notification): Promise<Outcome> {
  const startedAt = parts.clock.now();
  const number = notification.attempts + 1;
  const body = notification.body ?? (await parts.channel.compose(notification));
  const headers = await parts.channel.headers(notification, body);
  const answer = await parts.outbound.post({ url: notification.url, headers, body, timeoutMs });
  const acknowledged = answer.kind === 'answered' && parts.channel.isAcknowledged(answer.status, answer.head);
  const next = acknowledged ? null : nextAttemptAt(number, startedAt);
  return {
    notification,
    body,
    attempt: { notificationId: notification.id, number, startedAt, acknowledged, ...described(answer) },
    status: acknowledged ? 'acknowledged' : next === null ? 'exhausted' : 'due',
    nextAttemptAt: next ?? notification.nextAttemptAt,
  };
}

function described(answer: OutboundAnswer): Pick<Attempt, 'latencyMs' | 'httpStatus' | 'answer' | 'error'> {
  if (answer.kind === 'failed') {
    return {
      latencyMs: answer.latencyMs,
      httpStatus: null,
      answer: null,
      error: `${answer.reason}: ${answer.detail}`,
    };
  }
  const text = answer.head
    .toString('utf8')
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, answerCharacters);
  return { latencyMs: answer.latencyMs, httpStatus: answer.status, answer: text, error: null };
}

/** Bounded concurrency, over all and for each host: one slow merchant does not hold up the others. */
async function spread(
  items: readonly Notification[],
  work: (item: Notification) => Promise<void>,
): Promise<void> {
  const queues = new Map<string, Notification[]>();
  for (const item of items) {
    const host = hostOf(item.url);
    queues.set(host, [...(queues.get(host) ?? []), item]);
  }
  let free = concurrency;
  const waiting: (() => void)[] = [];
  const acquire = async () => {
    if (free > 0) {
      free--;
      return;
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const release = () => {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  };
  const drain = async (queue: Notification[]) => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      await acquire();
      await work(item).finally(release);
    }
  };
  const workers = [...queues.values()].flatMap((queue) =>
    Array.from({ length: Math.min(perHost, queue.length) }, () => drain(queue)),
  );
  await Promise.all(workers);
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}

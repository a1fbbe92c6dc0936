// Deliveries on real PostgreSQL to a real server that plays the merchant: the timetable by the clock, every attempt kept,
// the same bytes each time, and nothing lost or held up by whatever a process or an endpoint does.
import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createIsolation, type Database, openDatabase } from '../database/index.ts';
import { createOutbound, StillClock, type Timer } from '../system/index.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { until } from '../testing/until.ts';
import { type CourierBounds, createCourier } from './courier.ts';
import type { Channel, DeliverParts } from './deliver.ts';
import { createNotifications, type NewNotification, type Notification, notificationRows } from './index.ts';
import { leaseDue } from './store.ts';

const start = new Date('2014-11-11T02:00:00Z');
const minute = 60_000;
const hour = 60 * minute;
let shared: TestDatabase;
let database: Database;
const cleanUps: (() => unknown)[] = [];
beforeAll(async () => {
  shared = await testDatabase();
  database = shared.database;
});
afterAll(() => shared.drop());
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  await shared.owner.pool.query('TRUNCATE notifications.notification');
});

interface Received {
  readonly path: string;
  readonly body: string;
  readonly time: string;
}
interface Merchant {
  readonly url: string;
  readonly received: Received[];
  readonly events: EventEmitter;
}

type Answer = { status?: number; body?: string } | 'never';

/** A merchant's endpoint. It answers what it is told to; `success` acknowledges. */
async function merchant(
  answer: (index: number, received: Received) => Answer | Promise<Answer>,
): Promise<Merchant> {
  const received: Received[] = [];
  const events = new EventEmitter();
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one = {
      path: request.url!,
      body: Buffer.concat(chunks).toString(),
      time: String(request.headers['x-time']),
    };
    received.push(one);
    events.emit('received', received.length);
    const told = await answer(received.length - 1, one);
    if (told === 'never') return;
    response.writeHead(told.status ?? 200).end(told.body ?? 'success');
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, events };
}

/** A protocol that says `success`, as the classic gateway does. Its body counts how often it was composed. */
function plainChannel(clock: StillClock): Channel & { composed: number } {
  const channel = {
    composed: 0,
    async compose({ kind, subjectId }: Notification) {
      channel.composed++;
      return Buffer.from(`${kind} ${subjectId}, composed ${channel.composed}`);
    },
    headers: async () => ({ 'x-time': clock.now().toISOString() }),
    isAcknowledged: (status: number, head: Buffer) => status === 200 && head.toString() === 'success',
  };
  return channel;
}

interface World {
  readonly clock: StillClock;
  readonly channel: Channel & { composed: number };
  readonly parts: DeliverParts;
  readonly errors: unknown[];
}

function world(changes: Partial<DeliverParts> = {}): World {
  const clock = new StillClock(start);
  const channel = plainChannel(clock);
  const outbound = createOutbound({ reach: 'public-and-loopback' });
  cleanUps.push(() => outbound.close());
  const errors: unknown[] = [];
  const parts = {
    database,
    clock,
    isolation: createIsolation({ database, clock }),
    outbound,
    channel,
    onError: (error: unknown) => void errors.push(error),
    ...changes,
  };
  return { clock, channel, parts, errors };
}

function courier({ parts }: World, bounds: Partial<CourierBounds> = {}): Timer {
  const made = createCourier(parts, { timeoutMs: 10_000, leaseMs: 60_000, graceMs: 3_000, ...bounds });
  cleanUps.push(() => made.stop!());
  return made;
}

let nextId = 1n;
function notification(url: string, changes: Partial<NewNotification> = {}): NewNotification {
  const id = nextId++;
  return {
    ...{ id, merchantId: 7n, payerId: 42n, kind: 'payment', subjectId: id, paymentId: id, sequence: 2 },
    ...{ url, dueAt: start, createdAt: start },
    ...changes,
  };
}
const leave = (...rows: NewNotification[]): Promise<void> =>
  database.transaction((tx) => tx.copy([notificationRows(rows)]));

/** What the sandbox's clock mover does: every due instant up to `end`, in order. */
async function moveClock({ clock }: World, timer: Timer, end: Date): Promise<void> {
  for (let at = await timer.nextDueAt(); at !== null && at <= end; at = await timer.nextDueAt()) {
    if (at > clock.now()) clock.advance(at.getTime() - clock.now().getTime());
    expect(await timer.run(clock.now())).toBeGreaterThan(0);
  }
}

async function listed(w: World, paymentId: bigint) {
  return createNotifications(w.parts).list(paymentId);
}
const later = (ms: number): Date => new Date(start.getTime() + ms);

describe('the timetable', () => {
  test('eight attempts by the clock, the same bytes with fresh headers each time, then it is given up', async () => {
    const shop = await merchant(() => ({ status: 500, body: 'no' }));
    const w = world();
    const row = notification(`${shop.url}/notify`);
    await leave(row);
    await moveClock(w, courier(w), later(72 * hour));
    const offsets = [
      0,
      2 * minute,
      12 * minute,
      22 * minute,
      82 * minute,
      202 * minute,
      562 * minute,
      1462 * minute,
    ];
    expect(shop.received).toEqual(
      offsets.map((offset) => ({
        path: '/notify',
        body: `payment ${row.subjectId}, composed 1`,
        time: later(offset).toISOString(),
      })),
    );
    const [told] = await listed(w, row.paymentId);
    expect(told!.notification).toMatchObject({ status: 'exhausted', attempts: 8 });
    expect(
      told!.attempts.map(({ number, startedAt, httpStatus, answer, acknowledged }) => [
        number,
        startedAt,
        httpStatus,
        answer,
        acknowledged,
      ]),
    ).toEqual(offsets.map((offset, index) => [index + 1, later(offset), 500, 'no', false]));
    expect(w.channel.composed).toBe(1);
    expect(w.errors).toEqual([]);
  });

  test('an acknowledgement ends it', async () => {
    const shop = await merchant((index) => ({ body: index < 2 ? 'fail' : 'success' }));
    const w = world();
    const row = notification(shop.url);
    await leave(row);
    await moveClock(w, courier(w), later(72 * hour));
    expect(shop.received).toHaveLength(3);
    const [told] = await listed(w, row.paymentId);
    expect(told!.notification.status).toBe('acknowledged');
    expect(told!.attempts.map(({ acknowledged }) => acknowledged)).toEqual([false, false, true]);
  });

  test('nothing is sent before its time', async () => {
    const shop = await merchant(() => ({}));
    const w = world();
    await leave(notification(shop.url, { dueAt: later(minute) }));
    const timer = courier(w);
    expect(await timer.run(later(minute - 1))).toBe(0);
    expect(await timer.nextDueAt()).toEqual(later(minute));
    expect(shop.received).toEqual([]);
  });

  test('can be sent again, whatever became of it', async () => {
    const shop = await merchant(() => ({}));
    const w = world();
    const row = notification(shop.url);
    await leave(row);
    const timer = courier(w);
    const room = createNotifications(w.parts);
    await moveClock(w, timer, start);
    w.clock.advance(hour);
    expect(await room.resend(row.id)).toBe(true);
    expect(await room.resend(nextId + 1000n)).toBe(false);
    await moveClock(w, timer, later(hour));
    const [told] = await room.list(null);
    expect(told!.notification).toMatchObject({ id: row.id, status: 'acknowledged', attempts: 2 });
    expect(told!.attempts.map(({ startedAt }) => startedAt)).toEqual([start, later(hour)]);
    expect(new Set(shop.received.map(({ body }) => body)).size).toBe(1);
  });
});

describe('the order of one payment', () => {
  test('a later notification waits for the first attempt of an earlier one, and not for its acknowledgement', async () => {
    let answerFirst: (answer: Answer) => void = () => {};
    const shop = await merchant((index) =>
      index === 0 ? new Promise((resolve) => (answerFirst = resolve)) : {},
    );
    const w = world();
    const paid = notification(`${shop.url}/payment`);
    const about = { paymentId: paid.paymentId };
    await leave(
      notification(`${shop.url}/second-refund`, { ...about, kind: 'refund', sequence: 6 }),
      notification(`${shop.url}/refund`, { ...about, kind: 'refund', sequence: 4 }),
      paid,
      notification(`${shop.url}/other-payment`),
    );
    const timer = courier(w);
    const two = new Promise<void>((resolve) =>
      shop.events.on('received', (count) => count === 2 && resolve()),
    );
    expect(await timer.run(start)).toBe(2);
    await two;
    expect(await timer.run(start)).toBe(0);
    expect(shop.received.map(({ path }) => path).sort()).toEqual(['/other-payment', '/payment']);
    answerFirst({ status: 503 });
    // No further run: what had waited follows by itself.
    expect(await timer.nextDueAt()).toEqual(later(2 * minute));
    expect(shop.received.map(({ path }) => path).slice(2)).toEqual(['/refund', '/second-refund']);
  });
});

describe('processes', () => {
  test('each merchant has a share of what is taken at once, and everybody’s first comes before anybody’s second', async () => {
    const many = (count: number, merchantId: bigint, dueAt: Date) =>
      Array.from({ length: count }, () => notification('http://shop.example/', { merchantId, dueAt }));
    await leave(
      ...many(50, 1n, start),
      ...many(5, 2n, later(1)),
      ...many(1, 3n, later(2)),
      ...many(5, 4n, later(3)),
    );
    const request = { now: later(minute), limit: 8, perMerchant: 3, busy: [4n], except: [], leaseMs: 60_000 };
    const take = async () => (await leaseDue(database, request)).map(({ merchantId }) => merchantId);
    expect(await take()).toEqual([1n, 2n, 3n, 1n, 2n, 1n, 2n]);
    expect(await take()).toEqual([1n, 2n, 1n, 2n, 1n]);
    expect(await take()).toEqual([1n, 1n, 1n]);
  });

  test('one that dies after sending and before recording: it is sent again when its lease ends, and recorded once', async () => {
    const shop = await merchant(() => ({}));
    const w = world();
    const row = notification(shop.url);
    await leave(row);
    const dies = Object.assign(new Error('the process is gone'), { code: 'ECONNRESET' });
    const dying = world({ database: { ...database, transaction: () => Promise.reject(dies) } });
    const first = courier(dying, { leaseMs: 300, timeoutMs: 100 });
    expect(await first.run(start)).toBe(1);
    expect(await first.nextDueAt()).toBeNull();
    expect(dying.errors).toEqual([dies]);
    expect(shop.received).toHaveLength(1);
    const second = courier(w);
    await until(() => second.nextDueAt());
    await moveClock(w, second, start);
    expect(shop.received.map(({ body }) => body)).toEqual([shop.received[0]!.body, shop.received[0]!.body]);
    const [told] = await listed(w, row.paymentId);
    expect(told!.notification.status).toBe('acknowledged');
    expect(told!.attempts).toHaveLength(1);
  });

  test('two at once send each notification once', async () => {
    const shop = await merchant(() => ({}));
    const rows = Array.from({ length: 300 }, (_, index) =>
      notification(`${shop.url}/${index}`, { merchantId: BigInt(index % 30) }),
    );
    await leave(...rows);
    const other = openDatabase({ url: shared.url });
    cleanUps.push(() => other.close());
    const couriers = [world(), world({ database: other })].map((w) => courier(w));
    await Promise.all(
      couriers.map(async (timer) => {
        while ((await timer.run(start)) > 0 || (await timer.nextDueAt()) !== null);
      }),
    );
    expect(shop.received).toHaveLength(300);
    expect(new Set(shop.received.map(({ path }) => path)).size).toBe(300);
    const recorded = await database.pool.query(
      'SELECT count(*)::int AS n FROM notifications.notification WHERE status = $1',
      ['acknowledged'],
    );
    expect(recorded.rows).toEqual([{ n: 300 }]);
  });

  test('one whose lease ended records nothing over what another has recorded meanwhile', async () => {
    let answerFirst: (answer: Answer) => void = () => {};
    const shop = await merchant((index) =>
      index === 0 ? new Promise((resolve) => (answerFirst = resolve)) : {},
    );
    const w = world();
    const row = notification(shop.url);
    await leave(row);
    const late = courier(w);
    const arrived = once(shop.events, 'received');
    await late.run(start);
    await arrived;
    // As if its lease had ended while it was still waiting for the answer.
    await database.pool.query('UPDATE notifications.notification SET leased_until = NULL');
    const other = courier(world());
    await moveClock(w, other, start);
    answerFirst({ status: 500 });
    await late.nextDueAt();
    expect(w.errors).toEqual([]);
    const [told] = await listed(w, row.paymentId);
    expect(told!.notification).toMatchObject({ status: 'acknowledged', attempts: 1 });
    expect(told!.attempts).toEqual([expect.objectContaining({ httpStatus: 200, acknowledged: true })]);
  });

  test('a stop waits for what is under way; what it cannot wait for is at once anybody’s', async () => {
    const slow = await merchant((_index, { path }) => (path === '/never' ? 'never' : {}));
    const w = world();
    await leave(
      notification(`${slow.url}/quick`, { merchantId: 1n }),
      notification(`${slow.url}/never`, { merchantId: 2n }),
    );
    const timer = courier(w, { graceMs: 300 });
    await timer.run(start);
    await timer.stop!();
    expect(await timer.run(start)).toBe(0);
    // The connection that the stop leaves behind is cut: by us, which is nothing to hold against the merchant.
    w.parts.outbound.close();
    await timer.nextDueAt();
    const attempts = (await createNotifications(w.parts).list(null)).flatMap((told) => told.attempts);
    expect(attempts).toEqual([expect.objectContaining({ acknowledged: true })]);
    const left = await leaseDue(database, {
      now: start,
      limit: 10,
      perMerchant: 10,
      busy: [],
      except: [],
      leaseMs: 1_000,
    });
    expect(left.map(({ url, attempts }) => [url, attempts])).toEqual([[`${slow.url}/never`, 0]]);
  });
});

describe('endpoints', () => {
  const attemptOf = async (w: World, row: NewNotification) =>
    (await listed(w, row.paymentId))[0]!.attempts[0]!;

  test('what goes wrong is kept with its reason, and tried again', async () => {
    const shop = await merchant((_index, { path }) => {
      if (path === '/never') return 'never';
      if (path === '/huge') return { body: 'x'.repeat(1_000_000) };
      if (path === '/redirect') return { status: 302 };
      return { body: `${'长'.repeat(300)}\u0000\u001b[31m${'z'.repeat(900)}` };
    });
    const w = world();
    const urls = {
      never: `${shop.url}/never`,
      huge: `${shop.url}/huge`,
      redirect: `${shop.url}/redirect`,
      odd: `${shop.url}/odd`,
      refused: 'http://127.0.0.1:1/',
      inside: 'http://169.254.169.254/latest/meta-data',
      noUrl: 'not a url',
    };
    const rows = Object.fromEntries(
      Object.entries(urls).map(([name, url]) => [name, notification(url)]),
    ) as Record<keyof typeof urls, NewNotification>;
    await leave(...Object.values(rows));
    const timer = courier(w, { timeoutMs: 300 });
    await moveClock(w, timer, start);
    expect(await timer.nextDueAt()).toEqual(later(2 * minute));
    expect(await attemptOf(w, rows.never)).toMatchObject({
      httpStatus: null,
      error: 'timeout: no answer within 300 ms',
      acknowledged: false,
    });
    expect(await attemptOf(w, rows.huge)).toMatchObject({
      error: 'too-large: the answer is longer than 65536 bytes',
    });
    expect(await attemptOf(w, rows.redirect)).toMatchObject({
      httpStatus: 302,
      error: null,
      acknowledged: false,
    });
    expect(await attemptOf(w, rows.refused)).toMatchObject({ error: expect.stringMatching(/^refused: /) });
    expect(await attemptOf(w, rows.inside)).toMatchObject({
      error: expect.stringMatching(/^blocked: .* not a public address$/),
    });
    expect(await attemptOf(w, rows.noUrl)).toMatchObject({ error: 'blocked: Invalid URL' });
    const odd = await attemptOf(w, rows.odd);
    expect(odd.answer).toHaveLength(512);
    expect(odd.answer).toMatch(/^长{300} {2}\[31mz+$/);
    expect(w.errors).toEqual([]);
  });

  test('a notification that cannot be composed keeps to its timetable and harms no other', async () => {
    const shop = await merchant(() => ({}));
    const w = world();
    const broken = notification(`${shop.url}/broken`);
    const fine = notification(`${shop.url}/fine`);
    const compose = (of: Notification) =>
      of.id === broken.id ? Promise.reject(new Error('a bug')) : w.channel.compose(of);
    const guarded = world({ channel: { ...w.channel, compose } });
    await leave(broken, fine);
    await moveClock(guarded, courier(guarded), start);
    expect(shop.received.map(({ path }) => path)).toEqual(['/fine']);
    expect(await attemptOf(w, broken)).toMatchObject({
      error: 'other: it could not be composed',
      acknowledged: false,
    });
    expect(guarded.errors).toEqual([new Error('a bug')]);
    // It is mended: the next attempt composes it.
    await moveClock(w, courier(w), later(2 * minute));
    expect(shop.received.map(({ path }) => path)).toEqual(['/fine', '/broken']);
  });

  test('composing while the database is away is no attempt', async () => {
    const shop = await merchant(() => ({}));
    const away = Object.assign(new Error('terminating connection'), { code: '57P01' });
    const w = world({
      channel: { ...plainChannel(new StillClock(start)), compose: () => Promise.reject(away) },
    });
    const row = notification(shop.url);
    await leave(row);
    const timer = courier(w);
    await timer.run(start);
    await timer.nextDueAt();
    expect(w.errors).toEqual([away]);
    expect((await listed(w, row.paymentId))[0]!.attempts).toEqual([]);
  });

  test('merchants whose servers are silent do not keep the others waiting', async () => {
    const silent = await Promise.all(Array.from({ length: 6 }, () => merchant(() => 'never')));
    const shop = await merchant(() => ({}));
    const w = world();
    const rows = [...silent, shop].flatMap(({ url }, index) =>
      // The silent ones' are older, and many.
      Array.from({ length: 40 }, () =>
        notification(url, { merchantId: BigInt(100 + index), dueAt: later(index) }),
      ),
    );
    await leave(...rows);
    const timer = courier(w, { timeoutMs: 1_000 });
    const told = new Promise<void>((resolve) =>
      shop.events.on('received', (count) => count === 40 && resolve()),
    );
    w.clock.advance(minute);
    while ((await timer.run(w.clock.now())) > 0);
    await told;
    const unheard = silent.reduce((sum, { received }) => sum + received.length, 0);
    // All connections for once, and afterwards one for each of them.
    expect(unheard).toBeLessThan(60);
  });
});

test('attempts are never changed or removed', async () => {
  const shop = await merchant(() => ({}));
  const w = world();
  await leave(notification(shop.url));
  await moveClock(w, courier(w), start);
  await expect(
    shared.owner.pool.query('UPDATE notifications.attempt SET acknowledged = false'),
  ).rejects.toThrow('append-only');
  await expect(shared.owner.pool.query('DELETE FROM notifications.attempt')).rejects.toThrow('append-only');
});

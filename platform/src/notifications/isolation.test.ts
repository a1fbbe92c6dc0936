// core 8: one notification whose outcome cannot be recorded stops no other one.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createIsolation, readQuarantine, releaseItem } from '../database/index.ts';
import { type OutboundAnswer, StillClock } from '../system/index.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { createCourier } from './courier.ts';
import type { DeliverParts } from './deliver.ts';
import { createNotifications, type NewNotification, notificationRows } from './index.ts';

const start = new Date('2014-11-11T02:00:00Z');
let world: TestDatabase;
beforeAll(async () => {
  world = await testDatabase();
});
afterAll(() => world.drop());

test('core 8: an outcome that cannot be recorded waits for an operator, and the others’ are recorded', async () => {
  const { database } = world;
  const clock = new StillClock(start);
  const outbound = {
    post: async (): Promise<OutboundAnswer> => ({
      ...{ kind: 'answered', status: 200, latencyMs: 1, head: Buffer.from('success') },
    }),
    getText: () => Promise.reject(new Error('nothing is fetched here')),
    get: () => Promise.reject(new Error('nothing is fetched here')),
    close: () => undefined,
  };
  const parts: DeliverParts = {
    ...{
      database,
      clock,
      outbound,
      isolation: createIsolation({ database, clock }),
      onError: () => undefined,
    },
    channel: {
      compose: async () => Buffer.from('paid'),
      headers: async () => ({}),
      isAcknowledged: () => true,
    },
  };
  const made = createCourier(parts);
  const rows: NewNotification[] = [1n, 2n, 3n].map((id) => ({
    ...{ id, merchantId: 7n, payerId: 42n, kind: 'payment', subjectId: id, paymentId: id, sequence: 2 },
    ...{ url: 'http://shop.example/notify', dueAt: start, createdAt: start },
  }));
  const bad = rows[1]!.id;
  await world.owner.pool.query(`CREATE FUNCTION refuse_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'this attempt cannot be written'; END $$`);
  await world.owner.pool.query(`CREATE TRIGGER refuse BEFORE INSERT ON notifications.attempt FOR EACH ROW
    WHEN (NEW.notification_id = ${bad}) EXECUTE FUNCTION refuse_attempt()`);
  await database.transaction((tx) => tx.copy([notificationRows(rows)]));
  await made.run(clock.now());
  await made.nextDueAt();
  const listed = await createNotifications(parts).list(null);
  const statuses = new Map(listed.map(({ notification: { id, status } }) => [id, status]));
  expect(rows.map(({ id }) => statuses.get(id))).toEqual(['acknowledged', 'due', 'acknowledged']);
  expect(await readQuarantine(database, 10)).toMatchObject([
    { timer: 'notification delivery', item: bad.toString(), reason: 'this attempt cannot be written' },
  ]);
  await world.owner.pool.query('DROP FUNCTION refuse_attempt CASCADE');
  await world.owner.pool.query('UPDATE notifications.notification SET leased_until = NULL WHERE id = $1', [
    bad,
  ]);
  expect(await made.run(clock.now())).toBe(0);
  await releaseItem(database, { timer: 'notification delivery', item: bad.toString() });
  expect(await made.run(clock.now())).toBe(1);
  await made.nextDueAt();
  expect((await createNotifications(parts).list(rows[1]!.paymentId))[0]!.notification.status).toBe(
    'acknowledged',
  );
});

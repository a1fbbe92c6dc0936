// core 8: the quarantine list: what goes on it, what does not, and how long it gets.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Rejection } from '../rejection.ts';
import { StillClock } from '../system/index.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { createIsolation, type Isolation, openDatabase, readQuarantine, releaseItem } from './index.ts';

let test: TestDatabase;
let isolation: Isolation;
const clock = new StillClock(new Date('2014-11-11T02:00:00Z'));
beforeAll(async () => {
  test = await testDatabase();
  isolation = createIsolation({ database: test.database, clock });
});
afterAll(() => test.drop());
afterEach(() => test.database.pool.query('DELETE FROM system.quarantine'));

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const key = (number: number) => number.toString();
const failing =
  (error: unknown, ...which: number[]) =>
  async (number: number) => {
    if (which.includes(number)) throw error;
  };

it('core 8: an item that fails is held with its reason, and every other one is worked on', async () => {
  const bad = new Error('a time zone\nthat does not exist');
  for (const parallel of [1, 3]) {
    const done = await isolation.each('a timer', numbers(7), { key, work: failing(bad, 2, 5), parallel });
    expect(done).toBe(5);
  }
  expect((await isolation.held('a timer')).sort()).toEqual(['2', '5']);
  expect(await isolation.held('another timer')).toEqual([]);
  expect(await readQuarantine(test.database, 1)).toMatchObject([
    { timer: 'a timer', item: '2', reason: 'a time zone that does not exist', failures: 2 },
  ]);
  expect(await releaseItem(test.database, { timer: 'a timer', item: '2' })).toBe(true);
  expect(await releaseItem(test.database, { timer: 'a timer', item: '2' })).toBe(false);
  expect(await isolation.held('a timer')).toEqual(['5']);
});

it('core 8: what may pass by itself is held at the fifth failure in a row', async () => {
  for (const error of [new Rejection('unavailable'), Object.assign(new Error('x'), { code: '40P01' })]) {
    const work = failing(error, 1);
    for (let time = 1; time < 5; time++) await isolation.each('a timer', [1], { key, work });
    expect(await isolation.held('a timer')).toEqual([]);
    // It worked: the count begins anew.
    await isolation.each('a timer', [1], { key, work: async () => undefined });
    for (let time = 1; time < 5; time++) await isolation.each('a timer', [1], { key, work });
    expect(await isolation.held('a timer')).toEqual([]);
    await isolation.each('a timer', [1], { key, work });
    expect(await isolation.held('a timer')).toEqual(['1']);
    await releaseItem(test.database, { timer: 'a timer', item: '1' });
  }
});

it('core 8: a database that is away is no item’s fault', async () => {
  const own = openDatabase({ url: test.url, maxConnections: 1 });
  const there = createIsolation({ database: own, clock });
  const work = async () => {
    await own.close();
    await own.pool.query('SELECT 1');
  };
  await expect(there.each('a timer', [1, 2], { key, work })).rejects.toThrow();
  expect(await readQuarantine(test.database, 10)).toEqual([]);
});

it('core 8: the list is bounded: when everything fails, the timer does', async () => {
  const work = failing(new Error('all of them'), ...numbers(1_200));
  await expect(isolation.each('a timer', numbers(1_200), { key, work })).rejects.toThrow('1000 items');
  expect(await readQuarantine(test.database, 2_000)).toHaveLength(1_000);
  // Other timers go on.
  expect(await isolation.each('another timer', [1, 2], { key, work: failing(new Error('x'), 1) })).toBe(1);
});

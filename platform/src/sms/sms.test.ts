// The room for short messages on a real database: one goes while it is of use, again until the service has it, and a service
// that hangs, lies or is away locks nobody out.
import type { MessageAnswer, ShortMessage } from '@tongbao/connector-interface';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createIsolation, createTally } from '../database/index.ts';
import { Ids, StillClock } from '../system/index.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { testKeys } from '../testing/keys.ts';
import { type Country, createSms } from './index.ts';

const begins = new Date('2026-01-05T08:00:00Z');
const phone = '+8613800138000';
const accepted: MessageAnswer = { outcome: 'accepted', answer: '200' };
const later: MessageAnswer = { outcome: 'later', answer: '429' };
let world: TestDatabase;
let block = 1n;
beforeAll(async () => {
  world = await testDatabase();
});
afterAll(() => world.drop());
beforeEach(async () => {
  await world.owner.pool.query('DELETE FROM sms.message; DELETE FROM system.tally');
});

function room(
  answer: (message: ShortMessage) => Promise<MessageAnswer> | MessageAnswer,
  { clock = new StillClock(begins), countries = [] }: { clock?: StillClock; countries?: Country[] } = {},
) {
  const { database } = world;
  const sent: ShortMessage[] = [];
  const said: object[] = [];
  const tally = createTally({ database, clock, keys: testKeys });
  let queued = 0;
  const sms = createSms({
    ...{ database, clock, keys: testKeys, ids: new Ids(() => Promise.resolve(block++)), countries, tally },
    isolation: createIsolation({ database, clock }),
    service: {
      async send(each) {
        sent.push(each);
        return answer(each);
      },
    },
    onQueued: () => void queued++,
    onNotSent: (of) => void said.push(of),
  });
  const [delivery, housekeeping] = sms.timers as [(typeof sms.timers)[0], (typeof sms.timers)[0]];
  const run = () => delivery.run(clock.now());
  return { sms, clock, sent, said, tally, delivery, housekeeping, run, queued: () => queued };
}
const rows = async () => (await world.owner.pool.query('SELECT * FROM sms.message ORDER BY id')).rows;

test('a message goes once, and number and words are in no row, before and after', async () => {
  const { sms, run, sent, delivery, queued } = room(taken);
  await sms.send(phone, 'Tongbao: 123456');
  expect(queued()).toBe(1);
  const { rows: texts } = await world.owner.pool.query(
    'SELECT row_to_json(m)::text AS text FROM sms.message m',
  );
  expect(texts[0].text).not.toMatch(/138001|123456|Tongbao/);
  expect(await run()).toBe(1);
  expect(await run()).toBe(0);
  expect(sent).toEqual([{ reference: expect.stringMatching(/^c\d+$/), to: phone, text: 'Tongbao: 123456' }]);
  expect(await rows()).toMatchObject([{ state: 'sent', content: null, answer: '200', attempts: 1 }]);
  expect(await delivery.nextDueAt()).toBeNull();
});
const taken = (): MessageAnswer => accepted;

test('later and unknown are tried again under one reference while the code is good, and then not any more', async () => {
  let count = 0;
  const { sms, clock, delivery, run, sent, said } = room(() => {
    if (++count === 1) throw new Error(`${phone} is unknown`);
    return later;
  });
  await sms.send(phone, 'Tongbao: 123456');
  for (let due = await delivery.nextDueAt(); due !== null; due = await delivery.nextDueAt()) {
    clock.advance(due.getTime() - clock.now().getTime());
    await run();
  }
  expect(sent).toHaveLength(7);
  expect(new Set(sent.map(({ reference }) => reference)).size).toBe(1);
  expect(clock.now().getTime() - begins.getTime()).toBeLessThan(300_000);
  expect(await rows()).toMatchObject([{ state: 'expired', content: null, answer: '429' }]);
  expect(said.at(-1)).toMatchObject({ attempt: 7, answer: '429', over: true });
  expect(said[0]).toMatchObject({ answer: 'unknown', over: false });
  expect(JSON.stringify(said)).not.toContain('138001');
});

test('what never left was not asked for: its quotas are opened anew; what left stays counted', async () => {
  for (const [answer, isFree] of [
    [{ outcome: 'refused', answer: '422' } as const, true],
    [accepted, false],
  ] as const) {
    const quota = { name: 'code by caller', subject: answer.outcome, most: 1, windowMs: 86_400_000 };
    const { sms, run, tally } = room(() => answer);
    expect(await tally.take([quota])).toBeNull();
    await sms.send(phone, 'Tongbao: 123456', [quota]);
    await run();
    expect((await tally.take([quota])) === null).toBe(isFree);
  }
});

test('a process that was away does not send what nobody can use any more', async () => {
  const { sms, clock, run, sent } = room(taken);
  await sms.send(phone, 'Tongbao: 123456');
  clock.advance(5 * 60_000);
  await run();
  expect(sent).toEqual([]);
  expect(await rows()).toMatchObject([{ state: 'expired', answer: 'too late' }]);
});

test('a service that hangs holds up nobody who asks, and two processes send one message once', async () => {
  let go: () => void = () => undefined;
  const first = room(
    () =>
      new Promise((resolve) => {
        go = () => resolve(accepted);
      }),
  );
  const second = room(taken, { clock: first.clock });
  await first.sms.send(phone, 'one');
  const working = first.run();
  while (first.sent.length === 0) await new Promise(setImmediate);
  await first.sms.send(phone, 'two');
  expect(await second.run()).toBe(1);
  expect(second.sent.map(({ text }) => text)).toEqual(['two']);
  go();
  await working;
  expect((await rows()).map(({ state }) => state)).toEqual(['sent', 'sent']);
});

test('messages go to the countries that are named, so many a day', async () => {
  const countries = [
    { prefix: '+86', mostADay: 2 },
    { prefix: '+852', mostADay: null },
  ];
  const { sms, clock } = room(taken, { countries });
  expect(['+8613800138000', '+85212345678', '+12025550100'].map(sms.goesTo)).toEqual([true, true, false]);
  await expect(sms.send('+12025550100', 'x')).rejects.toMatchObject({ code: 'phone-not-supported' });
  for (const text of ['one', 'two']) await sms.send(phone, text);
  await expect(sms.send(phone, 'three')).rejects.toMatchObject({ code: 'code-too-many' });
  await sms.send('+85212345678', 'there');
  clock.advance(86_400_000);
  await sms.send(phone, 'tomorrow');
  expect(await rows()).toHaveLength(4);
  expect(room(taken).sms.goesTo('+12025550100')).toBe(true);
});

test('what became of messages is kept for a week, without what they said', async () => {
  const { sms, clock, run, housekeeping } = room(taken);
  await sms.send(phone, 'one');
  await run();
  const week = 7 * 86_400_000;
  expect(await housekeeping.nextDueAt()).toEqual(new Date(begins.getTime() + week));
  clock.advance(week - 1);
  expect(await housekeeping.run(clock.now())).toBe(0);
  clock.advance(1);
  expect(await housekeeping.run(clock.now())).toBe(1);
  expect(await rows()).toEqual([]);
});

test('without a service it is said, and nothing is kept', async () => {
  const { database } = world;
  const clock = new StillClock(begins);
  const none = createSms({
    ...{ database, clock, keys: testKeys, ids: new Ids(() => Promise.resolve(block++)), countries: [] },
    ...{
      isolation: createIsolation({ database, clock }),
      tally: createTally({ database, clock, keys: testKeys }),
    },
    ...{ service: null, onQueued: () => undefined, onNotSent: () => undefined },
  });
  await expect(none.send(phone, 'x')).rejects.toMatchObject({ code: 'unavailable' });
  expect(await rows()).toEqual([]);
});

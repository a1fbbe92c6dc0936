// The mail room on a real database: a letter goes with its transaction or not at all, once for its reference, again until the
// mail service has it, and what it said is gone afterwards.
import type { Mail, MessageAnswer } from '@tongbao/connector-interface';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createIsolation, readQuarantine, releaseItem } from '../database/index.ts';
import { Ids, StillClock } from '../system/index.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { testKeys } from '../testing/keys.ts';
import { createMail } from './index.ts';

const begins = new Date('2026-01-05T08:00:00Z');
const hourMs = 3_600_000;
const letter = {
  to: 'jane@shop.example',
  subject: 'Your access',
  text: 'Open this link:\n\nhttps://pay.example/console#/join/secret-token',
};
let world: TestDatabase;
let block = 1n;
beforeAll(async () => {
  world = await testDatabase();
});
afterAll(() => world.drop());
beforeEach(async () => {
  await world.owner.pool.query('DELETE FROM mail.message; DELETE FROM system.quarantine');
});

/** A mail room whose service answers as it is told to; without words of its own it throws. */
function room(
  answer: (mail: Mail) => Promise<MessageAnswer> | MessageAnswer,
  clock = new StillClock(begins),
) {
  const sent: Mail[] = [];
  const said: object[] = [];
  const { database } = world;
  const mail = createMail({
    ...{ database, clock, keys: testKeys, ids: new Ids(() => Promise.resolve(block++)) },
    isolation: createIsolation({ database, clock }),
    service: {
      async send(each) {
        sent.push(each);
        return answer(each);
      },
    },
    onNotSent: (of) => void said.push(of),
    onExpired: (ids) => void said.push(ids),
  });
  const [delivery, housekeeping] = mail.timers as [(typeof mail.timers)[0], (typeof mail.timers)[0]];
  const queue = (reference: string) => database.transaction((tx) => mail.queue(tx, { ...letter, reference }));
  return { mail, clock, sent, said, delivery, housekeeping, queue, run: () => delivery.run(clock.now()) };
}
const accepted = (): MessageAnswer => ({ outcome: 'accepted', answer: '250 2.0.0' });
const rows = async () => (await world.owner.pool.query('SELECT * FROM mail.message ORDER BY id')).rows;

test('a letter goes with its transaction, once, and what it said is gone afterwards', async () => {
  const { queue, run, sent, delivery, mail } = room(accepted);
  expect(await queue('a')).toBe(true);
  await expect(
    world.database.transaction(async (tx) => {
      await mail.queue(tx, { ...letter, reference: 'b' });
      throw new Error('the act failed');
    }),
  ).rejects.toThrow('the act failed');
  expect(await delivery.nextDueAt()).toEqual(begins);
  expect(await run()).toBe(1);
  expect(sent).toMatchObject([{ to: letter.to, subject: letter.subject, text: letter.text, at: begins }]);
  expect(sent[0]!.html).toContain('href="https://pay.example/console#/join/secret-token"');
  expect(await run()).toBe(0);
  expect(await delivery.nextDueAt()).toBeNull();
  expect(await rows()).toMatchObject([
    { reference: 'a', state: 'sent', content: null, answer: '250 2.0.0', ended_at: begins, attempts: 1 },
  ]);
});

test('the same reference again is the same mail, while it waits and when it is sent', async () => {
  const { queue, run, sent } = room(accepted);
  await queue('a');
  await queue('a');
  await run();
  await queue('a');
  await run();
  expect(sent).toHaveLength(1);
  expect(await rows()).toHaveLength(1);
});

test('while it waits, the database has neither address nor link in clear', async () => {
  const { queue } = room(accepted);
  await queue('a');
  const { rows: texts } = await world.owner.pool.query(
    'SELECT row_to_json(m)::text AS text FROM mail.message m',
  );
  expect(texts[0].text).not.toMatch(/jane|shop\.example|secret-token|access/);
});

test('unknown and later are tried again on the timetable, under one reference; then an operator decides', async () => {
  let wanted: MessageAnswer | null = null;
  const { queue, run, sent, said, clock, delivery } = room(() => {
    if (wanted === null) throw new Error('550 jane@shop.example');
    return wanted;
  });
  await queue('a');
  for (let attempt = 1; attempt <= 9; attempt++) {
    clock.advance((await delivery.nextDueAt())!.getTime() - clock.now().getTime());
    await run();
    wanted = { outcome: 'later', answer: '421' };
  }
  expect(sent).toHaveLength(9);
  expect(new Set(sent.map((each) => JSON.stringify(each))).size).toBe(1);
  expect(clock.now().getTime() - begins.getTime()).toBe(
    (1 + 5 + 15) * 60_000 + (1 + 3 + 6 + 12 + 24) * hourMs,
  );
  expect(said.map((of) => (of as { answer: string }).answer)).toEqual(['unknown', ...Array(8).fill('421')]);
  expect(JSON.stringify(said)).not.toContain('jane');
  expect(await delivery.nextDueAt()).toBeNull();
  const [held] = await readQuarantine(world.database, 10);
  expect(held).toMatchObject({ timer: 'mail delivery' });
  expect(held!.reason).toMatch(/^not sent in 9 attempts \(the last: 421\)/);

  wanted = accepted();
  await releaseItem(world.database, held!);
  clock.advance((await delivery.nextDueAt())!.getTime() - clock.now().getTime());
  await run();
  expect(await rows()).toMatchObject([{ state: 'sent', content: null }]);
});

test('a refusal waits for an operator at once, and stops no other mail', async () => {
  const { queue, run, sent } = room(() =>
    sent.length === 1 ? { outcome: 'refused', answer: '550 5.1.1' } : accepted(),
  );
  await queue('a');
  await queue('b');
  await run();
  expect((await rows()).map(({ state }) => state).sort()).toEqual(['queued', 'sent']);
  expect(await readQuarantine(world.database, 10)).toMatchObject([
    {
      timer: 'mail delivery',
      reason: expect.stringMatching(/^the mail server refuses this mail \(550 5\.1\.1\)/),
    },
  ]);
});

test('two processes send one mail once; one that died while it sent leaves it due again', async () => {
  let go: () => void = () => undefined;
  const first = room(
    () =>
      new Promise((resolve) => {
        go = () => resolve(accepted());
      }),
  );
  const second = room(accepted, first.clock);
  await first.queue('a');
  const working = first.run();
  while (first.sent.length === 0) await new Promise(setImmediate);
  expect(await second.run()).toBe(0);
  expect(second.sent).toHaveLength(0);
  // The first one has not recorded anything: for the others it is as if it had died.
  first.clock.advance(60_000);
  expect(await second.run()).toBe(1);
  expect(second.sent[0]!.reference).toBe(first.sent[0]!.reference);
  go();
  await working;
  expect(await rows()).toMatchObject([{ state: 'sent', attempts: 2 }]);
});

test('what has not gone in a fortnight is given up, and what it said is removed', async () => {
  const { queue, run, said, clock, housekeeping } = room(() => ({ outcome: 'refused', answer: '550' }));
  await queue('a');
  await run();
  expect(await housekeeping.nextDueAt()).toEqual(new Date(begins.getTime() + 14 * 24 * hourMs));
  expect(await housekeeping.run(new Date(begins.getTime() + 14 * 24 * hourMs - 1))).toBe(0);
  clock.advance(14 * 24 * hourMs);
  expect(await housekeeping.run(clock.now())).toBe(1);
  expect(await rows()).toMatchObject([{ state: 'expired', content: null, ended_at: clock.now() }]);
  expect(said.at(-1)).toEqual([expect.any(BigInt)]);
  expect(await housekeeping.nextDueAt()).toBeNull();
});

test('the network’s own words go as any letter does', async () => {
  const { mail, run, sent } = room(accepted);
  const occasion = {
    kind: 'reset',
    name: '陈梅',
    link: 'https://pay.example/console#/join/x',
    days: 7,
  } as const;
  await world.database.transaction((tx) =>
    mail.write(tx, occasion, { to: letter.to, language: 'zh-CN', reference: 'reset/1' }),
  );
  await run();
  expect(sent).toMatchObject([{ subject: '请重新设置第二重验证', text: expect.stringContaining('陈梅') }]);
});

test('where no mail leaves, nothing is queued and the caller hears it; a letter that cannot be sent is a mistake', async () => {
  const { database } = world;
  const clock = new StillClock(begins);
  const none = createMail({
    ...{ database, clock, keys: testKeys, ids: new Ids(() => Promise.resolve(block++)) },
    ...{ isolation: createIsolation({ database, clock }), service: null },
    ...{ onNotSent: () => undefined, onExpired: () => undefined },
  });
  expect(none.isConnected).toBe(false);
  expect(await database.transaction((tx) => none.queue(tx, { ...letter, reference: 'a' }))).toBe(false);
  expect(await rows()).toEqual([]);
  const { mail } = room(accepted);
  expect(mail.isConnected).toBe(true);
  await expect(
    database.transaction((tx) => mail.queue(tx, { ...letter, to: 'jane', reference: 'a' })),
  ).rejects.toThrow('a mail (a) cannot be queued: the recipient is no mail address');
});

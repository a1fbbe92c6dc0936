// The connector for feeds of rates passes the kit, from a URL; broken copies turn each row red; and a file is read as well.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { play, rateRows } from '@tongbao/connector-conformance';
import type { PublishedRates } from '@tongbao/connector-interface';
import { createRateFeed, parseRates } from '@tongbao/connector-rates';
import { expect, test } from 'vitest';
import { type FeedChange, feedDriver } from './rates-driver.ts';

test.each(rateRows.map((row) => [row.name, row.title, row] as const))('%s: %s', async (name, _title, row) => {
  const driver = await feedDriver();
  const result = await play(row, driver);
  await driver.close();
  expect(result).toMatchObject({ name, ok: true });
});

/** What a copy tells where the connector throws. */
const instead =
  (tell: (location: string) => Promise<readonly PublishedRates[]>): FeedChange =>
  (feed, location) => ({ latest: () => feed.latest().catch(() => tell(location)) });
const none: FeedChange = instead(async () => []);
/** Reads as far as it can. */
const lenient: FeedChange = instead(async (location) => {
  const text = await (await fetch(location)).text();
  const days = [...text.matchAll(/(?:time='|^|"date":")(\d{4}-\d\d-\d\d)/gm)];
  return days.map(([, date]) => ({ date: date!, pivot: 'EUR', perPivot: new Map() }));
});
const once: FeedChange = (feed) => {
  let first: Promise<readonly PublishedRates[]> | null = null;
  return {
    latest() {
      first ??= feed.latest();
      return first;
    },
  };
};
const anyStatus: FeedChange = instead(async (location) =>
  parseRates((await (await fetch(location)).text()).trim()),
);

const copies: readonly [string, string, FeedChange][] = [
  [
    'whole',
    'tells the oldest first',
    (feed) => ({ latest: async () => [...(await feed.latest())].reverse() }),
  ],
  ['changed', 'fetches once and never again', once],
  ['down', 'has no rates and says so without a word', none],
  ['hang', 'gives up without a word', none],
  ['cut', 'reads as far as it can', lenient],
  ['page', 'takes a page for a day without rates', none],
  ['huge', 'has no bound', anyStatus],
  ['error', 'reads whatever the status is', anyStatus],
  ['claims', 'takes unchanged for nothing', none],
];

test.each(copies)('the row %s sees a copy that %s', async (name, _what, change) => {
  const row = rateRows.find((each) => each.name === name)!;
  const driver = await feedDriver(change);
  const result = await play(row, driver);
  await driver.close();
  expect(result).toMatchObject({ name, ok: false, why: row.why, remedy: row.remedy });
});

test('there is a broken copy for every row', () => {
  expect(copies.map(([name]) => name)).toEqual(rateRows.map(({ name }) => name));
});

test('a file is read anew each time, without the network', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'rates-'));
  const location = path.join(folder, 'rates.json');
  const feed = createRateFeed({ location, get: () => Promise.reject(new Error('no network')) });
  await expect(feed.latest()).rejects.toThrow('ENOENT');
  for (const rate of ['7.7', '7.8']) {
    await writeFile(location, JSON.stringify({ date: '2026-11-30', base: 'EUR', rates: { CNY: rate } }));
    expect((await feed.latest())[0]!.perPivot.get('CNY')).toBe(rate);
  }
  await rm(folder, { recursive: true });
});

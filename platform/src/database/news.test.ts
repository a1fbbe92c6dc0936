// core 9: what one process changes the others know within a second, also after they have lost their connection.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createMerchants, type Merchants } from '../merchants/index.ts';
import { sandboxMerchants } from '../sandbox/merchants.ts';
import { generateRsaKeys, Ids, StillClock } from '../system/index.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { testKeys } from '../testing/keys.ts';
import { openSettlementWorld } from '../testing/settlement-world.ts';
import { createNews, type News, takeIdBlock, tell } from './index.ts';

let test: TestDatabase;
const open: News[] = [];
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());
afterEach(async () => {
  await Promise.all(open.splice(0).map((news) => news.stop()));
});

async function listening(): Promise<News> {
  const news = createNews({ pool: test.database.pool });
  open.push(news);
  await news.start();
  return news;
}

/** A process's merchants room. The clock stands still: nothing is read anew because it is old. */
async function process(): Promise<Merchants> {
  const { database } = test;
  const clock = new StillClock(new Date('2014-11-11T02:00:00Z'));
  const ids = new Ids(() => takeIdBlock(database));
  return createMerchants({ database, clock, ids, keys: testKeys, news: await listening() });
}

it('core 9: a rotated key, a suspension and a new merchant are known to the other process at once', async () => {
  const [here, there] = [await process(), await process()];
  const [first, second] = [await generateRsaKeys(), await generateRsaKeys()];
  const model = sandboxMerchants[0]!;
  expect(await there.findByClientId(model.clientId)).toBeNull();
  const { merchant } = await here.signUp({ ...model, publicKey: first.publicKey, classicMd5Key: 'test' });
  const seen = async () => (await there.findByClientId(model.clientId))!;
  await expect.poll(seen).not.toBeNull();
  expect((await seen()).keys).toHaveLength(1);
  expect((await there.get(merchant.id)).merchant.status).toBe('active');

  await here.rotateKey(merchant.id, second.publicKey, 0);
  await expect.poll(async () => (await seen()).keys.length).toBe(2);
  await here.setStatus(merchant.id, 'suspended');
  await expect.poll(async () => (await seen()).merchant.status).toBe('suspended');
  await expect.poll(async () => (await there.get(merchant.id)).merchant.status).toBe('suspended');
});

it('core 9: what was not committed is not told; each topic has its own listeners', async () => {
  const news = await listening();
  const heard: string[] = [];
  news.on('merchants', () => heard.push('merchants'));
  news.on('rates', () => heard.push('rates'));
  const refused = test.database.transaction(async (tx) => {
    await tell(tx, 'merchants');
    throw new Error('refused');
  });
  await expect(refused).rejects.toThrow('refused');
  await test.database.transaction((tx) => tell(tx, 'rates'));
  await expect.poll(() => heard).toEqual(['rates']);
});

it('core 9: a process whose connection broke listens again, and takes everything for changed', async () => {
  const news = await listening();
  const heard: string[] = [];
  news.on('merchants', () => heard.push('merchants'));
  news.on('rates', () => heard.push('rates'));
  await test.database.pool.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tongbao news' AND datname = current_database()",
  );
  await expect.poll(() => [...new Set(heard)].sort()).toEqual(['merchants', 'rates']);
  heard.length = 0;
  await test.database.transaction((tx) => tell(tx, 'merchants'));
  await expect.poll(() => heard).toEqual(['merchants']);
});

it('core 9: two whole platforms over one database: a suspension at one is known to the other', async () => {
  const begins = '2014-11-11T02:00:00Z';
  const here = await openSettlementWorld(test.database, begins);
  const there = await openSettlementWorld(test.database, begins);
  const { merchant } = await here.shop('KR');
  const seen = () => there.platform.merchants.get(merchant.id);
  expect((await seen()).merchant.status).toBe('active');
  await here.platform.merchants.setStatus(merchant.id, 'suspended');
  await expect.poll(async () => (await seen()).merchant.status, { timeout: 1_000 }).toBe('suspended');
  await Promise.all([here.close(), there.close()]);
});

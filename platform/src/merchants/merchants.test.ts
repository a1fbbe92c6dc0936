// The merchants room on a real database: found by each of its names, keys that overlap, what may be switched off, and who is
// not there.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { takeIdBlock } from '../database/index.ts';
import { sandboxMerchants } from '../sandbox/merchants.ts';
import { generateRsaKeys, Ids, StillClock } from '../system/index.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { testKeys } from '../testing/keys.ts';
import { createMerchants, keyIsValid, type MerchantAccess, type Merchants } from './index.ts';

const day = 86_400_000;
let test: TestDatabase;
let clock: StillClock;
let merchants: Merchants;
let shop: MerchantAccess;
beforeAll(async () => {
  test = await testDatabase();
  clock = new StillClock(new Date('2014-11-11T02:00:00Z'));
  merchants = anotherProcess();
  const { publicKey } = await generateRsaKeys();
  shop = await merchants.signUp({ ...sandboxMerchants[0]!, publicKey, classicMd5Key: 'a shared secret' });
});
afterAll(() => test.drop());

/** With nothing remembered. */
function anotherProcess(): Merchants {
  const { database } = test;
  return createMerchants({ database, clock, ids: new Ids(() => takeIdBlock(database)), keys: testKeys });
}
const fresh = () => anotherProcess().get(shop.merchant.id);
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => null,
    ({ code }) => code as string,
  );

it('is found by its number, its client id and its partner number; who is not there is said', async () => {
  const { id, clientId, partner } = shop.merchant;
  for (const room of [merchants, anotherProcess()]) {
    for (const found of [
      await room.get(id),
      await room.findByClientId(clientId),
      await room.findByPartner(partner),
    ])
      expect(found?.merchant).toEqual(shop.merchant);
    expect(await room.findByClientId('NOBODY')).toBeNull();
    expect(await room.findByPartner('2088000000000000')).toBeNull();
    expect(await refusal(room.get(1n))).toBe('merchant-unknown');
    expect([...(await room.getAll([id, 1n])).keys()]).toEqual([id]);
  }
  expect((await merchants.list()).map(({ merchant }) => merchant.id)).toEqual([id]);
});

it('keeps its MD5 key sealed: it can be used, and read in no row', async () => {
  expect((await fresh()).merchant.classicMd5Key).toBe('a shared secret');
  const { rows } = await test.owner.pool.query(
    'SELECT row_to_json(m)::text AS text FROM merchants.merchant m',
  );
  expect(rows.map(({ text }) => text).join()).not.toContain('a shared secret');
});

it('a rotated key counts at once, the former one until its grace is over; what is no key is refused', async () => {
  const { publicKey } = await generateRsaKeys();
  expect(await merchants.rotateKey(shop.merchant.id, publicKey, day)).toBe(2);
  const validAt = async (ms: number) => {
    const at = new Date(clock.now().getTime() + ms);
    return (await fresh()).keys.filter((key) => keyIsValid(key, at)).map(({ version }) => version);
  };
  expect(await validAt(day - 1)).toEqual([1, 2]);
  expect(await validAt(day)).toEqual([2]);
  await expect(merchants.rotateKey(shop.merchant.id, 'no key', 0)).rejects.toThrow();
  expect((await fresh()).keys).toHaveLength(2);
});

it('security M5: MD5 is switched off and on; not everything can be, nor without a key that is valid', async () => {
  const { id } = shop.merchant;
  const set = (types: readonly ('MD5' | 'RSA' | 'RSA2')[], of = id) =>
    test.database.transaction((tx) => merchants.setClassicSignTypes(tx, of, types));
  await set(['RSA', 'RSA2', 'RSA']);
  expect([...(await fresh()).merchant.classicSignTypes].sort()).toEqual(['RSA', 'RSA2']);
  expect(await refusal(set([]))).toBe('sign-types-unusable');
  expect(await refusal(set(['RSA'], 1n))).toBe('merchant-unknown');
  await set(['MD5', 'RSA', 'RSA2']);
  await test.owner.pool.query(`UPDATE merchants.key SET status = 'retired', retires_at = $1`, [clock.now()]);
  expect(await refusal(set(['RSA']))).toBe('sign-types-unusable');
  expect((await fresh()).merchant.classicSignTypes).toContain('MD5');
});

it('a change that is not committed changes nothing', async () => {
  const changed = test.database.transaction(async (tx) => {
    await merchants.setNotificationTarget(tx, shop.merchant.id, 'path-and-query');
    throw new Error('after all not');
  });
  await expect(changed).rejects.toThrow('after all not');
  expect((await fresh()).merchant.notificationTarget).toBe('path');
});

it('security M6: a suspension is read from the books, not from memory, and ends', async () => {
  const { id } = shop.merchant;
  const suspended = async () => [...(await merchants.suspendedAmong(test.database, [id, 1n]))];
  expect(await suspended()).toEqual([]);
  await anotherProcess().setStatus(id, 'suspended');
  expect(await suspended()).toEqual([id]);
  expect((await fresh()).merchant.status).toBe('suspended');
  await merchants.setStatus(id, 'active');
  expect(await suspended()).toEqual([]);
  expect(await refusal(merchants.setStatus(1n, 'suspended'))).toBe('merchant-unknown');
});

it('counts its downloads, day by day', async () => {
  const of = (file: string, on: string) =>
    merchants.countDownload({ merchantId: shop.merchant.id, file, day: on });
  expect([await of('rates', '2014-11-11'), await of('rates', '2014-11-11')]).toEqual([1, 2]);
  expect([await of('rates', '2014-11-12'), await of('compare', '2014-11-11')]).toEqual([1, 1]);
  const many = await Promise.all(Array.from({ length: 20 }, () => of('many', '2014-11-11')));
  expect([...many].sort((left, right) => left - right)).toEqual(
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
});

// A payment code that is on somebody's screen while another cashier key comes into use.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNotifyIds } from '../http/gateway/index.ts';
import { completeKeys, Ids, keysOf, machineRandomness, nextKey, StillClock } from '../system/index.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { createPaymentCodes } from './index.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

it('is taken under the key that it was made with, by a process of either key; so are notify ids', async () => {
  const clock = new StillClock(new Date('2014-11-11T02:00:00Z'));
  const records = await completeKeys(machineRandomness);
  const keys = keysOf(records, clock);
  let block = 1n;
  const codes = createPaymentCodes({
    ...{ database: test.database, clock, randomness: machineRandomness, secrets: keys.cashier },
    ids: new Ids(() => Promise.resolve(block++)),
  });
  const notifyIds = createNotifyIds(keys.cashier);
  const before = [await codes.issue({ customerId: 1n, cardId: null }), notifyIds.of(4097n)] as const;
  const next = await nextKey(machineRandomness, records, { purpose: 'cashier', from: clock.now() });
  keys.renew([...records, next]);
  const after = [await codes.issue({ customerId: 1n, cardId: null }), notifyIds.of(4097n)] as const;
  expect(after[1]).not.toBe(before[1]);
  for (const [{ code, issued }, notifyId] of [before, after]) {
    expect((await codes.take({ code, merchantId: 7n, requestId: code })).id).toBe(issued.id);
    expect(notifyIds.read(notifyId)).toBe(4097n);
  }
  // Forgotten: what it made counts no more.
  keys.renew([...records.filter(({ purpose }) => purpose !== 'cashier'), next]);
  expect(notifyIds.read(before[1])).toBeNull();
  const nobodys = codes.take({ code: before[0].code, merchantId: 7n, requestId: before[0].code });
  await expect(nobodys).rejects.toMatchObject({ code: 'code-wrong' });
});

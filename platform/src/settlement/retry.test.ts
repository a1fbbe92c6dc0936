// A payout that the bank rejected leaves once more when somebody says so: exactly once, and never to an account that the bank has
// just called wrong.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { audit } from '../audit/index.ts';
import { quarantine } from '../database/index.ts';
import type { MerchantAccess } from '../merchants/index.ts';
import { payoutsInHand, retryPayout } from '../operators/index.ts';
import { settlementWorld } from '../testing/settlement-world.ts';
import { type RetryFacts, retryFault } from './retry.ts';

const rejected: RetryFacts = {
  ...{ status: 'REJECTED', isDue: false, isHeld: false, refusal: 'AM04' },
  ...{ formerAccount: 'A 1 B', account: 'A 1 B' },
};

test.each<[Partial<RetryFacts>, RegExp | null]>([
  [{}, null],
  [{ refusal: null }, null],
  [{ refusal: 'AC04' }, /AC04 of this very account/],
  [{ refusal: 'BE01' }, /this very account/],
  [{ refusal: 'RC01' }, /this very account/],
  [{ refusal: 'AC04', account: 'A 2 B' }, null],
  [{ account: '' }, /no bank account/],
  [{ account: '', isHeld: true }, /no bank account/],
  [{ isDue: true }, /leaves by itself/],
  [{ status: 'CLOSED', isDue: true }, /leaves by itself/],
  [{ status: 'CLOSED', isDue: true, isHeld: true }, null],
  [{ status: 'CLOSED' }, /waits for nobody/],
  [{ status: 'IN_TRANSIT' }, /nothing is sent twice/],
  [{ status: 'PAID' }, /paid/],
  [{ status: 'OPEN' }, /still open/],
])('%o', (change, fault) => {
  const found = retryFault({ ...rejected, ...change });
  if (fault === null) expect(found).toBeNull();
  else expect(found).toMatch(fault);
});

let world: Awaited<ReturnType<typeof settlementWorld>>;
let shop: MerchantAccess;
const hour = 3_600_000;

describe('over a bank', () => {
  beforeEach(async () => {
    world = await settlementWorld('2014-11-11T02:00:00Z');
    shop = await world.shop('KR');
    await world.platform.settlement.changeTerms(shop.merchant.id, {
      ...{ accountName: 'Hanbit', accountNumber: 'KR123456', bankBic: 'TBSMKRKR' },
    });
  });
  afterEach(() => world.close());

  const inHand = (onlyOpen: boolean) =>
    payoutsInHand(world.platform, { before: 2n ** 63n - 1n, limit: 10, onlyOpen });
  async function member(username: string) {
    await world.platform.staff.add({
      ...{ username, name: username, role: 'maker', merchantId: null, password: 'correct horse battery' },
    });
    return world.platform.staff.confirm({ username, password: 'correct horse battery' });
  }

  test('two operators at once: one lets it go, the other is told; the bank hears of it once more', async () => {
    await world.bank.setPayee({ account: 'KR123456', behaviour: 'reject', reason: 'AM04', delayMs: 0n });
    await world.pay(shop, 59_000n);
    await world.mover.advance(28 * hour);
    const [waiting] = await inHand(true);
    expect(waiting).toMatchObject({
      ...{ status: 'REJECTED', refusal: 'AM04', attempts: 1, payAt: null, account: '3456' },
      clientId: shop.merchant.clientId,
    });
    await world.bank.setPayee({ account: 'KR123456', behaviour: 'execute', reason: 'AM04', delayMs: 0n });
    const people = [await member('mei'), await member('bo')];
    const asked = { batchId: waiting!.id, reason: 'the bank says it was its fault' };
    const outcomes = await Promise.allSettled(
      people.map((person) => retryPayout(world.platform, person, asked)),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'act-refused', message: expect.stringContaining('somebody has let it go already') },
    });
    const acts = await world.platform.staff.acts({ before: 2n ** 63n - 1n, limit: 10 });
    expect(acts.filter(({ act }) => act === 'payout.retry')).toHaveLength(1);
    await world.mover.advance(3 * hour);
    expect(await inHand(true)).toEqual([]);
    expect(await inHand(false)).toMatchObject([{ status: 'PAID', attempts: 2 }]);
    await expect(retryPayout(world.platform, people[0]!, asked)).rejects.toMatchObject({
      code: 'act-refused',
    });
    await expect(retryPayout(world.platform, people[0]!, { ...asked, batchId: 7n })).rejects.toMatchObject({
      code: 'act-unknown',
    });
    const report = await audit(world.platform.audit);
    expect(report.proofs.filter((proof) => !proof.ok)).toEqual([]);
  });

  test('one that a timer could not work on is released by the same act', async () => {
    await world.pay(shop, 59_000n);
    await world.mover.advance(15 * hour);
    const [closed] = await inHand(true);
    expect(closed).toMatchObject({ status: 'CLOSED' });
    const held = { timer: 'settlement payouts', item: closed!.id.toString(), reason: 'broken' };
    const { database, clock } = world.platform;
    await database.transaction((tx) => quarantine(tx, { ...held, at: clock.now() }));
    await world.mover.advance(24 * hour);
    expect(await inHand(true)).toMatchObject([{ status: 'CLOSED' }]);
    await retryPayout(world.platform, await member('mei'), { batchId: closed!.id, reason: 'mended' });
    await world.mover.advance(24 * hour);
    expect(await inHand(false)).toMatchObject([{ status: 'PAID' }]);
  });
});

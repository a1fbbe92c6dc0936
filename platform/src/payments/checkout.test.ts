// An announced order: no payment before somebody comes, then one under the same id; what could never become one is refused.
import { money } from '@tongbao/money';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ShopperWorld, shopperWorld } from '../testing/shopper-world.ts';
import type { Checkout } from './index.ts';
import { putAwayTimer } from './put-away.ts';

let world: ShopperWorld;
let merchantId: bigint;
beforeEach(async () => {
  world = await shopperWorld(true);
  merchantId = (await world.order(1_000n)).merchantId;
});
afterEach(() => world.close());

const minute = 60_000;
const at = (ms: number) => new Date(world.clock.now().getTime() + ms);
const announce = (requestId: string, won = 59_000n, hash = 'h'): Promise<Checkout> =>
  world.payments.announce({
    beginsAt: 'sign-in',
    expiresAt: at(10 * minute),
    command: {
      ...{ merchantId, requestId, inputHash: Buffer.from(hash), amount: money('KRW', won) },
      ...{
        payerCurrency: 'CNY',
        settlementCurrency: null,
        expiresAt: at(10 * minute),
        lifetimeMs: 10 * minute,
      },
      order: {
        ...{ reference: null, description: 'coffee', merchantName: null, goods: [], redirectUrl: '' },
        ...{ notifyUrl: null, metadata: null, channel: 'gateway', channelData: {} },
      },
    },
  });

it('is no payment until somebody comes, and then one under its id, once', async () => {
  const checkout = await announce('one');
  const { payments } = world;
  expect(await payments.findById(checkout.id)).toBeNull();
  const preview = await payments.preview(checkout);
  expect(preview).toMatchObject({ id: checkout.id, status: 'created', expiresAt: checkout.expiresAt });
  expect(await payments.findById(checkout.id)).toBeNull();
  const begun = await Promise.all([payments.begin(checkout), payments.begin(checkout)]);
  expect(begun.map(({ id }) => id)).toEqual([checkout.id, checkout.id]);
  expect(begun[0]!.payerAmount).toEqual(preview.payerAmount);
  expect(await payments.findById(checkout.id)).toEqual(begun[0]);
});

it('announced again is the same, with other words it is refused, before and after it was begun', async () => {
  const checkout = await announce('one');
  expect((await announce('one')).id).toBe(checkout.id);
  await expect(announce('one', 60_000n, 'other')).rejects.toMatchObject({ code: 'request-reused' });
  await world.payments.begin(checkout);
  await expect(announce('one', 60_000n, 'other')).rejects.toMatchObject({ code: 'request-reused' });
});

it('that could never become a payment is refused while the shop listens, and leaves nothing', async () => {
  await expect(announce('small', 1n)).rejects.toMatchObject({ code: 'amount-out-of-limits' });
  expect((await announce('small', 59_000n)).command.amount).toEqual(money('KRW', 59_000n));
});

it('runs out at its instant, and begins anew when it is announced again', async () => {
  const checkout = await announce('one');
  world.clock.advance(10 * minute - 1);
  await world.payments.begin(checkout);
  const late = await announce('two');
  world.clock.advance(10 * minute);
  await expect(world.payments.begin(late)).rejects.toMatchObject({ code: 'payment-expired' });
  const again = await announce('two');
  expect([again.id, again.expiresAt]).toEqual([late.id, at(10 * minute)]);
});

it('that the shopper does not want ends', async () => {
  const checkout = await announce('one');
  await world.payments.abandon(checkout.id);
  const ended = (await world.payments.findCheckout(checkout.id))!;
  expect(ended.expiresAt.getTime()).toBeLessThanOrEqual(world.clock.now().getTime());
  await expect(world.payments.begin(ended)).rejects.toMatchObject({ code: 'payment-expired' });
});

it('core, payments.checkout: an order that nobody paid is removed 90 days after its end, one that became a payment keeps it', async () => {
  const { payments } = world;
  const [left, begun] = [await announce('left'), await announce('begun')];
  await payments.begin(begun);
  const day = 24 * 60 * minute;
  const end = left.expiresAt.getTime();
  const timer = putAwayTimer(world.test.database);
  expect(await timer.nextDueAt()).toEqual(new Date(end + 90 * day + 1));
  await timer.run(new Date(end + 90 * day));
  expect((await payments.findCheckout(left.id))?.id).toBe(left.id);
  expect(await timer.run(new Date(end + 90 * day + 1))).toBe(2);
  expect([await payments.findCheckout(left.id), await payments.findCheckout(begun.id)]).toEqual([null, null]);
  expect((await payments.findById(begun.id))?.requestId).toBe('begun');
  // A link of it leads nowhere, and the shop may announce the number anew.
  expect((await announce('left', 1_000n, 'another')).id).not.toBe(left.id);
});

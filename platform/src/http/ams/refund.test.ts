// A refund over the JSON gateway whose shop has no unsettled funds: refused with the protocol's code, or in progress until there
// are some, as the contract says.
import { toWire } from '@tongbao/money';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MerchantAccess } from '../../merchants/index.ts';
import type { Payment } from '../../payments/index.ts';
import { sandboxMerchants } from '../../sandbox/merchants.ts';
import { type SettlementWorld, settlementWorld } from '../../testing/settlement-world.ts';
import { paymentIdToWire } from '../payment-ids.ts';
import { cancel, refund } from './change.ts';
import { amsCodes } from './rejections.ts';

let world: SettlementWorld;
const hour = 3_600_000;
beforeAll(async () => {
  world = await settlementWorld('2014-11-11T02:00:00Z');
});
afterAll(() => world.close());

async function shopThat(queuesRefunds: boolean): Promise<MerchantAccess> {
  const model = sandboxMerchants.find(({ region }) => region === 'KR')!;
  const shop = await world.shop('KR', { contract: { ...model.contract, queuesRefunds } });
  const account = { accountName: 'Shop', accountNumber: `KR${shop.merchant.id}`, bankBic: 'TBSMKRKR' };
  await world.platform.settlement.changeTerms(shop.merchant.id, account);
  return shop;
}

const parts = () => ({ payments: world.platform.payments });
const ask = (access: MerchantAccess, payment: Payment, requestId: string) =>
  refund(
    parts(),
    { access, now: world.platform.clock.now() },
    {
      paymentId: paymentIdToWire(payment),
      refundRequestId: requestId,
      refundAmount: toWire(payment.amount),
    },
  );

test('security C2: it is refused with MERCHANT_BALANCE_NOT_ENOUGH, and the same request can succeed later', async () => {
  const shop = await shopThat(false);
  const payment = await world.pay(shop, 59_000n);
  await world.mover.advance(48 * hour);
  const refused = await ask(shop, payment, 'refund-1').catch(
    (error: { code: keyof typeof amsCodes }) => error,
  );
  expect(amsCodes[(refused as { code: keyof typeof amsCodes }).code]).toBe('MERCHANT_BALANCE_NOT_ENOUGH');
  await world.pay(shop, 60_000n);
  expect((await ask(shop, payment, 'refund-1')).result.resultCode).toBe('SUCCESS');
});

test('security C2: where the contract queues refunds it is in progress, and done when there is enough', async () => {
  const shop = await shopThat(true);
  const payment = await world.pay(shop, 59_000n);
  await world.mover.advance(48 * hour);
  const asked = await ask(shop, payment, 'refund-2');
  expect([asked.result.resultCode, asked.result.resultStatus]).toEqual(['REFUND_IN_PROCESS', 'U']);
  await world.mover.advance(7 * hour);
  expect((await ask(shop, payment, 'refund-2')).result.resultCode).toBe('REFUND_IN_PROCESS');
  await world.pay(shop, 60_000n);
  await world.mover.advance(6 * hour);
  expect((await ask(shop, payment, 'refund-2')).result.resultCode).toBe('SUCCESS');
});

test('security C2: a cancellation whose money was paid out is refused like a refund', async () => {
  const shop = await shopThat(false);
  await world.platform.settlement.changeTerms(shop.merchant.id, {
    cutOffMinute: 720,
    cycleDays: 0,
    payMinute: 780,
  });
  // Eight in the morning of the next working day in Seoul; the cut-off is at noon.
  await world.mover.moveTo(new Date('2014-11-18T23:00:00Z'));
  const payment = await world.pay(shop, 59_000n);
  await world.mover.advance(8 * hour);
  const call = { access: shop, now: world.platform.clock.now() };
  await expect(cancel(parts(), call, { paymentId: paymentIdToWire(payment) })).rejects.toMatchObject({
    code: 'merchant-balance-insufficient',
  });
});

// What a merchant declares to customs: of paid payments only, together never more than was paid, amended under its number.
import { money } from '@tongbao/money';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ShopperWorld, shopperWorld } from '../testing/shopper-world.ts';
import type { Payment } from './index.ts';

let world: ShopperWorld;
let paid: Payment;
beforeEach(async () => {
  world = await shopperWorld(true);
  paid = await pay(59_000n);
});
afterEach(() => world.close());

async function pay(won: bigint): Promise<Payment> {
  const { customerId } = world.people[0]!;
  return world.payments.authorize({
    ...{ paymentId: (await world.order(won)).id, payer: { customerId, kycClass: 3, status: 'active' } },
    payerAccount: (await world.wallet.accountOf(customerId, 'CNY'))!,
    ...{ funding: { kind: 'balance' }, clearingAccount: null },
  });
}

const declare = (requestId: string, fen: bigint, payment = paid) =>
  world.payments.declare({
    ...{ merchantId: payment.merchantId, requestId, payment, amount: money('CNY', fen) },
    ...{ place: 'ZHENGZHOU', customsCode: 'C1', customsName: 'Shop', isSplit: false },
    ...{ subOrder: null, identityMatches: null },
  });
const whole = () => paid.payerAmount.amount;
const exceeded = { code: 'refund-amount-exceeded', detail: { field: 'amount' } };

it('all of it may be declared, and not a fen more', async () => {
  const declared = await declare('one', whole());
  expect(declared).toMatchObject({
    paymentId: paid.id,
    amount: paid.payerAmount,
    declaredAt: world.clock.now(),
  });
  await expect(declare('two', 1n)).rejects.toMatchObject(exceeded);
  const other = await pay(59_000n);
  await expect(declare('three', whole() + 1n, other)).rejects.toMatchObject(exceeded);
});

it('under the same number it is amended: the former sum no longer counts', async () => {
  await declare('one', whole());
  world.clock.advance(1_000);
  const amended = await declare('one', whole() - 5n);
  expect(amended.changedAt.getTime() - amended.declaredAt.getTime()).toBe(1_000);
  await declare('two', 5n);
  await expect(declare('one', whole() - 4n)).rejects.toMatchObject(exceeded);
  const found = await world.payments.declarations(paid.merchantId, ['one', 'two', 'three']);
  expect(found.map(({ requestId, amount }) => [requestId, amount.amount]).sort()).toEqual([
    ['one', whole() - 5n],
    ['two', 5n],
  ]);
  expect(await world.payments.declarations(paid.merchantId + 1n, ['one'])).toEqual([]);
});

it('ten halves at once: two of them fit', async () => {
  const half = whole() / 2n;
  const all = await Promise.allSettled(
    Array.from({ length: 10 }, (_, index) => declare(`half-${index}`, half)),
  );
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
});

it('a number of another payment, and a payment that nobody paid, are refused', async () => {
  await declare('one', 1n);
  const other = await pay(1_000n);
  await expect(declare('one', 1n, other)).rejects.toMatchObject({ code: 'request-reused' });
  await expect(declare('two', 1n, await world.order(1_000n))).rejects.toMatchObject({
    code: 'payment-not-paid',
  });
});

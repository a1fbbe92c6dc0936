// What held when strangers tried it, kept so: many at once after the same money. Real rooms on a real PostgreSQL; whoever
// comes first wins, everybody else is told why not, and the books are right.
import { money } from '@tongbao/money';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { audit } from '../../platform/src/audit/index.ts';
import { HouseAccounts } from '../../platform/src/ledger/index.ts';
import type { CreatePayment, Payment } from '../../platform/src/payments/index.ts';
import { Rejection } from '../../platform/src/rejection.ts';
import { type ShopperWorld, shopperWorld } from '../../platform/src/testing/shopper-world.ts';

let world: ShopperWorld;
beforeEach(async () => {
  world = await shopperWorld(true);
});
afterEach(async () => {
  const { database } = world.test;
  const { proofs } = await audit({
    ...{ database, clock: world.clock, house: new HouseAccounts(database), bankBooks: null },
  });
  await world.close();
  expect(proofs.filter(({ ok }) => !ok)).toEqual([]);
});

const times = <Made>(count: number, make: (index: number) => Made): Made[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** How many succeeded, and why the others did not; anything but a refusal is an error. */
async function outcomes(attempts: readonly Promise<unknown>[]): Promise<{ won: number; lost: string[] }> {
  const lost: string[] = [];
  for (const each of await Promise.allSettled(attempts)) {
    if (each.status === 'fulfilled') continue;
    if (!(each.reason instanceof Rejection)) throw each.reason;
    lost.push(each.reason.code);
  }
  return { won: attempts.length - lost.length, lost: [...new Set(lost)].sort() };
}

const account = async (customerId: bigint) => (await world.wallet.accountOf(customerId, 'CNY'))!;
const available = async (customerId: bigint) =>
  (await world.wallet.balanceOf(customerId, 'CNY')).available.amount;

async function confirm(payment: Payment, customerId: bigint): Promise<Payment> {
  return world.payments.authorize({
    ...{ paymentId: payment.id, payer: { customerId, kycClass: 3, status: 'active' } },
    ...{ payerAccount: await account(customerId), funding: { kind: 'balance' }, clearingAccount: null },
  });
}

/** A till's order, in the words of one protocol or the other. */
async function tillOrder(index: number, won: bigint): Promise<CreatePayment> {
  const { merchantId, order } = await world.order(1_000n);
  return {
    ...{ merchantId, requestId: `till-${index}`, inputHash: Buffer.from([index]) },
    ...{ amount: money('KRW', won), payerCurrency: 'CNY', settlementCurrency: null, quoteId: null },
    ...{ expiresAt: null, lifetimeMs: 60_000 },
    order: { ...order, channel: index % 2 === 0 ? 'ams-pay' : 'gateway' },
  };
}

it('security: 24 confirmations of one payment by three people: one pays, once', async () => {
  const payers = (
    await Promise.all(
      world.people.map(async ({ customerId }) => ({
        customerId,
        has: await available(customerId).catch(() => 0n),
      })),
    )
  )
    .sort((one, other) => (one.has > other.has ? -1 : 1))
    .slice(0, 3);
  const payment = await world.order(1_000n);
  const result = await outcomes(times(24, (index) => confirm(payment, payers[index % 3]!.customerId)));
  expect(result).toEqual({ won: 1, lost: ['payment-already-paid'] });
  const spent = await Promise.all(
    payers.map(async ({ customerId, has }) => has - (await available(customerId))),
  );
  expect(spent.filter((each) => each !== 0n)).toEqual([payment.payerAmount.amount]);
});

it('security: 14 spends of one balance at once, at the cashier, by code and by withdrawal: one wins', async () => {
  // The balance is enough for any one of them, and not for two.
  const { customerId } = world.people.find(({ phone }) => phone.endsWith('13800000002'))!;
  const has = await available(customerId);
  const fits = async (won: bigint) => (await world.order(won)).payerAmount.amount;
  const won = 15_000n;
  const cost = await fits(won);
  expect(cost <= has && cost * 2n > has).toBe(true);
  const card = (await world.wallet.cardsOf(customerId)).find(
    ({ kind, status }) => kind === 'debit' && status === 'active',
  )!;
  const orders = await Promise.all(times(5, () => world.order(won)));
  const tills = await Promise.all(times(4, (index) => tillOrder(index, won)));
  const codes = await Promise.all(times(4, () => world.codes.issue({ customerId, cardId: null })));
  const result = await outcomes([
    ...orders.map((order) => confirm(order, customerId)),
    ...tills.map((create, index) => world.payByCode({ create, code: codes[index]!.code })),
    ...times(5, (index) =>
      world.wallet.requestTransfer({
        ...{ kind: 'withdrawal', customerId, requestId: `out-${index}-0000`, cardId: card.id },
        amount: money('CNY', cost),
      }),
    ),
  ]);
  expect(result).toEqual({ won: 1, lost: ['balance-insufficient'] });
  expect(await available(customerId)).toBe(has - cost);
});

it('security: one code at fourteen tills over two protocols pays one of them', async () => {
  const { customerId } = world.people[0]!;
  const has = await available(customerId);
  const { code } = await world.codes.issue({ customerId, cardId: null });
  const tills = await Promise.all(times(14, (index) => tillOrder(index, 1_000n)));
  const result = await outcomes(tills.map((create) => world.payByCode({ create, code })));
  expect(result).toEqual({ won: 1, lost: ['code-wrong'] });
  const cost = (await world.order(1_000n)).payerAmount.amount;
  expect(await available(customerId)).toBe(has - cost);
});

it('security: sixteen refunds and four cancellations of one payment at once return no more than was paid', async () => {
  const { customerId } = world.people[0]!;
  const has = await available(customerId);
  const payment = await confirm(await world.order(59_000n), customerId);
  const { merchantId } = payment;
  await outcomes([
    ...times(16, (index) =>
      world.payments.refund({
        ...{ merchantId, paymentId: payment.id, requestId: `back-${index}`, inputHash: Buffer.from([index]) },
        ...{ amount: money('KRW', 10_000n), reason: null, notifyUrl: null, metadata: null, funds: 'now' },
      }),
    ),
    ...times(4, () => world.payments.cancel({ merchantId, paymentId: payment.id })),
  ]);
  const after = (await world.payments.findById(payment.id))!;
  const back = (await available(customerId)) - (has - payment.payerAmount.amount);
  if (after.status === 'cancelled')
    expect([after.refunded.amount, back]).toEqual([0n, payment.payerAmount.amount]);
  else {
    expect(after.refunded.amount).toBe(50_000n);
    expect(back).toBe(after.refundedToPayer.amount);
  }
});

it('security: thirty wrong PINs at once are five wrong ones, and the right one is locked with them', async () => {
  const { customerId, pin } = world.people[0]!;
  const wrong = String((Number(pin) + 1) % 1_000_000).padStart(6, '0');
  const result = await outcomes(times(30, () => world.customers.checkPin(customerId, wrong)));
  expect([result.won, result.lost]).toEqual([0, ['pin-locked', 'pin-wrong']]);
  expect((await outcomes([world.customers.checkPin(customerId, pin)])).lost).toEqual(['pin-locked']);
});

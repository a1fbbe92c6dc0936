// What card banks answer, late, twice, in contradiction, or not for a week: each answer decides the question that it
// names, and no other.
import { money } from '@tongbao/money';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { audit } from '../audit/index.ts';
import { createIsolation, readQuarantine, releaseItem, writeClockOffset } from '../database/index.ts';
import { HouseAccounts } from '../ledger/index.ts';
import { sandboxBankBooks } from '../sandbox/bank-books.ts';
import { type ShopperWorld, shopperWorld } from '../testing/shopper-world.ts';
import {
  type BankGateway,
  type Card,
  readAnswersOf,
  readReturns,
  readStaleAnswers,
} from '../wallet/index.ts';
import { askBank, bankQuestionsTimer, type Payment, readQuestionsOf } from './index.ts';

let world: ShopperWorld;
let card: Card;
beforeEach(async () => {
  world = await shopperWorld(true);
  [card] = (await world.wallet.cardsOf(world.people[0]!.customerId)) as [Card];
});
afterEach(() => world.close());

const minute = 60_000;
const hour = 60 * minute;

async function confirm(payment: Payment): Promise<Payment> {
  const { customerId } = world.people[0]!;
  const { clearingAccount } = await world.wallet.cardForPayment(customerId, card.id);
  return world.payments.authorize({
    paymentId: payment.id,
    payer: { customerId, kycClass: 3, status: 'active' },
    payerAccount: (await world.wallet.accountOf(customerId, 'CNY'))!,
    funding: { kind: 'card', cardId: card.id },
    clearingAccount,
  });
}

const parts = (bank: BankGateway = world.bank) => ({
  ...{ database: world.test.database, clock: world.clock, payments: world.payments, bank },
  isolation: createIsolation({ database: world.test.database, clock: world.clock }),
  onBankFailed: () => undefined,
});
const newest = () => world.jobs.at(-1)!.reference;
const ask = (bank?: BankGateway, reference = newest()) => askBank(parts(bank), reference);
const behave = (behaviour: 'normal' | 'decline' | 'down') =>
  world.bank.setBehaviour({ code: card.bank, behaviour, slowMs: null });
const onCard = async () => (await world.bank.findCard(card))!.balance.amount;
const statusOf = async ({ id }: Payment) => (await world.payments.findById(id))!.status;

/** A process that heard the bank's answer and stands still before it tells anybody. */
function paused(bank: BankGateway) {
  let goOn: () => void = () => undefined;
  const wait = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const afterwards = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    const heard = await answer;
    await wait;
    return heard;
  };
  const gateway: BankGateway = {
    ...bank,
    debit: (request) => afterwards(bank.debit(request)),
    credit: (request) => afterwards(bank.credit(request)),
    query: (key) => afterwards(bank.query(key)),
  };
  return { gateway, goOn: () => goOn() };
}

async function proofs() {
  const { database } = world.test;
  const { clock } = world;
  const house = new HouseAccounts(database);
  const report = await audit({ database, clock, house, bankBooks: sandboxBankBooks });
  return report.proofs.filter((proof) => !proof.ok);
}

it('security C4, core 1: a late answer to an earlier debit changes nothing of the newer one', async () => {
  const order = await world.order(59_000n);
  await behave('decline');
  await confirm(order);
  const first = newest();
  const [a, b] = [paused(world.bank), paused(world.bank)];
  const asking = ask(a.gateway, first);
  while ((await world.bank.query({ bank: card.bank, reference: first })).outcome === 'unknown-reference')
    await new Promise(setImmediate);
  world.clock.advance(minute);
  await ask(undefined, first);
  expect(await statusOf(order)).toBe('created');

  await behave('normal');
  const before = await onCard();
  await confirm(order);
  const second = newest();
  expect(second).not.toBe(first);
  const askingAgain = ask(b.gateway, second);
  while ((await onCard()) === before) await new Promise(setImmediate);
  a.goOn();
  await asking;
  expect(await statusOf(order)).toBe('pending');
  b.goOn();
  await askingAgain;
  expect(await statusOf(order)).toBe('paid');
  expect(await onCard()).toBe(before - order.payerAmount.amount);
  expect(await readAnswersOf(world.test.database, [first, second])).toMatchObject([
    { reference: first, outcome: 'declined', effect: 'applied', bank: card.bank },
    { reference: first, outcome: 'declined', effect: 'repeated' },
    { reference: second, outcome: 'approved', effect: 'applied' },
  ]);
  expect(await proofs()).toEqual([]);
});

it('security C4: a late approval of a debit that was declined is kept, and goes back to the card once', async () => {
  const order = await world.order(59_000n);
  const before = await onCard();
  await confirm(order);
  const reference = newest();
  const request = { bank: card.bank, cardToken: card.token, amount: order.payerAmount, reference };
  // The answer of a gateway that gave up, before that of the bank itself.
  expect(await world.hearBank({ outcome: 'declined', reason: 'declined' })).toBe('applied');
  expect(await world.bank.debit(request)).toEqual({ outcome: 'approved' });
  expect(await onCard()).toBe(before - order.payerAmount.amount);

  const approved = { outcome: 'approved' } as const;
  const told = [world.hearBank(approved), world.hearBank(approved), world.hearBank(approved)];
  expect(await Promise.all(told)).toEqual(['stale', 'stale', 'stale']);
  expect(await statusOf(order)).toBe('created');
  expect(await readStaleAnswers(world.test.database, 10)).toHaveLength(3);
  expect(await readReturns(world.test.database, 10)).toMatchObject([{ reference, status: 'pending' }]);
  expect(await proofs()).toEqual([]);

  await world.wallet.asking.run(world.clock.now());
  expect(await readReturns(world.test.database, 10)).toMatchObject([{ reference, status: 'succeeded' }]);
  expect(await onCard()).toBe(before);
  expect(await world.hearBank(approved)).toBe('stale');
  expect(await readReturns(world.test.database, 10)).toHaveLength(1);
  expect(await proofs()).toEqual([]);

  // The order itself can still be paid.
  await confirm(order);
  await ask();
  expect(await statusOf(order)).toBe('paid');
  expect(await proofs()).toEqual([]);
});

it('security C4: a bank that refuses a return is an operator’s to look at, and is asked anew once released', async () => {
  const { database } = world.test;
  const order = await world.order(59_000n);
  const before = await onCard();
  await confirm(order);
  const reference = newest();
  await world.hearBank({ outcome: 'declined', reason: 'declined' });
  const amount = order.payerAmount;
  await world.bank.debit({ bank: card.bank, cardToken: card.token, amount, reference });
  await world.hearBank({ outcome: 'approved' });
  await behave('decline');
  const { asking } = world.wallet;
  await asking.run(world.clock.now());
  world.clock.advance(48 * hour);
  await behave('normal');
  await asking.run(world.clock.now());
  expect(await onCard()).toBe(before - amount.amount);
  const [item] = await readQuarantine(database, 10);
  expect(item).toMatchObject({ timer: 'bank questions', reason: expect.stringContaining(reference) });
  expect(await asking.nextDueAt()).toBeNull();
  expect(await proofs()).toEqual([]);

  await releaseItem(database, item!);
  await asking.run(world.clock.now());
  expect(await onCard()).toBe(before);
  expect(await readQuarantine(database, 10)).toEqual([]);
  expect(await proofs()).toEqual([]);
});

it('core 1: answers to refunds and reversals that come twice or late change nothing', async () => {
  const { payments } = world;
  const order = await world.order(59_000n);
  const before = await onCard();
  await confirm(order);
  await ask();
  await payments.refund({
    ...{ merchantId: order.merchantId, paymentId: order.id, requestId: 'refund-1' },
    ...{ inputHash: Buffer.from('1'), amount: money('KRW', 9_000n) },
    ...{ reason: null, notifyUrl: null, metadata: null, funds: 'now' },
  });
  const refund = newest();
  await ask();
  expect(await world.hearBank({ outcome: 'approved' })).toBe('repeated');
  expect(await world.hearBank({ outcome: 'declined', reason: 'declined' })).toBe('stale');
  expect((await payments.refundsOf(order.id))[0]!.status).toBe('succeeded');
  expect((await readQuarantine(world.test.database, 10)).map(({ item }) => item)).toEqual([refund]);

  const other = await world.order(20_000n);
  await confirm(other);
  await ask();
  await payments.cancel({ merchantId: other.merchantId, paymentId: other.id });
  await ask();
  expect(await world.hearBank({ outcome: 'approved' })).toBe('repeated');
  const refunded = (await payments.refundsOf(order.id))[0]!.payerAmount.amount;
  expect(await onCard()).toBe(before - order.payerAmount.amount + refunded);
  expect(await proofs()).toEqual([]);
});

it('core 1: a bank that declines a reversal is on the quarantine list, not in a job that throws for ever', async () => {
  const { database } = world.test;
  const order = await world.order(20_000n);
  const before = await onCard();
  await confirm(order);
  await ask();
  await world.payments.cancel({ merchantId: order.merchantId, paymentId: order.id });
  await behave('decline');
  await ask();
  await behave('normal');
  const timer = bankQuestionsTimer(parts());
  expect(await timer.run(world.clock.now())).toBe(0);
  expect(await timer.nextDueAt()).toBeNull();
  const [item] = await readQuarantine(database, 10);
  expect(item).toMatchObject({ timer: timer.name, item: `V${order.id}`, failures: 1 });
  expect(await proofs()).toEqual([]);

  await releaseItem(database, item!);
  while ((await timer.run(world.clock.now())) > 0);
  expect(await onCard()).toBe(before);
  expect((await readQuestionsOf(database, order.id)).map(({ reference }) => reference)).toEqual([
    `P${order.id}-2`,
    `V${order.id}`,
    `V${order.id}.2`,
  ]);
  expect(await proofs()).toEqual([]);
});

it('core 11: after a week without its bank a payment is decided within the hour, and the shop’s order is closed', async () => {
  const order = await world.order(59_000n);
  const refunded = await world.order(20_000n);
  await confirm(refunded);
  await ask();
  const before = await onCard();
  await behave('down');
  await confirm(order);
  await world.payments.refund({
    ...{ merchantId: refunded.merchantId, paymentId: refunded.id, requestId: 'refund-1' },
    ...{ inputHash: Buffer.from('1'), amount: money('KRW', 20_000n) },
    ...{ reason: null, notifyUrl: null, metadata: null, funds: 'now' },
  });
  const timer = bankQuestionsTimer(parts());
  const week = new Date(world.clock.now().getTime() + 168 * hour);
  while (world.clock.now() < week) {
    await timer.run(world.clock.now());
    expect(await timer.nextDueAt()).not.toBeNull();
    world.clock.advance(hour);
  }
  expect(await statusOf(order)).toBe('pending');
  await behave('normal');
  world.clock.advance(hour);
  await timer.run(world.clock.now());
  expect(await statusOf(order)).toBe('created');
  await world.payments.expiry.run(world.clock.now());
  expect(await statusOf(order)).toBe('expired');
  expect((await world.payments.refundsOf(refunded.id))[0]!.status).toBe('succeeded');
  expect(await onCard()).toBe(before + refunded.payerAmount.amount);
  expect(await proofs()).toEqual([]);
});

it('core 11: a debit that was given up, and that the bank had in a queue, goes back to the card a day later', async () => {
  const order = await world.order(59_000n);
  const before = await onCard();
  await behave('down');
  await confirm(order);
  const reference = newest();
  const timer = bankQuestionsTimer(parts());
  await timer.run(world.clock.now());
  world.clock.advance(48 * hour);
  await behave('normal');
  await timer.run(world.clock.now());
  expect((await world.payments.findById(order.id))!.lastRefusal).toBe('bank-unavailable');
  const amount = order.payerAmount;
  await world.bank.debit({ bank: card.bank, cardToken: card.token, amount, reference });
  expect(await onCard()).toBe(before - amount.amount);
  expect(await proofs()).toEqual([]);

  await behave('down');
  world.clock.advance(24 * hour);
  await timer.run(world.clock.now());
  await behave('normal');
  world.clock.advance(hour);
  await timer.run(world.clock.now());
  await world.wallet.asking.run(world.clock.now());
  expect(await onCard()).toBe(before);
  expect(await timer.nextDueAt()).toBeNull();
  expect(await readQuarantine(world.test.database, 10)).toEqual([]);
  expect(await readStaleAnswers(world.test.database, 10)).toMatchObject([{ reference, outcome: 'approved' }]);
  expect(await proofs()).toEqual([]);
});

it('core 8: a bank that does not answer holds up no other bank, and an unknown card no other question', async () => {
  const { database } = world.test;
  const orders = [await world.order(1_000n), await world.order(2_000n), await world.order(3_000n)];
  for (const order of orders) await confirm(order);
  await world.test.owner.pool.query('UPDATE payments.bank_question SET card_id = 999 WHERE payment_id = $1', [
    orders[0]!.id,
  ]);
  const timer = bankQuestionsTimer(parts());
  await timer.run(world.clock.now());
  expect(await statusOf(orders[0]!)).toBe('pending');
  expect(await statusOf(orders[1]!)).toBe('paid');
  expect(await statusOf(orders[2]!)).toBe('paid');
  expect(await readQuarantine(database, 10)).toMatchObject([
    { timer: timer.name, item: `P${orders[0]!.id}-2`, reason: expect.stringContaining('card 999') },
  ]);
});

it('core 5: the clock turned back before the bank was asked: it is asked at once, not when the day comes again', async () => {
  // As the sandbox keeps it: how far its clock is from the machine's.
  const offset = (): number => world.clock.now().getTime() - Date.now();
  await writeClockOffset(world.test.database, offset());
  const payment = await confirm(await world.order(1_000n));
  world.clock.advance(-24 * hour);
  await writeClockOffset(world.test.database, offset());
  world.clock.advance(minute);
  await ask();
  expect(await statusOf(payment)).toBe('paid');
});

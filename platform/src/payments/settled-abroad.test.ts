// Every way to pay, refund and cancel at a shop that prices in won and is paid in dollars, on a real PostgreSQL: cards and what
// their banks answer, one step, codes, checkouts, new rates, refunds that wait, customs; with every proof and the verifier.
import { money } from '@tongbao/money';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { audit, exportLines } from '../audit/index.ts';
import { verifyExport } from '../audit/verify.ts';
import { HouseAccounts, readBalancesOfOwner } from '../ledger/index.ts';
import { type ShopperWorld, shopperWorld } from '../testing/shopper-world.ts';
import type { CreatePayment, Funding, Payment, RefundPayment } from './index.ts';

let world: ShopperWorld;
beforeEach(async () => {
  world = await shopperWorld(true, {
    ...{ settlementCurrency: 'USD', paymentCurrencies: ['USD', 'KRW', 'CNY'], settlementSpreadBps: 40 },
    ...{ minAmount: 1n, maxAmount: 1_000_000n },
  });
});
afterEach(() => world.close());

const hour = 3_600_000;
const usd = (amount: bigint) => money('USD', amount);
const yes = { outcome: 'approved' } as const;
const no = { outcome: 'declined', reason: 'card-blocked' } as const;

async function proved(): Promise<void> {
  const { database } = world.test;
  const house = new HouseAccounts(database);
  const { proofs } = await audit({ database, clock: world.clock, house, bankBooks: null });
  expect(proofs.filter(({ ok, name }) => !ok && name !== 'every-row-is-sealed-once')).toEqual([]);
  const lines: string[] = [];
  await exportLines({ database, exportedAt: world.clock.now() }, async (line) => void lines.push(line));
  async function* read() {
    yield* lines;
  }
  const { findings } = await verifyExport(read());
  expect(findings.filter((finding) => !/was written past the log|is not sealed/.test(finding))).toEqual([]);
}

async function byWhom(withCard: boolean) {
  const { customerId } = world.people[0]!;
  const [card] = await world.wallet.cardsOf(customerId);
  const { clearingAccount } = await world.wallet.cardForPayment(customerId, card!.id);
  const funding: Funding = withCard ? { kind: 'card', cardId: card!.id } : { kind: 'balance' };
  return {
    payer: { customerId, kycClass: 3, status: 'active' },
    payerAccount: (await world.wallet.accountOf(customerId, 'CNY'))!,
    funding,
    clearingAccount: withCard ? clearingAccount : null,
  } as const;
}

const confirm = async ({ id }: Payment, withCard = false) =>
  world.payments.authorize({ ...(await byWhom(withCard)), paymentId: id });
const read = async ({ id }: Payment) => (await world.payments.findById(id))!;

let number = 0;
const refund = (payment: Payment, amount: bigint, more: Partial<RefundPayment> = {}) =>
  world.payments.refund({
    ...{ merchantId: payment.merchantId, paymentId: payment.id, requestId: `refund-${++number}` },
    ...{ inputHash: Buffer.from('1'), amount: money(payment.amount.currency, amount), reason: null },
    ...{ notifyUrl: null, metadata: null, funds: 'now' },
    ...more,
  });

const asked = (merchantId: bigint, more: Partial<CreatePayment> = {}): CreatePayment => ({
  ...{ merchantId, requestId: `order-by-hand-${++number}`, inputHash: Buffer.from('1') },
  ...{ amount: money('KRW', 59_000n), payerCurrency: 'CNY', settlementCurrency: 'USD', quoteId: null },
  ...{ expiresAt: null, lifetimeMs: 14 * 60_000 },
  order: {
    ...{ reference: null, description: 'coffee', merchantName: null, goods: [], redirectUrl: '' },
    ...{ notifyUrl: null, metadata: null, channel: 'ams-pay', channelData: {} },
  },
  ...more,
});

/** What stands on the shop's accounts in dollars, without what is zero. */
async function stands({ merchantId }: Payment): Promise<Record<string, bigint>> {
  const kinds = ['merchant-pending', 'merchant-refunding', 'merchant-fee-receivable'] as const;
  const owner = { ownerId: merchantId, currency: 'USD' };
  const rows = await readBalancesOfOwner(world.test.database, { kinds, ...owner });
  return Object.fromEntries(
    rows.filter((row) => row.balance !== 0n).map((row) => [row.kind.replace('merchant-', ''), row.balance]),
  );
}

it('a card: paid when its bank says so; a refund is put aside in dollars, comes back, and is done', async () => {
  const order = await world.order(59_000n);
  expect((await confirm(order, true)).status).toBe('pending');
  expect(await world.hearBank(yes)).toBe('applied');
  const payment = await read(order);
  expect(payment).toMatchObject({ status: 'paid', settlementAmount: usd(5_415n), fee: usd(81n) });
  expect(await stands(payment)).toEqual({ pending: 5_334n });
  await proved();

  const { refund: first } = await refund(payment, 20_000n);
  expect(first).toMatchObject({ status: 'processing', settlementAmount: usd(1_836n), putAside: true });
  expect(await stands(payment)).toEqual({ pending: 5_334n - 1_836n, refunding: 1_836n });
  await proved();
  expect(await world.hearBank(no)).toBe('applied');
  expect(await stands(payment)).toEqual({ pending: 5_334n });
  await proved();

  await refund(payment, 20_000n);
  await world.hearBank(yes);
  // The rest needs more than the payment brought by the kept fee, which is lent.
  const { refund: rest } = await refund(await read(payment), 39_000n);
  expect(rest).toMatchObject({ settlementAmount: usd(5_415n - 1_836n), owedFee: 81n });
  await world.hearBank(yes);
  expect(await stands(payment)).toEqual({ 'fee-receivable': -81n });
  expect(await read(payment)).toMatchObject({
    refunded: payment.amount,
    refundedToPayer: payment.payerAmount,
  });
  await proved();
});

it('a card’s late approval of an order that was closed is owed to the card, and touches no dollars', async () => {
  const order = await world.order(59_000n);
  await confirm(order, true);
  await world.hearBank(no);
  await world.payments.cancel({ merchantId: order.merchantId, paymentId: order.id });
  expect(await world.hearBank(yes)).toBe('stale');
  expect(await stands(order)).toEqual({});
  await proved();
});

it('a cancelled card payment gives the dollars back', async () => {
  const order = await world.order(59_000n);
  await confirm(order, true);
  await world.hearBank(yes);
  const cancelled = await world.payments.cancel({ merchantId: order.merchantId, paymentId: order.id });
  expect(cancelled.status).toBe('cancelled');
  expect(await stands(order)).toEqual({});
  await proved();
});

it('an order that outlives its rates gets both anew, and is read back as it was made', async () => {
  const order = await world.order(59_000n, 48 * hour);
  await world.clock.advance(24 * hour);
  await expect(confirm(order)).rejects.toMatchObject({ code: 'price-changed' });
  const anew = await world.payments.requote(order);
  expect(anew.settlementQuote!.rateDate).not.toBe(order.settlementQuote!.rateDate);
  expect(anew.settlementAmount).not.toEqual(order.settlementAmount);
  expect(anew.settlementQuote!.lockedAt).toEqual(world.clock.now());
  expect(await read(order)).toEqual(anew);
  const payment = await confirm(anew);
  expect((await stands(payment)).pending).toBe(anew.settlementAmount.amount - anew.fee.amount);
  await proved();
});

it('in one step, by code and after a checkout it comes to the same', async () => {
  const { merchantId } = await world.order(100n);
  const { payment } = await world.payments.pay({ create: asked(merchantId), authorize: await byWhom(false) });
  const same = { status: 'paid', settlementAmount: usd(5_415n), fee: usd(81n) };
  expect(payment).toMatchObject(same);
  expect(await read(payment)).toEqual(payment);

  const person = world.people[0]!;
  const session = await world.signIn(person.phone);
  const shown = await world.call('POST', '/api/wallet/payment-codes', { session, body: {} });
  const byCode = await world.payByCode({ create: asked(merchantId), code: shown.body.code });
  expect(byCode.payment).toMatchObject(same);

  const { expiresAt: _none, quoteId: _quote, ...command } = asked(merchantId);
  const checkout = await world.payments.announce({
    command: { ...command, expiresAt: null },
    beginsAt: 'sign-in',
    expiresAt: new Date(world.clock.now().getTime() + hour),
  });
  expect((await world.payments.preview(checkout)).settlementAmount).toEqual(usd(5_415n));
  expect(await confirm(await world.payments.begin(checkout))).toMatchObject(same);
  await proved();
});

it('priced by what the shopper pays, and refunded so: the yuan are exact, and so are the dollars together', async () => {
  const { merchantId } = await world.order(100n);
  const create = asked(merchantId, { amount: money('KRW', 1n), payerAmount: money('CNY', 33_556n) });
  const { payment } = await world.payments.pay({ create, authorize: await byWhom(false) });
  expect(payment).toMatchObject({ payerAmount: money('CNY', 33_556n), settlementAmount: usd(5_415n) });
  const parts = [1n, 10_000n, 23_555n].map((fen) => ({ payerAmount: money('CNY', fen) }));
  let taken = 0n;
  for (const part of parts) taken += (await refund(payment, 0n, part)).refund.settlementAmount.amount;
  expect(taken).toBe(5_415n);
  await proved();
});

it('an order in yuan is converted for its merchant alone', async () => {
  const { merchantId } = await world.order(100n);
  const create = asked(merchantId, { amount: money('CNY', 33_389n) });
  const { payment } = await world.payments.pay({ create, authorize: await byWhom(false) });
  expect(payment.payerAmount).toEqual(payment.amount);
  expect(payment.settlementQuote!.price.base).toBe('CNY');
  expect(payment.settlementAmount).toEqual(usd(5_415n));
  await refund(payment, 13_389n);
  const declared = await world.payments.declare({
    ...{ merchantId, requestId: 'customs-1', payment, amount: money('CNY', 33_389n), place: 'HANGZHOU' },
    ...{ customsCode: 'C1', customsName: 'C', isSplit: false, subOrder: null, identityMatches: null },
  });
  expect(declared.amount).toEqual(money('CNY', 33_389n));
  await proved();
});

it('a refund that waits is paid in dollars as soon as there are enough', async () => {
  const payment = await confirm(await world.order(59_000n));
  const other = await confirm(await world.order(59_000n), true);
  await world.hearBank(yes);
  await refund(payment, 59_000n);
  // What the card payment brought is put aside for its own refund.
  await refund(other, 58_000n);
  const { refund: waits } = await refund(await read(other), 1_000n, { funds: 'wait' });
  expect(waits).toMatchObject({ status: 'processing', putAside: false, settlementAmount: usd(92n) });
  await proved();
  await world.hearBank(yes);
  await confirm(await world.order(100_000n));
  await world.clock.advance(6 * hour);
  await world.payments.refundQueue.run(world.clock.now());
  await world.hearBank(yes);
  const done = (await world.payments.refundsOf(other.id)).find(({ id }) => id === waits.id);
  expect(done).toMatchObject({ status: 'succeeded', settlementAmount: waits.settlementAmount });
  await proved();
});

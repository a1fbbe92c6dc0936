// Payment codes and scans on real PostgreSQL through the wallet's routes.
import { money } from '@tongbao/money';
import { writeOrderCode, writeShopCode } from '@tongbao/protocol/codes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PayInOneStep } from '../../payments/index.ts';
import { type ShopperWorld, shopperWorld } from '../../testing/shopper-world.ts';
import { paymentCodeLimits } from '../../wallet/index.ts';

let world: ShopperWorld;
let session: string;
let merchantId: bigint;
beforeAll(async () => {
  world = await shopperWorld(true);
  session = await world.signIn(world.people[0]!.phone);
  merchantId = (await world.order(1_000n)).merchantId;
});
afterAll(() => world.close());

const shop = {
  name: 'Hanbit Mall',
  displayName: '韩光百货',
  country: 'KR',
  city: 'Seoul',
  currency: 'KRW',
};

const order = (requestId: string, won: bigint, code: string): PayInOneStep['create'] => ({
  merchantId,
  requestId,
  inputHash: Buffer.from(`${won}/${code}`),
  amount: money('KRW', won),
  payerCurrency: 'CNY',
  settlementCurrency: null,
  quoteId: null,
  expiresAt: null,
  lifetimeMs: 180_000,
  order: {
    reference: null,
    description: 'lipstick',
    merchantName: null,
    goods: [],
    redirectUrl: '',
    notifyUrl: null,
    metadata: null,
    channel: 'ams-pay',
    channelData: {},
  },
});
const pay = (requestId: string, won: bigint, code: string) =>
  world.payByCode({ create: order(requestId, won, code), code });
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error) => error.code as string,
  );
async function show(): Promise<{ code: string; codeId: string }> {
  const answer = await world.call('POST', '/api/wallet/payment-codes', { body: {}, session });
  expect(answer.status).toBe(200);
  return answer.body;
}
const view = async (codeId: string) =>
  (await world.call('GET', `/api/wallet/payment-codes/${codeId}`, { session })).body;

describe('a payment code', () => {
  it('has eighteen digits, is bound to its owner, and is nowhere in the database', async () => {
    const { code, codeId } = await show();
    expect(code).toMatch(/^28\d{16}$/);
    expect(await view(codeId)).toMatchObject({ status: 'waiting', cashierPath: null });
    const stranger = await world.signIn(world.people[1]!.phone);
    const asked = await world.call('GET', `/api/wallet/payment-codes/${codeId}`, { session: stranger });
    expect(asked.status).toBe(404);
    const signedOut = await world.call('POST', '/api/wallet/payment-codes', { body: {} });
    expect(signedOut.status).toBe(401);
    const rows = await world.test.database.query({
      name: 'test.codes',
      text: 'SELECT * FROM wallet.payment_code',
    });
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(Object.values(row as object).map(String)).not.toContain(code);
  });

  it('pays one order, at once, and no second one', async () => {
    const { code, codeId } = await show();
    const [first, again] = await Promise.all([pay('till-1', 59_000n, code), pay('till-1', 59_000n, code)]);
    expect(first.payment).toMatchObject({ status: 'paid', payerAmount: money('CNY', 33_556n) });
    expect(again.payment.id).toBe(first.payment.id);
    expect(await refusal(pay('till-2', 59_000n, code))).toBe('code-wrong');
    expect(await refusal(pay('till-1', 60_000n, code))).toBe('request-reused');
    expect(await view(codeId)).toMatchObject({ status: 'paid', billId: `P${first.payment.id}` });
  });

  it('taken by many orders at the same moment pays exactly one', async () => {
    const { code } = await show();
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, number) =>
        pay(`race-${number}`, 1_000n, code).then(
          ({ payment }) => payment.status,
          (error) => error.code,
        ),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'paid')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'code-wrong')).toHaveLength(7);
  });

  it('runs out after a minute; an answered request keeps its answer', async () => {
    const used = await show();
    const paid = await pay('late-1', 1_000n, used.code);
    const { code, codeId } = await show();
    world.clock.advance(paymentCodeLimits.lifetimeMs + 1);
    expect(await refusal(pay('late-2', 1_000n, code))).toBe('code-expired');
    expect(await view(codeId)).toMatchObject({ status: 'expired' });
    expect((await pay('late-1', 1_000n, used.code)).payment.id).toBe(paid.payment.id);
  });

  it('above the day’s sum without PIN the order waits for its shopper', async () => {
    const { code, codeId } = await show();
    const { payment } = await pay('dear-1', 190_000n, code);
    expect(payment).toMatchObject({ status: 'created', payerId: null });
    const seen = await view(codeId);
    expect(seen).toMatchObject({ status: 'confirm', amount: { currency: 'KRW', value: '190000' } });
    const token = seen.cashierPath.slice('/cashier/'.length);
    const confirmed = await world.call('POST', `/api/cashier/payments/${token}/authorizations`, {
      body: { method: { kind: 'balance' }, pin: world.people[0]!.pin },
      session,
    });
    expect(confirmed.body).toMatchObject({ status: 'paid' });
    expect(await view(codeId)).toMatchObject({ status: 'paid' });
    // What was paid with the PIN does not count: a small sum still goes without.
    expect((await pay('small-1', 1_000n, (await show()).code)).payment.status).toBe('paid');
  });

  it('a refusal is told to its owner, and is not counted', async () => {
    const poor = world.people.find(({ opening }) => opening < 10_000n)!;
    const theirs = await world.signIn(poor.phone);
    const { body } = await world.call('POST', '/api/wallet/payment-codes', { body: {}, session: theirs });
    expect(await refusal(pay('poor-1', 150_000n, body.code))).toBe('balance-insufficient');
    const seen = await world.call('GET', `/api/wallet/payment-codes/${body.codeId}`, { session: theirs });
    expect(seen.body).toMatchObject({ status: 'failed', refusal: 'BALANCE_NOT_ENOUGH' });
    const spent = await world.test.database.query<{ amount: bigint }>(
      {
        name: 'test.unconfirmed',
        text: 'SELECT amount FROM wallet.unconfirmed_day WHERE customer_id = $1',
      },
      [poor.customerId],
    );
    expect(spent.map(({ amount }) => amount)).toEqual([0n]);
  });

  it('guessing is bounded, merchant by merchant', async () => {
    const { code } = await show();
    for (let guess = 0; guess < paymentCodeLimits.misses; guess += 1)
      expect(await refusal(pay(`guess-${guess}`, 1_000n, `28${String(guess).padStart(16, '0')}`))).toBe(
        'code-wrong',
      );
    expect(await refusal(pay('guess-last', 1_000n, code))).toBe('code-too-many');
    world.clock.advance(paymentCodeLimits.missWindowMs + 1);
    expect((await pay('guess-later', 1_000n, (await show()).code)).payment.status).toBe('paid');
  });

  it('is removed a day after it ran out', async () => {
    expect(await world.codes.housekeeping.run(world.clock.now())).toBe(0);
    world.clock.advance(paymentCodeLimits.keptMs + paymentCodeLimits.lifetimeMs);
    expect(await world.codes.housekeeping.run(world.clock.now())).toBeGreaterThan(5);
    expect(await world.codes.housekeeping.nextDueAt()).toBeNull();
  });
});

describe('a scan', () => {
  // A day has passed: the shopper signs in again.
  beforeAll(async () => {
    session = await world.signIn(world.people[0]!.phone);
  });
  const scan = (body: object) => world.call('POST', '/api/wallet/scans', { body, session });

  it('opens an order by our address and by its EMVCo code', async () => {
    const payment = await world.order(59_000n);
    const token = world.cashierUrl(payment).split('/').at(-1)!;
    const expected = {
      kind: 'order',
      cashierPath: `/cashier/${token}`,
      merchantName: '韩光百货 Hanbit Mall',
      amount: { currency: 'KRW', value: '59000' },
    };
    for (const text of [
      `https://pay.example/cashier/${token}`,
      writeOrderCode(shop, { token, amount: '59000' }),
    ])
      expect((await scan({ text })).body).toMatchObject(expected);
  });

  it('a shop’s static code asks for the amount, then makes the order, once', async () => {
    const text = writeShopCode(shop, '2088501410000001');
    expect((await scan({ text })).body).toMatchObject({ kind: 'shop', cashierPath: null, currency: 'KRW' });
    const asked = { text, amount: { currency: 'KRW', value: '7000' }, requestId: 'static-001' };
    const first = (await scan(asked)).body;
    expect(first.cashierPath).toMatch(/^\/cashier\/\d{30}\./);
    expect((await scan(asked)).body.cashierPath).toBe(first.cashierPath);
    expect((await scan({ ...asked, amount: { currency: 'KRW', value: '0' } })).status).toBe(422);
    expect((await scan({ ...asked, amount: { currency: 'JPY', value: '700' } })).status).toBe(422);
    expect((await scan({ ...asked, requestId: undefined })).status).toBe(400);
  });

  it('is refused, specifically, for anything else', async () => {
    const foreign =
      '00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME91320016A0112233449988770708123456786304A13A';
    for (const text of ['hello', 'javascript:alert(1)', 'https://pay.example/cashier/x', foreign])
      expect((await scan({ text })).body.error).toMatchObject({ code: 'INVALID_REQUEST' });
    const unknown = writeShopCode(shop, '2088000000000000');
    expect((await scan({ text: unknown })).status).toBe(404);
    const token = `${'9'.repeat(30)}.${'A'.repeat(22)}`;
    expect((await scan({ text: `https://pay.example/cashier/${token}` })).body.error.code).toBe(
      'PAYMENT_NOT_FOUND',
    );
  });
});

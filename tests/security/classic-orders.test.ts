// What shops and strangers send to the classic gateway cannot be read in two ways or misused.
import { createMerchantClient } from '@tongbao/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../platform/src/testing/until.ts';
import { classicOrders } from '../classic-orders.ts';
import { type ClassicShop, classicShop, md5Of, shopperOf } from '../classic-shop.ts';
import { type Sandbox, startSandbox } from '../start-sandbox.ts';

let sandbox: Sandbox;
let shop: ClassicShop;
let customer: { phone: string; pin: string };
let shopper: Awaited<ReturnType<typeof shopperOf>>;
beforeAll(async () => {
  sandbox = await startSandbox();
  shop = classicShop(sandbox, 0);
  customer = sandbox.credentials.customers[0]!;
  shopper = await shopperOf(sandbox, customer.phone, customer.pin);
});
afterAll(() => sandbox?.stop());

const { next, orderOf, query, announced, paid } = classicOrders(() => ({ sandbox, shop }));

describe('security C1, M9: a signed request has one meaning', () => {
  const ring = 'Ring, engraved "love';
  test('C1: an order cut anew under its own signature is refused, and so is the order that can be cut', async () => {
    const honest = shop.sign(
      orderOf({ subject: `${ring}&total_fee=100&x="`, total_fee: '59000', out_trade_no: next('C1') }),
    );
    const forged = { ...honest, subject: ring, total_fee: '100', x: '"&total_fee=59000' };
    const answers = [await shop.call(forged, { raw: true }), await shop.call(honest, { raw: true })];
    for (const answer of answers) {
      expect(answer.location).toBeNull();
      expect(answer.text).toContain('ILLEGAL_ARGUMENT');
      expect(answer.text).toContain('can be read as another parameter');
    }
    expect((await query(honest.out_trade_no!)).xml.error).toBe('TRADE_NOT_EXIST');
  });

  test('C1: the query of an address cannot be cut off, nor an unsigned parameter choose the charset', async () => {
    const signed = shop.sign(orderOf({ return_url: 'https://shop.example/r?a=1&rule=2' }));
    const cut = { ...signed, return_url: 'https://shop.example/r?a=1', rule: '2' };
    expect((await shop.call(cut, { raw: true })).text).toContain('ILLEGAL_ARGUMENT');
    expect((await shop.call(signed, { raw: true })).location).toContain('/cashier/');
  });

  test('C1: an order of the JSON gateway with such a text is told so that it reads in one way only', async () => {
    const merchant = sandbox.credentials.merchants[0]!;
    const client = createMerchantClient({
      gatewayUrl: sandbox.http,
      clientId: merchant.clientId,
      privateKey: merchant.merchantPrivateKey,
      gatewayPublicKey: merchant.gatewayPublicKey,
    });
    const number = next('C1');
    await client.pay({
      productCode: 'CASHIER_PAYMENT',
      paymentRequestId: number,
      paymentAmount: { currency: 'KRW', value: '59000' },
      paymentMethod: { paymentMethodType: 'ALIPAY_CN' },
      order: { referenceOrderId: number, orderDescription: 'a&total_fee=1' },
      paymentRedirectUrl: 'https://shop.example/return',
    });
    const answer = await query(number);
    expect(answer.xml.leaves.subject).toBe('a＆total_fee=1');
    expect(answer.xml.sign).toBe(md5Of(answer.xml.leaves, shop.key, 'UTF-8'));
  });

  test.each([
    ['notify_url', 'https://other.example/notify'],
    ['return_url', 'https://other.example/return'],
    ['timeout_rule', '1d'],
    ['supplier', 'Another shop'],
    ['split_fund_info', '[{"transIn":"2088001","amount":"1","currency":"KRW"}]'],
  ])('M9: the same number with another %s is another order', async (name, value) => {
    const order = orderOf();
    expect((await shop.call(order)).location).toContain('/cashier/');
    expect((await shop.call({ ...order, [name]: value })).text).toContain('REPEAT_OUT_TRADE_NO');
  });

  test('C1: what a shop’s return address has under our names does not come back beside ours', async () => {
    const return_url = 'https://shop.example/r?a=1&b=2&total%5Ffee=1';
    const order = await paid({ return_url });
    const view = await shopper.look(order.cashierUrl);
    const names = [...new URL(view.returnUrl).searchParams.keys()];
    expect(new Set(names).size).toBe(names.length);
    expect(new URL(view.returnUrl).searchParams.get('b')).toBe('2');
    expect(new URL(view.returnUrl).searchParams.get('total_fee')).toBe('59000');
  });
});

describe('security M8: addresses', () => {
  test.each([
    ['return_url', 'javascript://shop.example/%0aalert(1)'],
    ['return_url', '//evil.example/return'],
    ['return_url', 'https://shop.example@evil.example/'],
    ['return_url', 'https://shop.example/\r\nx'],
    ['notify_url', 'http://10.0.0.1/notify'],
    ['notify_url', 'http://metadata.internal/'],
    ['notify_url', 'ftp://shop.example/notify'],
  ])('%s %s is ILLEGAL_ARGUMENT', async (name, value) => {
    const answer = await shop.call(orderOf({ [name]: value }));
    expect(answer.location).toBeNull();
    expect(answer.text).toContain('ILLEGAL_ARGUMENT');
  });
});

describe('security M1: who is paid', () => {
  test('the contracted name always stands first, the seller beside it, and nothing unseen is shown', async () => {
    const order = await paid({ supplier: 'Orchid Studio', subject: 'Ring\u202egnp.exe\u200b' });
    const view = await shopper.look(order.cashierUrl);
    expect(view.merchant).toMatchObject({ name: '韩光百货 Hanbit Mall', seller: 'Orchid Studio' });
    expect(view.order.description).toBe('Ringgnp.exe');
    const { bills } = await shopper.get('/api/wallet/bills');
    expect(bills[0]).toMatchObject({
      ...{ title: '韩光百货 Hanbit Mall', seller: 'Orchid Studio', description: 'Ringgnp.exe' },
    });
    const { messages } = await shopper.get('/api/wallet/messages');
    expect(messages.find((message: { kind: string }) => message.kind === 'payment').detail).toBe(
      '韩光百货 Hanbit Mall',
    );
  });

  test.each([
    ['supplier', '支付宝官方客服 Alipay Official'],
    ['supplier', 'A l i p a y'],
    ['seller_name', 'shop\u202e'],
    ['secondary_merchant_name', 'Аlipay'],
  ])('%s %j is refused', async (name, value) => {
    const answer = await shop.call(orderOf({ [name]: value }));
    expect(answer.location).toBeNull();
    expect(answer.text).toContain('ILLEGAL_ARGUMENT');
  });
});

test('security M5: a shop with an RSA key switches MD5 off; a request signed with it is refused from then on', async () => {
  const { clientId } = sandbox.credentials.merchants[1]!;
  const other = classicShop(sandbox, 1);
  const ask = () => other.call({ service: 'single_trade_query', out_trade_no: 'none' });
  // The server hears of the change from its database, as its neighbours do.
  const answers = (error: string) => until(async () => (await ask()).xml.error === error);
  expect((await ask()).xml.error).toBe('TRADE_NOT_EXIST');
  const set = (signTypes: string[]) => sandbox.post('/sandbox/sign-types', { clientId, signTypes });
  await set(['RSA', 'RSA2']);
  await answers('ILLEGAL_SIGN_TYPE');
  expect((await ask()).text).toContain('RSA or RSA2 only');
  await set(['MD5', 'RSA', 'RSA2']);
  await answers('TRADE_NOT_EXIST');
});

describe('security M2: the rate of an order that waits', () => {
  const later = (advance: string) => sandbox.post('/sandbox/clock', { advance });

  test('timeout_rule=15d, paid 13 days later: at the rate of that day, which the shopper was shown', async () => {
    const order = await announced({ timeout_rule: '15d' });
    const inYuan = await announced({ timeout_rule: '15d', rmb_fee: '335.00' });
    const [old, oldInYuan] = [await shopper.look(order.cashierUrl), await shopper.look(inYuan.cashierUrl)];
    await later('P13D');
    const again = await shopperOf(sandbox, customer.phone, customer.pin);
    expect((await again.pay(order.cashierUrl)).error.code).toBe('PRICE_CHANGED');
    const fresh = await again.look(order.cashierUrl);
    expect(fresh.payerAmount).not.toEqual(old.payerAmount);
    expect(fresh.amount).toEqual(old.amount);
    expect(await again.pay(order.cashierUrl)).toMatchObject({
      ...{ status: 'paid', payerAmount: fresh.payerAmount },
    });
    // Priced in yuan, the yuan stay, and what they are worth is new.
    const freshInYuan = await again.look(inYuan.cashierUrl);
    expect(freshInYuan.payerAmount).toEqual(oldInYuan.payerAmount);
    expect(freshInYuan.amount).not.toEqual(oldInYuan.amount);
    expect((await again.pay(inYuan.cashierUrl)).status).toBe('paid');
    expect((await sandbox.get<{ ok: boolean }>('/audit.json')).ok).toBe(true);
  });

  test('order_valid_time is honoured whole, and beyond thirty days it is refused', async () => {
    const { now } = await sandbox.get<{ now: string }>('/sandbox/clock');
    const created = new Date(Date.parse(now) + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
    const order = await announced({ order_gmt_create: created, order_valid_time: '2592000' });
    await (await shopperOf(sandbox, customer.phone, customer.pin)).look(order.cashierUrl);
    await later('P20D');
    const paid = await sandbox.post<{ status: string }>('/sandbox/pay', { cashierUrl: order.cashierUrl });
    expect(paid.status).toBe('paid');
    const longer = orderOf({ order_gmt_create: created, order_valid_time: '2592001' });
    expect((await shop.call(longer)).text).toContain('ILLEGAL_ARGUMENT');
  });
});

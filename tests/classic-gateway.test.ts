// The classic gateway against a real sandbox, row by row of the reference's checklist (section 10). Rows 3 and 4 have
// their vectors in protocol/src/gateway/vectors.test.ts as well; row 27 is in
// tests/in-store.test.ts, row 29 is tests/classic-clients.test.ts.
import type { AuditAnswer } from '@tongbao/protocol/sandbox';
import { createMerchantClient } from '@tongbao/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyExport } from '../platform/src/audit/verify.ts';
import { until } from '../platform/src/testing/until.ts';
import { classicOrders } from './classic-orders.ts';
import {
  type ClassicShop,
  classicShop,
  md5Of,
  type Receiver,
  send,
  shopperOf,
  startReceiver,
} from './classic-shop.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';

let sandbox: Sandbox;
let shop: ClassicShop;
let yenShop: ClassicShop;
let receiver: Receiver;
let shopper: Awaited<ReturnType<typeof shopperOf>>;

beforeAll(async () => {
  sandbox = await startSandbox();
  shop = classicShop(sandbox, 0);
  yenShop = classicShop(sandbox, 1);
  receiver = await startReceiver();
  const { phone, pin } = sandbox.credentials.customers[0]!;
  shopper = await shopperOf(sandbox, phone, pin);
});

afterAll(async () => {
  const audit = await sandbox.get<AuditAnswer>('/audit.json');
  const exported = await (await fetch(`${sandbox.http}/audit/export`)).text();
  receiver?.close();
  await sandbox?.stop();
  expect(audit.proofs.filter((proof) => !proof.ok)).toEqual([]);
  const lines = async function* () {
    yield* exported.split('\n');
  };
  expect((await verifyExport(lines())).findings).toEqual([]);
});

const { next, orderOf, query, advance, announced, paid, refund } = classicOrders(() => ({ sandbox, shop }));

async function told(number: string, count = 1): Promise<Record<string, string>[]> {
  const found = () => receiver.received.filter((form) => form.out_trade_no === number);
  await until(() => found().length >= count);
  return found();
}

describe('requests', () => {
  test('row 1: GET and POST of the same parameters have the same effect', async () => {
    const order = orderOf();
    const got = await shop.call(order);
    const posted = await shop.call(order, { method: 'POST' });
    expect(got.location).toContain('/cashier/');
    expect(posted.location).toBe(got.location);
  });

  test('row 2: POST with the charset in the URL only is decoded and signed with it', async () => {
    const order = orderOf({ subject: '台灯' });
    const parameters = shop.sign(order, 'GBK');
    const { _input_charset: _inUrl, ...inBody } = parameters;
    const { location } = await shop.call(inBody, { method: 'POST', charset: 'GBK', raw: true });
    const view = await shopper.look(location!);
    expect(view.order.description).toBe('台灯');
  });

  test('row 3: vectors A–H: a signature made as the vectors are is accepted for a request as they are', async () => {
    const rates = { partner: shop.partner, service: 'forex_rate_file' };
    const sign = md5Of(rates, shop.key);
    const answer = await shop.call({ ...rates, sign, sign_type: 'MD5' }, { raw: true });
    expect(answer.type).toBe('text/plain;charset=GBK');
  });

  test('row 4: vector B′: GBK bytes hashed as UTF-8 are ILLEGAL_SIGN, and the sandbox shows both strings', async () => {
    const all = { partner: shop.partner, _input_charset: 'GBK', ...orderOf({ subject: '台灯' }) };
    const sign = md5Of(all, shop.key, 'UTF-8');
    const answer = await shop.call({ ...all, sign, sign_type: 'MD5' }, { charset: 'GBK', raw: true });
    expect(answer.text).toContain('ILLEGAL_SIGN');
    expect(answer.text).toContain('UTF-8 bytes');
    expect(answer.text).toContain('first difference is at byte');
    expect(answer.type).toBe('text/html;charset=GBK');
  });

  test('row 5: a lower-case sign_type is ILLEGAL_SIGN_TYPE', async () => {
    const signed = { ...shop.sign({ service: 'single_trade_query', out_trade_no: 'x' }), sign_type: 'md5' };
    expect((await shop.call(signed, { raw: true })).xml.error).toBe('ILLEGAL_SIGN_TYPE');
  });

  test('row 6: unknown service and unknown partner', async () => {
    expect((await shop.call({ service: 'mobile.securitypay.pay' })).xml.error).toBe('ILLEGAL_SERVICE');
    const strange = shop.sign({
      service: 'single_trade_query',
      out_trade_no: 'x',
      partner: '2088000000000000',
    });
    expect((await shop.call(strange, { raw: true })).xml.error).toBe('ILLEGAL_PARTNER');
  });

  test('row 7: an extra signed parameter is accepted', async () => {
    const answer = await shop.call(
      orderOf({ payment_type: '1', seller_email: 'a@b.example', sendFormat: 'normal' }),
    );
    expect(answer.status).toBe(302);
  });

  test('row 8: wrong orders are an HTML page and no redirect', async () => {
    const cases: [ClassicShop, Record<string, string>, string][] = [
      [shop, orderOf({ rmb_fee: '61.00', total_fee: '1' }), 'ILLEGAL_ARGUMENT'],
      [shop, orderOf({ total_fee: '' }), 'ILLEGAL_ARGUMENT'],
      [shop, orderOf({ currency: 'GBP' }), 'FOREX_MERCHANT_NOT_SUPPORT_THIS_CURRENCY'],
      [shop, orderOf({ currency: 'XXQ' }), 'ILLEGAL_CURRENCY'],
      [shop, orderOf({ total_fee: '0' }), 'TOTAL_FEE_LESSEQUAL_ZERO'],
      [shop, orderOf({ total_fee: '1000001' }), 'TOTAL_FEE_OUT_OF_RANGE'],
      [shop, orderOf({ timeout_rule: '4m' }), 'ILLEGAL_TIMEOUT_RULE'],
      [yenShop, orderOf({ currency: 'JPY', total_fee: '1.50' }), 'ILLEGAL_ARGUMENT'],
    ];
    for (const [of, order, code] of cases) {
      const answer = await of.call(order);
      expect(answer.location).toBeNull();
      expect(answer.type).toBe('text/html;charset=UTF-8');
      expect(answer.text).toContain(code);
    }
    const order = orderOf();
    await shop.call(order);
    expect((await shop.call({ ...order, total_fee: '1000' })).text).toContain('REPEAT_OUT_TRADE_NO');
  });

  test('row 23: content types', async () => {
    expect((await query('none')).type).toBe('text/xml;charset=UTF-8');
    const gbk = await shop.call({ service: 'single_trade_query', out_trade_no: 'none' }, { charset: 'GBK' });
    expect(gbk.type).toBe('text/xml;charset=GBK');
    expect(gbk.text).toContain('encoding="GBK"');
  });
});

describe('the trade', () => {
  test('row 9: before sign-in there is no trade', async () => {
    const { number, cashierUrl } = await announced();
    const view = await (
      await fetch(`${sandbox.http}/api/cashier/payments/${cashierUrl.split('/cashier/')[1]}`)
    ).json();
    expect(view).toMatchObject({ status: 'created', amount: { currency: 'KRW', value: '59000' } });
    expect((await query(number)).xml).toMatchObject({ isSuccess: false, error: 'TRADE_NOT_EXIST' });
  });

  test('row 10: after sign-in (PC) it waits for the buyer and has a number; on the phone only once it is paid', async () => {
    const { number, cashierUrl } = await announced();
    await shopper.look(cashierUrl);
    const { leaves } = (await query(number)).xml;
    expect(leaves).toMatchObject({ trade_status: 'WAIT_BUYER_PAY', out_trade_no: number });
    expect(leaves.trade_no).toMatch(/^\d{16,64}$/);
    const wap = await announced({ service: 'create_forex_trade_wap' });
    await shopper.look(wap.cashierUrl);
    expect((await query(wap.number)).xml.error).toBe('TRADE_NOT_EXIST');
    expect(await shopper.pay(wap.cashierUrl)).toMatchObject({ status: 'paid' });
    expect((await query(wap.number)).xml.leaves.trade_status).toBe('TRADE_FINISHED');
  });

  test('row 11: after payment TRADE_FINISHED; the first child’s leaves verify; the JSON API sees the same payment', async () => {
    const { number, cashierUrl } = await announced({ rmb_fee: '61.00' });
    expect(await shopper.pay(cashierUrl)).toMatchObject({
      status: 'paid',
      payerAmount: { currency: 'CNY', value: '6100' },
    });
    const { xml } = await query(number);
    expect(xml.leaves).toMatchObject({ trade_status: 'TRADE_FINISHED', total_fee: '61.00' });
    expect(xml.sign).toBe(md5Of(xml.leaves, shop.key));
    const merchant = sandbox.credentials.merchants[0]!;
    const client = createMerchantClient({
      gatewayUrl: sandbox.http,
      clientId: merchant.clientId,
      privateKey: merchant.merchantPrivateKey,
      gatewayPublicKey: merchant.gatewayPublicKey,
    });
    const seen = await client.inquiryPayment({ paymentRequestId: number });
    expect(seen).toMatchObject({
      paymentStatus: 'SUCCESS',
      actualPaymentAmount: { currency: 'CNY', value: '6100' },
    });
  });

  test('row 16: the return has exactly its seven parameters, verifies, and keeps the shop’s query', async () => {
    const { number, cashierUrl } = await announced({ return_url: 'https://shop.example/return?x=1' });
    const { returnUrl } = await shopper.pay(cashierUrl);
    const back = Object.fromEntries(new URL(returnUrl).searchParams);
    const { x, ...ours } = back;
    expect(x).toBe('1');
    expect(Object.keys(ours).sort()).toEqual(
      ['currency', 'out_trade_no', 'sign', 'sign_type', 'total_fee', 'trade_no', 'trade_status'].sort(),
    );
    expect(ours).toMatchObject({ out_trade_no: number, trade_status: 'TRADE_FINISHED', total_fee: '59000' });
    expect(ours.sign).toBe(md5Of(ours, shop.key));
  });

  test('row 24: timeout_rule counts twice; order_valid_time is absolute and goes first; its last minute is closed', async () => {
    const twice = await announced({ timeout_rule: '10m' });
    await advance('PT9M');
    expect((await shopper.look(twice.cashierUrl)).status).toBe('created');
    await advance('PT9M');
    expect((await query(twice.number)).xml.leaves.trade_status).toBe('WAIT_BUYER_PAY');
    await advance('PT2M');
    expect((await query(twice.number)).xml.leaves.trade_status).toBe('TRADE_CLOSED');
    const { now } = await sandbox.get<{ now: string }>('/sandbox/clock');
    const local = new Date(Date.parse(now) + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
    const absolute = { order_gmt_create: local, order_valid_time: '300', timeout_rule: '1d' };
    const late = await announced(absolute);
    await advance('PT4M30S');
    expect((await shopper.look(late.cashierUrl)).status).toBe('expired');
    expect((await query(late.number)).xml.error).toBe('TRADE_NOT_EXIST');
    expect((await shop.call(orderOf(absolute))).text).toContain('SESSION_TIMEOUT');
  });

  test('close_trade closes what is unpaid, and only that', async () => {
    const { number, cashierUrl } = await announced();
    await shopper.look(cashierUrl);
    expect((await shop.call({ service: 'close_trade', out_order_no: number })).xml.isSuccess).toBe(true);
    expect((await query(number)).xml.leaves.trade_status).toBe('TRADE_CLOSED');
    const done = await paid();
    expect((await shop.call({ service: 'close_trade', out_order_no: done.number })).xml.error).toBe(
      'TRADE_STATUS_ERROR',
    );
  });
});

describe('notifications', () => {
  const verify = (notifyId: string, partner = shop.partner) =>
    send(`${shop.gateway}?service=notify_verify&partner=${partner}&notify_id=${notifyId}`).then(
      ({ text }) => text,
    );

  test('row 12: acknowledged with success: no second attempt; notify_verify is false after its grace', async () => {
    const { number } = await paid({ notify_url: receiver.url });
    const [form] = await told(number);
    expect(form).toMatchObject({
      notify_type: 'trade_status_sync',
      trade_status: 'TRADE_FINISHED',
      total_fee: '59000',
    });
    expect(form!.sign).toBe(md5Of(form!, shop.key));
    expect(form!.notify_id).toMatch(/^[0-9a-z]{34}$/);
    await advance('PT2M');
    expect(await verify(form!.notify_id!)).toBe('false');
    await advance('P2D');
    expect(await told(number)).toHaveLength(1);
  });

  test('row 13: fail, BOM, redirect, 500: told again with the same notify_id and a new notify_time', async () => {
    const refusals = [
      { status: 200, body: 'fail' },
      { status: 200, body: '\ufeffsuccess' },
      { status: 302, body: '', headers: { location: '/' } },
      { status: 500, body: 'success' },
    ];
    for (const [index, refusal] of refusals.entries()) {
      receiver.answer = refusal;
      const { number } = await paid({ notify_url: receiver.url });
      await told(number);
      receiver.answer = { status: 200, body: 'success' };
      await advance('PT3M');
      const [first, second, ...more] = await told(number, 2);
      expect(second!.notify_id, `refusal ${index}`).toBe(first!.notify_id);
      expect(second!.notify_time).not.toBe(first!.notify_time);
      expect(second!.sign).toBe(md5Of(second!, shop.key));
      expect(more).toEqual([]);
    }
  });

  test('row 14: eight attempts in 24 hours and 22 minutes, then no more', async () => {
    receiver.answer = { status: 200, body: 'fail' };
    const { number } = await paid({ notify_url: receiver.url });
    await told(number);
    for (const step of ['PT25H', 'P3D']) await advance(step);
    receiver.answer = { status: 200, body: 'success' };
    const times = (await told(number, 8)).map((form) =>
      Date.parse(`${form.notify_time!.replace(' ', 'T')}+08:00`),
    );
    expect(times).toHaveLength(8);
    const minutes = times.map((time) => Math.round((time - times[0]!) / 60_000));
    expect(minutes).toEqual([0, 2, 12, 22, 82, 202, 562, 1462]);
  });

  test('row 15: notify_verify: true while it is told, false for another partner and after a minute, invalid without an id', async () => {
    let during = '';
    receiver.during = async (form) => {
      during = await verify(form.notify_id!);
    };
    const { number } = await paid({ notify_url: receiver.url });
    const [form] = await told(number);
    // It has been received before the answer to our question is.
    await until(async () => during !== '');
    receiver.during = null;
    expect(during).toBe('true');
    expect(await verify(form!.notify_id!, yenShop.partner)).toBe('false');
    expect(await verify('0'.repeat(34))).toBe('false');
    expect(await send(`${shop.gateway}?service=notify_verify&partner=${shop.partner}`)).toMatchObject({
      text: 'invalid',
    });
    await advance('PT61S');
    expect(await verify(form!.notify_id!)).toBe('false');
    const old = `${sandbox.http}/trade/notify_query.do?partner=${shop.partner}&notify_id=${form!.notify_id}`;
    expect((await send(old)).text).toBe('false');
  });
});

describe('refunds', () => {
  test('row 17: partial, partial, over', async () => {
    const { number } = await paid();
    expect((await refund(number, { return_amount: '20000' })).xml.isSuccess).toBe(true);
    expect((await refund(number, { return_amount: '39000' })).xml.isSuccess).toBe(true);
    expect((await refund(number, { return_amount: '1' })).xml.error).toBe('RETURN_AMOUNT_EXCEED');
    const yuan = await paid({ rmb_fee: '61.00' });
    for (const part of ['20.33', '20.33', '20.34'])
      expect((await refund(yuan.number, { return_rmb_amount: part })).xml.isSuccess).toBe(true);
    expect((await refund(yuan.number, { return_rmb_amount: '0.01' })).xml.error).toBe('RETURN_AMOUNT_EXCEED');
    expect((await query(yuan.number)).xml.leaves).toMatchObject({
      to_buyer_fee: '61.00',
      trade_status: 'TRADE_CLOSED',
    });
  });

  test('split funds: receivers get yuan at the rate of the order, and give back what a refund names', async () => {
    const [customs, carrier] = ['2088101000000001', '2088101000000002'];
    const books = async () => {
      const lines = (await (await fetch(`${sandbox.http}/audit/export`)).text()).trim().split('\n');
      return new Map(
        lines
          .map((line) => JSON.parse(line))
          .flatMap((row) => (row.type === 'account' ? [[row.code, row.balance]] : [])),
      );
    };
    const share = (transIn: string, amount: string) => ({ transIn, amount, currency: 'KRW', desc: 'tax' });
    const split = (...shares: object[]) => ({ split_fund_info: JSON.stringify(shares) });
    const { number } = await paid(
      split(share(customs, '5900'), share(carrier, '1000'), share(customs, '5900')),
    );
    // What the shopper pays for 59,000, in fen: 11,800 of it for one, 1,000 for the other.
    const fen = Number((await query(number)).xml.leaves.total_fee!.replace('.', ''));
    const before = await books();
    expect(before.get(`share-receiver:${customs}:CNY`)).toBe(String(Math.round(fen / 5)));
    expect(before.get(`share-receiver:${carrier}:CNY`)).toBe(String(Math.round(fen / 59)));

    const back = (amount: string) => split({ transOut: customs, amount, currency: 'KRW' });
    const over = await refund(number, { return_amount: '20000', ...back('11801') });
    expect(over.xml.error).toBe('RETURN_AMOUNT_EXCEED');
    for (const amount of ['3333', '8467'])
      expect((await refund(number, { return_amount: '20000', ...back(amount) })).xml.isSuccess).toBe(true);
    expect((await refund(number, { return_amount: '1000', ...back('1') })).xml.error).toBe(
      'RETURN_AMOUNT_EXCEED',
    );
    const after = await books();
    expect(after.get(`share-receiver:${customs}:CNY`)).toBe('0');
    expect(after.get(`share-receiver:${carrier}:CNY`)).toBe(String(Math.round(fen / 59)));

    const wrong = orderOf(split({ ...share(customs, '1'), currency: 'USD' }));
    expect((await shop.call(wrong)).text).toContain('INVALID_PARAMETER');
    const tooMuch = await shop.call(orderOf(split(share(customs, '59000'), share(carrier, '1'))));
    expect(tooMuch.text).toContain('INVALID_PARAMETER');
  });

  test('row 18: the same again, wrong currency, unknown order, closed trade, past the window', async () => {
    // The days that passed ended the session.
    const { phone, pin } = sandbox.credentials.customers[0]!;
    shopper = await shopperOf(sandbox, phone, pin);
    const { number } = await paid();
    const again = { out_return_no: next('R'), return_amount: '100' };
    expect((await refund(number, again)).xml.isSuccess).toBe(true);
    expect((await refund(number, again)).xml.error).toBe('REPEATED_REFUNDMENT_REQUEST');
    expect((await refund(number, { currency: 'USD', return_amount: '1' })).xml.error).toBe(
      'CURRENCY_NOT_SAME',
    );
    expect((await refund('nobody', { return_amount: '1' })).xml.error).toBe('PURCHASE_TRADE_NOT_EXIST');
    const closed = await announced();
    await shopper.look(closed.cashierUrl);
    await shop.call({ service: 'close_trade', out_order_no: closed.number });
    expect((await refund(closed.number, { return_amount: '1' })).xml.error).toBe('TRADE_HAS_CLOSE');
    await advance('P366D');
    expect((await refund(number, { return_amount: '1' })).xml.error).toBe('REFUNDMENT_VALID_DATE_EXCEED');
  });

  test('row 19: both forms of gmt_return', async () => {
    const { number } = await paid();
    for (const time of ['20141111103000', '2014-11-11 10:30:00'])
      expect((await refund(number, { gmt_return: time, return_amount: '10' })).xml.isSuccess).toBe(true);
    expect((await refund(number, { gmt_return: 'today', return_amount: '10' })).xml.error).toBe(
      'ILLEGAL_ARGUMENT',
    );
  });

  test('a refund is notified only where it asks for it; a file of refunds is done once', async () => {
    const { number } = await paid();
    await refund(number, { return_amount: '10', notify_url: receiver.url });
    const [form] = await told(number);
    expect(form).toMatchObject({ refund_status: 'REFUND_SUCCESS', return_amount: '10' });
    const line = `${shop.partner}|${next('R')}|${number}|KRW|500.00|20141111103000|尺寸`;
    for (let time = 0; time < 2; time++) {
      const form = new FormData();
      for (const [name, value] of Object.entries(shop.sign({ service: 'forex_refund_file' })))
        form.set(name, value);
      form.set('refund_file', new Blob([`${line}\r\n`]), 'refund.txt');
      expect((await send(shop.gateway, { method: 'POST', body: form })).xml.isSuccess).toBe(true);
    }
    expect((await refund(number, { return_amount: '58491' })).xml.error).toBe('RETURN_AMOUNT_EXCEED');
    expect((await refund(number, { return_amount: '58490' })).xml.isSuccess).toBe(true);
  });
});

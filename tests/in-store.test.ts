// In a shop, over the wire as a till's engineer sees it: a shopper's code is scanned, an order's code is shown.
import { createServer, type Server } from 'node:http';
import { readMerchantQr, readScannedCode } from '@tongbao/protocol/codes';
import type { AuditAnswer } from '@tongbao/protocol/sandbox';
import { createMerchantClient, type MerchantClient } from '@tongbao/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { classicShop, md5Of, shopperOf } from './classic-shop.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';

let sandbox: Sandbox;
let shop: MerchantClient;
let receiver: Server;
let notifyUrl: string;
const received: string[] = [];

beforeAll(async () => {
  sandbox = await startSandbox();
  const { clientId, merchantPrivateKey, gatewayPublicKey } = sandbox.credentials.merchants[0]!;
  shop = createMerchantClient({
    gatewayUrl: sandbox.http,
    clientId,
    privateKey: merchantPrivateKey,
    gatewayPublicKey,
  });
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push(body);
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}');
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => receiver.once('listening', resolve));
  notifyUrl = `http://127.0.0.1:${(receiver.address() as { port: number }).port}/n`;
});

afterAll(async () => {
  const audit = await sandbox.get<AuditAnswer>('/audit.json');
  receiver?.close();
  await sandbox?.stop();
  expect(audit.proofs.filter((proof) => !proof.ok)).toEqual([]);
});

const codeOf = async (asked: object = {}) =>
  (await sandbox.post<{ code: string }>('/sandbox/payment-code', asked)).code;

let counter = 0;
const inStore = (scenario: string, over: object = {}) =>
  shop.pay({
    productCode: 'IN_STORE_PAYMENT',
    paymentRequestId: `till-${++counter}`,
    paymentAmount: { currency: 'KRW', value: '59000' },
    order: { referenceOrderId: 'POS-1', orderDescription: '香水', merchant: { referenceMerchantId: 'S1' } },
    paymentMethod: { paymentMethodType: 'CONNECT_WALLET' },
    paymentFactor: { inStorePaymentScenario: scenario },
    paymentNotifyUrl: notifyUrl,
    env: { terminalType: 'APP' },
    ...over,
  } as Parameters<MerchantClient['pay']>[0]);
const methodOf = (code: string, paymentMethodType = 'CONNECT_WALLET') => ({
  paymentMethod: { paymentMethodType, paymentMethodId: code },
});

describe('the shop scans the shopper', () => {
  test.each(['CONNECT_WALLET', 'ALIPAY_CN'])('%s: paid at once, notified, asked', async (method) => {
    const code = await codeOf();
    const paid = await inStore('PAYMENTCODE', methodOf(code, method));
    expect(paid).toMatchObject({
      result: { resultCode: 'SUCCESS', resultStatus: 'S' },
      paymentAmount: { currency: 'KRW', value: '59000' },
      actualPaymentAmount: { currency: 'CNY', value: '33556' },
    });
    const asked = await shop.inquiryPayment({ paymentId: paid.paymentId! });
    expect(asked).toMatchObject({ paymentStatus: 'SUCCESS' });
    await expect
      .poll(() => received.some((body) => body.includes(paid.paymentId!)), { timeout: 20_000 })
      .toBe(true);
    expect((await inStore('PaymentCode', methodOf(code))).result.resultCode).toBe('INVALID_CODE');
  });

  test('codes of nobody, of another form, none, run out; other methods', async () => {
    const resultOf = async (over: object) => (await inStore('PaymentCode', over)).result;
    expect(await resultOf(methodOf('280000000000000000'))).toMatchObject({ resultCode: 'INVALID_CODE' });
    expect(await resultOf(methodOf('hello'))).toMatchObject({ resultCode: 'INVALID_CODE' });
    expect(await resultOf({})).toMatchObject({
      resultCode: 'PARAM_ILLEGAL',
      resultMessage: expect.stringContaining('paymentMethodId'),
    });
    const code = await codeOf();
    expect(await resultOf(methodOf(code, 'CARD'))).toMatchObject({
      resultCode: 'PAYMENT_METHOD_NOT_SUPPORTED',
    });
    await sandbox.post('/sandbox/clock', { advance: 'PT2M' });
    expect(await resultOf(methodOf(code))).toMatchObject({ resultCode: 'EXPIRED_CODE' });
  });

  test('a large sum waits for the shopper, then is paid', async () => {
    const code = await codeOf({ customer: '13800000001' });
    const asked = await inStore('PaymentCode', {
      ...methodOf(code),
      paymentAmount: { currency: 'KRW', value: '300000' },
    });
    expect(asked.result).toMatchObject({ resultCode: 'PAYMENT_IN_PROCESS', resultStatus: 'U' });
    expect(asked.normalUrl).toBeUndefined();
    expect(await shop.inquiryPayment({ paymentId: asked.paymentId! })).toMatchObject({
      paymentStatus: 'PROCESSING',
    });
    await sandbox.post('/sandbox/pay', { paymentId: asked.paymentId, customer: '13800000001' });
    expect(await shop.inquiryPayment({ paymentId: asked.paymentId! })).toMatchObject({
      paymentStatus: 'SUCCESS',
    });
  });

  test('with a bank card the bank is asked, and the shop hears of it', async () => {
    const code = await codeOf({ customer: '13800000002', method: 'card' });
    const asked = await inStore('PaymentCode', methodOf(code));
    expect(asked.result.resultCode).toBe('PAYMENT_IN_PROCESS');
    await expect
      .poll(async () => (await shop.inquiryPayment({ paymentId: asked.paymentId! })).paymentStatus, {
        timeout: 20_000,
      })
      .toBe('SUCCESS');
  });

  test('the sandbox knows only its own customers', async () => {
    expect(await sandbox.post('/sandbox/payment-code', { customer: '13999999999' })).toMatchObject({
      error: { code: 'customer-unknown' },
    });
  });
});

test('the shopper scans the shop: the answer carries an EMVCo code of the order', async () => {
  const asked = await inStore('ORDERCODE');
  expect(asked.result.resultCode).toBe('PAYMENT_IN_PROCESS');
  const [detail] = asked.orderCodeForm!.codeDetails;
  expect(detail).toMatchObject({ codeValueType: 'QRCODE', displayType: 'TEXT' });
  expect(readMerchantQr(detail!.codeValue)).toMatchObject({
    initiation: 'dynamic',
    currency: 'KRW',
    amount: '59000',
    country: 'KR',
    city: 'Seoul',
    name: 'Hanbit Mall',
  });
  expect(readScannedCode(detail!.codeValue)).toEqual({
    kind: 'order',
    token: asked.normalUrl!.split('/cashier/')[1],
  });
});

test('security M4: a signed-in stranger who scans a displayed order and says no ends it for nobody, over both gateways', async () => {
  const [, stranger, payer] = sandbox.credentials.customers;
  const no = async (cashierUrl: string) =>
    (await shopperOf(sandbox, stranger!.phone, stranger!.pin)).decline(cashierUrl);
  const asked = await inStore('OrderCode');
  const classic = classicShop(sandbox, 0);
  const { qr_code: code } = (
    await classic.call({
      ...{ service: 'alipay.acquire.precreate', out_trade_no: `Q-${++counter}`, subject: '香水' },
      ...{
        product_code: 'OVERSEAS_MBARCODE_PAY',
        total_fee: '59000',
        currency: 'KRW',
        trans_currency: 'KRW',
      },
    })
  ).xml.leaves;
  for (const cashierUrl of [asked.normalUrl!, code!]) {
    const told = () => received.filter((body) => body.includes(/\d{30}/.exec(cashierUrl)![0])).length;
    for (let time = 0; time < 2; time++)
      expect(await no(cashierUrl)).toMatchObject({ status: 'created', staysOpen: true });
    expect(told()).toBe(0);
    const paid = await sandbox.post('/sandbox/pay', { cashierUrl, customer: payer!.phone });
    expect(paid).toMatchObject({ status: 'paid' });
  }
  // A link that was given to one shopper is that shopper's to end.
  const { cashierUrl } = await sandbox.post<{ cashierUrl: string }>('/sandbox/test-payment', {});
  expect(await no(cashierUrl)).toMatchObject({ status: 'declined', staysOpen: false });
});

test('a shopper who has come by the static code is sent to the cashier', async () => {
  const asked = await inStore('EntryCode', { paymentMethod: { paymentMethodType: 'ALIPAY_CN' } });
  expect(asked.result.resultCode).toBe('PAYMENT_IN_PROCESS');
  expect(asked.normalUrl).toContain('/cashier/');
});

const advance = (duration: string) => sandbox.post('/sandbox/clock', { advance: duration });

test('row 27: spot pay: the same partner_trans_id after success is TRADE_HAS_SUCCESS; query, refund, reverse', async () => {
  await advance('P1D');
  const shop = classicShop(sandbox, 0);
  const code = async () => (await sandbox.post<{ code: string }>('/sandbox/payment-code', {})).code;
  const pay = async (number: string, more: Record<string, string> = {}) =>
    (
      await shop.call({
        service: 'alipay.acquire.overseas.spot.pay',
        alipay_seller_id: shop.partner,
        trans_name: '香水',
        partner_trans_id: number,
        currency: 'KRW',
        trans_amount: '59000',
        buyer_identity_code: await code(),
        identity_code_type: 'barcode',
        trans_create_time: '20141111103000',
        biz_product: 'OVERSEAS_MBARCODE_PAY',
        extend_info: JSON.stringify({
          secondary_merchant_name: 'Counter 3',
          store_id: 'S1',
          terminal_id: 'T9',
        }),
        ...more,
      })
    ).xml;
  const ask = async (service: string, more: Record<string, string>) =>
    (await shop.call({ service: `alipay.acquire.overseas.${service}`, ...more })).xml.leaves;
  const number = `S-${++counter}`;
  const first = await pay(number);
  expect(first.leaves).toMatchObject({
    result_code: 'SUCCESS',
    partner_trans_id: number,
    trans_amount: '59000',
    trans_amount_cny: expect.stringMatching(/^\d+\.\d\d$/),
    exchange_rate: expect.stringMatching(/^0\.\d{8}$/),
    alipay_buyer_login_id: '138****0001',
    alipay_pay_time: expect.stringMatching(/^\d{14}$/),
  });
  expect(first.sign).toBe(md5Of(first.leaves, shop.key));
  const { leaves } = await pay(number);
  expect(leaves).toMatchObject({ result_code: 'FAILED', error: 'TRADE_HAS_SUCCESS' });
  expect(await ask('query', { partner_trans_id: number })).toMatchObject({
    result_code: 'SUCCESS',
    alipay_trans_status: 'TRADE_SUCCESS',
    alipay_trans_id: first.leaves.alipay_trans_id,
  });
  const refund = { partner_trans_id: number, currency: 'KRW', refund_amount: '9000', refund_reson: 'size' };
  const back = { ...refund, partner_refund_id: `SR-${++counter}` };
  for (let time = 0; time < 2; time++)
    expect(await ask('spot.refund', back)).toMatchObject({ result_code: 'SUCCESS', refund_amount: '9000' });
  expect(
    await ask('spot.refund', { ...refund, partner_refund_id: `SR-${++counter}`, refund_amount: '50001' }),
  ).toMatchObject({ result_code: 'FAILED', error: 'RETURN_AMOUNT_EXCEED' });

  const undone = `S-${++counter}`;
  expect((await pay(undone, { trans_amount: '1000' })).leaves.result_code).toBe('SUCCESS');
  for (let time = 0; time < 2; time++)
    expect(await ask('spot.reverse', { partner_trans_id: undone })).toMatchObject({
      result_code: 'SUCCESS',
    });
  expect((await pay(undone, { trans_amount: '1000' })).leaves.error).toBe('TRADE_HAS_CLOSE');
  expect(await ask('query', { partner_trans_id: undone })).toMatchObject({
    alipay_trans_status: 'TRADE_CLOSED',
  });

  const spoilt = (more: Record<string, string>) =>
    pay(`S-${++counter}`, more).then((xml) => xml.leaves.error);
  expect(await spoilt({ buyer_identity_code: '280000000000000000' })).toBe('SOUNDWAVE_PARSER_FAIL');
  expect(await spoilt({ buyer_identity_code: 'coffee' })).toBe('SOUNDWAVE_PARSER_FAIL');
  expect(await spoilt({ currency: 'GBP' })).toBe('FOREX_MERCHANT_NOT_SUPPORT_THIS_CURRENCY');
  const old = await code();
  await advance('PT2M');
  expect(await spoilt({ buyer_identity_code: old })).toBe('SOUNDWAVE_PARSER_FAIL');
  // Above what goes without the PIN the outcome is open until the shopper has confirmed.
  const dear = `S-${++counter}`;
  const open = await pay(dear, { trans_amount: '400000' });
  expect(open.leaves).toMatchObject({ result_code: 'UNKNOW' });
  expect(await ask('query', { partner_trans_id: dear })).toMatchObject({
    alipay_trans_status: 'WAIT_BUYER_PAY',
  });
  await sandbox.post('/sandbox/pay', { paymentId: open.leaves.alipay_trans_id });
  expect(await ask('query', { partner_trans_id: dear })).toMatchObject({
    alipay_trans_status: 'TRADE_SUCCESS',
  });
  expect(await ask('query', { partner_trans_id: 'nobody' })).toMatchObject({ error: 'TRADE_NOT_EXIST' });
  const inYuan = await pay(`S-${++counter}`, { trans_currency: 'CNY', trans_amount: '61.00' });
  expect(inYuan.leaves).toMatchObject({ result_code: 'SUCCESS', trans_amount_cny: '61.00' });
});

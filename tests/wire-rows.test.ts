// Rows of what real clients met on the wire (W3 to W14), each against a running sandbox.
import { createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMerchantClient, type MerchantClient } from '@tongbao/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClassicShop, classicShop, md5Of } from './classic-shop.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';

let sandbox: Sandbox;
let shop: MerchantClient;
let classic: ClassicShop;
beforeAll(async () => {
  sandbox = await startSandbox();
  const { clientId, merchantPrivateKey, gatewayPublicKey } = sandbox.credentials.merchants[0]!;
  shop = createMerchantClient({
    ...{ gatewayUrl: sandbox.http, clientId, gatewayPublicKey },
    privateKey: merchantPrivateKey,
  });
  classic = classicShop(sandbox, 0);
});
afterAll(() => sandbox?.stop());

let counter = 0;
const next = (): string => `wire-${++counter}`;
// biome-ignore lint/suspicious/noExplicitAny: requests as clients write them, not as the types allow.
const payOf = (over: object = {}): any => ({
  productCode: 'CASHIER_PAYMENT',
  paymentRequestId: next(),
  paymentAmount: { currency: 'KRW', value: '1000' },
  paymentMethod: { paymentMethodType: 'ALIPAY_CN' },
  order: { referenceOrderId: 'o', orderDescription: 'tea' },
  paymentRedirectUrl: 'https://shop.example/return',
  ...over,
});
type Said = { error: { code: string; message: string } };
const post = (path: string, body: object) =>
  fetch(`${sandbox.http}${path}`, {
    ...{ method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
  });

test.each(['/aps/api/v1/payments/pay', '/aps/x', '/aps', '/ams', '/ams/api/v1/customs/declare', '/ams/x/y'])(
  'W3: %s answers signed that nothing is there',
  async (path) => {
    const answer = await post(path, {});
    expect(answer.status).toBe(200);
    expect(answer.headers.get('signature')).toMatch(/^algorithm=RSA256,keyVersion=\d+,signature=/);
    expect(await answer.json()).toMatchObject({ result: { resultCode: 'NO_INTERFACE_DEF' } });
  },
);

async function classicPaid(): Promise<string> {
  const number = next();
  const { location } = await classic.call({
    ...{
      service: 'create_forex_trade',
      subject: 'tea',
      out_trade_no: number,
      currency: 'KRW',
      total_fee: '1000',
    },
  });
  await sandbox.post('/sandbox/pay', { cashierUrl: location! });
  return number;
}

test('W4: a refund without gmt_return is made now', async () => {
  const answer = await classic.call({
    ...{ service: 'forex_refund', out_return_no: next(), out_trade_no: await classicPaid() },
    ...{ currency: 'KRW', return_amount: '1000' },
  });
  expect(answer.xml.isSuccess).toBe(true);
});

test('W5: members of extend_info that are null are absent', async () => {
  const { code } = await sandbox.post<{ code: string }>('/sandbox/payment-code', {});
  const answer = await classic.call({
    ...{ service: 'alipay.acquire.overseas.spot.pay', partner_trans_id: next(), trans_name: 'tea' },
    ...{ currency: 'KRW', trans_amount: '1000', buyer_identity_code: code, identity_code_type: 'barcode' },
    extend_info:
      '{"secondary_merchant_id":null,"secondary_merchant_name":null,"store_id":"S1","store_name":"Tea"}',
  });
  expect(answer.xml.leaves.result_code).toBe('SUCCESS');
});

test('W6: an order that is cancelled before anybody scans it takes no money any more', async () => {
  for (const close of ['alipay.acquire.cancel', 'close_trade'] as const) {
    const number = next();
    const made = await classic.call({
      ...{ service: 'alipay.acquire.precreate', out_trade_no: number, subject: 'tea' },
      ...{ currency: 'KRW', total_fee: '1000' },
    });
    const name = close === 'close_trade' ? 'out_order_no' : 'out_trade_no';
    const answer = await classic.call({ service: close, [name]: number });
    expect(answer.xml.isSuccess, answer.text).toBe(true);
    if (close !== 'close_trade')
      expect(answer.xml.leaves).toMatchObject({ result_code: 'SUCCESS', action: 'close' });
    const paid = await post('/sandbox/pay', { cashierUrl: made.xml.leaves.qr_code });
    expect(await paid.json()).toMatchObject({ error: { code: 'payment-expired' } });
  }
});

test('W7: goods as one object are a list of one', async () => {
  const answer = await shop.pay(payOf({ order: { referenceOrderId: 'o', goods: { goodsName: 'tea' } } }));
  expect(answer.result.resultCode).toBe('PAYMENT_IN_PROCESS');
});

test('a seller’s number may be a UUID, and a session’s method have no type: official demos send both', async () => {
  const merchant = { referenceMerchantId: crypto.randomUUID(), merchantMCC: 'merchantMcc' };
  const answer = await shop.pay(payOf({ order: { referenceOrderId: 'o', merchant } }));
  expect(answer.result.resultCode).toBe('PAYMENT_IN_PROCESS');
  const paymentMethod = { paymentMethodMetaData: { is3DSAuthentication: 'true' } };
  const session = await shop.createPaymentSession(payOf({ paymentMethod }));
  expect(session.result.resultCode).toBe('SUCCESS');
});

test.each([
  { subscriptionInfo: { subscriptionDescription: 'monthly' } },
  { agreementInfo: { authState: 'x' } },
  { isAuthorization: true },
  { isAuthorization: 'true' },
  { creditPayPlan: { installmentNum: '3' } },
])('W8: %j would be another deal and is refused', async (over) => {
  const answer = await shop.pay(payOf(over));
  expect(answer.result.resultCode).toBe('BUSINESS_NOT_SUPPORT');
  expect(answer.result.resultMessage).toContain(Object.keys(over)[0]);
});

test('W9: customizedInfo returns in the notification and in the inquiry', async () => {
  const customizedInfo = { customizedField1: 'a', customizedField5: '台' };
  const request = payOf({ customizedInfo, paymentNotifyUrl: 'http://127.0.0.1:9/n' });
  const { paymentId } = await shop.pay(request);
  expect(await shop.inquiryPayment({ paymentId: paymentId! })).toMatchObject({ customizedInfo });
  await sandbox.post('/sandbox/pay', { paymentId });
  type Outbox = { notifications: { body: string | null }[] };
  const outbox = await sandbox.get<Outbox>(`/sandbox/outbox?paymentId=${paymentId}`);
  const body = outbox.notifications[0]?.body ?? null;
  if (body !== null) expect(JSON.parse(body)).toMatchObject({ customizedInfo });
  expect(await shop.inquiryPayment({ paymentId: paymentId! })).toMatchObject({ customizedInfo });
});

test('W10: /sandbox/pay knows customers by name too, and says what is missing', async () => {
  const { paymentId } = await shop.pay(payOf());
  const unknown = (await (await post('/sandbox/pay', { paymentId, customer: 'Nobody' })).json()) as Said;
  expect(unknown.error.message).toContain('+8613800000001 (Li Wei)');
  const rich = await shop.pay(payOf({ paymentAmount: { currency: 'KRW', value: '5000000' } }));
  const poor = (await (
    await post('/sandbox/pay', { paymentId: rich.paymentId, customer: 'Wang Fang' })
  ).json()) as Said;
  expect(poor.error).toMatchObject({
    code: 'balance-insufficient',
    message: expect.stringContaining('88.00'),
  });
  expect((await post('/sandbox/pay', { paymentId, customer: '李伟' })).status).toBe(200);
});

test('W13: the logo of the offer can be fetched', async () => {
  const answer = await shop.consult({
    ...{ productCode: 'CASHIER_PAYMENT', paymentAmount: { currency: 'KRW', value: '1000' } },
    env: { terminalType: 'WEB' },
  });
  const { logo } = answer.paymentOptions![0] as { logo: { logoUrl: string } };
  const picture = await fetch(`${sandbox.http}${new URL(logo.logoUrl).pathname}`);
  expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png']);
});

test('case 17: the doctor knows a plus that was not escaped', async () => {
  const all = {
    service: 'single_trade_query',
    partner: classic.partner,
    _input_charset: 'UTF-8',
    out_trade_no: 'x+1',
  };
  const query = `${new URLSearchParams({ ...all, sign: md5Of(all, classic.key), sign_type: 'MD5' })}`;
  const answer = await (await fetch(`${classic.gateway}?${query.replace('%2B', '+')}`)).text();
  expect(answer).toContain('a plus in a value was not written as %2B');
});

test('W2: the signature of a notification covers the path, or the path with its query, as the merchant says', async () => {
  const received: { headers: IncomingHttpHeaders; url: string; body: string }[] = [];
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      received.push({ headers: request.headers, url: request.url!, body });
      response.setHeader('content-type', 'application/json');
      response.end('{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}');
    });
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const { port } = receiver.address() as AddressInfo;
  const { clientId, gatewayPublicKey } = sandbox.credentials.merchants[0]!;
  const told = async (target: 'path' | 'path-and-query') => {
    await sandbox.post('/sandbox/notification-target', { clientId, target });
    const paymentNotifyUrl = `http://127.0.0.1:${port}/told?shop=7&at=${target}`;
    const { paymentId } = await shop.pay(payOf({ paymentNotifyUrl }));
    await sandbox.post('/sandbox/pay', { paymentId });
    await expect.poll(() => received.find(({ url }) => url.endsWith(target))).toBeDefined();
    const { headers, url, body } = received.find((each) => each.url.endsWith(target))!;
    const verifies = (path: string): boolean => {
      const signed = `POST ${path}\n${clientId}.${headers['request-time']}.${body}`;
      const signature = /signature=([^,]+)/.exec(String(headers.signature))![1]!;
      const key = createPublicKey({
        key: Buffer.from(gatewayPublicKey, 'base64'),
        ...{ format: 'der', type: 'spki' },
      });
      const bytes = Buffer.from(decodeURIComponent(signature), 'base64');
      return verify('sha256', Buffer.from(signed), key, bytes);
    };
    return { alone: verifies(url.split('?')[0]!), withQuery: verifies(url) };
  };
  try {
    expect(await told('path')).toEqual({ alone: true, withQuery: false });
    expect(await told('path-and-query')).toEqual({ alone: false, withQuery: true });
  } finally {
    await sandbox.post('/sandbox/notification-target', { clientId, target: 'path' });
    receiver.close();
  }
});

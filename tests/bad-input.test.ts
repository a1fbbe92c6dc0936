// Bad input of every kind on the JSON gateway: each gets HTTP 200, the gateway's signature and the reference's code, and
// nothing moves.
import { sign } from 'node:crypto';
import { cataloguePaths, operationAt } from '@tongbao/protocol/ams';
import type { AuditAnswer } from '@tongbao/protocol/sandbox';
import { createMerchantClient, type MerchantClient } from '@tongbao/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { privateKeyOf } from '../platform/src/system/index.ts';
import { signedPost } from './signed-post.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';

let sandbox: Sandbox;
let shop: MerchantClient;
let merchant: Sandbox['credentials']['merchants'][number];

beforeAll(async () => {
  sandbox = await startSandbox();
  merchant = sandbox.credentials.merchants[0]!;
  shop = clientOf(0);
});
afterAll(async () => {
  const audit = await sandbox.get<AuditAnswer>('/audit.json');
  await sandbox.stop();
  expect(audit.proofs.filter((proof) => !proof.ok)).toEqual([]);
});

function clientOf(index: number): MerchantClient {
  const { clientId, merchantPrivateKey, gatewayPublicKey } = sandbox.credentials.merchants[index]!;
  return createMerchantClient({
    gatewayUrl: sandbox.http,
    clientId,
    privateKey: merchantPrivateKey,
    gatewayPublicKey,
  });
}

let counter = 0;

const payOf = (over: object = {}) =>
  ({
    productCode: 'CASHIER_PAYMENT',
    paymentRequestId: `bad-${++counter}`,
    paymentAmount: { currency: 'KRW', value: '59000' },
    order: {
      referenceOrderId: 'LT-1',
      orderDescription: '气垫粉底',
      orderAmount: { currency: 'KRW', value: '59000' },
    },
    paymentMethod: { paymentMethodType: 'ALIPAY_CN' },
    paymentRedirectUrl: 'https://mall.example/return',
    env: { terminalType: 'WEB' },
    ...over,
  }) as Parameters<MerchantClient['pay']>[0];

describe('bad input', () => {
  const send = (over: Parameters<typeof signedPost>[2] = {}) =>
    signedPost(sandbox, merchant, { resource: 'payments/pay', body: payOf(), ...over });

  test.each<[string, () => Parameters<typeof signedPost>[2], string]>([
    ['an unknown client', () => ({ headers: { 'client-id': 'SANDBOX_NOBODY' } }), 'INVALID_CLIENT'],
    ['no client', () => ({ headers: { 'client-id': undefined } }), 'PARAM_ILLEGAL'],
    ['no signature', () => ({ headers: { signature: undefined } }), 'INVALID_SIGNATURE'],
    [
      'a signature that is none',
      () => ({ headers: { signature: 'algorithm=RSA256,keyVersion=1,signature=%%%' } }),
      'INVALID_SIGNATURE',
    ],
    [
      'another merchant’s key',
      () => ({ privateKey: sandbox.credentials.merchants[1]!.merchantPrivateKey }),
      'INVALID_SIGNATURE',
    ],
    ['an unknown key version', () => ({ keyVersion: 9 }), 'KEY_NOT_FOUND'],
    ['a time that is none', () => ({ time: 'yesterday' }), 'PARAM_ILLEGAL'],
    ['a body that is not JSON', () => ({ raw: '{"productCode":' }), 'PARAM_ILLEGAL'],
    ['a body that is no object', () => ({ raw: '[1]' }), 'PARAM_ILLEGAL'],
    ['an empty body', () => ({ raw: '' }), 'PARAM_ILLEGAL'],
    [
      'a body over 1 MiB',
      () => ({ raw: JSON.stringify({ ...payOf(), extendInfo: 'x'.repeat(1024 * 1024) }) }),
      'PARAM_ILLEGAL',
    ],
    ['a wrong type', () => ({ body: payOf({ order: 'an order' }) }), 'PARAM_ILLEGAL'],
    [
      'a request id of 65 characters',
      () => ({ body: payOf({ paymentRequestId: 'x'.repeat(65) }) }),
      'PARAM_ILLEGAL',
    ],
    [
      'an order description over its length',
      () => ({ body: payOf({ order: { orderDescription: 'x'.repeat(257) } }) }),
      'PARAM_ILLEGAL',
    ],
    [
      'no currency of this world',
      () => ({ body: payOf({ paymentAmount: { currency: 'XYZ', value: '1' } }) }),
      'PARAM_ILLEGAL',
    ],
    [
      'a currency that is not contracted',
      () => ({ body: payOf({ paymentAmount: { currency: 'USD', value: '100' } }) }),
      'CURRENCY_NOT_SUPPORT',
    ],
    ['nothing', () => ({ body: payOf({ paymentAmount: { currency: 'KRW', value: '0' } }) }), 'PARAM_ILLEGAL'],
    [
      'less than nothing',
      () => ({ body: payOf({ paymentAmount: { currency: 'KRW', value: '-5' } }) }),
      'PARAM_ILLEGAL',
    ],
    [
      'won with decimals',
      () => ({ body: payOf({ paymentAmount: { currency: 'KRW', value: '59000.00' } }) }),
      'PARAM_ILLEGAL',
    ],
    [
      'more than the contract allows',
      () => ({ body: payOf({ paymentAmount: { currency: 'KRW', value: '50000001' } }) }),
      'PAYMENT_AMOUNT_EXCEED_LIMIT',
    ],
    [
      'a deadline that has passed',
      () => ({ body: payOf({ paymentExpiryTime: '2014-01-01T00:00:00+08:00' }) }),
      'PARAM_ILLEGAL',
    ],
    [
      'a settlement currency of no contract',
      () => ({ body: payOf({ settlementStrategy: { settlementCurrency: 'USD' } }) }),
      'SETTLE_CONTRACT_NOT_MATCH',
    ],
    [
      'another wallet',
      () => ({ body: payOf({ paymentMethod: { paymentMethodType: 'GCASH' } }) }),
      'PAYMENT_METHOD_NOT_SUPPORTED',
    ],
    [
      'a product that is not built',
      () => ({ body: payOf({ productCode: 'AGREEMENT_PAYMENT' }) }),
      'BUSINESS_NOT_SUPPORT',
    ],
    [
      'a script as return URL',
      () => ({ body: payOf({ paymentRedirectUrl: 'javascript:alert(1)' }) }),
      'PARAM_ILLEGAL',
    ],
    [
      'a seller called like the network (security M1)',
      () => ({
        body: payOf({
          order: {
            referenceOrderId: 'x',
            orderDescription: 'x',
            merchant: { referenceMerchantId: 'm', merchantName: '支付宝官方客服 Alipay Official' },
          },
        }),
      }),
      'PARAM_ILLEGAL',
    ],
    [
      'a relative return URL (security M8)',
      () => ({ body: payOf({ paymentRedirectUrl: '//evil.example/return' }) }),
      'PARAM_ILLEGAL',
    ],
    [
      'a return URL in another scheme’s clothes (security M8)',
      () => ({ body: payOf({ paymentRedirectUrl: 'feed:javascript:alert(1)' }) }),
      'PARAM_ILLEGAL',
    ],
    [
      'a refund of an unknown payment',
      () => ({
        resource: 'payments/refund',
        body: {
          refundRequestId: 'r',
          paymentId: '201411111000000000000000000001',
          refundAmount: { currency: 'KRW', value: '1' },
        },
      }),
      'ORDER_NOT_EXIST',
    ],
  ])('%s: HTTP 200, signed, the reference’s code', async (_name, over, code) => {
    const answer = await send(over());
    expect(answer.status).toBe(200);
    expect(answer.signed).toBe(true);
    expect(answer.body.result).toMatchObject({ resultStatus: 'F', resultCode: code });
  });

  test('the signature doctor names the mistake', async () => {
    const wrongPath = await send({ signedPath: '/ams/api/v1/payments/pay' });
    expect(wrongPath.body.result.resultMessage).toMatch(/production path/);
    const foreign = await send({ privateKey: sandbox.credentials.merchants[1]!.merchantPrivateKey });
    expect(foreign.body.result.resultMessage).toContain(sandbox.credentials.merchants[1]!.clientId);
    const indented = await send({
      raw: JSON.stringify(payOf({ paymentRequestId: 'doctor' })),
      signedBody: JSON.stringify(payOf({ paymentRequestId: 'doctor' }), null, 2),
    });
    expect(indented.body.result.resultMessage).toMatch(/indented JSON/);
  });

  test('the doctor reads signatures that came as hex or base64url, and names the first byte that differs', async () => {
    const path = '/ams/sandbox/api/v1/payments/pay';
    const body = JSON.stringify(payOf());
    const time = '1400000000000';
    const content = (at: string) => Buffer.from(`POST ${at}\n${merchant.clientId}.${time}.${body}`);
    const key = privateKeyOf(merchant.merchantPrivateKey);
    const asked = async (signature: string) =>
      (await send({ raw: body, time, headers: { signature } })).body.result.resultMessage as string;
    const header = (signature: string) => `algorithm=RSA256, keyVersion=1, signature=${signature}`;
    const right = sign('sha256', content(path), key);
    expect(await asked(header(right.toString('hex')))).toMatch(
      /sent the signature as hex.*difference is at byte 0/,
    );
    const url = sign('sha256', Buffer.from(`https://localhost${path}`), key).toString('base64url');
    expect(await asked(header(`${url.slice(0, -1)}-`))).toMatch(/^signature mismatch: /);
    const full = sign('sha1', content(`${sandbox.http}${path}`), key).toString('base64');
    expect(await asked(header(encodeURIComponent(full)))).toMatch(
      /the full URL instead of the path with SHA-1 instead of SHA-256; the first difference is at byte 5: expected "\/ams\/.*", signed "http:/,
    );
    expect(await asked('signature')).toMatch(/cannot be read/);
  });

  test('a text of one’s own is compared with the one that the gateway expects', async () => {
    const asked = {
      clientId: merchant.clientId,
      requestTime: '1',
      path: '/ams/sandbox/api/v1/payments/pay',
      body: '{"a":1}',
    };
    const expectedText = `POST ${asked.path}\n${asked.clientId}.1.{"a":1}`;
    const compare = (signedText: string) => sandbox.post('/sandbox/signature', { ...asked, signedText });
    expect(await compare(expectedText)).toEqual({ same: true, mistakes: [], difference: null, expectedText });
    expect(await compare(expectedText.replace('\n', '\r\n'))).toMatchObject({
      same: false,
      mistakes: ['CR LF for the line end after the path'],
      difference: {
        byte: 'POST '.length + asked.path.length,
        expected: expect.stringMatching(/^\\nSANDBOX/),
        given: expect.stringMatching(/^\\r\\n/),
      },
    });
    expect(await compare('quite another')).toMatchObject({ mistakes: null, difference: { byte: 0 } });
  });

  test('another method is refused, signed', async () => {
    const answer = await send({ method: 'PUT' });
    expect(answer).toMatchObject({
      status: 200,
      signed: true,
      body: { result: { resultCode: 'METHOD_NOT_SUPPORTED' } },
    });
  });

  test('every path of the catalogue that is not built says so, signed, byte for byte as written', async () => {
    const missing = cataloguePaths.filter((path) => operationAt(path) === null);
    expect(missing.length).toBeGreaterThan(140);
    for (const path of missing) {
      const answer = await send({ path });
      expect([path, answer.signed, answer.body.result.resultCode]).toEqual([path, true, 'NO_INTERFACE_DEF']);
    }
  });

  test('another merchant’s payment does not exist for this one', async () => {
    const made = await shop.pay(payOf({ paymentAmount: { currency: 'KRW', value: '100' } }));
    const paymentId = made.paymentId!;
    await sandbox.post('/sandbox/pay', { paymentId });
    const foreign = clientOf(1);
    expect((await foreign.inquiryPayment({ paymentId })).result.resultCode).toBe('ORDER_NOT_EXIST');
    expect((await foreign.cancel({ paymentId })).result.resultCode).toBe('ORDER_NOT_EXIST');
    const refund = await foreign.refund({
      refundRequestId: 'x',
      paymentId,
      refundAmount: { currency: 'KRW', value: '1' },
    });
    expect(refund.result.resultCode).toBe('ORDER_NOT_EXIST');
  });

  test('the absolute form of the request target and the odd dialects of the SDKs are understood', async () => {
    const answer = await send({
      absolute: true,
      time: '2026-11-22T23:53:43+0000',
      body: payOf({
        extendInfo: { a: 1 },
        paymentFactor: { isAuthorization: 'false' },
        settlementStrategy: null,
      }),
    });
    expect(answer.body.result.resultCode).toBe('PAYMENT_IN_PROCESS');
  });
});

test('a request that is sent again after its own deadline keeps its first answer', async () => {
  const { now } = await sandbox.get<{ now: string }>('/sandbox/clock');
  const request = payOf({ paymentExpiryTime: new Date(Date.parse(now) + 600_000).toISOString() });
  const first = await shop.pay(request);
  await sandbox.post('/sandbox/pay', { paymentId: first.paymentId });
  await sandbox.post('/sandbox/clock', { advance: 'PT1H' });
  const again = await shop.pay(request);
  expect([again.paymentId, again.result.resultStatus]).toEqual([first.paymentId, 'S']);
});

// The main job over the wire, as a merchant's engineer sees it, through our own SDK against a real sandbox: amounts
// against the published rates, idempotency, the clock, and notifications.
import { createServer, type Server } from 'node:http';
import type { AuditAnswer } from '@tongbao/protocol/sandbox';
import { createMerchantClient, type MerchantClient, verifyNotification } from '@tongbao/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyExport } from '../platform/src/audit/verify.ts';
import { until } from '../platform/src/testing/until.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';

let sandbox: Sandbox;
let shop: MerchantClient;
let merchant: Sandbox['credentials']['merchants'][number];
let receiver: Server;
let notifyUrl: string;
const received: {
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  at: number;
}[] = [];
let answers: (path: string) => { status: number; body: string };

const acknowledged = '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}';

beforeAll(async () => {
  sandbox = await startSandbox();
  merchant = sandbox.credentials.merchants[0]!;
  shop = clientOf(0);
  answers = () => ({ status: 200, body: acknowledged });
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ path: request.url!, headers: request.headers, body, at: received.length });
      const answer = answers(request.url!);
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => receiver.once('listening', resolve));
  notifyUrl = `http://127.0.0.1:${(receiver.address() as { port: number }).port}`;
});

afterAll(async () => {
  const audit = await sandbox.get<AuditAnswer>('/audit.json');
  receiver?.close();
  await sandbox?.stop();
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
const nextId = (name: string) => `${name}-${++counter}`;

const payOf = (over: object = {}) =>
  ({
    productCode: 'CASHIER_PAYMENT',
    paymentRequestId: nextId('pay'),
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

const approve = (paymentId: string, more: object = {}) =>
  sandbox.post<{ status?: string; error?: { code: string } }>('/sandbox/pay', { paymentId, ...more });

async function paid(over: object = {}): Promise<{ paymentId: string; requestId: string }> {
  const request = payOf(over);
  const { paymentId } = await shop.pay(request);
  expect((await approve(paymentId!)).status).toBe('paid');
  return { paymentId: paymentId!, requestId: request.paymentRequestId as string };
}

describe('amounts', () => {
  test('₩59,000 on 2014-11-11 costs what the published rates and the contract’s spread make of it', async () => {
    // Units per US dollar as published that day; worked out here with nothing but integers.
    const cny = 6_141_277_054_504_763n; // 15 decimals
    const krw = 1_085_196_102_513_715n; // 12 decimals
    const spread = 10_050n; // 50 bps
    const scale = 10n ** 24n;
    const exact = (cny * spread * scale) / (krw * 10_000n * 1000n); // CNY per KRW, 24 decimals
    const price = (exact + 5n * 10n ** 14n) / 10n ** 15n; // seven significant digits: 0.005687436
    const fen = (59_000n * price * 100n + 5n * 10n ** 8n) / 10n ** 9n;
    const answer = await shop.pay(payOf());
    expect(answer.paymentQuote).toMatchObject({ quoteCurrencyPair: 'KRW/CNY', guaranteed: true });
    expect(answer.paymentQuote!.quotePrice).toBe(JSON.parse(`0.00${price.toString().padStart(7, '0')}`));
    await approve(answer.paymentId!);
    const inquiry = await shop.inquiryPayment({ paymentId: answer.paymentId! });
    expect(inquiry.actualPaymentAmount).toEqual({ currency: 'CNY', value: fen.toString() });
    expect(inquiry.customsDeclarationAmount).toEqual({ currency: 'CNY', value: fen.toString() });
    // The check value of the story: 176.71 won for one yuan in the middle, half a per cent less for the shopper.
    expect(fen).toBe(33_556n);
  });

  test.each([
    [0, 'KRW', '59000'],
    [1, 'JPY', '6800'],
    [2, 'GBP', '4599'],
    [3, 'HKD', '38850'],
    [4, 'TWD', '128050'],
  ])('merchant %i is paid in %s and refunded in three parts to the fen', async (index, currency, value) => {
    const client = clientOf(index);
    const { paymentId } = await client.pay(payOf({ paymentAmount: { currency, value } }));
    await approve(paymentId!);
    const inquiry = await client.inquiryPayment({ paymentId: paymentId! });
    expect(inquiry.paymentStatus).toBe('SUCCESS');
    const third = (BigInt(value) / 3n).toString();
    const parts = [third, third, (BigInt(value) - 2n * BigInt(third)).toString()];
    let returned = 0n;
    for (const part of parts) {
      const refund = await client.refund({
        refundRequestId: nextId('refund'),
        paymentId: paymentId!,
        refundAmount: { currency, value: part },
      });
      expect(refund.result.resultCode).toBe('SUCCESS');
      returned += BigInt(refund.actualRefundAmount!.value);
    }
    expect(returned).toBe(BigInt(inquiry.actualPaymentAmount!.value));
    const over = await client.refund({
      refundRequestId: nextId('refund'),
      paymentId: paymentId!,
      refundAmount: { currency, value: '1' },
    });
    expect(over.result.resultCode).toBe('REFUND_AMOUNT_EXCEED');
  });

  test('a quote asked for ahead is the price that is paid', async () => {
    const rates = await shop.inquireExchangeRate({ buyCurrency: 'KRW', sellCurrency: 'CNY' });
    const quoteId = rates.paymentQuotes![0]!.quoteId;
    const answer = await shop.pay(payOf({ paymentQuote: { quoteId } }));
    expect(answer.paymentQuote).toMatchObject({ quoteId, quotePrice: rates.quotes![0]!.quotePrice });
    const foreign = await clientOf(1).pay(
      payOf({ paymentAmount: { currency: 'JPY', value: '100' }, paymentQuote: { quoteId } }),
    );
    expect(foreign.result.resultCode).toBe('NO_AVAILABLE_QUOTE');
  });
});

describe('idempotency and races', () => {
  test('forty identical pays at once are one payment', async () => {
    const request = payOf();
    const all = await Promise.all(Array.from({ length: 40 }, () => shop.pay(request)));
    expect(new Set(all.map((answer) => answer.paymentId)).size).toBe(1);
  });

  test('two confirmations at once move the money once', async () => {
    const { paymentId } = await shop.pay(payOf({ paymentAmount: { currency: 'KRW', value: '1000' } }));
    const all = await Promise.all(Array.from({ length: 8 }, () => approve(paymentId!)));
    expect(all.filter((answer) => answer.status === 'paid')).toHaveLength(1);
    expect(all.filter((answer) => answer.error?.code === 'payment-already-paid')).toHaveLength(7);
  });

  test('twenty refunds of a third at once: three succeed', async () => {
    const { paymentId } = await paid({ paymentAmount: { currency: 'KRW', value: '3000' } });
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        shop.refund({
          refundRequestId: `race-${paymentId.slice(-6)}-${index}`,
          paymentId,
          refundAmount: { currency: 'KRW', value: '1000' },
        }),
      ),
    );
    const codes = all.map((answer) => answer.result.resultCode).sort();
    expect(codes.filter((code) => code === 'SUCCESS')).toHaveLength(3);
    expect(codes.filter((code) => code === 'REFUND_AMOUNT_EXCEED')).toHaveLength(17);
  });

  test('a reused id with other parameters is refused, for payments and refunds', async () => {
    const request = payOf();
    await shop.pay(request);
    const other = await shop.pay({ ...request, paymentAmount: { currency: 'KRW', value: '58999' } });
    expect(other.result.resultCode).toBe('REPEAT_REQ_INCONSISTENT');
  });
});

describe('cancel, decline, expiry, and the clock', () => {
  test('an unpaid payment is cancelled, a paid one reversed on the same day, a refunded one not', async () => {
    const open = payOf();
    await shop.pay(open);
    expect((await shop.cancel({ paymentRequestId: open.paymentRequestId })).result.resultCode).toBe(
      'SUCCESS',
    );
    expect((await shop.pay(open)).result.resultCode).toBe('ORDER_IS_CANCELED');
    const reversed = await paid();
    expect((await shop.cancel({ paymentId: reversed.paymentId })).result.resultCode).toBe('SUCCESS');
    expect((await shop.inquiryPayment({ paymentId: reversed.paymentId })).paymentStatus).toBe('CANCELLED');
    const refunded = await paid();
    await shop.refund({
      refundRequestId: nextId('refund'),
      paymentId: refunded.paymentId,
      refundAmount: { currency: 'KRW', value: '1' },
    });
    expect((await shop.cancel({ paymentId: refunded.paymentId })).result.resultCode).toBe(
      'CANCEL_WINDOW_EXCEED',
    );
  });

  test('a shopper who declines ends the payment as failed and the merchant is told', async () => {
    const { paymentId } = await shop.pay(payOf({ paymentNotifyUrl: `${notifyUrl}/declined` }));
    expect((await approve(paymentId!, { decision: 'decline' })).status).toBe('declined');
    expect(await shop.inquiryPayment({ paymentId: paymentId! })).toMatchObject({
      paymentStatus: 'FAIL',
      paymentResultCode: 'ORDER_IS_CLOSED',
    });
    const told = await until(() => received.find((item) => item.path === '/declined'));
    expect(JSON.parse(told.body)).toMatchObject({
      notifyType: 'PAYMENT_RESULT',
      result: { resultStatus: 'F' },
      paymentId,
    });
  });

  test('nobody pays for fifteen minutes: closed, told, and not to be confirmed any more', async () => {
    const request = payOf({ paymentNotifyUrl: `${notifyUrl}/expired` });
    const { paymentId } = await shop.pay(request);
    const moved = await sandbox.post<{ fired: Record<string, number> }>('/sandbox/clock', {
      advance: 'PT15M',
    });
    expect(moved.fired['payment expiry']).toBeGreaterThanOrEqual(1);
    expect((await approve(paymentId!)).error?.code).toBe('payment-expired');
    expect(await shop.inquiryPayment({ paymentId: paymentId! })).toMatchObject({
      paymentStatus: 'FAIL',
      paymentResultCode: 'ORDER_IS_CLOSED',
    });
    expect((await shop.pay(request)).result.resultCode).toBe('ORDER_IS_CLOSED');
    const told = await until(() => received.find((item) => item.path === '/expired'));
    expect(JSON.parse(told.body).result).toMatchObject({ resultStatus: 'F', resultCode: 'ORDER_IS_CLOSED' });
  });
});

describe('notifications', () => {
  test('signed for this merchant, by its path, verified by the SDK; the refund’s comes after the payment’s', async () => {
    const url = `${notifyUrl}/signed?shop=1`;
    const { paymentId } = await paid({ paymentNotifyUrl: url, metadata: '{"cart":"购物车/1"}' });
    await shop.refund({
      refundRequestId: nextId('refund'),
      paymentId,
      refundAmount: { currency: 'KRW', value: '9000' },
    });
    await until(() => received.filter((item) => item.path === '/signed?shop=1').length === 2);
    const [first, second] = received.filter((item) => item.path === '/signed?shop=1');
    const verify = (item: typeof first) =>
      verifyNotification({
        ...item!,
        clientId: merchant.clientId,
        gatewayPublicKey: merchant.gatewayPublicKey,
      });
    expect(verify(first)).toMatchObject({
      notifyType: 'PAYMENT_RESULT',
      paymentId,
      metadata: '{"cart":"购物车/1"}',
    });
    expect(verify(second)).toMatchObject({ notifyType: 'REFUND_RESULT', refundStatus: 'SUCCESS' });
    expect(first!.body).toMatch(/^[\x20-\x7e]+$/);
    expect(first!.body).toContain('KRW\\/CNY');
    expect(() => verify({ ...first!, body: first!.body.replace('59000', '1') })).toThrow(/not signed/);
    expect(() => verify({ ...first!, path: '/other' })).toThrow(/not signed/);
  });

  test('eight deliveries at 0 s, 2 m, 10 m, 10 m, 1 h, 2 h, 6 h, 15 h to an endpoint that never acknowledges', async () => {
    answers = (path) =>
      path === '/deaf'
        ? { status: 200, body: '{"result":{"resultStatus":"F"}}' }
        : { status: 200, body: acknowledged };
    const { paymentId } = await paid({ paymentNotifyUrl: `${notifyUrl}/deaf` });
    await until(() => received.find((item) => item.path === '/deaf'));
    await sandbox.post('/sandbox/clock', { advance: 'P2D' });
    type Outbox = { notifications: { status: string; attempts: { at: string; number: number }[] }[] };
    const outbox = await sandbox.get<Outbox>(`/sandbox/outbox?paymentId=${paymentId}`);
    const [notification] = outbox.notifications;
    expect(notification!.status).toBe('exhausted');
    const times = notification!.attempts.map((attempt) => Date.parse(attempt.at));
    const minutes = times.slice(1).map((at, index) => Math.round((at - times[index]!) / 60_000));
    expect(minutes).toEqual([2, 10, 10, 60, 120, 360, 900]);
    expect(new Set(received.filter((item) => item.path === '/deaf').map((item) => item.body)).size).toBe(1);
    answers = () => ({ status: 200, body: acknowledged });
  });

  test('security M8: a URL that notifications are never sent to is refused when it is named', async () => {
    for (const url of [
      ...[
        'http://169.254.169.254/latest/meta-data',
        'http://10.0.0.1/',
        'http://0x0a000001/',
        'ftp://shop.example/',
      ],
      ...[
        'http://[fd00::1]/',
        'http://db.internal/',
        '/notify',
        '//shop.example/notify',
        'https://a:b@shop.example/',
      ],
    ])
      expect((await shop.pay(payOf({ paymentNotifyUrl: url }))).result).toMatchObject({
        resultCode: 'PARAM_ILLEGAL',
        resultMessage: expect.stringContaining('paymentNotifyUrl'),
      });
  });

  test('a dead URL is recorded with its reason and harms nobody', async () => {
    const { paymentId } = await paid({
      paymentNotifyUrl: 'http://127.0.0.1:9/',
      paymentAmount: { currency: 'KRW', value: '100' },
    });
    type Outbox = { notifications: { attempts: { error: string | null }[] }[] };
    const error = await until(
      async () =>
        (await sandbox.get<Outbox>(`/sandbox/outbox?paymentId=${paymentId}`)).notifications[0]?.attempts[0]
          ?.error ?? undefined,
    );
    expect(error).toMatch(/refused/);
  });
});

test('consult offers the option to the shoppers it is for', async () => {
  const ask = (over: object) =>
    shop.consult({
      productCode: 'CASHIER_PAYMENT',
      paymentAmount: { currency: 'KRW', value: '59000' },
      env: { terminalType: 'WEB' },
      ...over,
    });
  expect((await ask({ userRegion: 'CN' })).paymentOptions![0]).toMatchObject({
    paymentMethodType: 'ALIPAY_CN',
    enabled: true,
  });
  expect((await ask({ userRegion: 'FR' })).paymentOptions![0]).toMatchObject({ enabled: false });
  expect((await ask({ paymentAmount: { currency: 'USD', value: '1' } })).paymentOptions![0]).toMatchObject({
    enabled: false,
    disableReason: 'CHANNEL_NOT_SUPPORT_CURRENCY',
  });
  expect((await ask({ blockedPaymentMethods: ['ALIPAY_CN'] })).result.resultCode).toBe('NO_PAY_OPTIONS');
});

test('a card payment waits for its bank, a used-up card is declined, a refund to a card is finished later', async () => {
  const made = await shop.pay(payOf({ paymentAmount: { currency: 'KRW', value: '12000' } }));
  expect((await approve(made.paymentId!, { method: 'card' })).status).toBe('pending');
  await until(
    async () => (await shop.inquiryPayment({ paymentId: made.paymentId! })).paymentStatus === 'SUCCESS',
  );
  const refundRequestId = nextId('refund');
  const refund = await shop.refund({
    refundRequestId,
    paymentId: made.paymentId!,
    refundAmount: { currency: 'KRW', value: '12000' },
  });
  expect(refund.result).toMatchObject({ resultStatus: 'U', resultCode: 'REFUND_IN_PROCESS' });
  await until(async () => (await shop.inquiryRefund({ refundRequestId })).refundStatus === 'SUCCESS');
});

test('the independent verifier finds the export right, and a changed amount wrong', async () => {
  const text = await (await fetch(`${sandbox.http}/audit/export`)).text();
  const lines = async function* (of: string) {
    yield* of.split('\n');
  };
  expect((await verifyExport(lines(text))).findings).toEqual([]);
  const entry = text
    .split('\n')
    .find((line) => line.includes('"type":"entry"') && line.includes('"payment"'))!;
  const tampered = text.replace(
    entry,
    entry.replace(/"amount":"(\d+)"/, (_all, amount) => `"amount":"${BigInt(amount) + 1n}"`),
  );
  expect((await verifyExport(lines(tampered))).findings.join()).toMatch(/is off by 1 in/);
});

// A shop that speaks as Antom's own Magento 2 extension does: the shop's currency is the price, USD is written down as the
// settlement currency, amounts are JSON numbers, `extendInfo` is an object; and a notice is verified over the body that PHP makes
// of it when it reads and writes it again. The shapes are the extension's; the words are ours.
import { createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signedPost } from './signed-post.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';

interface Notice {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const notices: Notice[] = [];
const receiver = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const path = request.url!.split('?')[0]!;
  notices.push({ path, headers: request.headers, text: Buffer.concat(chunks).toString() });
  response.setHeader('content-type', 'application/json');
  response.end('{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}');
});
let origin: string;
let sandbox: Sandbox;
type Merchant = Sandbox['credentials']['merchants'][number];
let merchant: Merchant;
beforeAll(async () => {
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  sandbox = await startSandbox();
  merchant = sandbox.credentials.merchants.find(({ settlementCurrency }) => settlementCurrency === 'USD')!;
});
afterAll(async () => {
  receiver.close();
  await sandbox?.stop();
});

/** PHP's json_encode: slashes and everything beyond ASCII escaped, DEL as it is; a small float with an exponent. */
function phpJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(phpJson).join(',')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([name, member]) => `${phpJson(name)}:${phpJson(member)}`)
      .join(',')}}`;
  if (typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-4)
    return value.toExponential().replace(/^(-?\d)e/, '$1.0e');
  return JSON.stringify(value)
    .replaceAll('/', '\\/')
    .replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** As the extension verifies: the path alone, the value behind the literal `,signature=`, the body written again. */
function isGenuine({ path, headers, text }: Notice): boolean {
  const header = String(headers.signature);
  const value = decodeURIComponent(header.slice(header.indexOf(',signature=') + ',signature='.length));
  const content = `POST ${path}\n${headers['client-id']}.${headers['request-time']}.${phpJson(JSON.parse(text))}`;
  const key = { key: Buffer.from(merchant.gatewayPublicKey, 'base64'), format: 'der', type: 'spki' } as const;
  return verify('RSA-SHA256', Buffer.from(content), createPublicKey(key), Buffer.from(value, 'base64'));
}

async function notice(notifyType: string, requestId: string): Promise<Notice> {
  const find = () =>
    notices.find(({ text }) => text.includes(`"${notifyType}"`) && text.includes(`"${requestId}"`));
  await expect.poll(find, { timeout: 15_000 }).toBeDefined();
  return find()!;
}

let counter = 0;
const payBody = (currency: string, value: number) => {
  const number = `00000000${++counter}`;
  const amount = { currency, value };
  return {
    env: {
      clientIp: '127.0.0.1',
      browserInfo: { language: 'de-DE', acceptHeader: '*/*' },
      terminalType: 'WEB',
    },
    paymentAmount: amount,
    paymentMethod: { paymentMethodType: 'ALIPAY_CN' },
    paymentRequestId: `${number}_1402000000`,
    paymentNotifyUrl: `${origin}/antom/notification/index`,
    order: {
      referenceOrderId: number,
      orderDescription: 'Order of Zoë’s perfume / 香水',
      buyer: { referenceBuyerId: 'guest' },
      orderAmount: amount,
    },
    productCode: 'CASHIER_PAYMENT',
    paymentRedirectUrl: `https://shop.example/antom/redirect/index?referenceOrderId=${number}`,
    settlementStrategy: { settlementCurrency: 'USD' },
    extendInfo: { ISO_VENDOR: 'Magento' },
    metadata: '{"shop":"Zoë / 香水"}',
  };
};

test.each([
  ['EUR', 520],
  ['GBP', 450],
  ['USD', 560],
  ['CNY', 3490],
  ['JPY', 680],
  ['KRW', 5900],
])(
  'an order in %s is paid, told so that the extension believes it, and returned',
  async (currency, value) => {
    const body = payBody(currency, value);
    const opened = await signedPost(sandbox, merchant, { body });
    expect(opened.body.result.resultCode, opened.body.result.resultMessage).toBe('PAYMENT_IN_PROCESS');
    expect(opened.signed).toBe(true);
    expect(opened.body.normalUrl).toMatch(/^http/);
    await sandbox.post('/sandbox/pay', { cashierUrl: opened.body.normalUrl });

    const told = await notice('PAYMENT_RESULT', body.paymentRequestId);
    expect(isGenuine(told)).toBe(true);
    expect(isGenuine({ ...told, text: told.text.replace(`"${value}"`, '"1"') })).toBe(false);
    expect(told.headers['client-id']).toBe(merchant.clientId);
    const fields = JSON.parse(told.text);
    // What the extension looks at before it believes: its own number before the underscore, the payment, when it was made.
    expect(fields).toMatchObject({
      notifyType: 'PAYMENT_RESULT',
      result: { resultStatus: 'S' },
      paymentId: opened.body.paymentId,
      paymentRequestId: body.paymentRequestId,
      paymentAmount: { currency, value: value.toString() },
      paymentCreateTime: expect.any(String),
    });
    if (currency !== 'USD') expect(fields.grossSettlementAmount.currency).toBe('USD');

    const refundRequestId = `${body.paymentRequestId}_refund`;
    const refundAmount = { currency, value };
    const refundNotifyUrl = body.paymentNotifyUrl;
    const made = await signedPost(sandbox, merchant, {
      ...{ resource: 'payments/refund' },
      body: { refundRequestId, paymentId: fields.paymentId, refundAmount, refundNotifyUrl },
    });
    expect(made.body.result.resultCode, made.body.result.resultMessage).toBe('SUCCESS');
    expect(made.body.grossSettlementAmount).toEqual(fields.grossSettlementAmount);
    expect(isGenuine(await notice('REFUND_RESULT', refundRequestId))).toBe(true);
  },
);

test('a currency of its table that is not agreed is refused in words', async () => {
  const refused = await signedPost(sandbox, merchant, { body: payBody('AUD', 1000) });
  expect(refused.body.result.resultCode).toBe('CURRENCY_NOT_SUPPORT');
  const elsewhere = sandbox.credentials.merchants[0]!;
  const settled = await signedPost(sandbox, elsewhere, { body: payBody('KRW', 5900) });
  expect(settled.body.result.resultCode).toBe('SETTLE_CONTRACT_NOT_MATCH');
});

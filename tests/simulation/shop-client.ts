// Shops as programs: signed requests to the JSON gateway and to the classic one, written from the reference with nothing
// of the server's code. Answers are checked for the gateway's signature and put into the auditor's vocabulary.
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { type Answer, answer } from './answers.ts';
import { majorText } from './arithmetic.ts';
import { shops } from './cast.ts';
import type { Entrance, Network, Process } from './network.ts';

interface Credentials {
  readonly merchants: readonly {
    readonly clientId: string;
    readonly merchantPrivateKey: string;
    readonly gatewayPublicKey: string;
    readonly keyVersion: number;
    readonly classic: { readonly md5Key: string };
  }[];
}

interface ShopKeys {
  readonly key: KeyObject;
  readonly version: number;
}

export interface ShopClient {
  pay(of: PayRequest): Promise<Answer>;
  inquire(of: { shop: number; requestId: string }): Promise<Answer>;
  cancel(of: { shop: number; requestId: string }): Promise<Answer>;
  refund(of: RefundRequest): Promise<Answer>;
  inquireRefund(of: { shop: number; refundRequestId: string }): Promise<Answer>;
  announce(of: AnnounceRequest): Promise<Answer>;
  classicRefund(of: ClassicRefundRequest): Promise<Answer>;
  /** A new key of the shop; the former one is good for the grace. */
  rotate(shop: number, fresh: { privateKey: string; publicKey: string }, graceMs: number): Promise<void>;
  /** The same shops, asking another process. */
  through(process: Process): ShopClient;
}

export interface PayRequest {
  readonly shop: number;
  readonly requestId: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly channel: 'ams-pay' | 'ams-session';
  readonly expiresAt: number | null;
  readonly notifyUrl: string | null;
  readonly how: 'well' | 'wrong-signature' | 'former-key';
}

export interface RefundRequest {
  readonly shop: number;
  readonly wireId: string;
  readonly refundRequestId: string;
  readonly amount: bigint;
  readonly currency: string;
}

export interface AnnounceRequest {
  readonly shop: number;
  readonly requestId: string;
  readonly amount: bigint;
  readonly inYuan: boolean;
  readonly notifyUrl: string | null;
  readonly wrongSignature: boolean;
}

export interface ClassicRefundRequest {
  readonly shop: number;
  readonly requestId: string;
  readonly refundRequestId: string;
  readonly amount: bigint;
  readonly inYuan: boolean;
}

interface AmsAnswer {
  readonly result: { readonly resultCode: string; readonly resultStatus: string };
  readonly [field: string]: unknown;
}

const amountIn = (amount: unknown): string => (amount as { value?: string } | undefined)?.value ?? '';
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export async function createShopClient(network: Network): Promise<ShopClient> {
  const credentials = (
    await network.process.app.inject({ method: 'GET', url: '/sandbox/credentials' })
  ).json() as Credentials;
  const keys: ShopKeys[][] = shops.map(({ clientId }) => {
    const found = credentials.merchants.find((each) => each.clientId === clientId)!;
    return [{ key: privateKeyOf(found.merchantPrivateKey), version: found.keyVersion }];
  });
  const md5Keys = shops.map(
    ({ clientId }) => credentials.merchants.find((each) => each.clientId === clientId)!.classic.md5Key,
  );
  network.shops.knowKeys(md5Keys);
  const gatewayKey = createPublicKey({
    key: Buffer.from(credentials.merchants[0]!.gatewayPublicKey, 'base64'),
    format: 'der',
    type: 'spki',
  });
  const over = (entrance: Entrance): ShopClient => {
    const ams = (shop: number, resource: string, body: object, how: PayRequest['how'] = 'well') =>
      amsCall(entrance, { shop, resource, body, how, keys: keys[shop]!, gatewayKey });
    return {
      pay: async (of) => payAnswer(await ams(of.shop, operationOf(of.channel), payBody(of), of.how)),
      inquire: async ({ shop, requestId }) =>
        inquiryAnswer(await ams(shop, 'inquiryPayment', { paymentRequestId: requestId })),
      cancel: async ({ shop, requestId }) =>
        plain(await ams(shop, 'cancel', { paymentRequestId: requestId })),
      refund: async (of) => refundAnswer(await ams(of.shop, 'refund', refundBody(of))),
      inquireRefund: async ({ shop, refundRequestId }) =>
        refundInquiryAnswer(await ams(shop, 'inquiryRefund', { refundRequestId })),
      announce: (of) => announce(entrance, md5Keys[of.shop]!, of),
      classicRefund: (of) => classicRefund(entrance, md5Keys[of.shop]!, of),
      async rotate(shop, fresh, graceMs) {
        const { merchants } = entrance.process.platform;
        const access = (await merchants.findByClientId(shops[shop]!.clientId))!;
        const version = await merchants.rotateKey(access.merchant.id, fresh.publicKey, graceMs);
        keys[shop]!.push({ key: privateKeyOf(fresh.privateKey), version });
      },
      through: (process) => over({ clock: entrance.clock, process }),
    };
  };
  return over(network);
}

const privateKeyOf = (text: string): KeyObject =>
  createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' });

const operationOf = (channel: PayRequest['channel']): string =>
  channel === 'ams-pay' ? 'pay' : 'createPaymentSession';

const payBody = (of: PayRequest) => ({
  productCode: 'CASHIER_PAYMENT',
  paymentRequestId: of.requestId,
  order: { referenceOrderId: of.requestId, orderDescription: '气垫粉底' },
  paymentAmount: { currency: of.currency, value: of.amount.toString() },
  paymentMethod: { paymentMethodType: 'ALIPAY_CN' },
  paymentRedirectUrl: 'https://mall.example/return',
  ...(of.notifyUrl === null ? {} : { paymentNotifyUrl: of.notifyUrl }),
  ...(of.expiresAt === null ? {} : { paymentExpiryTime: new Date(of.expiresAt).toISOString() }),
});

const refundBody = (of: RefundRequest) => ({
  refundRequestId: of.refundRequestId,
  paymentId: of.wireId,
  refundAmount: { currency: of.currency, value: of.amount.toString() },
});

interface AmsCall {
  readonly shop: number;
  readonly resource: string;
  readonly body: object;
  readonly how: PayRequest['how'];
  readonly keys: readonly ShopKeys[];
  readonly gatewayKey: KeyObject;
}

async function amsCall(entrance: Entrance, call: AmsCall): Promise<AmsAnswer | null> {
  const { clientId } = shops[call.shop]!;
  const path = `/ams/sandbox/api/v1/payments/${call.resource}`;
  const text = JSON.stringify(call.body);
  const time = String(entrance.clock.now().getTime());
  const signer = call.how === 'former-key' ? (call.keys.at(-2) ?? call.keys.at(-1)!) : call.keys.at(-1)!;
  const signed = call.how === 'wrong-signature' ? `${text} ` : text;
  const content = Buffer.from(`POST ${path}\n${clientId}.${time}.${signed}`);
  const signature = encodeURIComponent(sign('RSA-SHA256', content, signer.key).toString('base64'));
  const response = await entrance.process.app.inject({
    method: 'POST',
    url: path,
    headers: {
      'content-type': 'application/json; charset=UTF-8',
      'client-id': clientId,
      'request-time': time,
      signature: `algorithm=RSA256,keyVersion=${signer.version},signature=${signature}`,
    },
    payload: text,
  });
  if (entrance.process.database.isDead) return null;
  const { headers } = response;
  const said = `POST ${path}\n${headers['client-id']}.${headers['response-time']}.${response.body}`;
  const proof = decodeURIComponent(/signature=(.+)$/.exec(String(headers.signature))?.[1] ?? '');
  if (!verify('RSA-SHA256', Buffer.from(said), call.gatewayKey, Buffer.from(proof, 'base64')))
    throw new Error(`the answer of ${call.resource} does not carry the gateway's signature`);
  return response.json() as AmsAnswer;
}

const plain = (body: AmsAnswer | null): Answer =>
  answer(body === null ? 'NO_ANSWER' : body.result.resultCode);

function payAnswer(body: AmsAnswer | null): Answer {
  if (body !== null && textOf(body.paymentSessionId) !== '')
    return answer(body.result.resultCode, {
      wireId: textOf(body.paymentSessionId),
      url: textOf(body.normalUrl),
    });
  if (body === null || textOf(body.paymentId) === '') return plain(body);
  const quote = body.paymentQuote as { quotePrice: number; quoteExpiryTime: string } | undefined;
  return answer(body.result.resultCode, {
    wireId: textOf(body.paymentId),
    price: quote === undefined ? '' : String(quote.quotePrice),
    quotedUntil: quote === undefined ? '' : String(Date.parse(quote.quoteExpiryTime)),
    createdAt: String(Date.parse(textOf(body.paymentCreateTime))),
    amount: amountIn(body.paymentAmount),
    paid: amountIn(body.actualPaymentAmount),
    url: textOf(body.normalUrl),
  });
}

interface WireTransaction {
  readonly transactionRequestId: string;
  readonly transactionStatus: string;
  readonly transactionAmount: { readonly value: string };
}

function inquiryAnswer(body: AmsAnswer | null): Answer {
  if (body === null || body.result.resultCode !== 'SUCCESS') return plain(body);
  const refunds = ((body.transactions ?? []) as WireTransaction[]).map(
    (each) => `${each.transactionRequestId}:${each.transactionStatus}:${each.transactionAmount.value}`,
  );
  return answer('SUCCESS', {
    status: textOf(body.paymentStatus),
    amount: amountIn(body.paymentAmount),
    paid: amountIn(body.actualPaymentAmount),
    refunds: refunds.join(','),
  });
}

function refundAnswer(body: AmsAnswer | null): Answer {
  if (body === null || textOf(body.refundId) === '') return plain(body);
  return answer(body.result.resultCode, {
    amount: amountIn(body.refundAmount),
    returned: amountIn(body.actualRefundAmount),
  });
}

function refundInquiryAnswer(body: AmsAnswer | null): Answer {
  if (body === null || body.result.resultCode !== 'SUCCESS') return plain(body);
  return answer('SUCCESS', {
    status: textOf(body.refundStatus),
    amount: amountIn(body.refundAmount),
    returned: amountIn(body.actualRefundAmount),
  });
}

// The classic gateway: sorted parameters, MD5 with the partner's key behind them, HTTP 200 or a redirect.

function classicQuery(parameters: Readonly<Record<string, string>>, md5Key: string): string {
  const text = Object.entries(parameters)
    .filter(([, value]) => value !== '')
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const signature = createHash('md5').update(`${text}${md5Key}`, 'utf8').digest('hex');
  return new URLSearchParams({ ...parameters, sign: signature, sign_type: 'MD5' }).toString();
}

async function classicCall(entrance: Entrance, query: string) {
  const response = await entrance.process.app.inject({ method: 'GET', url: `/gateway.do?${query}` });
  return entrance.process.database.isDead ? null : response;
}

async function announce(entrance: Entrance, md5Key: string, of: AnnounceRequest): Promise<Answer> {
  const { currency, partner } = shops[of.shop]!;
  const price: Record<string, string> = of.inYuan
    ? { rmb_fee: majorText(of.amount, 'CNY') }
    : { total_fee: majorText(of.amount, currency) };
  const query = classicQuery(
    {
      service: 'create_forex_trade',
      partner,
      _input_charset: 'UTF-8',
      subject: '气垫粉底 Cushion',
      out_trade_no: of.requestId,
      currency,
      ...price,
      ...(of.notifyUrl === null ? {} : { notify_url: of.notifyUrl }),
    },
    of.wrongSignature ? `${md5Key}x` : md5Key,
  );
  const response = await classicCall(entrance, query);
  if (response === null) return answer('NO_ANSWER');
  const { location } = response.headers;
  if (response.statusCode === 302) return answer('REDIRECT', { url: String(location) });
  return answer(/<code>(\w+)<\/code>/.exec(response.body)?.[1] ?? `HTTP ${response.statusCode}`);
}

async function classicRefund(entrance: Entrance, md5Key: string, of: ClassicRefundRequest): Promise<Answer> {
  const { currency, partner } = shops[of.shop]!;
  const amount = majorText(of.amount, of.inYuan ? 'CNY' : currency);
  const query = classicQuery(
    {
      service: 'forex_refund',
      partner,
      _input_charset: 'UTF-8',
      out_return_no: of.refundRequestId,
      out_trade_no: of.requestId,
      currency,
      gmt_return: '20141111103000',
      reason: 'size',
      ...(of.inYuan ? { return_rmb_amount: amount } : { return_amount: amount }),
    },
    md5Key,
  );
  const response = await classicCall(entrance, query);
  if (response === null) return answer('NO_ANSWER');
  if (response.body.includes('<is_success>T</is_success>')) return answer('SUCCESS');
  return answer(/<error>(\w+)<\/error>/.exec(response.body)?.[1] ?? `HTTP ${response.statusCode}`);
}

// The same hostility over HTTP, behind genuine signatures and sessions: what a merchant's own program, a shopper's
// browser or an operator's file may send. Whatever comes, the answer is one of the protocol's own and no exception.
import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { OperationName } from '@tongbao/protocol/ams';
import fc from 'fast-check';
import type { Network } from '../simulation/network.ts';
import { damaged, noise, strangely } from './inputs.ts';
import * as samples from './samples.ts';
import type { Target } from './target.ts';

interface Merchant {
  readonly clientId: string;
  readonly merchantPrivateKey: string;
  readonly keyVersion: number;
  readonly classic: { readonly partner: string; readonly md5Key: string };
}

const target = <Input>(of: Target<Input>): Target => of as unknown as Target;

function finding(what: string, sent: unknown, response: { statusCode: number; body: string }): Error {
  return new Error(
    `${what}: HTTP ${response.statusCode} ${response.body.slice(0, 300)}\nto ${String(sent).slice(0, 500)}`,
  );
}

export async function httpTargets(network: Network): Promise<Target[]> {
  const { app } = network.process;
  const credentials = (await app.inject({ method: 'GET', url: '/sandbox/credentials' })).json() as {
    merchants: Merchant[];
  };
  const [merchant] = credentials.merchants as [Merchant];
  const cookie = await signIn(network);
  return [
    ...amsTargets(network, merchant),
    ...classicTargets(network, merchant),
    ...pageTargets(network, cookie),
  ];
}

/** The session of a shopper of the sandbox. */
async function signIn({ process }: Network): Promise<string> {
  const phone = '+8613800000001';
  const post = (url: string, body: object) =>
    process.app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', 'x-tongbao-csrf': '1' },
      payload: JSON.stringify(body),
    });
  const sent = (await post('/api/wallet/session/code', { phone })).json() as { sandboxCode: string };
  const session = await post('/api/wallet/session', { phone, code: sent.sandboxCode });
  return String(session.headers['set-cookie']).split(';')[0]!;
}

const operationNames = Object.keys(samples.amsRequests) as OperationName[];
const inJson = (value: unknown): string => JSON.stringify(value) ?? 'null';

function amsTargets(
  { process, clock }: Network,
  { clientId, merchantPrivateKey, keyVersion }: Merchant,
): Target[] {
  const key: KeyObject = createPrivateKey({
    key: Buffer.from(merchantPrivateKey, 'base64'),
    format: 'der',
    type: 'pkcs8',
  });
  let numbers = 0;
  async function call(name: OperationName, body: string): Promise<void> {
    const path = `/ams/sandbox/api/v1/payments/${name}`;
    const time = String(clock.now().getTime());
    const signature = sign('RSA-SHA256', Buffer.from(`POST ${path}\n${clientId}.${time}.${body}`), key);
    const response = await process.app.inject({
      method: 'POST',
      url: path,
      headers: {
        'content-type': 'application/json; charset=UTF-8',
        'client-id': clientId,
        'request-time': time,
        signature: `algorithm=RSA256,keyVersion=${keyVersion},signature=${encodeURIComponent(signature.toString('base64'))}`,
      },
      payload: Buffer.from(body),
    });
    const code = response.statusCode === 200 ? (response.json().result?.resultCode as string) : 'none';
    if (code === undefined || code === 'none' || code === 'UNKNOWN_EXCEPTION')
      throw finding(`${name} was answered ${code}`, body, response);
  }
  // A request id of its own for most, so that they are decided and not recognised.
  const fresh = (body: unknown): string =>
    inJson(body).replace(/"fuzz-(r?)\d+"/g, (_all, refund: string) => `"fuzz-${refund}${++numbers}"`);
  return operationNames.map((name) =>
    target<unknown>({
      name: `HTTP AMS ${name}`,
      inputs: fc.oneof(
        strangely(samples.amsRequests[name]),
        damaged(inJson(samples.amsRequests[name])).map((text) => ({ raw: text })),
      ),
      corpus: [samples.amsRequests[name], ...samples.hostileJson],
      check: (body) => {
        const raw = (body as { raw?: unknown } | null)?.raw;
        return call(name, typeof raw === 'string' ? raw : fresh(body));
      },
    }),
  );
}

const classicSamples: readonly Readonly<Record<string, string>>[] = [
  {
    service: 'create_forex_trade',
    subject: '气垫粉底',
    out_trade_no: 'fuzz-1',
    currency: 'KRW',
    total_fee: '59000',
    notify_url: 'https://mall.example/notify',
    return_url: 'https://mall.example/return?x=1',
    timeout_rule: '12h',
    body: 'b',
    split_fund_info: '[{"transIn":"2088101","amount":"1","currency":"KRW","desc":"d"}]',
    trade_information: '{"business_type":"4"}',
    secondary_merchant_id: 'm1',
  },
  { service: 'single_trade_query', out_trade_no: 'fuzz-1' },
  { service: 'close_trade', out_order_no: 'fuzz-1', trade_no: '201411111000000000000000004097' },
  {
    service: 'forex_refund',
    out_return_no: 'fuzz-r1',
    out_trade_no: 'fuzz-1',
    return_amount: '1',
    currency: 'KRW',
    gmt_return: '20141111103000',
    reason: 'size',
    is_sync: 'Y',
  },
  { service: 'notify_verify', notify_id: '0'.repeat(34) },
  { service: 'forex_rate_file' },
  { service: 'forex_compare_file', start_date: '20141101', end_date: '20141110' },
  {
    service: 'alipay.acquire.customs',
    out_request_no: 'customs1',
    trade_no: '201411111000000000000000004097',
    merchant_customs_code: 'c',
    merchant_customs_name: 'n',
    amount: '1',
    customs_place: 'HANGZHOU',
  },
];

function classicTargets({ process }: Network, { classic }: Merchant): Target[] {
  const values = fc.oneof(
    noise(30),
    damaged('59000'),
    damaged('2014-11-11 10:00:00'),
    fc.constantFrom(...samples.hostileTexts),
  );
  async function call(said: Readonly<Record<string, string>>): Promise<void> {
    const given = { partner: classic.partner, _input_charset: 'utf-8', ...said };
    const text = Object.entries(given)
      .filter(([name, value]) => value !== '' && name !== 'sign' && name !== 'sign_type')
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, value]) => `${name}=${value.toWellFormed()}`)
      .join('&');
    const signature = createHash('md5').update(`${text}${classic.md5Key}`, 'utf8').digest('hex');
    const body = new URLSearchParams({ ...given, sign: signature, sign_type: 'MD5' }).toString();
    const response = await process.app.inject({
      method: 'POST',
      url: '/gateway.do',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: body,
    });
    if (response.statusCode >= 500 || /SYSTEM_ERROR|SYSTEM_EXCEPTION/.test(response.body))
      throw finding('the classic gateway gave up', body, response);
  }
  return classicSamples.map((sample) =>
    target<Readonly<Record<string, string>>>({
      name: `HTTP classic ${sample.service}`,
      inputs: fc
        .dictionary(fc.constantFrom(...Object.keys(sample).slice(1), 'extra', '__proto__'), values, {
          maxKeys: 4,
        })
        .map((changes) => ({ ...sample, ...changes })),
      corpus: [sample],
      check: call,
    }),
  );
}

function pageTargets({ process }: Network, session: string): Target[] {
  let calls = 0;
  async function call(
    method: 'GET' | 'POST',
    url: string,
    more: { headers?: Record<string, string>; payload?: string } = {},
  ): Promise<void> {
    calls += 1;
    const response = await process.app.inject({
      method,
      url,
      remoteAddress: `10.9.${(calls >> 8) & 255}.${calls & 255}`,
      ...more,
    });
    if (response.statusCode >= 500)
      throw finding('an exception', `${method} ${url} ${more.payload ?? ''}`, response);
  }
  const bodies = [
    { url: '/api/wallet/session/code', sample: { phone: '+8613800000001' } },
    {
      url: '/api/wallet/session',
      sample: { phone: '+8613800000001', code: '000000', challenge: 'A'.repeat(43) },
    },
    { url: '/api/console/session', sample: { username: 'maker', password: 'sandbox-maker' } },
    {
      url: '/api/wallet/top-ups',
      sample: { requestId: 'fuzz-0001', cardId: '1', amount: { currency: 'CNY', value: '1' }, pin: '200808' },
    },
    { url: '/api/cashier/payments/x/authorizations', sample: { method: { kind: 'balance' }, pin: '200808' } },
    { url: '/api/wallet/payment-codes', sample: { method: { kind: 'card', cardId: '4097' } } },
    {
      url: '/api/wallet/scans',
      sample: {
        text: samples.shopCode,
        amount: { currency: 'KRW', value: '59000' },
        requestId: 'fuzz-0002',
      },
    },
  ] as const;
  return [
    ...bodies.map(({ url, sample }) =>
      target<unknown>({
        name: `HTTP ${url}`,
        inputs: strangely(sample),
        corpus: [sample, ...samples.hostileJson],
        check: (body) =>
          call('POST', url, {
            headers: {
              'content-type': 'application/json',
              'x-tongbao-csrf': '1',
              cookie: session,
            },
            payload: inJson(body),
          }),
      }),
    ),
    target<{ path: string; cookie: string }>({
      name: 'HTTP any page',
      inputs: fc.record({
        path: fc.oneof(
          noise(40),
          damaged('/cashier/201411111000000000000000004097.AAAAAAAAAAAAAAAAAAAAAA'),
          damaged('/api/wallet/bills?cursor=4097'),
          damaged('/sandbox/settlements?clientId=SANDBOX_HANBIT_KR_0001&limit=10'),
        ),
        cookie: fc.oneof(damaged('tongbao_session=abc; a=b'), noise(60)),
      }),
      corpus: [{ path: '/%', cookie: 'tongbao_session=%' }],
      check: ({ path, cookie }) =>
        call('GET', `/${encodeURI(path.toWellFormed()).replace(/%25/g, '%')}`, {
          headers: {
            cookie: Buffer.from(cookie)
              .toString('latin1')
              .replace(/[^\t\x20-\xff]/g, ''),
          },
        }),
    }),
    target<{ type: string; body: string }>({
      name: 'HTTP bank statements',
      inputs: fc.oneof(
        damaged(samples.camt053).map((body) => ({ type: 'application/xml', body })),
        damaged(samples.statementCsv).map((body) => ({ type: 'text/csv', body })),
      ),
      corpus: [
        { type: 'application/xml', body: samples.camt053 },
        { type: 'text/csv', body: samples.statementCsv },
        ...samples.entityBombs.map((body) => ({ type: 'application/xml', body })),
      ],
      check: ({ type, body }) =>
        call(
          'POST',
          '/sandbox/reconciliation/statements?account=9000CNY0001&statementId=S1&currency=CNY&operator=ops',
          {
            headers: { 'content-type': type },
            payload: body,
          },
        ),
    }),
  ];
}

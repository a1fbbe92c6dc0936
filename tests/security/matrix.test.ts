// Who may do what, generated from the operation tables: every shopper's route without a session, with one from another
// page, and with a stranger's object; every merchant's operation with keys and signatures that are not its own.
import { operations as amsOperations, type OperationName } from '@tongbao/protocol/ams';
import {
  accountOperations,
  cardOperations,
  cashierOperations,
  codeOperations,
  walletOperations,
} from '@tongbao/protocol/wallet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signedPost } from '../signed-post.ts';
import { type Sandbox, startSandbox } from '../start-sandbox.ts';

let sandbox: Sandbox;
let ours: string;
let theirs: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  ours = await session(0);
  theirs = await session(1);
});
afterAll(() => sandbox?.stop());

const own = { 'content-type': 'application/json', 'x-tongbao-csrf': '1' };

async function session(person: number): Promise<string> {
  const { phone } = sandbox.credentials.customers[person]!;
  const sent = await ask('POST', '/api/wallet/session/code', { headers: own, body: { phone } });
  const { sandboxCode } = (await sent.json()) as { sandboxCode: string };
  const answer = await ask('POST', '/api/wallet/session', {
    headers: own,
    body: { phone, code: sandboxCode },
  });
  return answer.headers.get('set-cookie')!.split(';')[0]!;
}

const ask = (
  method: string,
  path: string,
  of: { headers?: Record<string, string>; body?: object } = {},
): Promise<Response> =>
  fetch(`${sandbox.http}${path}`, {
    method,
    headers: of.headers ?? {},
    ...(method === 'POST' ? { body: JSON.stringify(of.body ?? {}) } : {}),
  });

const shopperTables = { ...walletOperations, ...accountOperations, ...cardOperations, ...codeOperations };
const shopperRoutes = Object.entries(shopperTables).map(
  ([name, { method, path, signedIn }]) =>
    ({ name, method, path: path.replace(/:\w+/, '1'), signedIn }) as const,
);
const behindSession = shopperRoutes.filter((route) => route.signedIn);
const changing = shopperRoutes.filter((route) => route.method === 'POST');

describe('a shopper’s routes', () => {
  test('the table is whole: most of it is behind a session', () => {
    expect(behindSession.length).toBeGreaterThan(20);
    expect(shopperRoutes.filter((route) => !route.signedIn).length).toBeLessThan(8);
  });

  test.each(behindSession)('$name: nobody without a session', async ({ method, path }) => {
    for (const cookie of ['', `tongbao_session=${'A'.repeat(43)}`, 'tongbao_session=1'])
      expect((await ask(method, path, { headers: { ...own, cookie } })).status, cookie).toBe(401);
  });

  test.each(changing)('$name: not from another site’s page', async ({ path }) => {
    const cookie = ours;
    const refusals = [
      { cookie, 'content-type': 'application/json' },
      { ...own, cookie, 'content-type': 'text/plain' },
      { ...own, cookie, origin: 'https://evil.example' },
      { ...own, cookie, origin: 'null' },
      { ...own, cookie, origin: sandbox.http.replace('http:', 'https:') },
      { ...own, cookie, 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of refusals)
      expect([403, 415], JSON.stringify(headers)).toContain((await ask('POST', path, { headers })).status);
  });

  test('another shopper’s top-up, code, bill and device do not exist', async () => {
    const make = async (path: string, body: object) =>
      (await (await ask('POST', path, { headers: { ...own, cookie: ours }, body })).json()) as Record<
        string,
        string
      >;
    const { codeId } = await make('/api/wallet/payment-codes', { method: { kind: 'balance' } });
    const { paymentId } = await sandbox.post<{ paymentId: string }>('/sandbox/test-payment', {});
    await sandbox.post('/sandbox/pay', { paymentId });
    const list = async (path: string, cookie = ours) =>
      (await (await ask('GET', path, { headers: { cookie } })).json()) as Record<
        string,
        Record<string, string>[]
      >;
    const billId = (await list('/api/wallet/bills')).bills![0]!.billId!;
    const mine = [`/api/wallet/payment-codes/${codeId}`, `/api/wallet/bills/${billId}`];
    for (const path of mine) {
      expect((await ask('GET', path, { headers: { cookie: ours } })).status, path).toBe(200);
      expect((await ask('GET', path, { headers: { cookie: theirs } })).status, path).toBe(404);
    }
    const { deviceId } = (await list('/api/wallet/devices')).devices![0]!;
    await ask('POST', `/api/wallet/devices/${deviceId}/end`, { headers: { ...own, cookie: theirs } });
    expect((await ask('GET', '/api/wallet', { headers: { cookie: ours } })).status).toBe(200);
  });

  test('a session planted before the sign-in is worth nothing, and an ended one neither', async () => {
    const planted = `tongbao_session=${'B'.repeat(43)}`;
    const fresh = await session(2);
    expect(fresh).not.toBe(planted);
    expect((await ask('GET', '/api/wallet', { headers: { cookie: planted } })).status).toBe(401);
    await ask('POST', '/api/wallet/session/end', { headers: { ...own, cookie: fresh } });
    expect((await ask('GET', '/api/wallet', { headers: { cookie: fresh } })).status).toBe(401);
  });

  test('a cashier token that is changed by one character opens nothing', async () => {
    const { cashierUrl } = await sandbox.post<{ cashierUrl: string }>('/sandbox/test-payment', {});
    const token = cashierUrl.split('/cashier/')[1]!;
    const { path } = cashierOperations.viewPayment;
    expect((await ask('GET', path.replace(':token', token))).status).toBe(200);
    for (const at of [0, 5, token.length - 10, token.length - 1]) {
      const wrong = `${token.slice(0, at)}${token[at] === '1' ? '2' : '1'}${token.slice(at + 1)}`;
      expect((await ask('GET', path.replace(':token', wrong))).status, wrong).toBe(404);
    }
  });
});

describe('a merchant’s operations', () => {
  const names = Object.keys(amsOperations) as OperationName[];
  test.each(names)('%s: only with one’s own key, over these bytes, on this path', async (name) => {
    const [merchant, other] = sandbox.credentials.merchants;
    const resource = amsOperations[name].resource;
    const code = async (of: Parameters<typeof signedPost>[2]) =>
      (await signedPost(sandbox, merchant!, { resource, body: {}, ...of })).body.result.resultCode;
    const path = (other: string) => `/ams/sandbox/api/v1/${other}`;
    const elsewhere = name === 'pay' ? 'payments/refund' : 'payments/pay';
    expect(await code({})).not.toBe('INVALID_SIGNATURE');
    expect(await code({ privateKey: other!.merchantPrivateKey })).toBe('INVALID_SIGNATURE');
    // Recorded from one operation, one body, one moment, one merchant, and replayed as another's.
    expect(await code({ signedPath: path(elsewhere) })).toBe('INVALID_SIGNATURE');
    expect(await code({ signedBody: '{"a":1}' })).toBe('INVALID_SIGNATURE');
    expect(await code({ headers: { 'request-time': '1700000000000' } })).toBe('INVALID_SIGNATURE');
    expect(await code({ headers: { 'client-id': other!.clientId } })).toBe('INVALID_SIGNATURE');
    expect(await code({ headers: { signature: undefined } })).not.toBe('SUCCESS');
  });
});

// `tongbao serve` as an operator runs it: several HTTP processes behind one port over one PostgreSQL, one of which dies.
import { type ChildProcess, spawnSync } from 'node:child_process';
import { createPrivateKey, sign } from 'node:crypto';
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { machineClock } from '../platform/src/system/index.ts';
import { type TestDatabase, testDatabase } from '../platform/src/testing/index.ts';
import { testKeysText } from '../platform/src/testing/keys.ts';
import { until } from '../platform/src/testing/until.ts';
import { newCookie } from './operators.ts';
import { startServe } from './serve-process.ts';
import { main } from './start-sandbox.ts';

let database: TestDatabase;
let folder: string;
let port: number;
let child: ChildProcess;
let privateKey: string;
const log: string[] = [];

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'tongbao-serve-'));
  const serving = await startServe(database, { folder, environment: environment(), log });
  ({ port, child, privateKey } = serving);
});

afterAll(async () => {
  if (child.exitCode === null) child.kill('SIGKILL');
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const environment = () => ({
  ...process.env,
  DATABASE_URL: database.url,
  TONGBAO_PUBLIC_URL: 'https://pay.example',
  TONGBAO_KEYS: testKeysText,
  TONGBAO_TRUSTED_PROXIES: '127.0.0.1',
});

async function call(operation: string, body: object, time = String(machineClock.now().getTime())) {
  const resource = `/ams/api/v1/payments/${operation}`;
  const text = JSON.stringify(body);
  const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' });
  const signature = sign('RSA-SHA256', Buffer.from(`POST ${resource}\nBENCH_0.${time}.${text}`), key);
  const answer = await fetch(`http://127.0.0.1:${port}${resource}`, {
    method: 'POST',
    headers: {
      'client-id': 'BENCH_0',
      'request-time': time,
      signature: `algorithm=RSA256,keyVersion=1,signature=${encodeURIComponent(signature.toString('base64'))}`,
      'content-type': 'application/json',
    },
    body: text,
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers of several operations.
  return (await answer.json()) as any;
}

const order = (paymentRequestId: string) => ({
  productCode: 'CASHIER_PAYMENT',
  paymentRequestId,
  paymentAmount: { currency: 'KRW', value: '59000' },
  order: {
    referenceOrderId: 'o',
    orderDescription: 'cushion',
    orderAmount: { currency: 'KRW', value: '59000' },
  },
  paymentMethod: { paymentMethodType: 'ALIPAY_CN' },
  paymentRedirectUrl: 'https://mall.example/return',
  env: { terminalType: 'WEB' },
});

const httpProcesses = (): number[] =>
  spawnSync('ps', ['-o', 'pid=', '--ppid', String(child.pid)], { encoding: 'utf8' })
    .stdout.trim()
    .split('\n')
    .map((line) => Number.parseInt(line, 10));

test('both processes serve the same payments, at the present rate, under the production path', async () => {
  const created = await Promise.all(
    Array.from({ length: 40 }, (_, number) => call('pay', order(`serve-${number % 20}`))),
  );
  for (const answer of created) expect(answer.result.resultCode, log.join('')).toBe('PAYMENT_IN_PROCESS');
  expect(new Set(created.map((answer) => answer.paymentId)).size).toBe(20);
  expect(created[0].normalUrl).toMatch(/^https:\/\/pay\.example\/cashier\//);
  expect((await call('inquiryPayment', { paymentRequestId: 'serve-7' })).paymentStatus).toBe('PROCESSING');
});

test('with an https address for browsers, they are told to stay there', async () => {
  const answer = await fetch(`http://127.0.0.1:${port}/healthz`);
  expect(answer.headers.get('strict-transport-security')).toMatch(/max-age=\d{7,}/);
});

test('a request time that is an hour off is refused; the sandbox and the books are not there', async () => {
  const hourAgo = String(machineClock.now().getTime() - 3_600_000);
  expect((await call('pay', order('late'), hourAgo)).result.resultCode).toBe('PARAM_ILLEGAL');
  for (const url of ['/sandbox/credentials', '/sandbox/clock', '/audit', '/audit.json'])
    expect((await fetch(`http://127.0.0.1:${port}${url}`)).status, url).toBe(404);
});

test('the audit log and the export are there for auditors alone', async () => {
  const signedIn = (role: 'auditor' | 'maker') =>
    newCookie(database, `http://127.0.0.1:${port}`, { username: `${role}-1`, role });
  const [auditor, maker] = [await signedIn('auditor'), await signedIn('maker')];
  for (const at of [
    '/audit/log/checkpoint',
    '/audit/log/tile/0/000.p/1',
    '/audit/log/vkey',
    '/audit/export',
  ]) {
    const status = async (cookie?: string) =>
      (await fetch(`http://127.0.0.1:${port}${at}`, cookie === undefined ? {} : { headers: { cookie } }))
        .status;
    expect(await status(), at).toBe(401);
    expect(await status(maker), at).toBe(403);
    await expect.poll(() => status(auditor), { timeout: 10_000 }).toBe(200);
  }
});

test('payment codes and scans are there, for those who have signed in; the till and its codes are not', async () => {
  const post = (at: string) =>
    fetch(`http://127.0.0.1:${port}${at}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-tongbao-csrf': '1' },
      body: '{"text":"x"}',
    });
  for (const at of ['/api/wallet/payment-codes', '/api/wallet/scans'])
    expect((await post(at)).status).toBe(401);
  for (const at of ['/sandbox/payment-code', '/sandbox/till/payments'])
    expect((await post(at)).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${port}/till`)).status).toBe(404);
  const asked = { ...order('till-1'), productCode: 'IN_STORE_PAYMENT' };
  const method = {
    paymentMethod: { paymentMethodType: 'CONNECT_WALLET', paymentMethodId: '280000000000000000' },
  };
  expect((await call('pay', { ...asked, ...method })).result.resultCode).toBe('INVALID_CODE');
});

test('an HTTP process that is killed is replaced, and nothing that was answered is lost', async () => {
  // The second may still be starting, and one that was killed is listed until it has been buried.
  await expect.poll(httpProcesses).toHaveLength(2);
  const before = httpProcesses();
  const answer = await call('pay', order('before-the-kill'));
  process.kill(before[0]!, 'SIGKILL');
  // As a shop does: it asks again until there is an answer; the other process may have only just begun to listen.
  const again = await until(() => call('pay', order('before-the-kill')).catch(() => undefined));
  expect(again.paymentId).toBe(answer.paymentId);
  await expect.poll(() => httpProcesses().filter((pid) => pid !== before[0])).toHaveLength(2);
});

test('security H1: both HTTP processes count a network together, as the proxy in front names it', async () => {
  const code = async (number: number, forwarded: string): Promise<number> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/wallet/session/code`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-tongbao-csrf': '1',
        'x-forwarded-for': forwarded,
        // A connection of its own, so that both processes get some.
        connection: 'close',
      },
      body: JSON.stringify({ phone: `+86138000020${String(number).padStart(2, '0')}` }),
    });
    return answer.status;
  };
  const statuses: number[] = [];
  for (let number = 0; number < 64; number++)
    statuses.push(await code(number, `198.51.100.${number}, 203.0.113.9`));
  expect(statuses).toEqual([...Array(60).fill(200), ...Array(4).fill(429)]);
  expect(await code(70, '203.0.113.10')).toBe(200);
});

test('security C3: one of two processes is stopped (SIGSTOP) under load, the other one goes on; then both', async () => {
  await expect.poll(httpProcesses).toHaveLength(2);
  const [stopped] = httpProcesses();
  let sent = 0;
  let answered = 0;
  const asked: Promise<void>[] = [];
  /** Sends some more each time that it looks, and waits for none: the stopped process answers none of its half. */
  const underLoad = (): number => {
    for (let number = 0; number < 4; number++)
      asked.push(
        call('pay', order(`stopped-${sent++}`)).then((answer) => {
          if (answer.result.resultCode === 'PAYMENT_IN_PROCESS') answered += 1;
        }),
      );
    return answered;
  };
  await expect.poll(underLoad).toBeGreaterThan(20);
  process.kill(stopped!, 'SIGSTOP');
  try {
    const before = answered;
    await expect.poll(underLoad).toBeGreaterThan(before + 60);
  } finally {
    process.kill(stopped!, 'SIGCONT');
  }
  // What the stopped process had in hand is answered too, if only with "ask again".
  await Promise.all(asked);
  const before = answered;
  await expect.poll(underLoad).toBeGreaterThan(before + 20);
  await Promise.all(asked);
});

test('SIGTERM ends all of it within ten seconds', async () => {
  const all = httpProcesses();
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  for (const pid of all) expect(() => process.kill(pid, 0)).toThrow();
}, 10_000);

const attempt = (args: string[], environment: NodeJS.ProcessEnv, command = 'serve') => {
  const run = spawnSync(process.execPath, [main, command, ...args], { encoding: 'utf8', env: environment });
  return { status: run.status, line: run.stderr.trim(), out: run.stdout };
};

test('security H4: serve refuses the owner’s and a superuser’s role unless it is told to take them', () => {
  const set = { ...process.env, TONGBAO_KEYS: testKeysText, TONGBAO_PUBLIC_URL: 'https://pay.example' };
  const superuser = database.url.replace(/^.*\//, `${process.env.TONGBAO_TEST_SERVER}/`);
  for (const [url, why] of [
    [database.ownerUrl, /^serve refuses DATABASE_URL: the role tongbao_template_owner owns the tables; .*$/],
    [superuser, /^serve refuses DATABASE_URL: the role postgres is a superuser; .*$/],
  ] as const) {
    const { status, line } = attempt([], { ...set, DATABASE_URL: url });
    expect(status).toBe(1);
    expect(line).toMatch(why);
    expect(line).toContain('TONGBAO_SERVE_AS_OWNER=allow');
    expect(line).not.toContain(new URL(url).password);
  }
});

test('security H7: serve names an older and a newer schema in one line; migrate makes the older one ready', async () => {
  const other = await testDatabase();
  const set = {
    ...process.env,
    DATABASE_URL: other.url,
    TONGBAO_PUBLIC_URL: 'https://pay.example',
    TONGBAO_KEYS: testKeysText,
  };
  try {
    await other.owner.pool.query(
      "DELETE FROM public.tongbao_migration WHERE name = '0053_default_cards.sql'",
    );
    const older = attempt([], set);
    expect(older.status).toBe(1);
    expect(older.line).toMatch(
      /^the database’s schema is older than this release \(0053_default_cards.sql is missing\).*$/,
    );
    expect(attempt([], set, 'migrate').line).toMatch(/^migrate needs TONGBAO_OWNER_DATABASE_URL.*$/);
    const migrated = attempt([], { ...set, TONGBAO_OWNER_DATABASE_URL: other.ownerUrl }, 'migrate');
    expect(migrated).toMatchObject({ status: 0, line: '' });
    expect(migrated.out).toContain('applied 0053_default_cards.sql');
    await other.owner.pool.query("INSERT INTO public.tongbao_migration VALUES ('9999_future.sql', 'x')");
    const newer = attempt([], set);
    expect(newer.status).toBe(1);
    expect(newer.line).toMatch(
      /^the database was migrated by a newer release \(9999_future.sql is unknown here\).*$/,
    );
  } finally {
    await other.drop();
  }
});

test('what is missing or wrong is one line', async () => {
  const { DATABASE_URL: _own, ...bare } = process.env;
  expect(attempt([], bare)).toMatchObject({
    status: 1,
    line: 'serve needs DATABASE_URL, a PostgreSQL of your own',
  });
  const set = { ...bare, DATABASE_URL: 'postgres://x', TONGBAO_PUBLIC_URL: 'https://pay.example' };
  expect(attempt(['--processes', '0'], set).line).toBe('--processes must be a number from 1 to 64, not "0"');
  expect(attempt([], { ...set, TONGBAO_PUBLIC_URL: 'pay.example' }).line).toMatch(
    /^serve needs TONGBAO_PUBLIC_URL/,
  );
  // Security M7: no start without the secrets, and the line says how to make them.
  expect(attempt([], set).line).toMatch(/^serve needs TONGBAO_KEY_FILE.*npm run serve -- keys$/);
  const file = path.join(folder, 'keys.json');
  expect(attempt(['keys'], { ...bare, TONGBAO_KEY_FILE: file })).toMatchObject({ status: 0, line: '' });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(attempt(['keys'], { ...bare, TONGBAO_KEY_FILE: file }).line).toMatch(/never written over$/);
  await chmod(file, 0o644);
  const served = { ...set, DATABASE_URL: database.url, TONGBAO_KEY_FILE: file };
  expect(attempt([], served)).toMatchObject({
    status: 1,
    line: `others may read the key file ${file}: chmod 600 ${file}`,
  });
  await chmod(file, 0o600);
  expect(attempt([], served).line).toMatch(/written with another \w+ key 1 than the key file has/);
});

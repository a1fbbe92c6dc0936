// `tongbao doctor` beside a running `serve`, through a proxy that behaves, and through one that changes what it passes on.
import { type ChildProcess, execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../platform/src/testing/index.ts';
import { testKeysText } from '../platform/src/testing/keys.ts';
import { startSwitch } from './connectors/card-switch.ts';
import { startRegistry } from './connectors/registry.ts';
import { startServe } from './serve-process.ts';
import { freePort, main } from './start-sandbox.ts';

let database: TestDatabase;
let folder: string;
let child: ChildProcess;
let port: number;
let proxy: http.Server;
let publicUrl: string;
/** How the proxy treats what passes. */
let treat: (headers: http.OutgoingHttpHeaders, path: string) => string;

const honest = (headers: http.OutgoingHttpHeaders, asked: string): string => {
  headers['x-forwarded-for'] = [headers['x-forwarded-for'], '198.51.100.9'].filter(Boolean).join(', ');
  return asked;
};

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'tongbao-doctor-'));
  await writeFile(path.join(folder, 'keys.json'), testKeysText, { mode: 0o600 });
  proxy = http.createServer((request, response) => {
    const headers = { ...request.headers };
    const url = treat(headers, request.url!);
    http
      .request({ host: '127.0.0.1', port, method: request.method!, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      })
      .on('error', () => response.writeHead(502).end())
      .end();
  });
  const proxyPort = (await freePort())!;
  await new Promise<void>((resolve) => proxy.listen(proxyPort, '127.0.0.1', resolve));
  publicUrl = `http://127.0.0.1:${proxyPort}`;
  const serving = await startServe(database, { folder, environment: environment(), log: [] });
  ({ port, child } = serving);
});
afterAll(async () => {
  if (child?.exitCode === null) child.kill('SIGKILL');
  proxy?.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  DATABASE_URL: database.url,
  TONGBAO_PUBLIC_URL: publicUrl,
  TONGBAO_KEY_FILE: path.join(folder, 'keys.json'),
  TONGBAO_TRUSTED_PROXIES: '127.0.0.1',
  TONGBAO_ECB_RATES: path.join(folder, 'rates.xml'),
});

interface Row {
  readonly verdict: string;
  readonly found: string;
  readonly todo: string | null;
}
async function doctor(
  more: NodeJS.ProcessEnv = {},
): Promise<{ status: number; rows: Record<string, Row>; text: string }> {
  return new Promise((resolve) => {
    const env = { ...environment(), ...more };
    const asked = execFile(
      process.execPath,
      [main, 'doctor', '--json'],
      { env },
      (_error, stdout, stderr) => {
        const { findings } = JSON.parse(stdout) as { findings: (Row & { check: string })[] };
        const rows = Object.fromEntries(findings.map(({ check, ...row }) => [check, row]));
        resolve({ status: asked.exitCode!, rows, text: stdout + stderr });
      },
    );
  });
}

const patience = 120_000;

test('rows of what is as it should be, and of what is not, without a secret', {
  timeout: patience,
}, async () => {
  treat = honest;
  await mkdir(path.join(folder, 'bank', 'out'), { recursive: true });
  const bank = { TONGBAO_BANK_FILES: `file://${folder}/bank`, TONGBAO_BANK_ACCOUNTS: 'KRW=BANKKRSE/1234' };
  const registry = await startRegistry({ data: { people: [], cards: [] }, token: 'a-token-of-the-registry' });
  const cards = await startSwitch();
  const tokenFile = path.join(folder, 'registry-token');
  await writeFile(tokenFile, 'a-token-of-the-registry');
  const outside = {
    TONGBAO_REGISTRY_URL: registry.url,
    TONGBAO_REGISTRY_TOKEN_FILE: tokenFile,
    TONGBAO_SWITCH: `tcp://127.0.0.1:${cards.port}`,
    TONGBAO_SWITCH_ACQUIRER: '27010001',
    TONGBAO_SWITCH_TERMINAL: 'TONGBAO1',
    TONGBAO_SWITCH_ACCEPTOR: 'TONGBAO',
  };
  const { status, rows, text } = await doctor({ ...bank, ...outside });
  await Promise.all([registry.close(), cards.close()]);
  const fine = Object.entries(rows).flatMap(([check, { verdict }]) => (verdict === 'ok' ? check : []));
  expect(fine).toEqual(
    expect.arrayContaining([
      ...['database.reached', 'postgres.version', 'postgres.primary', 'roles.serving', 'roles.owns-nothing'],
      ...['roles.rights', 'roles.append-only', 'schema.release', 'limits.sessions', 'limits.timeouts'],
      ...[
        'clocks.database',
        'clocks.serving',
        'proxy.reached',
        'proxy.forwarded-for',
        'proxy.host',
        'proxy.path',
      ],
      ...['keys.file', 'keys.same', 'keys.gateway', 'rates.source', 'work.log', 'disk.database'],
      ...['settings.owner-url', 'settings.trusted-proxies', 'bank.accounts', 'bank.folder-out'],
      ...['registry.connected', 'switch.connected'],
    ]),
  );
  expect(rows['settings.public-url']).toMatchObject({ verdict: 'warn' });
  expect(rows['sms.service']).toMatchObject({ verdict: 'fail', found: 'none' });
  expect(rows['bank.folder-in']).toMatchObject({ verdict: 'fail' });
  expect(status).toBe(1);
  for (const { secret } of JSON.parse(testKeysText).keys as { secret: string }[])
    expect(text).not.toContain(secret);
  expect(text).not.toContain(new URL(database.url).password);
  expect(text).not.toContain('a-token-of-the-registry');
  const away = await doctor(outside);
  expect(away.rows['registry.connected']).toMatchObject({ verdict: 'fail' });
  expect(away.rows['switch.connected']).toMatchObject({ verdict: 'fail' });
});

test('a proxy that changes what it passes on is told apart', { timeout: patience }, async () => {
  treat = (headers, asked) => {
    headers.host = `127.0.0.1:${port}`;
    return decodeURIComponent(asked).replaceAll('//', '/').replaceAll(' ', '+');
  };
  const { rows } = await doctor();
  expect(rows['proxy.host']).toMatchObject({ verdict: 'fail', found: `Host arrives as "127.0.0.1:${port}"` });
  expect(rows['proxy.path']).toMatchObject({ verdict: 'fail' });
  // It passes on what the caller wrote, and is trusted: anybody can say who they are.
  expect(rows['proxy.forwarded-for']).toMatchObject({ verdict: 'fail' });
  treat = (headers, asked) => {
    delete headers['x-forwarded-for'];
    return asked;
  };
  expect((await doctor()).rows['proxy.forwarded-for']).toMatchObject({ found: 'the proxy takes it out' });
});

test('nobody without the keys is told what arrived', async () => {
  treat = honest;
  for (const headers of [{}, { 'x-tongbao-probe': '1.1767225600000.x' }])
    expect((await fetch(`${publicUrl}/healthz/seen/x`, { headers })).status).toBe(404);
});

test('wrong keys, an open key file, the owner’s URL, a database that is away', {
  timeout: patience,
}, async () => {
  treat = honest;
  const keyFile = path.join(folder, 'open.json');
  await writeFile(keyFile, testKeysText);
  await chmod(keyFile, 0o644);
  const open = await doctor({ TONGBAO_KEY_FILE: keyFile, TONGBAO_OWNER_DATABASE_URL: database.ownerUrl });
  expect(open.rows['keys.file']).toMatchObject({ verdict: 'fail', todo: `chmod 600 ${keyFile}` });
  expect(open.rows['settings.owner-url']).toMatchObject({ verdict: 'fail' });
  const owner = await doctor({ DATABASE_URL: database.ownerUrl });
  expect(owner.rows['roles.owns-nothing']).toMatchObject({ verdict: 'fail' });
  expect(owner.rows['roles.owner']).toMatchObject({ verdict: 'fail' });
  const away = new URL(database.url);
  away.port = '1';
  const { status, rows } = await doctor({ DATABASE_URL: away.href });
  expect(rows['database.reached']).toMatchObject({ verdict: 'fail' });
  expect(rows['proxy.reached']).toMatchObject({ verdict: 'ok' });
  expect(rows['postgres.version']).toBeUndefined();
  expect(status).toBe(1);
  const unset = await doctor({ TONGBAO_KEY_FILE: '', TONGBAO_PUBLIC_URL: 'pay.example' });
  expect(unset.rows['settings.read']!.found).toContain('TONGBAO_PUBLIC_URL');
});

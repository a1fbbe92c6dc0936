// `serve keys rotate` beside running processes: what they sign and make changes within a second of its moment, in each of
// them, and what was made before goes on counting until somebody says that it does not.
import { type ChildProcess, spawnSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCheckpointNote } from '../platform/src/audit/verify-log.ts';
import { createKeyFile, machineClock, readKeyFile } from '../platform/src/system/index.ts';
import { type TestDatabase, testDatabase } from '../platform/src/testing/index.ts';
import { testKeyRecords, testKeys } from '../platform/src/testing/keys.ts';
import { until } from '../platform/src/testing/until.ts';
import { startServe } from './serve-process.ts';
import { main } from './start-sandbox.ts';

let database: TestDatabase;
let folder: string;
let file: string;
let port: number;
let child: ChildProcess;
let merchantKey: string;
const log: string[] = [];

const environment = () => ({
  ...process.env,
  DATABASE_URL: database.url,
  TONGBAO_PUBLIC_URL: 'https://pay.example',
  TONGBAO_KEY_FILE: file,
  TONGBAO_LOG: 'info',
});

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'tongbao-rotation-'));
  file = path.join(folder, 'keys.json');
  await createKeyFile(file, testKeyRecords);
  const serving = await startServe(database, { folder, environment: environment(), log });
  ({ port, child, privateKey: merchantKey } = serving);
});
afterAll(async () => {
  if (child?.exitCode === null) child.kill('SIGKILL');
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

const keysCommand = (...args: string[]) => {
  const run = spawnSync(process.execPath, [main, 'serve', 'keys', ...args], {
    encoding: 'utf8',
    env: environment(),
  });
  return { status: run.status, out: run.stdout, line: run.stderr.trim() };
};

/** Orders something over a connection of its own, so that either process answers. */
async function order(number: string) {
  const resource = '/ams/api/v1/payments/pay';
  const time = String(machineClock.now().getTime());
  const amount = { currency: 'KRW', value: '59000' };
  const text = JSON.stringify({
    ...{ productCode: 'CASHIER_PAYMENT', paymentRequestId: number, paymentAmount: amount },
    order: { referenceOrderId: 'o', orderDescription: 'cushion', orderAmount: amount },
    paymentMethod: { paymentMethodType: 'ALIPAY_CN' },
    ...{ paymentRedirectUrl: 'https://mall.example/return', env: { terminalType: 'WEB' } },
  });
  const key = createPrivateKey({ key: Buffer.from(merchantKey, 'base64'), format: 'der', type: 'pkcs8' });
  const signature = sign('RSA-SHA256', Buffer.from(`POST ${resource}\nBENCH_0.${time}.${text}`), key);
  const answer = await fetch(`http://127.0.0.1:${port}${resource}`, {
    method: 'POST',
    headers: {
      ...{ 'client-id': 'BENCH_0', 'request-time': time, 'content-type': 'application/json' },
      signature: `algorithm=RSA256,keyVersion=1,signature=${encodeURIComponent(signature.toString('base64'))}`,
      connection: 'close',
    },
    body: text,
  });
  const body = await answer.text();
  const sent = answer.headers.get('signature')!;
  const [, version] = /keyVersion=(\d+)/.exec(sent)!;
  const isSignedBy = (publicKey: string): boolean =>
    verify(
      'RSA-SHA256',
      Buffer.from(`POST ${resource}\nBENCH_0.${answer.headers.get('response-time')}.${body}`),
      createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' }),
      Buffer.from(decodeURIComponent(/signature=(.*)$/.exec(sent)![1]!), 'base64'),
    );
  return { version, isSignedBy, link: (JSON.parse(body) as { normalUrl: string }).normalUrl };
}

/** Whether the cashier of each process knows the link: asked often, each time over a new connection. */
async function opens(link: string): Promise<boolean[]> {
  const token = link.split('/').at(-1)!;
  const answers = await Promise.all(
    Array.from({ length: 12 }, () =>
      fetch(`http://127.0.0.1:${port}/api/cashier/payments/${token}`, { headers: { connection: 'close' } }),
    ),
  );
  return [...new Set(answers.map(({ status }) => status === 200))];
}

let number = 0;
const nextOrder = () => order(`rotation-${++number}`);
/** Resolves when every process is seen to do it: twelve orders in a row. */
const everywhere = (holds: (of: Awaited<ReturnType<typeof order>>) => boolean) =>
  until(async () => (await Promise.all(Array.from({ length: 12 }, nextOrder))).every(holds));

test('the gateway’s key: announced first, then every process signs with it', async () => {
  const before = await nextOrder();
  expect(before.version).toBe('1');
  expect(before.isSignedBy(testKeys.gateway.publicKey)).toBe(true);
  const announced = keysCommand('rotate', 'gateway');
  expect(announced).toMatchObject({ status: 0, line: '' });
  const [publicKey] = /^[\w+/=]{300,}$/m.exec(announced.out)!;
  const { from } = (await readKeyFile(file))!.at(-1)!;
  expect(Date.parse(from!) - machineClock.now().getTime()).toBeGreaterThan(6 * 86_400_000);
  expect((await nextOrder()).version).toBe('1');

  const now = keysCommand('rotate', 'gateway', '--in', '1s');
  expect(now.out).toContain('version 3');
  const [newest] = /^[\w+/=]{300,}$/m.exec(now.out)!;
  expect(newest).not.toBe(publicKey);
  await everywhere(({ version }) => version === '3');
  expect((await nextOrder()).isSignedBy(newest)).toBe(true);
});

test('the cashier’s key: links of before open everywhere, until they are forgotten', async () => {
  const before = (await nextOrder()).link;
  expect(await opens(before)).toEqual([true]);
  expect(keysCommand('rotate', 'cashier', '--in', '1s')).toMatchObject({ status: 0, line: '' });
  const macOf = (link: string) => link.split('.').at(-1);
  const [from, to] = [macOf(before), machineClock.now().getTime() + 30_000];
  let after = before;
  // The same order asked again has the link that is made now.
  await until(async () => {
    after = (await order(`rotation-${number}`)).link;
    return macOf(after) !== from;
  });
  expect(machineClock.now().getTime()).toBeLessThan(to);
  expect(await opens(before)).toEqual([true]);
  expect(await opens(after)).toEqual([true]);
  expect(keysCommand('forget', 'cashier')).toMatchObject({ status: 0, line: '' });
  await until(async () => (await opens(before)).every((open) => !open));
  expect(await opens(after)).toEqual([true]);
  expect(keysCommand('forget', 'cashier').line).toBe('there is no former cashier key');
});

test('the log’s key: the same checkpoint is signed by the former and the new one', async () => {
  const note = async () =>
    (
      await database.database.pool.query(
        'SELECT note, verifier_key FROM audit_log.checkpoint ORDER BY size DESC, signed_at DESC LIMIT 1',
      )
    ).rows[0] as { note: string; verifier_key: string } | undefined;
  const { verifier_key: former } = await until(note);
  expect(keysCommand('rotate', 'log', '--in', '1s')).toMatchObject({ status: 0, line: '' });
  const signed = await until(async () => {
    const found = await note();
    return found!.verifier_key !== former && found;
  });
  for (const key of [former, signed.verifier_key])
    expect(readCheckpointNote(signed.note, key).origin).toBe('pay.example/audit/log');
});

test('identity, pepper and master keys: added, known by all, and never forgotten', async () => {
  for (const name of ['identity', 'pepper', 'master']) {
    expect(keysCommand('rotate', name, '--in', '0s')).toMatchObject({ status: 0, line: '' });
    expect(keysCommand('forget', name).line).toMatch(/^former \w+ keys stay/);
  }
  await until(() => log.join('').includes('"master/2"'));
  expect((await nextOrder()).link).toContain('/cashier/');
  expect(log.join('')).not.toContain('cannot be used');
});

test('what is wrong is one line, and changes nothing', async () => {
  const before = await readKeyFile(file);
  expect(keysCommand('rotate', 'tea').line).toBe(
    'a key is one of master, pepper, cashier, identity, gateway, log, not "tea"',
  );
  expect(keysCommand('rotate', 'log', '--in', 'soon').line).toMatch(/^--in is a number and s, m, h or d/);
  await writeFile(`${file}.new`, '');
  expect(keysCommand('rotate', 'log').line).toMatch(/another change of the keys is under way/);
  await rm(`${file}.new`);
  expect(await readKeyFile(file)).toEqual(before);
  // Another installation's file is not changed for this database.
  const own = path.join(folder, 'own.json');
  await copyFile(file, own);
  await rm(file);
  await createKeyFile(file, testKeyRecords);
  expect(keysCommand('rotate', 'log').line).toMatch(/written with another \w+ key \d than the key file has/);
  await copyFile(own, file);
});

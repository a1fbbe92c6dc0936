// `serve` with a settlement bank by files, as an operator sets it up: a message that waits goes out, a statement comes in, and a
// setting that makes no sense ends it with one line.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dayStatement } from '../../platform/src/sandbox/bank/documents.ts';
import { type TestDatabase, testDatabase } from '../../platform/src/testing/index.ts';
import { testKeysText } from '../../platform/src/testing/keys.ts';
import { until } from '../../platform/src/testing/until.ts';
import { freePort, main } from '../start-sandbox.ts';

let database: TestDatabase;
let folder: string;
let child: ChildProcess;
let log = '';

const environment = () => ({
  ...process.env,
  DATABASE_URL: database.url,
  TONGBAO_PUBLIC_URL: 'https://pay.example',
  TONGBAO_KEYS: testKeysText,
  TONGBAO_BANK_FILES: `file://${folder}`,
  TONGBAO_BANK_ACCOUNTS: 'GBP=TBSBHKHH/9000GBP0001',
  TONGBAO_BANK_POLL_SECONDS: '1',
});

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'tongbao-serve-bank-'));
  for (const name of ['out', 'in', 'done']) await mkdir(path.join(folder, name));
  const port = `${(await freePort())!}`;
  child = spawn(process.execPath, [main, 'serve', '--port', port, '--processes', '1'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(),
  });
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-20_000);
    });
});
afterAll(async () => {
  if (child.exitCode === null) child.kill('SIGKILL');
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const running = (): void => {
  if (child.exitCode !== null) throw new Error(`serve ended: ${log}`);
};

test('what waits to be paid goes out as a file, and a statement comes in by itself', async () => {
  const statement = dayStatement({
    account: { bic: 'TBSBHKHH', number: '9000GBP0001', currency: 'GBP' },
    day: '2026-01-05',
    from: new Date('2026-01-05T00:00:00Z'),
    to: new Date('2026-01-06T00:00:00Z'),
    opening: 100n,
    entries: [],
  });
  await writeFile(path.join(folder, 'in', 'stmt.xml'), statement);
  await database.owner.pool.query(
    `INSERT INTO settlement.message (id, currency, created_at, xml, next_try_at) VALUES (7, 'GBP', now(), '<pay/>', now())`,
  );
  const file = path.join(folder, 'out', 'TB7.xml');
  expect(
    await until(() => {
      running();
      return readFile(file, 'utf8').catch(() => null);
    }),
  ).toBe('<pay/>');
  await until(async () => {
    running();
    const { rows } = await database.owner.pool.query(
      `SELECT FROM reconciliation.statement WHERE account = '9000GBP0001' AND imported_by = 'bank-files'`,
    );
    return rows.length === 1;
  });
  await until(async () => {
    const { rows } = await database.owner.pool.query(
      'SELECT FROM settlement.message m, settlement.bank_upload u WHERE m.sent_at IS NOT NULL AND u.handed_over_at IS NOT NULL',
    );
    return rows.length === 1;
  });
  expect(await readdir(path.join(folder, 'in'))).toEqual([]);
  expect(await readdir(path.join(folder, 'done'))).toEqual([
    expect.stringMatching(/^[0-9a-f]{16}-stmt\.xml$/),
  ]);
});

test('a bank without accounts, and a key file that is not there, are said in one line', () => {
  const ends = (changes: Record<string, string>) => {
    const ended = spawnSync(process.execPath, [main, 'serve', '--port', '1'], {
      encoding: 'utf8',
      env: { ...environment(), ...changes },
      timeout: 60_000,
    });
    expect(ended.status).toBe(1);
    return ended.stderr.trim();
  };
  expect(ends({ TONGBAO_BANK_ACCOUNTS: '' })).toMatch(/^.*TONGBAO_BANK_ACCOUNTS is missing.*$/);
  const server = {
    TONGBAO_BANK_FILES: 'sftp://tongbao@127.0.0.1:9/x',
    TONGBAO_BANK_HOST_KEY: `SHA256:${'a'.repeat(43)}`,
    TONGBAO_BANK_SSH_KEY_FILE: path.join(folder, 'no-key'),
  };
  expect(ends(server)).toMatch(/^.*TONGBAO_BANK_SSH_KEY_FILE cannot be read.*$/);
});

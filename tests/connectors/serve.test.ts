// `serve` with a settlement bank by files, as an operator sets it up: a message that waits goes out, a statement comes in, and a
// setting that makes no sense ends it with one line.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHouseAccount, recordEntries } from '../../platform/src/ledger/index.ts';
import { dayStatement } from '../../platform/src/sandbox/bank/documents.ts';
import { type TestDatabase, testDatabase } from '../../platform/src/testing/index.ts';
import { testKeysText } from '../../platform/src/testing/keys.ts';
import { until } from '../../platform/src/testing/until.ts';
import { newOperator } from '../operators.ts';
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

/** The house buys 450.00 pounds for what shoppers have paid: 4,410.00 yuan lie at the bank that keeps them. */
async function aDeal(id: bigint): Promise<void> {
  const at = new Date();
  const open = (kind: 'safeguarding-bank' | 'fx-position') =>
    openHouseAccount(database.database, { kind, currency: 'CNY', createdAt: at });
  const postings = [
    { account: await open('safeguarding-bank'), amount: -441_000n },
    { account: await open('fx-position'), amount: 441_000n },
  ];
  await database.database.transaction((tx) =>
    recordEntries(tx, [
      { id: id + 1n, kind: 'transfer', payerId: 0n, subjectId: id, occurredAt: at, postings },
    ]),
  );
  await database.owner.pool.query(
    `INSERT INTO settlement.deal (id, day, currency, bought, home, cost, collected, gain, rate, created_at, next_try_at, number)
     VALUES ($1, '2026-01-05', 'GBP', 45000, 'CNY', 436500, 441000, 4500, '9.7', now(), now(), 1)`,
    [id],
  );
}

test('a conversion, which the bank takes no file for, is agreed and booked by two people', {
  timeout: 120_000,
}, async () => {
  await aDeal(70n);
  const people = {
    mei: await newOperator(database, folder, { username: 'mei', role: 'maker' }),
    li: await newOperator(database, folder, { username: 'li', role: 'checker' }),
  };
  const as = (who: 'mei' | 'li', ...args: readonly string[]) => {
    const ended = spawnSync(process.execPath, [main, 'deal', ...args, '--json'], {
      encoding: 'utf8',
      env: { ...environment(), ...people[who] },
    });
    return { status: ended.status, answer: JSON.parse(ended.status === 0 ? ended.stdout : ended.stderr) };
  };
  // The server asks the connector, which says that people do it.
  await until(async () => {
    running();
    const { rows } = await database.owner.pool.query(
      'SELECT FROM settlement.deal WHERE id = 70 AND by_hand_since IS NOT NULL',
    );
    return rows.length === 1;
  });
  expect(as('li', 'list').answer).toMatchObject({
    deals: [{ id: '70', bought: '45000', expectedCost: '436500', expectedRate: '9.7', agreement: null }],
    toleranceBps: 200,
  });
  const said = ['--bank-reference', 'FXD-1', '--value-date', '2026-01-07', '--reason', 'called the desk'];
  const note = (...terms: readonly string[]) => as('mei', 'agree', '70', ...said, ...terms);
  expect(note('--rate', '9.95')).toMatchObject({
    status: 4,
    answer: { error: { message: expect.stringContaining('4477.50 CNY is more than 200 basis points from') } },
  });
  expect(note('--rate', '9.7', '--cost', '4365').status).toBe(2);
  expect(note('--bought', '450.00', '--cost', '4,365').status).toBe(2);
  const noted = note('--bought', '450.00', '--cost', '4372.20');
  expect(noted.status).toBe(0);
  expect(note('--rate', '9.7').status).toBe(4);
  expect(as('mei', 'approve', noted.answer.id, '--reason', 'mine').status).toBe(3);
  expect(as('li', 'approve', noted.answer.id, '--reason', 'letter seen').status).toBe(0);
  expect(as('li', 'approve', noted.answer.id, '--reason', 'again').status).toBe(4);
  expect(as('mei', 'list').answer.deals).toEqual([]);
  const { rows } = await database.owner.pool.query(
    `SELECT d.cost, d.gain, d.rate, e.kind, cardinality(e.accounts) AS postings FROM settlement.deal d
     JOIN ledger.entry e ON e.id = d.entry_id AND e.subject_id = d.id WHERE d.id = 70`,
  );
  expect(rows).toEqual([
    { cost: 437_220n, gain: 3_780n, rate: '9.7160', kind: 'fx-conversion', postings: 5 },
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

// The operator's command line as an operator runs it, over a production database: whole files or nothing, two people for a closed
// day, each act in the trail under a name, and exit codes that a night's job can act on.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeIdBlock } from '../platform/src/database/index.ts';
import { createMerchants } from '../platform/src/merchants/index.ts';
import { sandboxMerchants } from '../platform/src/sandbox/merchants.ts';
import { generateRsaKeys, Ids, machineClock } from '../platform/src/system/index.ts';
import { type TestDatabase, testDatabase } from '../platform/src/testing/index.ts';
import { testKeys, testKeysText } from '../platform/src/testing/keys.ts';
import { answerOfCommand, newOperator, runCommand } from './operators.ts';
import { main } from './start-sandbox.ts';

let database: TestDatabase;
let folder: string;
const operators: Record<string, Record<string, string>> = {};

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'tongbao-operate-'));
  for (const [username, role] of [
    ['mei', 'maker'],
    ['li', 'checker'],
    ['ann', 'auditor'],
  ] as const) {
    operators[username] = await newOperator(database, folder, { username, role });
  }
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

// Each test starts some nine processes, one after the other; a busy machine takes seconds for each.
const patience = 240_000;

const inFolder = (name: string): string => path.join(folder, name);
async function fileWith(name: string, text: string, mode = 0o644): Promise<string> {
  await writeFile(inFolder(name), text);
  await chmod(inFolder(name), mode);
  return inFolder(name);
}

function run(...args: readonly string[]) {
  return runWith({}, args);
}
const runWith = (environment: Record<string, string>, args: readonly string[]) =>
  runCommand(database, environment, args);
const fileOf = (username: string) => ({ TONGBAO_OPERATOR_PASSWORD_FILE: inFolder(`${username}.password`) });
/** As somebody, with --json: the exit code, and the answer or the error. */
const as = (username: string, ...args: readonly string[]) =>
  answerOfCommand(database, operators[username] ?? fileOf(username), [...args, '--as', username]);
const trail = async (): Promise<string[]> =>
  (
    await database.owner.pool.query(
      `SELECT m.username || ' ' || a.act || ' ' || a.detail AS said FROM staff.act a JOIN staff.member m ON m.id = a.member_id
       ORDER BY a.id`,
    )
  ).rows.map((row) => row.said);

const csv = (amount: string) =>
  `date,reference,amount,currency\n2014-11-12,FEE-1,-1.00,GBP\n2014-11-12,X-2,${amount},GBP\n`;
const about = ['--account', 'GB-OPS', '--currency', 'GBP'];

test('a file comes in once, whole, under a name; one with a mistake names its line and changes nothing', {
  timeout: patience,
}, async () => {
  // The people's sessions, second factors and tokens.
  const before = (await trail()).length;
  const good = await fileWith('2014-11-12.csv', csv('5.25'));
  const first = as('mei', 'statement', 'import', good, ...about);
  expect(first).toMatchObject({
    status: 0,
    answer: {
      statements: [{ account: 'GB-OPS', statement: '2014-11-12', known: false, lines: 2, breakCount: 2 }],
    },
  });
  expect(first.answer.statements[0].breaks).toMatchObject([
    { kind: 'unexpected', reference: 'FEE-1', difference: '-100', day: '2014-11-12' },
    { kind: 'unexpected', reference: 'X-2', difference: '525' },
  ]);
  expect(as('li', 'statement', 'import', good, ...about).answer.statements).toMatchObject([{ known: true }]);

  const bad = await fileWith('bad.csv', csv('5,25'));
  expect(as('mei', 'statement', 'import', bad, ...about)).toEqual({
    status: 4,
    answer: { error: { code: 'UNREADABLE', message: 'line 3 has 5 columns, the header 4' } },
  });
  const { answer } = as('li', 'statement', 'list', '--account', 'GB-OPS');
  expect(answer).toMatchObject({
    statements: [{ lines: 2, openBreaks: 2, importedBy: 'mei' }],
    before: null,
  });
  expect((await trail()).slice(before)).toEqual([
    'mei statement.import 2014-11-12.csv: GB-OPS 2014-11-12 2014-11-12 – 2014-11-12',
    'li statement.import 2014-11-12.csv: GB-OPS 2014-11-12 2014-11-12 – 2014-11-12',
  ]);
});

test('a card bank’s file by a profile, in words', { timeout: patience }, async () => {
  const profile = {
    ...{ name: 'icbc', delimiter: ';', dateFormat: 'YYYYMMDD', currency: 'CNY' },
    columns: { date: 'day', debit: 'out', credit: 'in', reference: 'ref' },
  };
  const file = await fileWith('icbc.json', JSON.stringify(profile));
  expect(as('li', 'statement', 'profile', 'add', file, '--reason', 'guide')).toMatchObject({
    status: 3,
    answer: { error: { code: 'NOT_ALLOWED', message: 'li is checker: this is for maker' } },
  });
  expect(as('mei', 'statement', 'profile', 'add', file, '--reason', 'guide').answer).toEqual({
    ...{ name: 'icbc', version: 1 },
  });
  const broken = await fileWith('broken.json', JSON.stringify({ ...profile, decimal: '!' }));
  const refused = as('mei', 'statement', 'profile', 'add', broken, '--reason', 'guide');
  expect(refused.status).toBe(4);
  expect(refused.answer.error.message).toContain('→ at decimal');
  expect(as('mei', 'statement', 'profile', 'show', 'icbc').answer.profile).toMatchObject(profile);
  const statement = await fileWith('clearing.csv', 'day;ref;out;in\n20141112;T-1;12,00;\n'.replace(',', '.'));
  const words = runWith(operators.mei!, [
    ...['statement', 'import', statement, '--bank', 'ICBC', '--profile', 'icbc', '--currency', 'CNY'],
  ]);
  expect(words).toMatchObject({ status: 0, stderr: '' });
  expect(words.stdout).toBe(
    'CLEARING-ICBC-CNY clearing, 2014-11-12 – 2014-11-12 (statement): 1 lines, 0 matched, 0 not booked yet, 1 breaks\n' +
      '  unexpected T-1 on 2014-11-12: expected nothing in the books, the bank has -12.00 on 2014-11-12\n',
  );
});

test('a merchant: contract by two people, suspended at once, its next key', {
  timeout: patience,
}, async () => {
  const ids = new Ids(() => takeIdBlock(database.database));
  const merchants = createMerchants({
    database: database.database,
    clock: machineClock,
    ids,
    keys: testKeys,
  });
  const { publicKey } = await generateRsaKeys();
  await merchants.signUp({ ...sandboxMerchants[2]!, clientId: 'SHOP', publicKey, classicMd5Key: 'x' });
  const changes = await fileWith('changes.json', JSON.stringify({ feeBps: 120 }));
  const asked = ['merchant', 'contract', 'propose', 'SHOP', '--file', changes, '--reason', 'talks of May'];
  expect(as('mei', ...asked, '--from', '2020-01-01').answer.error.message).toMatch(
    /^effectiveFrom: .* is in the past/,
  );
  const { id } = as('mei', ...asked).answer;
  expect(as('mei', 'merchant', 'approve', id, '--reason', 'mine').status).toBe(3);
  expect(as('li', 'merchant', 'contract', 'approve', id, '--reason', 'seen').status).toBe(0);
  const shown = as('li', 'merchant', 'contract', 'show', 'SHOP').answer;
  expect(shown).toMatchObject({ present: { feeBps: 120 }, versions: [{ number: 2, proposedBy: 'mei' }, {}] });
  expect(as('li', 'merchant', 'suspend', 'SHOP', '--hold-payouts', '--reason', 'odd orders').status).toBe(0);
  expect(as('mei', 'merchant', 'show', 'SHOP').answer).toMatchObject({
    ...{ status: 'suspended', holdsPayouts: true, contractVersion: 2 },
  });
  expect(as('mei', 'merchant', 'resume', 'SHOP', '--reason', 'talked to them').status).toBe(0);
  const wrong = await fileWith('key.pem', (await generateRsaKeys()).privateKey, 0o600);
  const key = ['merchant', 'rotate-key', 'SHOP', '--reason', 'yearly', '--key-file'];
  expect(as('mei', ...key, wrong)).toMatchObject({
    status: 4,
    answer: { error: { message: expect.stringContaining('this is a PRIVATE key') } },
  });
  const next = await fileWith('next.pem', (await generateRsaKeys()).publicKey);
  expect(as('mei', ...key, next).answer).toMatchObject({ version: 2 });
});

test('a closed day: declared by one, decided by another', { timeout: patience }, async () => {
  const day = ['--calendar', 'KR', '--day', '2030-12-30', '--reason', 'snow'];
  const { answer } = as('mei', 'closure', 'declare', ...day);
  expect(as('mei', 'closure', 'propose', ...day)).toMatchObject({
    status: 4,
    answer: { error: { message: 'KR 2030-12-30 has been proposed or declared already' } },
  });
  expect(as('mei', 'closure', 'approve', answer.id, '--reason', 'mine').status).toBe(3);
  expect(as('li', 'closure', 'list').answer.closures).toMatchObject([{ id: answer.id, approved: null }]);
  expect(as('li', 'closure', 'approve', answer.id, '--reason', 'seen').status).toBe(0);
  expect(as('li', 'closure', 'reject', answer.id, '--reason', 'again')).toMatchObject({
    status: 4,
    answer: { error: { message: `declaration ${answer.id} is decided already` } },
  });
  expect(as('li', 'closure', 'list', '--decided').answer.closures).toMatchObject([
    { day: '2030-12-30', proposedBy: 'mei', decidedBy: 'li', approved: true },
  ]);
  expect((await trail()).slice(-2)).toEqual(['mei closure.propose closed: snow', 'li closure.approve seen']);
});

test('the books to a file: whole or not at all, for auditors, and right', { timeout: patience }, async () => {
  const file = inFolder('books.ndjson');
  expect(as('mei', 'export', '--file', file)).toMatchObject({ status: 3 });
  const { status, answer } = as('ann', 'export', '--file', file);
  expect(status).toBe(0);
  const text = await readFile(file, 'utf8');
  expect(answer).toMatchObject({
    file,
    bytes: Buffer.byteLength(text),
    lines: text.trim().split('\n').length,
  });
  expect(answer.sha256).toBe(createHash('sha256').update(text).digest('hex'));
  const verified = spawnSync(process.execPath, [path.join(path.dirname(main), 'audit/verify.ts'), file], {
    encoding: 'utf8',
  });
  expect(verified.stdout + verified.stderr).toMatch(/OK|right|everything/i);
  expect(verified.status).toBe(0);
  expect(as('ann', 'export', '--file', file).answer.error.message).toContain('never written over');
  expect(await readFile(file, 'utf8')).toBe(text);
  await fileWith('second.partial', '');
  expect(as('ann', 'export', '--file', inFolder('second')).answer.error.message).toContain('another export');
  expect(as('ann', 'export', '--file', inFolder('no/such'))).toMatchObject({ status: 4 });
  expect((await trail()).at(-1)).toMatch(/^ann books.export/);
});

test('what waits, breaks by two people, payouts and the trail, by command', {
  timeout: patience,
}, async () => {
  await database.owner.pool.query(
    `INSERT INTO system.quarantine (timer, item, reason, failures, held, first_failed_at, last_failed_at)
     VALUES ('settlement bank', '7', 'broken', 5, true, now(), now())`,
  );
  expect(as('ann', 'waiting', 'list').answer.items).toMatchObject([{ timer: 'settlement bank', item: '7' }]);
  const release = ['waiting', 'release', 'settlement bank', '7', '--reason', 'mended'];
  expect(as('ann', ...release).status).toBe(3);
  expect(as('mei', ...release).status).toBe(0);
  expect(as('li', ...release)).toMatchObject({
    ...{ status: 4, answer: { error: { message: 'the item is not on the list' } } },
  });

  const [found] = as('li', 'break', 'list', '--status', 'open').answer.breaks;
  const propose = ['break', 'propose', found.id, '--reason', 'seen', '--action'];
  expect(as('mei', ...propose, 'ignore').status).toBe(2);
  expect(as('mei', ...propose, 'explain').status).toBe(0);
  expect(as('mei', 'break', 'approve', found.id, '--reason', 'mine').status).toBe(3);
  expect(as('li', 'break', 'reject', found.id, '--reason', 'which fee?').status).toBe(0);
  expect(as('mei', ...propose, 'explain').status).toBe(0);
  expect(as('li', 'break', 'approve', found.id, '--reason', 'seen').answer).toEqual({
    id: found.id,
    approved: true,
  });
  expect(as('li', 'break', 'approve', found.id, '--reason', 'again').status).toBe(4);

  expect(as('ann', 'payout', 'list', '--open').answer).toEqual({ payouts: [], before: null });
  expect(as('mei', 'payout', 'retry', '7', '--reason', 'x')).toMatchObject({
    ...{ status: 4, answer: { error: { message: 'there is no batch 7' } } },
  });
  const acts = as('ann', 'trail', 'list', '--limit', '2').answer.acts as { act: string }[];
  expect(acts.map(({ act }) => act)).toEqual(['break.approve', 'break.propose']);
});

test('who acts has to be known, and what is typed wrongly is said', { timeout: patience }, async () => {
  const list = ['statement', 'list'];
  expect(run(...list)).toMatchObject({
    status: 2,
    stderr:
      'who acts? --as NAME, or TONGBAO_OPERATOR: a name that signs in to the console; or TONGBAO_OPERATOR_TOKEN_FILE\n',
  });
  expect(run(...list, '--as', 'mei')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('no terminal to ask'),
  });
  await fileWith('guess.password', 'correct horse battery', 0o600);
  expect(as('guess', ...list)).toMatchObject({
    status: 3,
    answer: { error: { message: 'name or password is wrong' } },
  });
  const open = await fileWith('open.password', 'x', 0o644);
  expect(as('open', ...list).answer.error.message).toBe(
    `others may read the secret in ${open}: chmod 600 ${open}`,
  );
  expect(as('mei', 'statement', 'list', '--limit', '0')).toMatchObject({ status: 2 });
  expect(run('statement', 'import')).toMatchObject({ status: 2 });
  expect(run('statement', 'imprt', '--json').stderr).toContain('"code":"USAGE"');
  const help = run('statement', 'import', '--help');
  expect(help).toMatchObject({ status: 0 });
  for (const words of ['--bank <bank>', '--profile <name>', 'the same file again changes nothing'])
    expect(help.stdout.replaceAll(/\s+/g, ' ')).toContain(words);
});

// The last one: the database knows a key from then on that the others' environment has not.
test('keys: listed without a secret, rotated and forgotten under a name', { timeout: patience }, async () => {
  const keyFile = await fileWith('keys.json', testKeysText, 0o600);
  const keys = (username: string, ...args: readonly string[]) => {
    const environment = {
      ...{ ...operators[username]!, TONGBAO_KEY_FILE: keyFile },
    };
    const { status, stdout, stderr } = runWith(environment, ['keys', ...args, '--as', username, '--json']);
    return { status, answer: JSON.parse(status === 0 ? stdout : stderr), text: stdout + stderr };
  };
  const rotated = keys('mei', 'rotate', 'cashier', '--in', '0s', '--reason', 'ann has left');
  expect(rotated).toMatchObject({ status: 0, answer: { purpose: 'cashier', id: 2 } });
  const listed = keys('ann', 'list');
  expect(listed.answer.keys).toContainEqual({ purpose: 'cashier', id: 2, from: rotated.answer.from });
  for (const { secret } of JSON.parse(await readFile(keyFile, 'utf8')).keys)
    expect(listed.text).not.toContain(secret);
  expect(keys('li', 'forget', 'cashier', '--reason', 'leaked')).toMatchObject({
    status: 0,
    answer: { forgotten: 1 },
  });
  expect(keys('li', 'forget', 'cashier', '--reason', 'leaked')).toMatchObject({
    ...{ status: 4, answer: { error: { message: 'there is no former cashier key' } } },
  });
  expect(keys('li', 'forget', 'pepper', '--reason', 'leaked').status).toBe(4);
  expect(keys('mei', 'rotate', 'tea', '--reason', 'x')).toMatchObject({ status: 2 });
  expect(keys('ann', 'rotate', 'log', '--reason', 'x')).toMatchObject({ status: 3 });
  expect((await trail()).slice(-2)).toEqual([
    `mei keys.rotate from ${rotated.answer.from}: ann has left`,
    'li keys.forget leaked',
  ]);
  // From the environment they cannot be changed.
  expect(run('keys', 'rotate', 'log', '--reason', 'x', '--as', 'mei').stderr).toContain('TONGBAO_KEYS');
});

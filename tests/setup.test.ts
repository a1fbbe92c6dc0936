// From an empty PostgreSQL to people who work: `setup` as somebody runs it on the first day, again, and with something missing;
// its link opens the first admin's name, and the admin gives access and ends it at the command line.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../platform/src/database/index.ts';
import { keysOf, machineClock, parseKeys } from '../platform/src/system/index.ts';
import { appCode } from '../platform/src/testing/authenticator.ts';
import { blankDatabase } from '../platform/src/testing/index.ts';
import { passwordOf, staffOf } from './operators.ts';
import { main } from './start-sandbox.ts';

let blank: Awaited<ReturnType<typeof blankDatabase>>;
let folder: string;
const codes: string[] = [];
const role = `serves_${randomBytes(4).toString('hex')}`;
const served = () => {
  const url = new URL(blank.url);
  url.username = role;
  url.password = 'a password of the role';
  return url.toString();
};
const keyFile = () => path.join(folder, 'keys.json');

beforeAll(async () => {
  blank = await blankDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'tongbao-setup-'));
});
afterAll(async () => {
  await blank.drop();
  await rm(folder, { recursive: true, force: true });
});

// Each run starts a process and migrates; a busy machine takes its time.
const patience = 240_000;

function run(environment: Record<string, string | undefined>, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      DATABASE_URL: served(),
      TONGBAO_OWNER_DATABASE_URL: blank.url,
      TONGBAO_PUBLIC_URL: 'https://pay.example',
      TONGBAO_KEY_FILE: keyFile(),
      ...environment,
    },
  });
  return { status, stdout, stderr };
}
const json = (answer: { stdout: string }) => JSON.parse(answer.stdout);
const first = ['--operator', 'ada', '--name', 'Ada Lovelace'];

test('setup opens an installation, and again says what is there', { timeout: patience }, async () => {
  const nowhere = run({ TONGBAO_OWNER_DATABASE_URL: 'postgres://127.0.0.1:1/none' }, 'setup', '--json');
  expect(nowhere.status).toBe(1);
  expect(json(nowhere).steps).toMatchObject([
    { name: 'keys', ok: true, detail: expect.stringContaining('is made') },
    { name: 'schema', ok: false, detail: expect.stringContaining('ECONNREFUSED') },
  ]);
  expect((await stat(keyFile())).mode & 0o777).toBe(0o600);
  const kept = await readFile(keyFile(), 'utf8');

  const made = json(run({}, 'setup', ...first, '--json'));
  expect(made.steps).toMatchObject([
    { name: 'keys', ok: true, detail: `${keyFile()} was there` },
    { name: 'schema', ok: true, detail: expect.stringContaining(`the role ${role} may serve`) },
    { name: 'operator', ok: true, detail: 'ada is to follow the link' },
  ]);
  expect(made.link).toMatch(/^https:\/\/pay\.example\/console#\/join\/[\w-]{43}$/);
  expect(await readFile(keyFile(), 'utf8')).toBe(kept);

  const words = run({}, 'setup', ...first);
  expect(words.stdout).toMatch(/schema +ok +was this release’s; the role/);
  const link = /https:\S+/.exec(words.stdout)![0];
  const database = openDatabase({ url: served(), maxConnections: 2 });
  const staff = staffOf({ database }, keysOf(parseKeys(kept, 'the key file')));
  const of = (at: string) => ({
    token: at.split('/').at(-1)!,
    caller: { network: '192.0.2.1', device: null },
    site: { origin: 'https://pay.example', rpId: 'pay.example' },
  });
  const join = async (at: string) => {
    const offer = await staff.offerAtLink({ ...of(at), kind: 'totp' });
    if (offer.kind !== 'totp') throw new Error('no secret was offered');
    const code = appCode(offer.secret, machineClock.now());
    const factor = { kind: 'totp', name: '', sealed: offer.sealed, code } as const;
    return staff.join({ ...of(at), password: passwordOf('ada'), factor });
  };
  await expect(join(made.link)).rejects.toMatchObject({ code: 'link-unusable' });
  const { member, recoveryCodes } = await join(link);
  expect(member).toMatchObject({ username: 'ada', name: 'Ada Lovelace', role: 'admin' });
  codes.push(...recoveryCodes);
  for (const scope of ['read', 'act', 'manage'] as const) {
    const { token } = await staff.account.addToken(member, { name: scope, scope, days: 1 });
    await writeFile(path.join(folder, `ada.${scope}`), `${token}\n`, { mode: 0o600 });
  }
  await database.close();

  expect(json(run({}, 'setup', ...first, '--json'))).toMatchObject({ link: null, expiresAt: null });
  expect(json(run({}, 'setup', '--json')).steps.at(-1).detail).toBe('ada is admin');
});

test('what is missing or wrong is said, and nothing is half done', { timeout: patience }, async () => {
  for (const [environment, args, status, said] of [
    [{ TONGBAO_OWNER_DATABASE_URL: undefined }, [], 2, 'TONGBAO_OWNER_DATABASE_URL'],
    [{ TONGBAO_PUBLIC_URL: 'pay.example' }, [], 2, 'TONGBAO_PUBLIC_URL'],
    [{ TONGBAO_KEY_FILE: undefined }, [], 2, 'TONGBAO_KEY_FILE'],
    [{}, ['--operator', 'ada'], 2, 'belong together'],
  ] as const) {
    const answer = run(environment, 'setup', ...args);
    expect([answer.status, answer.stderr]).toEqual([status, expect.stringContaining(said)]);
  }
  // Another installation's keys are refused before anybody is let in with them.
  const other = run({ TONGBAO_KEY_FILE: path.join(folder, 'other.json') }, 'setup', ...first, '--json');
  expect([other.status, json(other).steps.at(-1).detail]).toEqual([
    1,
    expect.stringContaining('was written with another'),
  ]);
});

test('an admin gives access, ends it and gives it anew at the command line', {
  timeout: patience,
}, async () => {
  const token = (scope: string) => ({ TONGBAO_OPERATOR_TOKEN_FILE: path.join(folder, `ada.${scope}`) });
  const ada = token('manage');
  const staff = (...args: readonly string[]) => run(ada, 'staff', ...args, '--json');
  const mei = ['--username', 'mei', '--name', 'Chen Mei'];
  const added = staff('add', ...mei, '--role', 'maker');
  expect(json(added).link).toMatch(/#\/join\/[\w-]{43}$/);
  const refused = staff('add', ...mei, '--role', 'maker');
  expect([refused.status, JSON.parse(refused.stderr).error.message]).toEqual([
    4,
    'mei is somebody’s name, or was: take another',
  ]);
  expect(staff('add', ...mei, '--role', 'chief').status).toBe(2);
  expect(
    staff('add', '--username', 'mall', '--name', 'M', '--role', 'merchant', '--client', 'NONE').status,
  ).toBe(4);
  expect(json(staff('reset', 'mei', '--reason', 'lost the link')).link).not.toBe(json(added).link);
  expect(json(staff('end', 'mei', '--reason', 'left'))).toEqual({ username: 'mei', ended: true });
  expect(json(staff('list')).members).toMatchObject([
    { username: 'mei', state: 'ended', role: 'maker' },
    { username: 'ada', state: 'active', role: 'admin' },
  ]);
  const last = staff('end', 'ada', '--reason', 'left');
  expect([last.status, JSON.parse(last.stderr).error.code]).toEqual([4, 'REFUSED']);
  // A token does what its scope says; a password needs a code besides, and a code counts once.
  const list = ['staff', 'list', '--json'];
  expect(run(token('read'), ...list).status).toBe(0);
  for (const scope of ['read', 'act'])
    expect(run(token(scope), 'staff', 'end', 'mei', '--reason', 'left').status, scope).toBe(3);
  expect(run({ ...token('act'), TONGBAO_OPERATOR: 'mei' }, ...list).stderr).toContain('not mei');
  const file = path.join(folder, 'ada.password');
  await writeFile(file, passwordOf('ada'), { mode: 0o600 });
  const typed = { TONGBAO_OPERATOR: 'ada', TONGBAO_OPERATOR_PASSWORD_FILE: file };
  const asked = run(typed, ...list);
  expect([asked.status, asked.stderr]).toEqual([3, expect.stringContaining('a second factor is asked for')]);
  expect([0, 1].map(() => run(typed, ...list, '--code', codes[0]!).status)).toEqual([0, 3]);
});

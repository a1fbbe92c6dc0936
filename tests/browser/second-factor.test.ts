// Production, where everybody needs a second factor, in a browser: the first admin follows the link of the set-up and makes a
// passkey, somebody who was invited takes an authenticator app; both come in again with it, an access token acts at the command
// line, and an act that matters asks anew for a proof and then goes on.
import { type ChildProcess, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { machineClock } from '../../platform/src/system/index.ts';
import { appCode } from '../../platform/src/testing/authenticator.ts';
import { type TestDatabase, testDatabase } from '../../platform/src/testing/index.ts';
import { testKeysText } from '../../platform/src/testing/keys.ts';
import { until } from '../../platform/src/testing/until.ts';
import { staffOf } from '../operators.ts';
import { startServe } from '../serve-process.ts';
import { main } from '../start-sandbox.ts';
import { launchChromium, sizes } from './browser.ts';
import { isSkipped, serious } from './stage.ts';

let database: TestDatabase;
let folder: string;
let child: ChildProcess;
let browser: Browser;
let base: string;
const log: string[] = [];

const environment = (port: number): NodeJS.ProcessEnv => ({
  ...process.env,
  DATABASE_URL: database.url,
  TONGBAO_PUBLIC_URL: `http://localhost:${port}`,
  TONGBAO_KEYS: testKeysText,
});
const chosen = 'a sentence to remember';

async function open(locale: 'en' | 'zh-CN', size: keyof typeof sizes): Promise<Page> {
  const context = await browser.newContext({ viewport: sizes[size], locale, timezoneId: 'Asia/Shanghai' });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true },
      ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    },
  });
  return page;
}
const photograph = async (page: Page, name: string) => {
  const shots = process.env.TONGBAO_SCREENSHOTS;
  if (shots !== undefined)
    await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true, animations: 'disabled' });
};
/** A link says the address that people know the console by. */
const here = (link: string) => `${base}/console${new URL(link).hash}`;
const click = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click();

async function setPassword(page: Page): Promise<void> {
  await page.getByLabel(/^(New password|新密码)$/).fill(chosen);
  await page.getByLabel(/^(New password again|再次输入新密码)$/).fill(chosen);
  await click(page, /(Continue|继 ?续)$/);
}
async function typePassword(page: Page, username: string): Promise<void> {
  await page.getByLabel(/^(Username|用户名)$/).fill(username);
  await page.getByLabel(/^(Password|密码)$/).fill(chosen);
  await page.keyboard.press('Enter');
}
const leave = (page: Page) => click(page, /^(Sign out|退 ?出)$/);

describe.skipIf(isSkipped)('a second factor in production', () => {
  beforeAll(async () => {
    database = await testDatabase();
    folder = await mkdtemp(path.join(tmpdir(), 'tongbao-factor-'));
    const serving = await startServe(database, { folder, environment, log });
    child = serving.child;
    base = `http://localhost:${serving.port}`;
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    if (child?.exitCode === null) child.kill('SIGKILL');
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  let admin: Page;
  test('the first admin joins with a passkey, keeps the recovery codes, and comes in again with the passkey', async () => {
    const begun = await staffOf(database).begin({ username: 'ada', name: 'Ada Lovelace' });
    if (begun.kind !== 'link') throw new Error('there is an admin');
    admin = await open('en', 'desktop');
    await admin.goto(`${base}/console#/join/${begun.link.token}`);
    await admin.getByRole('heading', { name: 'Welcome, Ada Lovelace' }).waitFor();
    await setPassword(admin);
    await admin.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
    expect(await serious(admin)).toEqual([]);
    await photograph(admin, 'factor-choose-en-desktop');
    await click(admin, 'Create a passkey');
    await admin.getByRole('heading', { name: 'Keep your recovery codes' }).waitFor();
    expect(await admin.locator('.codes li').count()).toBe(10);
    expect(await serious(admin)).toEqual([]);
    await photograph(admin, 'factor-codes-en-desktop');
    await admin.getByLabel('I have kept them').check();
    await click(admin, 'Continue');
    await admin.getByRole('heading', { name: 'People', level: 1 }).waitFor();
    await leave(admin);
    await typePassword(admin, 'ada');
    await admin.getByRole('heading', { name: 'Confirm that it is you' }).waitFor();
    expect(await serious(admin)).toEqual([]);
    await photograph(admin, 'factor-sign-in-en-desktop');
    await click(admin, 'Use the passkey');
    await admin.getByRole('heading', { name: 'People', level: 1 }).waitFor();
  });

  test('an access token is made once, acts at the command line, and ends', async () => {
    await admin.getByRole('link', { name: 'Ada Lovelace' }).click();
    await admin.getByRole('heading', { name: 'My account', level: 1 }).waitFor();
    await click(admin, 'New token');
    await admin.getByLabel('What it is for').fill('the first day');
    await admin.getByLabel('What it may do').click();
    await admin.locator('.ant-select-item-option').filter({ hasText: 'Manages' }).click();
    await click(admin, 'Make the token');
    await admin.getByText('A token that is shown once').waitFor();
    expect(await serious(admin)).toEqual([]);
    await photograph(admin, 'factor-token-en-desktop');
    const file = path.join(folder, 'ada.token');
    const token = (await admin.getByRole('dialog').locator('code').textContent())!.trim();
    await writeFile(file, token, { mode: 0o600 });
    await click(admin, 'It is kept: close');
    await admin.getByText('the first day').waitFor();
    await admin.getByText('manages people').waitFor();
    expect(await serious(admin)).toEqual([]);
    await photograph(admin, 'factor-account-en-desktop');
    const list = () =>
      spawnSync(process.execPath, [main, 'staff', 'list', '--json'], {
        encoding: 'utf8',
        env: { ...environment(1), TONGBAO_OPERATOR_TOKEN_FILE: file },
      });
    expect(JSON.parse(list().stdout).members).toMatchObject([{ username: 'ada', state: 'active' }]);
    await click(admin, 'End token');
    await admin.getByRole('dialog').getByRole('button', { name: 'Confirm' }).click();
    await until(async () => (await admin.getByText('the first day').count()) === 0);
    expect(list()).toMatchObject({ status: 3, stderr: expect.stringContaining('was ended') });
  });

  test('somebody who was invited takes an app, and a code counts once', async () => {
    await admin.getByRole('menuitem', { name: 'People' }).click();
    await click(admin, 'Invite somebody');
    await admin.getByLabel('Name', { exact: true }).fill('陈梅');
    await admin.getByLabel('Username').fill('mei');
    await click(admin, 'Make the link');
    const link = (await admin.getByRole('dialog').locator('code').textContent())!.trim();
    await click(admin, 'It is handed over: close');
    const mei = await open('zh-CN', 'phone');
    await mei.goto(here(link));
    await setPassword(mei);
    await click(mei, '使用验证器应用');
    const secret = (await mei.locator('code').textContent())!.trim();
    await mei.getByLabel('六位验证码').fill('000000');
    await click(mei, /继 ?续$/);
    await mei.getByText('没有通过').waitFor();
    expect(await serious(mei)).toEqual([]);
    await photograph(mei, 'factor-app-zh-phone');
    const code = appCode(secret, machineClock.now());
    await mei.getByLabel('六位验证码').fill(code);
    await click(mei, /继 ?续$/);
    await mei.getByRole('heading', { name: '请保存恢复码' }).waitFor();
    const [recovery] = await mei.locator('.codes code').allTextContents();
    await photograph(mei, 'factor-codes-zh-phone');
    await mei.getByLabel('我已保存好').check();
    await click(mei, /继 ?续$/);
    await leave(mei);
    await typePassword(mei, 'mei');
    await mei.getByLabel('六位验证码').fill(code);
    await click(mei, /继 ?续$/);
    await mei.getByText('没有通过').waitFor();
    expect(await serious(mei)).toEqual([]);
    await photograph(mei, 'factor-sign-in-zh-phone');
    await click(mei, '改用恢复码');
    await mei.getByLabel('恢复码', { exact: true }).fill(recovery!.toUpperCase().replaceAll('-', ' '));
    await click(mei, /继 ?续$/);
    await mei.getByRole('button', { name: /^退 ?出$/ }).waitFor();
    await mei.goto(`${base}/console/account`);
    await mei.getByText('剩余 9 个').waitFor();
    expect(await serious(mei)).toEqual([]);
    expect(await mei.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    await photograph(mei, 'factor-account-zh-phone');
    await mei.context().close();
  });

  test('an act that matters asks anew for a proof after ten minutes, and then goes on', async () => {
    const long = `UPDATE staff.session SET proved_at = proved_at - interval '11 minutes'`;
    await database.owner.pool.query(long);
    await admin.reload();
    const row = admin.getByRole('row').filter({ hasText: '陈梅' });
    await row.getByRole('button', { name: 'End access' }).click();
    await admin.getByLabel('Reason').fill('left the company');
    await admin.getByRole('dialog').getByRole('button', { name: 'Confirm' }).click();
    await admin.getByText('Confirm that it is you').waitFor();
    expect(await serious(admin)).toEqual([]);
    await photograph(admin, 'factor-again-en-desktop');
    await click(admin, 'Use the passkey');
    await row.getByText('Ended').waitFor();
    const acts = await staffOf(database).acts({ before: 2n ** 62n, limit: 30 });
    expect(acts.map(({ act }) => act)).toEqual(expect.arrayContaining(['staff.end', 'session.prove']));
    await admin.context().close();
  });
});

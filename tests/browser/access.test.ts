// People in a browser: an admin invites somebody, who follows the link and is inside; a link that was used says so; access that
// ends, ends at the next click; both languages, a phone and a desk, without a serious fault.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isSkipped, openStage, type Stage, serious } from './stage.ts';

let stage: Stage;
const photograph = async (page: Page, name: string) => {
  const folder = process.env.TONGBAO_SCREENSHOTS;
  if (folder !== undefined)
    await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true, animations: 'disabled' });
};
async function enter(page: Page, username: string, at = '/console'): Promise<void> {
  const { password } = stage.sandbox.credentials.staff.find((person) => person.username === username)!;
  await page.goto(`${stage.sandbox.http}${at}`);
  await page.getByLabel(/^(用户名|Username)$/).fill(username);
  await page.getByLabel(/^(密码|Password)$/).fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /^(退 ?出|Sign out)$/ }).waitFor();
}
/** The link that is shown, at the address that the browser reaches. */
const linkOn = async (page: Page): Promise<string> => {
  const link = (await page.getByRole('dialog').locator('code').textContent())!;
  return `${stage.sandbox.http}/console${new URL(link).hash}`;
};
const chosen = 'a sentence to remember';

describe.skipIf(isSkipped)('people of the console', () => {
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());

  test('an admin invites, the person joins; access ends at the next click', async () => {
    const admin = await stage.open('en', 'desktop');
    await enter(admin, 'admin');
    // An admin sees no money: the people are what there is.
    await admin.getByRole('heading', { name: 'People', level: 1 }).waitFor();
    await admin.getByRole('button', { name: 'Invite somebody' }).click();
    const dialog = admin.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill('陈梅 Chen Mei');
    await dialog.getByLabel('Username').fill('Mei!');
    await dialog.getByRole('button', { name: 'Make the link' }).click();
    await dialog.locator('.ant-form-item-explain-error').waitFor();
    expect(await serious(admin)).toEqual([]);
    await photograph(admin, 'access-invite-en-desktop');
    await dialog.getByLabel('Username').fill('mei');
    await dialog.getByRole('button', { name: 'Make the link' }).click();
    await admin.getByText('A link that is shown once').waitFor();
    const link = await linkOn(admin);
    expect(await serious(admin)).toEqual([]);
    await photograph(admin, 'access-link-en-desktop');
    await admin.getByRole('button', { name: 'It is handed over: close' }).click();

    const mei = await stage.open('zh-CN', 'phone');
    await mei.goto(link);
    await mei.getByRole('heading', { name: '您好，陈梅 Chen Mei' }).waitFor();
    expect(await serious(mei)).toEqual([]);
    await photograph(mei, 'access-join-zh-phone');
    await mei.getByLabel('新密码', { exact: true }).fill('mei mei mei mei');
    await mei.getByLabel('再次输入新密码').fill('mei mei mei mei');
    await mei.getByRole('button', { name: '设置密码并进入' }).click();
    await mei.getByText('请换一个').waitFor();
    await mei.getByLabel('新密码', { exact: true }).fill(chosen);
    await mei.getByLabel('再次输入新密码').fill(chosen);
    await mei.keyboard.press('Enter');
    await mei.getByRole('button', { name: /^退 ?出$/ }).waitFor();
    expect(new URL(mei.url()).hash).toBe('');

    const late = await stage.open('en', 'phone');
    await late.goto(link);
    await late.getByRole('heading', { name: 'This link has ended' }).waitFor();
    expect(await serious(late)).toEqual([]);
    await photograph(late, 'access-link-over-en-phone');
    await late.getByRole('button', { name: 'To the sign-in' }).click();
    await late.getByRole('heading', { name: 'Sign in to the console' }).waitFor();

    await admin.reload();
    const row = admin.getByRole('row').filter({ hasText: 'Chen Mei' });
    await row.getByText('Active').waitFor();
    await row.getByRole('button', { name: 'End access' }).click();
    await admin.getByRole('dialog').getByLabel('Reason').fill('left the company');
    await admin.getByRole('dialog').getByRole('button', { name: 'Confirm' }).click();
    await row.getByText('Ended').waitFor();
    expect(await serious(admin)).toEqual([]);
    await photograph(admin, 'access-people-en-desktop');
    await mei.reload();
    await mei.getByRole('heading', { name: '登录控制台' }).waitFor();
    for (const page of [admin, mei, late]) await page.context().close();
  });

  test('a shop’s owner sees and invites the shop’s people alone', async () => {
    const owner = await stage.open('zh-CN', 'phone');
    const { clientId } = stage.sandbox.credentials.merchants[0]!;
    await enter(owner, clientId.toLowerCase(), '/console/staff');
    await owner.getByRole('heading', { name: '人员', level: 1 }).waitFor();
    await expect.poll(() => owner.locator('.ant-table-row').count()).toBe(1);
    await owner.getByRole('button', { name: /^邀 ?请$/ }).click();
    const dialog = owner.getByRole('dialog');
    await dialog.getByLabel('姓名').fill('개발자 김');
    await dialog.getByLabel('用户名').fill('kim');
    await dialog.getByLabel('在店里的权限').click();
    await owner.getByText('开发: 密钥、签名、通知').click();
    expect(await serious(owner)).toEqual([]);
    await photograph(owner, 'access-invite-zh-phone');
    await dialog.getByRole('button', { name: '生成链接' }).click();
    await owner.getByText('只显示这一次的链接').waitFor();
    await photograph(owner, 'access-link-zh-phone');
    const kim = await stage.open('en', 'desktop');
    await kim.goto(await linkOn(owner));
    await kim.getByLabel('New password', { exact: true }).fill(chosen);
    await kim.getByLabel('New password again').fill(chosen);
    await photograph(kim, 'access-join-en-desktop');
    await kim.getByRole('button', { name: 'Set the password and enter' }).click();
    await kim.getByRole('button', { name: 'Sign out' }).waitFor();
    // A developer looks at no settlements.
    const entries = await kim.getByRole('menuitem').allTextContents();
    expect(entries).toContain('Settings');
    expect(entries).not.toContain('Settlements');
    expect(entries).not.toContain('People');
    for (const page of [owner, kim]) await page.context().close();
  });
});

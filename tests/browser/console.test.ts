// The console in a browser: a merchant finds yesterday's payout and downloads its file, reads a payment's story; a maker
// and a checker close a break; every page in both languages, on a phone and on a desk, by keyboard, without a serious fault.
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isSkipped, openStage, type Stage, serious } from './stage.ts';

let stage: Stage;

async function enter(page: Page, username: string, at = '/console'): Promise<void> {
  const { password } = stage.sandbox.credentials.staff.find((person) => person.username === username)!;
  await page.goto(`${stage.sandbox.http}${at}`);
  await page.getByLabel(/^(用户名|Username)$/).fill(username);
  await page.getByLabel(/^(密码|Password)$/).fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /^(退 ?出|Sign out)$/ }).waitFor();
}

const mall = () => stage.sandbox.credentials.merchants[0]!;
const photograph = async (page: Page, name: string) => {
  const folder = process.env.TONGBAO_SCREENSHOTS;
  if (folder !== undefined)
    await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true, animations: 'disabled' });
};

describe.skipIf(isSkipped)('the console', () => {
  beforeAll(async () => {
    stage = await openStage();
    const { sandbox } = stage;
    for (const won of ['59000', '120000', '8900']) {
      const { paymentId } = await stage.order({ amount: { currency: 'KRW', value: won } });
      expect(await sandbox.post('/sandbox/pay', { paymentId })).toMatchObject({ status: 'paid' });
      await sandbox.post('/sandbox/clock', { advance: 'P1D' });
    }
    await sandbox.post('/sandbox/clock', { advance: 'P3D' });
    const csv = 'date,reference,amount,currency\n2014-11-12,FEE-77,-1200,KRW\n';
    const query = 'operator=network&statementId=S-1&currency=KRW&account=9000KRW0001';
    const imported = await fetch(`${sandbox.http}/sandbox/reconciliation/statements?${query}`, {
      ...{ method: 'POST', headers: { 'content-type': 'text/csv' }, body: csv },
    });
    expect(imported.status).toBe(200);
  });
  afterAll(() => stage?.close());

  test('a merchant finds the payout, downloads its file, and follows a payment to the bank', async () => {
    const page = await stage.open('zh-CN', 'desktop');
    await enter(page, mall().clientId.toLowerCase());
    await page.getByRole('menuitem', { name: '结算批次' }).click();
    const row = page.getByRole('row').filter({ hasText: '已到账' }).last();
    await row.waitFor();
    expect(await row.textContent()).toContain('₩58,115');
    const waiting = page.waitForEvent('download');
    await row.getByRole('link', { name: /settlementItems/ }).click();
    const file = await readFile(await (await waiting).path(), 'utf8');
    expect(file.split('\n').length).toBeGreaterThan(2);
    expect(file).toContain('58115');
    await row.getByRole('button', { name: '明细' }).click();
    await page.getByRole('dialog').locator('.ant-btn-link').first().click();
    await page.getByText('银行付款').waitFor();
    const story = (await page.locator('main').textContent())!;
    const order = ['创建订单', '锁定汇率', '支付成功', '记账', '进入结算批次', '银行付款'];
    expect(order.map((word) => story.indexOf(word))).toEqual(
      order.map((word) => story.indexOf(word)).sort((left, right) => left - right),
    );
    expect(await serious(page)).toEqual([]);
    // What is another merchant's is not there, by whatever name it is asked for.
    const other = stage.sandbox.credentials.merchants[1]!.clientId;
    await page.goto(`${stage.sandbox.http}/console?shop=${other}`);
    await page.getByText('没有载入成功').waitFor();
    await page.context().close();
  });

  test('a maker proposes how to close a break; a checker closes it', async () => {
    const maker = await stage.open('en', 'desktop');
    await enter(maker, 'maker', '/console/breaks');
    const found = (page: Page) => page.getByRole('row').filter({ hasText: 'FEE-77' });
    await found(maker).getByRole('button', { name: 'Propose closing' }).click();
    const dialog = maker.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await dialog.getByText('A reason is needed.').waitFor();
    await dialog.getByLabel('Reason').fill('the bank’s yearly fee');
    expect(await serious(maker)).toEqual([]);
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await found(maker).getByText('To be checked').waitFor();
    expect(await found(maker).getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await maker.context().close();

    const checker = await stage.open('en', 'desktop');
    await enter(checker, 'checker', '/console/breaks');
    await found(checker).getByRole('button', { name: 'Approve' }).click();
    await checker.getByRole('dialog').getByLabel('Reason').fill('seen the contract');
    await checker.getByRole('dialog').getByRole('button', { name: 'Confirm' }).click();
    await found(checker).getByText('Closed').waitFor();
    await checker.goto(`${stage.sandbox.http}/console/trail`);
    await checker.getByRole('cell', { name: 'break.approve' }).waitFor();
    await checker.context().close();
  });

  test('a maker imports files: a mistake is named, a file comes in once, and a CSV profile is tried before it is kept', async () => {
    const page = await stage.open('en', 'desktop');
    await enter(page, 'maker', '/console/statements');
    await page.getByRole('button', { name: 'Import a file' }).click();
    const dialog = page.getByRole('dialog');
    const send = dialog.getByRole('button', { name: 'Import a file' });
    await send.click();
    await dialog.getByText('Choose a file first.').waitFor();
    const file = (amount: string) => ({
      ...{ name: 'umsaetze.csv', mimeType: 'text/csv' },
      buffer: Buffer.from(`Buchungstag;Betrag;Referenz\n12.11.2014;${amount};R-1\n`),
    });
    await dialog.locator('input[type=file]').setInputFiles(file('-1,00'));
    await dialog.getByLabel('Our account at the bank').fill('9000EUR0001');
    await dialog.getByLabel('Currency').fill('EUR');
    await send.click();
    await dialog.getByText('line 1 has no column date').waitFor();
    expect(await serious(page)).toEqual([]);
    await photograph(page, 'console-import-refused-en-desktop');
    await dialog.getByRole('button', { name: 'Cancel' }).click();

    await page.getByRole('button', { name: 'CSV profiles' }).click();
    await page.getByRole('button', { name: 'Add a profile' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByLabel('Name').fill('sparkasse');
    await drawer.getByLabel('Dates').fill('DD.MM.YYYY');
    for (const [label, value] of [
      ['Date', 'Buchungstag'],
      ['Amount with its sign', 'Betrag'],
      ['Our reference', 'Referenz'],
    ] as const)
      await drawer.getByLabel(label, { exact: true }).fill(value);
    await drawer.getByLabel('Currency').first().fill('EUR');
    await drawer.locator('input[type=file]').setInputFiles(file('-1,00'));
    await drawer.getByRole('button', { name: 'Try' }).click();
    await drawer.getByText('line 2, amount: "-1,00" is not an amount').waitFor();
    await drawer.getByLabel('Decimal sign').click();
    await page.locator('.ant-select-item-option[title=","]').click();
    await drawer.getByRole('button', { name: 'Try' }).click();
    await drawer.getByRole('cell', { name: '-€1.00' }).waitFor();
    expect(await serious(page)).toEqual([]);
    await photograph(page, 'console-profile-en-desktop');
    await drawer.getByRole('textbox', { name: 'Reason' }).fill('as their guide says');
    await drawer.getByRole('button', { name: 'Add', exact: true }).click();
    await drawer.getByText('Version 1 of sparkasse counts from now on.').waitFor();

    await page.goto(`${stage.sandbox.http}/console/statements`);
    for (const result of [
      'Lines: 1, matched: 0, not booked yet: 0, breaks: 1',
      'Imported before: nothing was done',
    ]) {
      await page.getByRole('button', { name: 'Import a file' }).click();
      await dialog.locator('input[type=file]').setInputFiles(file('-1,00'));
      await dialog.getByLabel('How the bank writes its CSV').click();
      await page.locator('.ant-select-item-option[title="sparkasse"]').click();
      await dialog.getByLabel('Our account at the bank').fill('9000EUR0001');
      await dialog.getByLabel('Currency').fill('EUR');
      await send.click();
      await dialog.getByText(result).waitFor();
      await photograph(page, `console-import-${result.startsWith('Lines') ? 'done' : 'known'}-en-desktop`);
      await dialog.getByRole('button', { name: 'Done' }).click();
    }
    const row = page.getByRole('row').filter({ hasText: '9000EUR0001' });
    await row.getByRole('button', { name: 'Open breaks: 1' }).click();
    await page.getByRole('row').filter({ hasText: 'R-1' }).waitFor();
    await page.context().close();
  });

  test('a closed day is declared by keyboard on one phone and approved on another', async () => {
    const maker = await stage.open('zh-CN', 'phone');
    await enter(maker, 'maker', '/console/closures');
    await maker.getByRole('button', { name: '申报日期' }).press('Enter');
    const dialog = maker.getByRole('dialog');
    await dialog.getByLabel('日历').press('Enter');
    await maker.keyboard.type('KR');
    await maker.keyboard.press('Enter');
    await dialog.getByLabel('日期', { exact: true }).fill('2014-12-30');
    await dialog.getByLabel('理由').fill('暴雪');
    expect(await serious(maker)).toEqual([]);
    await photograph(maker, 'console-declare-zh-phone');
    await dialog.getByRole('button', { name: /确 ?认/ }).press('Enter');
    await maker.getByText('须由另一人复核').waitFor();
    await photograph(maker, 'console-closures-maker-zh-phone');
    await maker.context().close();

    const checker = await stage.open('en', 'phone');
    await enter(checker, 'checker', '/console/closures');
    await checker.getByRole('button', { name: 'Approve' }).click();
    await checker.getByRole('dialog').getByLabel('Reason').fill('seen the notice');
    await checker.getByRole('dialog').getByRole('button', { name: 'Confirm' }).click();
    await checker.getByText('Approved: checker').waitFor();
    expect(await serious(checker)).toEqual([]);
    await photograph(checker, 'console-closures-checker-en-phone');
    await checker.context().close();
  });

  test('wrong words at the door are told so, and nobody gets in', async () => {
    const page = await stage.open('zh-CN');
    await page.goto(`${stage.sandbox.http}/console`);
    await page.getByLabel('用户名').fill('maker');
    await page.getByLabel('密码').fill('not the password');
    await page.keyboard.press('Enter');
    await page.getByText('用户名或密码不正确').waitFor();
    expect(await serious(page)).toEqual([]);
    await photograph(page, 'console-sign-in-zh-phone');
    await page.context().close();
  });

  test('security M9: a password is changed by who knows it, and the other sessions end', async () => {
    const [desk, phone] = [await stage.open('en', 'desktop'), await stage.open('zh-CN')];
    await enter(desk, 'checker');
    await enter(phone, 'checker');
    await desk.getByRole('link', { name: /王磊/ }).click();
    const type = async (present: string, next: string, again = next) => {
      await desk.getByLabel('Present password').fill(present);
      await desk.getByLabel('New password', { exact: true }).fill(next);
      await desk.getByLabel('New password again').fill(again);
      await desk.getByRole('button', { name: 'Change the password' }).click();
    };
    await type('sandbox-checker', 'a quite new password', 'a quite old password');
    await desk.getByText('The two are not the same.').waitFor();
    await type('not the password', 'a quite new password');
    await desk.getByText('The present password is wrong.').waitFor();
    await type('sandbox-checker', 'checker checker');
    await desk.getByText('Choose another one').waitFor();
    expect(await serious(desk)).toEqual([]);
    await photograph(desk, 'console-password-en-desktop');
    await type('sandbox-checker', 'a quite new password');
    await desk.getByText('The password has been changed.').waitFor();
    await desk.reload();
    await desk.getByRole('button', { name: 'Sign out' }).waitFor();
    await phone.reload();
    await phone.getByRole('heading', { name: '登录控制台' }).waitFor();
    await desk.context().close();
    await phone.context().close();
  });

  test.each([
    ['en', 'desktop', 'Settings', 'Change', 'Confirm', 'Reason'],
    ['zh-CN', 'phone', '设置', '修改', '确认', '理由'],
  ] as const)(
    'security M5: a merchant switches MD5 off and on with a reason, and the trail says so (%s)',
    async (...with_) => {
      const [language, size, settings, change, confirm, reason] = with_;
      const page = await stage.open(language, size);
      const { clientId } = mall();
      await enter(page, clientId.toLowerCase(), '/console/settings');
      await page.getByRole('heading', { name: settings, level: 1 }).waitFor();
      const tag = (type: string) =>
        page.locator('.settings li').filter({ hasText: type }).locator('.ant-tag');
      const panel = page.locator('.settings').first();
      for (const isOn of [false, true]) {
        await panel.getByRole('button', { name: change }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByRole('checkbox', { name: 'MD5' }).setChecked(isOn);
        await dialog.getByLabel(reason).fill('RSA only');
        expect(await serious(page)).toEqual([]);
        await photograph(page, `console-settings-dialog-${language}-${size}`);
        await dialog.getByRole('button', { name: confirm }).click();
        await dialog.waitFor({ state: 'detached' });
        await expect.poll(() => tag('MD5').getAttribute('class')).toContain(isOn ? 'green' : 'default');
        await photograph(page, `console-settings-${isOn ? 'on' : 'off'}-${language}-${size}`);
      }
      // Nothing at all cannot be chosen.
      await panel.getByRole('button', { name: change }).click();
      for (const type of ['MD5', 'RSA', 'RSA2'])
        await page.getByRole('checkbox', { name: type, exact: true }).setChecked(false);
      await page.getByLabel(reason).fill('none');
      await page.getByRole('button', { name: confirm }).click();
      await page.locator('.ant-form-item-explain-error').waitFor();
      await page.context().close();
      const auditor = await stage.open('en', 'desktop');
      await enter(auditor, 'auditor', '/console/trail');
      await auditor.getByText('RSA, RSA2: RSA only').first().waitFor();
      await auditor.context().close();
    },
  );

  test.each([
    ['zh-CN', 'phone'],
    ['en', 'desktop'],
  ] as const)(
    'priced in baht, paid in dollars: the story and the contract, %s on a %s',
    async (language, size) => {
      const { sandbox } = stage;
      const clientId = 'SANDBOX_ALBATROSS_US_0001';
      const order = { clientId, amount: { currency: 'THB', value: '18900' } };
      const { paymentId } = await sandbox.post<{ paymentId: string }>('/sandbox/test-payment', order);
      await sandbox.post('/sandbox/pay', { paymentId });
      const page = await stage.open(language, size);
      await enter(page, clientId.toLowerCase(), `/console/payment?key=${paymentId}`);
      for (const rate of [/^1 THB = 0\.\d+ CNY$/, /^1 THB = 0\.\d+ USD$/])
        await page.getByText(rate).waitFor();
      await page.getByText('settlementAmount').waitFor();
      expect(await serious(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
      await page.goto(`${sandbox.http}/console/contract`);
      await page.locator('.ant-table-row').nth(8).waitFor();
      for (const currency of ['KRW', 'EUR', 'THB'])
        await page.getByText(new RegExp(`^1 ${currency} = [\\d.]+ USD$`)).waitFor();
      expect(await serious(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
      await page.context().close();
    },
  );

  test.each([
    ['zh-CN', 'desktop'],
    ['en', 'desktop'],
    ['zh-CN', 'phone'],
    ['en', 'phone'],
  ] as const)('every page, %s on a %s: complete, nothing serious', async (language, size) => {
    const page = await stage.open(language, size);
    await enter(page, 'auditor');
    const short = `${language === 'en' ? 'en' : 'zh'}-${size}`;
    const seen: Record<string, string> = {
      '': '.recharts-bar-rectangle',
      '/batches': '.ant-table-row',
      '/payment': '.ant-empty',
      '/contract': '.ant-table-row',
      '/statements': '.ant-table-row',
      '/profiles': '.ant-table-row',
      '/breaks': '.ant-table-row',
      '/closures': '.ant-table-row',
      '/positions': '.figure-value',
      '/books': '.ant-alert-success, .ant-alert-error',
      '/rates': '.ant-empty',
      '/waiting': '.ant-empty',
      '/settings': '.ant-tag-green',
      '/trail': '.ant-table-row',
      '/password': 'form.password',
    };
    for (const [at, sign] of Object.entries(seen)) {
      await page.goto(`${stage.sandbox.http}/console${at}`);
      await page.locator(sign).first().waitFor();
      expect([at, await serious(page)]).toEqual([at, []]);
      const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect([at, wide]).toEqual([at, 0]);
      await photograph(page, `console${at.replace('/', '-') || '-overview'}-${short}`);
    }
    await page.context().close();
  });
});

// A shopper whose bank asks her before it charges her card, in Chromium: a code, the bank's page, a page that was closed meanwhile,
// an answer that was lost, another way to pay; and the same for a top-up.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isSkipped, openStage, pay, people, type Stage, serious, signIn } from './stage.ts';

let stage: Stage;
const { zhaoXue } = people;

describe.skipIf(isSkipped)('a bank that asks the shopper', () => {
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());

  /** The bank sends browsers back to the sandbox by its name, and sessions belong to a name. */
  const byName = (url: string): string => url.replace('//127.0.0.1:', '//localhost:');
  async function ordered(): Promise<string> {
    return byName((await stage.order()).url);
  }
  const sentCode = async (): Promise<string> => {
    const { messages } = await stage.sandbox.get<{ messages: { text: string }[] }>('/sandbox/messages');
    return /验证码 (\d{6})/.exec(messages.find(({ text }) => text.startsWith('[PINE]'))!.text)![1]!;
  };
  const other = (code: string): string => code.replace(/\d/g, (digit) => `${(Number(digit) + 1) % 10}`);
  async function confirmWith(page: Page, card: RegExp): Promise<void> {
    await page.getByRole('radio', { name: card }).check();
    await pay(page, zhaoXue.pin);
  }

  test('a code: a wrong one says how many tries are left; the page may be closed; the right one pays', async () => {
    const page = await stage.open('en');
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    const url = await ordered();
    await page.goto(url);
    await signIn(page, zhaoXue.phone);
    await confirmWith(page, /^Pine Bank/);
    await page.getByRole('heading', { name: "Enter your bank's code" }).waitFor();
    await page.getByText('It has sent a code to 138****0005').waitFor();
    const field = page.getByLabel("Bank's code");
    expect(await field.getAttribute('autocomplete')).toBe('one-time-code');
    expect(await field.getAttribute('inputmode')).toBe('numeric');
    await expect.poll(() => page.evaluate('document.activeElement.autocomplete')).toBe('one-time-code');
    expect(await serious(page)).toEqual([]);
    expect(await page.getByRole('button', { name: /^Send again in \d+ s$/ }).isDisabled()).toBe(true);
    await page.keyboard.type(other(await sentCode()));
    await page.keyboard.press('Enter');
    await page.getByText('That code is wrong. Tries left: 2.').waitFor();
    expect(await field.inputValue()).toBe('');
    await expect.poll(() => page.evaluate('document.activeElement.autocomplete')).toBe('one-time-code');
    expect(await serious(page)).toEqual([]);

    const again = await page.context().newPage();
    await page.close();
    await again.goto(url);
    await again.getByLabel("Bank's code").fill(await sentCode());
    await again.getByRole('button', { name: 'Confirm' }).click();
    await again.getByRole('heading', { name: 'Paid' }).waitFor();
    expect(errors).toEqual([]);
    await again.context().close();
  });

  test('the answer to the code is lost: the page asks what became of it, and takes no other code', async () => {
    const page = await stage.open('en');
    await page.goto(await ordered());
    await signIn(page, zhaoXue.phone);
    await confirmWith(page, /^Pine Bank/);
    const field = page.getByLabel("Bank's code");
    await field.waitFor();
    await field.fill(await sentCode());
    const heard: number[] = [];
    // The server hears it; the browser does not hear the server.
    await page.route('**/step-up/code', async (route) => {
      const request = route.request();
      const headers = await request.allHeaders();
      const url = request.url().replace('//localhost:', '//127.0.0.1:');
      heard.push((await route.fetch({ url, headers })).status());
      await route.abort();
    });
    await page.getByRole('button', { name: 'Confirm' }).click();
    await expect.poll(() => heard, { timeout: 10_000 }).toEqual([200]);
    await page.getByRole('heading', { name: 'Paid' }).waitFor();
    await page.context().close();
  });

  test('three wrong codes, then another way; giving up is another way too', async () => {
    const page = await stage.open('zh-CN', 'desktop');
    await page.goto(await ordered());
    await signIn(page, zhaoXue.phone);
    await confirmWith(page, /^松涛银行/);
    await page.getByLabel('银行验证码').waitFor();
    for (let left = 3; left > 0; left--) {
      await page.getByLabel('银行验证码').fill(other(await sentCode()));
      await page.getByRole('button', { name: '确认', exact: true }).click();
      if (left > 1) await page.getByText(`验证码不正确，还可以试 ${left - 1} 次。`).waitFor();
    }
    await page.getByText('银行没能确认是您本人').waitFor();
    expect(await serious(page)).toEqual([]);
    await confirmWith(page, /^松涛银行/);
    await page.getByRole('button', { name: '换一种付款方式' }).click();
    await page.getByText('您没有完成银行确认').waitFor();
    await page.getByRole('heading', { name: '选择付款方式' }).waitFor();
    await page.context().close();
  });

  test('the bank’s page: no, and then yes; the way back says nothing, the bank does', async () => {
    const page = await stage.open('zh-CN');
    await page.goto(await ordered());
    await signIn(page, zhaoXue.phone);
    await confirmWith(page, /^芙蓉银行/);
    await page.getByRole('heading', { name: '请到银行页面确认' }).waitFor();
    expect(await serious(page)).toEqual([]);
    await page.getByRole('link', { name: '前往银行' }).click();
    await page.getByRole('heading', { name: /^确认这笔付款/ }).waitFor();
    expect(await serious(page)).toEqual([]);
    // Back by the browser's own button, and there again: nothing has been said yet.
    await page.goBack();
    await page.getByRole('link', { name: '前往银行' }).click();
    await page.getByRole('button', { name: /^拒绝/ }).click();
    await page.waitForURL(/\/cashier\//);
    await page.getByText('银行没能确认是您本人').waitFor();

    await confirmWith(page, /^芙蓉银行/);
    await page.getByRole('link', { name: '前往银行' }).click();
    await page.getByRole('button', { name: /^确认付款/ }).click();
    await page.getByRole('heading', { name: '付款成功' }).waitFor();
    await page.context().close();
  });

  test('a top-up: the code; and one that the bank’s page sends back to', async () => {
    const page = await stage.open('en', 'desktop');
    const begin = async (card: RegExp) => {
      await page.goto(`${byName(stage.sandbox.http)}/wallet#/top-up`);
      await page.getByRole('radio', { name: card }).check();
      await page.getByLabel('Amount (yuan)').fill('100');
      await page.getByRole('button', { name: 'Next' }).click();
      await page.locator('.pin input').waitFor();
      await page.keyboard.type(zhaoXue.pin);
    };
    await page.goto(`${byName(stage.sandbox.http)}/wallet`);
    await signIn(page, zhaoXue.phone);
    await page.getByTestId('balance').waitFor();
    await begin(/^Pine Bank/);
    await page.getByRole('heading', { name: "Enter your bank's code" }).waitFor();
    expect(await serious(page)).toEqual([]);
    // Opened again, it is where it was.
    await page.reload();
    await page.getByLabel("Bank's code").fill(await sentCode());
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('heading', { name: 'Topped up' }).waitFor();
    await page.goto(byName(stage.sandbox.http));
    await begin(/^Lotus Bank/);
    await page.getByRole('link', { name: 'Go to the bank' }).click();
    await page.getByRole('button', { name: /Approve$/ }).click();
    await page.getByRole('heading', { name: 'Topped up' }).waitFor();
    await page.context().close();
  });
});

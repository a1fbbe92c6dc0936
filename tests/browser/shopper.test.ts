// A shopper in Chromium: buys as Li Wei would, and meets the cashier's honest ends. axe looks at every page.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../start-sandbox.ts';
import { chromiumPath, launchChromium, sizes } from './browser.ts';

// Elsewhere a missing browser is a skipped suite with a word; CI brings one, and a missing one fails there.
const skip = chromiumPath() === null && process.env.CI !== 'true';
if (skip)
  console.warn('browser tests skipped: no Chromium on this machine (Debian: apt-get install chromium)');

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let sandbox: Sandbox;
let browser: Browser;
let shop: Server;
let returnUrl: string;

describe.skipIf(skip)('in Chromium', () => {
  beforeAll(async () => {
    sandbox = await startSandbox();
    browser = await launchChromium();
    shop = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end('<!doctype html><html lang="ko"><title>주문 완료</title><h1>주문 완료</h1></html>');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => shop.once('listening', resolve));
    returnUrl = `http://127.0.0.1:${(shop.address() as { port: number }).port}/return?order=7`;
  });
  afterAll(async () => {
    await browser?.close();
    shop?.close();
    await sandbox?.stop();
  });

  async function open(language: 'zh-CN' | 'en' = 'zh-CN', size: keyof typeof sizes = 'phone'): Promise<Page> {
    const context = await browser.newContext({
      viewport: sizes[size],
      locale: language,
      timezoneId: 'Asia/Shanghai',
    });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    return page;
  }

  async function order(body: object = {}): Promise<{ path: string; paymentId: string }> {
    const made = await sandbox.post<{ paymentId: string; cashierUrl: string }>('/sandbox/test-payment', {
      redirectUrl: returnUrl,
      ...body,
    });
    return { path: `${sandbox.http}${new URL(made.cashierUrl).pathname}`, paymentId: made.paymentId };
  }

  async function signIn(page: Page, phone = '13800000001'): Promise<void> {
    await page.locator('input[type=tel]').fill(phone);
    await page
      .getByRole('button', { name: /获取验证码|Get a code/ })
      .last()
      .click();
    await page.getByRole('button', { name: /填入|Fill in/ }).click();
    await page.getByRole('button', { name: /^(登录|Sign in)$/ }).click();
  }

  async function serious(page: Page): Promise<string[]> {
    // The page's own policy forbids inline scripts; the browser's debugger may still evaluate.
    await page.evaluate(axe);
    const found = (await page.evaluate(
      'axe.run(document, { resultTypes: ["violations"] }).then((result) => result.violations.map((v) => [v.impact, v.id, v.nodes[0].html].join(" ")))',
    )) as string[];
    return found.filter((line) => /^(serious|critical)/.test(line));
  }

  test('Li Wei buys: the cashier in Chinese, won and yuan, PIN, success, back in the shop', async () => {
    const page = await open();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on(
      'console',
      (message) =>
        message.type() === 'error' &&
        !/401|\(Unauthorized\)/.test(message.text()) &&
        errors.push(message.text()),
    );
    const { path } = await order();
    await page.goto(path);
    await expect.poll(() => page.locator('[data-testid=order-amount]').textContent()).toMatch(/[₩￦]59,000/);
    expect(await page.locator('[data-testid=payer-amount]').textContent()).toBe('¥335.56');
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    expect(await page.locator('.ratebox').textContent()).toContain('0.50%');
    expect(await serious(page)).toEqual([]);
    await signIn(page);
    await page.getByRole('button', { name: '确认付款 ¥335.56' }).click();
    await page.getByRole('heading', { name: '输入支付密码' }).waitFor();
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('六位数字支付密码');
    expect(await serious(page)).toEqual([]);
    // axe moves the focus about; a shopper's would still be where the page put it.
    await page.locator('.pin input').focus();
    await page.keyboard.type('200808');
    await page.getByRole('heading', { name: '付款成功' }).waitFor();
    expect(await serious(page)).toEqual([]);
    await page.waitForURL(returnUrl);
    await page.getByRole('heading', { name: '주문 완료' }).waitFor();
    expect(errors).toEqual([]);
    await page.goto(path);
    await page.getByRole('heading', { name: '付款成功' }).waitFor();
    await page.goto(`${sandbox.http}/wallet#/bills`);
    await page.getByText('-¥335.56').waitFor();
    expect(await serious(page)).toEqual([]);
    await page.context().close();
  });

  test('a wrong PIN says how many tries are left; the fifth locks, and says until when', async () => {
    const page = await open('en', 'desktop');
    const { path } = await order({ amount: { currency: 'KRW', value: '1000' } });
    await page.goto(path);
    await signIn(page, '13800000003');
    await page.getByRole('button', { name: /^Pay CN¥/ }).click();
    for (const left of [4, 3, 2, 1]) {
      await page.locator('.pin input').fill('000000');
      await page.getByText(`That PIN is wrong. ${left} tries left.`).waitFor();
    }
    await page.locator('.pin input').fill('000000');
    await page.getByText(/Too many wrong PINs: locked until/).waitFor();
    expect(await serious(page)).toEqual([]);
    await page.context().close();
  });

  test('a balance that is too small is said, and another way can be chosen; a card waits for its bank', async () => {
    const page = await open('en');
    const { path } = await order();
    await page.goto(path);
    await signIn(page, '13800000002');
    await page.getByText(/Not enough: CN¥88\.00 available/).waitFor();
    expect(await page.getByRole('radio', { name: /^Balance/ }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Pay CN¥335.56' }).click();
    await page.locator('.pin input').fill('314159');
    await page.getByRole('heading', { name: 'Paid' }).waitFor();
    await page.context().close();
  });

  test('the time runs out while the PIN is being typed: nothing is taken, and it is said', async () => {
    const page = await open('en');
    const { path } = await order();
    await page.goto(path);
    await signIn(page);
    await page.getByRole('button', { name: /^Pay CN¥/ }).click();
    await page.keyboard.type('20080');
    await sandbox.post('/sandbox/clock', { advance: 'PT15M' });
    await page.keyboard.type('8');
    await page.getByRole('heading', { name: 'Time is over' }).waitFor();
    expect(await serious(page)).toEqual([]);
    await page.context().close();
  });

  test('cancelled by the shop, declined by the shopper, never existed: each is said', async () => {
    const page = await open('en');
    const declined = await order();
    await page.goto(declined.path);
    await page.getByRole('button', { name: 'Do not pay this order' }).waitFor({ state: 'detached' });
    await signIn(page);
    await page.getByRole('button', { name: 'Do not pay this order' }).click();
    await page.getByRole('button', { name: 'Yes, do not pay' }).click();
    await page.getByRole('heading', { name: 'You chose not to pay' }).waitFor();
    await page.goto(`${sandbox.http}/cashier/201411111000000000000000004099.AAAAAAAAAAAAAAAAAAAAAA`);
    await page.getByRole('heading', { name: 'There is no such order' }).waitFor();
    expect(await serious(page)).toEqual([]);
    await page.context().close();
  });

  test('the connection is lost at the moment of paying: the page says that it does not know, and finds out', async () => {
    const page = await open('en');
    const { path } = await order();
    await page.goto(path);
    await signIn(page);
    await page.getByRole('button', { name: /^Pay CN¥/ }).click();
    let lost = 0;
    // The request goes through; its answer does not.
    await page.route('**/authorizations', async (route) => {
      lost += 1;
      await route.fetch();
      await route.abort('connectionreset');
    });
    await page.locator('.pin input').fill('200808');
    await page.getByRole('heading', { name: 'Paid' }).waitFor();
    expect(lost).toBe(1);
    await page.context().close();
  });

  test('a top-up from the card arrives in the balance', async () => {
    const page = await open('en');
    await page.goto(`${sandbox.http}/wallet`);
    await signIn(page, '13800000002');
    const balance = await page.locator('[data-testid=balance]').textContent();
    expect(balance).toBe('CN¥88.00');
    await page.goto(`${sandbox.http}/wallet#/top-up`);
    await page.locator('input[inputmode=decimal]').fill('12.34');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.locator('.pin input').fill('314159');
    await page.getByRole('heading', { name: 'Topped up' }).waitFor();
    expect(await serious(page)).toEqual([]);
    await page.locator('main').getByRole('link', { name: 'Home' }).click();
    await expect.poll(() => page.locator('[data-testid=balance]').textContent()).toBe('CN¥100.34');
    expect(await serious(page)).toEqual([]);
    await page.context().close();
  });

  test('the start page makes a payment and leads to the cashier; the audit page shows that every proof holds', async () => {
    const page = await open('en', 'desktop');
    await page.goto(`${sandbox.http}/`);
    await page.locator('table').first().waitFor();
    expect(await serious(page)).toEqual([]);
    await page.getByRole('button', { name: 'Make a test payment' }).click();
    await page.waitForURL(/\/cashier\//);
    await page.locator('[data-testid=order-amount]').waitFor();
    await page.goto(`${sandbox.http}/audit`);
    await page.getByText('All proofs hold.').waitFor();
    expect(await serious(page)).toEqual([]);
    await page.context().close();
  });

  test('a policy keeps foreign scripts out, and no page sends what it should not', async () => {
    const answer = await fetch(`${sandbox.http}/wallet`);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    const forged = await fetch(`${sandbox.http}/api/wallet/session/code`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://evil.example' },
      body: '{"phone":"13800000001"}',
    });
    expect(forged.status).toBe(403);
  });
});

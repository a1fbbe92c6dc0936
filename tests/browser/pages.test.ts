// The wallet, the start page and the audit in Chromium; every page in both languages before axe; what guards them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signedPost } from '../signed-post.ts';
import { isSkipped, openStage, pay, people, type Stage, serious, signIn } from './stage.ts';

let stage: Stage;

describe.skipIf(isSkipped)('the other pages', () => {
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());

  test('a top-up from the card arrives in the balance and in the bills', async () => {
    const page = await stage.open('en');
    await page.goto(`${stage.sandbox.http}/wallet`);
    await signIn(page, people.wangFang.phone);
    await expect.poll(() => page.locator('[data-testid=balance]').textContent()).toBe('CN¥88.00');
    await page.getByRole('navigation', { name: 'Home' }).getByRole('link', { name: 'Top up' }).click();
    await page.getByLabel('Amount (yuan)').fill('12.345');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Enter an amount above 0 with at most two decimals').waitFor();
    expect(await serious(page)).toEqual([]);
    await page.getByLabel('Amount (yuan)').fill('12.34');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.locator('.pin input').fill(people.wangFang.pin);
    await page.getByRole('heading', { name: 'Topped up' }).waitFor();
    expect(await serious(page)).toEqual([]);
    await page.locator('main').getByRole('link', { name: 'Home' }).click();
    await expect.poll(() => page.locator('[data-testid=balance]').textContent()).toBe('CN¥100.34');
    await page.getByText('+CN¥12.34').waitFor();
    expect(await serious(page)).toEqual([]);
    await page.context().close();
  });

  test('bills: none, then a payment with both currencies and its rate; signing out forgets them', async () => {
    const page = await stage.open();
    await page.goto(`${stage.sandbox.http}/wallet#/bills`);
    await signIn(page, people.chenJie.phone);
    await page.getByText('还没有账单').waitFor();
    expect(await serious(page)).toEqual([]);
    await page.goto((await stage.order()).url);
    await pay(page, people.chenJie.pin);
    await page.getByRole('heading', { name: '付款成功' }).waitFor();
    await page.goto(`${stage.sandbox.http}/wallet#/bills`);
    await page.getByRole('link', { name: /-¥335\.56/ }).click();
    await page.getByRole('heading', { name: '账单详情' }).waitFor();
    const bill = page.locator('main');
    await expect.poll(() => bill.textContent()).toContain('₩59,000');
    expect(await bill.textContent()).toContain('1 CNY = 175.826 KRW');
    expect(await serious(page)).toEqual([]);
    await page.getByRole('navigation', { name: '钱包' }).getByRole('link', { name: '我的' }).click();
    await page.getByRole('button', { name: '退出登录' }).click();
    await page.getByRole('heading', { name: '登录钱包' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: '登录钱包' }).waitFor();
    expect(await page.getByText('335.56').count()).toBe(0);
    await page.context().close();
  });

  test('a refund is a bill of its own, at the rate of the payment, with its state', async () => {
    const { paymentId } = await stage.order();
    await stage.sandbox.post('/sandbox/pay', { paymentId, customer: people.zhangMin.phone });
    const refunded = await signedPost(stage.sandbox, stage.sandbox.credentials.merchants[0]!, {
      resource: 'payments/refund',
      body: {
        refundRequestId: 'bill-1',
        paymentId,
        refundAmount: { currency: 'KRW', value: '20000' },
      },
    });
    expect(refunded.body.result.resultStatus).toBe('S');
    const page = await stage.open('en');
    await page.goto(`${stage.sandbox.http}/wallet#/bills`);
    await signIn(page, people.zhangMin.phone);
    await page.getByRole('link', { name: /Refund.*\+CN¥113\.75/ }).click();
    await expect.poll(() => page.locator('main').textContent()).toContain('StatusDone');
    expect(await page.locator('main').textContent()).toContain('₩20,000');
    expect(await serious(page)).toEqual([]);
    await page.context().close();
  });

  test('many bills come page by page', async () => {
    for (let made = 0; made < 22; made++) {
      const { paymentId } = await stage.order({ amount: { currency: 'KRW', value: '1000' } });
      await stage.sandbox.post('/sandbox/pay', { paymentId });
    }
    const page = await stage.open('en');
    await page.goto(`${stage.sandbox.http}/wallet#/bills`);
    await signIn(page, people.liWei.phone);
    expect(await page.locator('.bills li').nth(19).textContent()).toContain('CN¥5.69');
    await page.locator('.bills li').nth(19).scrollIntoViewIfNeeded();
    await page.locator('.bills li').nth(21).waitFor();
    await page.context().close();
  });

  for (const language of ['zh-CN', 'en'] as const) {
    test(`on a wide screen and on a phone axe finds nothing serious (${language})`, async () => {
      for (const size of ['phone', 'desktop'] as const) {
        const page = await stage.open(language, size);
        await page.goto((await stage.order()).url);
        await page.locator('[data-testid=order-amount]').waitFor();
        expect(await serious(page)).toEqual([]);
        // Nothing is wider than the screen.
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(
          0,
        );
        await signIn(page, people.liWei.phone);
        await page.locator('.methods').waitFor();
        expect(await serious(page)).toEqual([]);
        await page.goto(`${stage.sandbox.http}/wallet`);
        await page.locator('.bills').waitFor({ state: 'attached' });
        expect(await serious(page)).toEqual([]);
        for (const at of ['/', '/audit']) {
          await page.goto(`${stage.sandbox.http}${at}`);
          await page.locator('.pill').first().waitFor();
          expect(await page.locator('html').getAttribute('lang')).toBe('en');
          expect(await serious(page)).toEqual([]);
          expect(
            await page.evaluate('document.documentElement.scrollWidth - innerWidth'),
          ).toBeLessThanOrEqual(0);
        }
        await page.context().close();
      }
    });
  }

  test('the language can be changed, and stays', async () => {
    const page = await stage.open('zh-CN');
    const { url } = await stage.order();
    await page.goto(url);
    await page.getByRole('combobox', { name: '语言' }).selectOption('en');
    await page.getByRole('heading', { name: 'Sign in to pay' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await page.goto(url);
    await page.getByRole('heading', { name: 'Sign in to pay' }).waitFor();
    await page.context().close();
  });

  test('the start page makes a payment and leads to the cashier, and moves the clock', async () => {
    const page = await stage.open('en', 'desktop');
    await page.goto(`${stage.sandbox.http}/`);
    await page.locator('table').first().waitFor();
    await page.getByText('Aldwyn Fashion').last().click();
    await page.getByRole('button', { name: 'Copy Client id of Aldwyn Fashion' }).waitFor();
    await page.getByRole('button', { name: '+1 min' }).click();
    await page.getByText(/^Moved/).waitFor();
    await page.getByRole('combobox', { name: /^Shop/ }).selectOption({ label: 'Hinode Ichiba (JPY)' });
    await page.getByLabel('Amount (JPY)').fill('12.5');
    await page.getByRole('button', { name: 'Make a test payment' }).click();
    await page.getByText(/JPY has 0 decimals/).waitFor();
    await page.getByLabel('Amount (JPY)').fill('1,250');
    await page.getByRole('button', { name: 'Make a test payment' }).click();
    await page.waitForURL(/\/cashier\//);
    await expect.poll(() => page.locator('[data-testid=order-amount]').textContent()).toBe('¥1,250');
    await page.context().close();
  });

  test('the audit page shows that every proof holds', async () => {
    const page = await stage.open('en', 'desktop');
    await page.goto(`${stage.sandbox.http}/audit`);
    await page.getByText('All proofs hold.').waitFor();
    await page.getByRole('link', { name: 'Download the books' }).waitFor();
    await page.context().close();
  });

  test('a policy keeps foreign scripts out, and no page sends what it should not', async () => {
    const answer = await fetch(`${stage.sandbox.http}/wallet`);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    const forged = await fetch(`${stage.sandbox.http}/api/wallet/session/code`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://evil.example' },
      body: '{"phone":"13800000001"}',
    });
    expect(forged.status).toBe(403);
  });
});

// Takes the pictures of the documentation from a running sandbox: `npm run screenshots -- http://localhost:8080 FOLDER`.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium, sizes } from './browser.ts';

const [base = 'http://localhost:8080', folder = 'docs/images'] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const browser = await launchChromium();

async function testPayment(body: object = {}): Promise<string> {
  const answer = await fetch(`${base}/sandbox/test-payment`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return new URL(((await answer.json()) as { cashierUrl: string }).cashierUrl).pathname;
}

async function signIn(page: Page, phone = '13800000001'): Promise<void> {
  await page.locator('input[type=tel]').fill(phone);
  await page.locator('form button[type=submit]').click();
  await page.locator('.note.sandbox .linkish').click();
  await page.locator('form button[type=submit]').click();
}

for (const language of ['zh-CN', 'en'] as const) {
  for (const [sizeName, viewport] of Object.entries(sizes)) {
    const context = await browser.newContext({ viewport, locale: language, timezoneId: 'Asia/Shanghai' });
    const page = await context.newPage();
    const shot = (name: string, part: 'whole page' | 'screen' = 'whole page') =>
      page.screenshot({
        path: path.join(folder, `${name}-${language === 'en' ? 'en' : 'zh'}-${sizeName}.png`),
        fullPage: part === 'whole page',
        animations: 'disabled',
      });
    await page.goto(`${base}${await testPayment()}`);
    await page.locator('[data-testid=order-amount]').waitFor();
    await shot('cashier-sign-in');
    await signIn(page);
    await page.locator('.methods').waitFor();
    await shot('cashier-methods');
    await page.locator('.actions .button').first().click();
    await page.locator('.pin input').waitFor();
    await shot('cashier-pin', 'screen');
    await page.locator('.pin input').fill('999999');
    await page.locator('.sheet .note.bad').waitFor();
    await shot('cashier-pin-wrong', 'screen');
    await page.locator('.pin input').fill('200808');
    await page.locator('.result').waitFor();
    await page.locator('.result .linkish').click();
    await shot('cashier-paid');
    await page.goto(`${base}${await testPayment()}`);
    await page.locator('.actions > .linkish').click();
    await page.locator('.note.warn .button.bad').click();
    await page.locator('.result').waitFor();
    await shot('cashier-declined');
    await page.goto(`${base}/cashier/nothing`);
    await page.locator('.result').waitFor();
    await shot('cashier-not-found');
    await page.goto(`${base}/wallet`);
    await page.locator('[data-testid=balance]').waitFor();
    await shot('wallet-home');
    await page.goto(`${base}/wallet#/bills`);
    await page.locator('.bills a').first().waitFor();
    await shot('wallet-bills');
    await page.locator('.bills a').first().click();
    await page.locator('.amounts').waitFor();
    await shot('wallet-bill');
    for (const place of [
      'top-up',
      'withdraw',
      'cards',
      'cards/new',
      'code',
      'scan',
      'me',
      'me/limits',
      'me/security',
    ]) {
      await page.goto(`${base}/wallet#/${place}`);
      await page.locator('main h1').waitFor();
      await page.locator('[role=status]').first().waitFor({ state: 'detached' });
      await shot(`wallet-${place.replace('/', '-')}`);
    }
    if (language === 'en') {
      await page.goto(`${base}/`);
      await page.locator('table').first().waitFor();
      await page.waitForTimeout(500);
      await shot('sandbox');
      await page.goto(`${base}/audit`);
      await page.locator('.pill').first().waitFor();
      await shot('audit');
    }
    await context.close();
  }
}
{
  const context = await browser.newContext({ viewport: sizes.phone, locale: 'ko', timezoneId: 'Asia/Seoul' });
  const page = await context.newPage();
  await page.goto(`${base}/till`);
  await page.locator('.till-amount input').fill('12,000');
  await page.locator('.actions .button.quiet').click();
  await page.locator('img.till-qr').waitFor();
  await page.screenshot({
    path: path.join(folder, 'till-order-ko-phone.png'),
    fullPage: true,
    animations: 'disabled',
  });
  await context.close();
}
await browser.close();

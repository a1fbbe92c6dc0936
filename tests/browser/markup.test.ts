// Markup in every text that an outsider may set, opened in a real browser on every page that shows such texts: it stands
// there as text, nothing runs, and the page's policy had nothing to stop.
import { createMerchantClient } from '@tongbao/sdk';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { classicShop } from '../classic-shop.ts';
import { isSkipped, openStage, people, type Stage, signIn } from './stage.ts';

let stage: Stage;
const markup = (field: string): string => `"'><img src=x onerror=hit('${field}')><script>hit()</script>`;
const short = (field: string): string => `<b onclick=x>${field}`;

/** A page that notes everything that must not happen. */
async function watched(): Promise<{ page: Page; faults: string[] }> {
  const page = await stage.open('en', 'desktop');
  const faults: string[] = [];
  page.on('dialog', async (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  await page.exposeFunction('hit', (field: unknown) => void faults.push(`ran: ${String(field)}`));
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) faults.push(message.text());
  });
  return { page, faults };
}

/** Waits until each text stands there as it was written, and that it became no element. */
async function shows(page: Page, ...texts: string[]): Promise<void> {
  for (const text of texts) await page.getByText(text, { exact: false }).first().waitFor();
  expect(await page.locator('img[src=x], b[onclick], script:not([src])').count()).toBe(0);
}

describe.skipIf(isSkipped)('markup in outsiders’ texts', () => {
  let url: string;
  let paymentId: string;

  beforeAll(async () => {
    stage = await openStage();
    const { sandbox } = stage;
    const merchant = sandbox.credentials.merchants[0]!;
    const shop = createMerchantClient({
      gatewayUrl: sandbox.http,
      clientId: merchant.clientId,
      privateKey: merchant.merchantPrivateKey,
      gatewayPublicKey: merchant.gatewayPublicKey,
    });
    const paid = await shop.pay({
      productCode: 'CASHIER_PAYMENT',
      paymentRequestId: 'markup-1',
      paymentAmount: { currency: 'KRW', value: '59000' },
      order: {
        referenceOrderId: short('reference'),
        orderDescription: markup('description'),
        goods: [
          { referenceGoodsId: 'g', goodsName: markup('goods'), goodsQuantity: '2' },
          { referenceGoodsId: 'h', goodsName: short('other goods'), goodsQuantity: '1' },
        ],
        merchant: { referenceMerchantId: 'm', merchantName: markup('merchant') },
      },
      paymentMethod: { paymentMethodType: 'ALIPAY_CN' },
      paymentRedirectUrl: stage.returnUrl,
      env: { terminalType: 'WEB' },
    } as Parameters<typeof shop.pay>[0]);
    paymentId = paid.paymentId!;
    url = `${sandbox.http}${new URL(paid.normalUrl!).pathname}`;
    // A break of reconciliation whose texts a bank has written.
    const csv = `date,reference,amount,currency\n2014-11-12,${short('bank')},-1200,KRW\n`;
    const query = 'operator=network&statementId=S-9&currency=KRW&account=9000KRW0001';
    await fetch(`${sandbox.http}/sandbox/reconciliation/statements?${query}`, {
      ...{ method: 'POST', headers: { 'content-type': 'text/csv' }, body: csv },
    });
  });
  afterAll(() => stage?.close());

  test('the cashier, before and after signing in, and the wallet’s bills', async () => {
    const { page, faults } = await watched();
    await page.goto(url);
    await shows(page, markup('description'), markup('merchant'));
    await signIn(page, people.liWei.phone);
    await page.locator('.methods').waitFor();
    await shows(page, markup('description'));
    await stage.sandbox.post('/sandbox/pay', { paymentId });
    await page.goto(`${stage.sandbox.http}/wallet#/bills`);
    await shows(page, markup('merchant'));
    await page.getByText(markup('merchant')).first().click();
    await page.getByRole('heading', { name: 'Bill' }).first().waitFor();
    await shows(page, markup('description'), markup('goods'), short('reference'));
    await page.goto(`${stage.sandbox.http}/wallet#/me/messages`);
    await page.locator('main h1').waitFor();
    await shows(page);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('an order of the classic gateway, with its seller', async () => {
    const shop = classicShop(stage.sandbox, 0);
    const { location } = await shop.call({
      service: 'create_forex_trade',
      out_trade_no: 'markup-2',
      subject: short('subject'),
      body: markup('body'),
      currency: 'KRW',
      total_fee: '59000',
      supplier: short('supplier'),
      return_url: stage.returnUrl,
      notify_url: stage.returnUrl,
    });
    const { page, faults } = await watched();
    await page.goto(`${stage.sandbox.http}${new URL(location!).pathname}`);
    await shows(page, short('subject'), short('supplier'));
    // And what the gateway's own page says back.
    await page.goto(`${stage.sandbox.http}/gateway.do?service=${encodeURIComponent(markup('service'))}`);
    await page.locator('body').waitFor();
    expect(await page.locator('img[src=x], script').count()).toBe(0);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('the console: a payment’s story, and a break with the reason of whoever closes it', async () => {
    const { page, faults } = await watched();
    const { username, password } = stage.sandbox.credentials.staff.find(({ role }) => role === 'maker')!;
    await page.goto(`${stage.sandbox.http}/console`);
    await page.getByLabel('Username').fill(markup('username'));
    await page.getByLabel('Password').fill(markup('password'));
    await page.keyboard.press('Enter');
    await page.getByRole('alert').first().waitFor();
    await page.getByLabel('Username').fill(username);
    await page.getByLabel('Password').fill(password);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await page.goto(`${stage.sandbox.http}/console/breaks`);
    await shows(page, short('bank'));
    const found = page.getByRole('row').filter({ hasText: short('bank') });
    await found.getByRole('button', { name: 'Propose closing' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill(markup('reason'));
    await page.getByRole('dialog').getByRole('button', { name: 'Confirm' }).click();
    await found.getByText('To be checked').waitFor();
    await page.goto(`${stage.sandbox.http}/console/trail`);
    await page.locator('.ant-table-row').first().waitFor();
    await shows(page);
    await page.goto(`${stage.sandbox.http}/console/payment?key=${paymentId}`);
    await page.locator('main').waitFor();
    await shows(page, paymentId);
    expect(faults).toEqual([]);
    await page.context().close();
  });
});

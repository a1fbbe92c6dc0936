// Shoppers in the demo shops, in Chromium, on the real Vendure server: who sees the option, who pays, what becomes of the
// order, and of a return. One server for all of it.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../platform/src/testing/until.ts';
import { freePort } from '../start-sandbox.ts';
import { isSkipped, openStage, pay, people, type Stage, serious, signIn } from './stage.ts';

interface StoreEntry {
  readonly name: string;
  readonly url: string;
  readonly clientId: string;
  readonly currency: string;
}

let stage: Stage;
let stores: readonly StoreEntry[];
let storesUrl: string;

const shopAt = (currency: string) => stores.find((store) => store.currency === currency)!.url;

/** Vendure's admin API, as the administrator of one shop. */
async function admin(
  channel: string,
): Promise<<Answer>(query: string, variables?: object) => Promise<Answer>> {
  let token = '';
  const ask = async <Answer>(query: string, variables: object = {}) => {
    const response = await fetch(`${storesUrl}/admin-api`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'vendure-token': channel,
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({ query, variables }),
    });
    token = response.headers.get('vendure-auth-token') ?? token;
    const { data, errors } = (await response.json()) as { data: Answer; errors?: object };
    expect(errors).toBeUndefined();
    return data;
  };
  await ask(
    'mutation { login(username: "superadmin", password: "superadmin") { ... on CurrentUser { id } ... on ErrorResult { message } } }',
  );
  return ask;
}

async function orderOf<Answer>(channel: string, code: string, fields: string): Promise<Answer> {
  const ask = await admin(channel);
  const { orders } = await ask<{ orders: { items: Answer[] } }>(
    `query ($code: String!) { orders(options: { filter: { code: { eq: $code } } }) { items { ${fields} } } }`,
    { code },
  );
  return orders.items[0]!;
}

/** Opens a product by its place on the page and puts it into the cart. */
async function put(page: Page, slug: string, size?: string): Promise<void> {
  const url = new URL(page.url());
  await page.goto(`${url.origin}/${url.pathname.split('/')[1]}/p/${slug}`);
  if (size !== undefined) await page.getByText(size, { exact: true }).click();
  await page.locator('article button.main').click();
  await page.locator('article [role=status] a').waitFor();
}

async function fillAddress(page: Page): Promise<void> {
  const given = {
    email: 'shopper@example.com',
    lastName: '李',
    firstName: '伟',
    street: '南京东路 1 号',
    city: '上海',
    postcode: '200001',
  };
  for (const [name, value] of Object.entries(given)) await page.locator(`input[name=${name}]`).fill(value);
  await page.locator('main form button[type=submit]').click();
  await page.locator('.methods').waitFor();
}

/** From the filled cart to the shop's own page after the cashier. Answers the order's code. */
async function buy(page: Page): Promise<string> {
  const url = new URL(page.url());
  await page.goto(`${url.origin}/${url.pathname.split('/')[1]}/checkout`);
  await fillAddress(page);
  await page.locator('[data-method$=-wallet]').click();
  await page.locator('main form button[type=submit]').click();
  await page.waitForURL(/\/cashier\//);
  await signIn(page, people.liWei.phone);
  await pay(page, people.liWei.pin);
  await page.waitForURL(/\/orders\//);
  await page.locator('.outcome.paid').waitFor();
  return /\/orders\/(\w+)/.exec(page.url())![1]!;
}

describe.skipIf(isSkipped)('the demo shops', () => {
  beforeAll(async () => {
    const storesPort = (await freePort())!;
    storesUrl = `http://localhost:${storesPort}`;
    stage = await openStage({ storesPort, startDate: '2014-04-28' });
    const open = async () => {
      stores = (await stage.sandbox.get<{ stores: StoreEntry[] }>('/sandbox/credentials')).stores;
      return stores.length === 4;
    };
    await until(open, 280_000).catch((error) => {
      throw new Error(`${error.message}: ${stage.sandbox.log()}`);
    });
  }, 300_000);
  afterAll(() => stage?.close());

  test('Li Wei in China: the mall in Chinese, two departments, the option, the PIN, a settled order', async () => {
    const page = await stage.open('zh-CN', 'desktop');
    page.setDefaultTimeout(45_000);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(shopAt('KRW'));
    await page.getByRole('heading', { name: '美妆' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    expect(await page.locator('.brand').textContent()).toBe('韩光百货');
    await page.locator('[data-testid=offer]').waitFor();
    await page.locator('.card [data-testid=yuan]').first().waitFor();
    expect(await serious(page)).toEqual([]);
    await put(page, 'hanbit-cushion-classic');
    await put(page, 'hanbit-coat-classic');
    await page.goto(`${shopAt('KRW')}cart`);
    await page.locator('.lines li').nth(1).waitFor();
    expect(await page.locator('.lines li').count()).toBe(2);
    await expect
      .poll(() => page.locator('[data-testid=total] [data-testid=yuan]').textContent())
      .toMatch(/^约 ¥[\d,]+$/);
    expect(await serious(page)).toEqual([]);
    const code = await buy(page);
    expect(await serious(page)).toEqual([]);
    const order = await orderOf<{
      state: string;
      totalWithTax: number;
      payments: { state: string; amount: number; method: string }[];
    }>('hanbit', code, 'state totalWithTax payments { state amount method }');
    expect(order.state).toBe('PaymentSettled');
    expect(order.payments).toEqual([
      { state: 'Settled', amount: order.totalWithTax, method: 'hanbit-wallet' },
    ]);
    expect(errors).toEqual([]);
    await page.context().close();
  }, 240_000);

  test('a shopper in France does not see the option, and pays otherwise', async () => {
    const page = await stage.open('fr', 'desktop');
    page.setDefaultTimeout(45_000);
    await page.goto(shopAt('KRW'));
    await page.getByRole('heading', { name: 'Beauty' }).waitFor();
    expect(await page.locator('[data-testid=region]').inputValue()).toBe('FR');
    await put(page, 'hanbit-coat-classic');
    await page.goto(`${shopAt('KRW')}checkout`);
    await fillAddress(page);
    expect(await page.locator('.methods label').count()).toBe(1);
    expect(await page.locator('[data-method$=-wallet]').count()).toBe(0);
    expect(await page.locator('[data-testid=yuan], [data-testid=offer]').count()).toBe(0);
    await page.context().close();
  }, 120_000);

  test('a marketplace cart of three sellers is one payment and settles to three', async () => {
    const page = await stage.open('zh-CN', 'phone');
    page.setDefaultTimeout(45_000);
    const url = stores.find((store) => store.name === 'Hinode Ichiba')!.url;
    await page.goto(url);
    await page.locator('a.card').first().waitFor();
    const links = await page
      .locator('main section:has(h2)')
      .evaluateAll((sections) =>
        sections.slice(0, 3).map((section) => section.querySelector('a.card')!.getAttribute('href')!),
      );
    for (const link of links) await put(page, link.split('/p/')[1]!);
    await page.goto(`${url}cart`);
    await page.locator('[data-testid=seller-part]').first().waitFor();
    expect(await page.locator('[data-testid=seller-part]').count()).toBe(3);
    const code = await buy(page);
    const order = await orderOf<{
      type: string;
      subTotalWithTax: number;
      sellerOrders: {
        state: string;
        subTotalWithTax: number;
        payments: { state: string; amount: number; metadata: { share: number; commission: number } }[];
      }[];
    }>(
      'hinode',
      code,
      'type subTotalWithTax sellerOrders { state subTotalWithTax payments { state amount metadata } }',
    );
    expect(order.type).toBe('Aggregate');
    expect(order.sellerOrders.map(({ state }) => state)).toEqual(Array(3).fill('PaymentSettled'));
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    expect(sum(order.sellerOrders.map(({ subTotalWithTax }) => subTotalWithTax))).toBe(order.subTotalWithTax);
    for (const { subTotalWithTax, payments } of order.sellerOrders) {
      expect(payments).toHaveLength(1);
      const { share, commission } = payments[0]!.metadata;
      expect(share + commission).toBe(subTotalWithTax);
      expect(payments[0]!.state).toBe('Settled');
    }
    await page.context().close();
  }, 240_000);

  test('three pieces of fashion, one returned: refunded in the shop’s admin, and the wallet’s bill shows it', async () => {
    const page = await stage.open('zh-CN', 'desktop');
    page.setDefaultTimeout(45_000);
    await page.goto(shopAt('GBP'));
    await put(page, 'aldwyn-women-merino-jumper', 'S');
    await put(page, 'aldwyn-women-t-shirt', 'M');
    await put(page, 'aldwyn-men-trainers', 'L');
    const code = await buy(page);
    const order = await orderOf<{
      id: string;
      lines: {
        id: string;
        proratedUnitPriceWithTax: number;
        productVariant: { product: { slug: string } };
      }[];
      payments: { id: string }[];
    }>(
      'aldwyn',
      code,
      'id lines { id proratedUnitPriceWithTax productVariant { product { slug } } } payments { id }',
    );
    const ask = await admin('aldwyn');
    // The shop promises no order of its lines: the returned one is found by its name.
    const line = order.lines.find(
      ({ productVariant }) => productVariant.product.slug === 'aldwyn-women-t-shirt',
    )!;
    const { refundOrder } = await ask<{ refundOrder: { state: string; total: number } }>(
      'mutation ($input: RefundOrderInput!) { refundOrder(input: $input) { ... on Refund { state total } ... on ErrorResult { message } } }',
      {
        input: {
          paymentId: order.payments[0]!.id,
          reason: 'returned',
          amount: line.proratedUnitPriceWithTax,
          lines: [{ orderLineId: line.id, quantity: 1 }],
          shipping: 0,
          adjustment: 0,
        },
      },
    );
    expect(refundOrder).toEqual({ state: 'Settled', total: line.proratedUnitPriceWithTax });
    await page.reload();
    await page.locator('[data-testid=refunded]').waitFor();
    expect(await page.locator('[data-testid=refunded]').textContent()).toContain('19.99');
    // The cashier is where the shop was told, on localhost: so is the wallet's session.
    await page.goto(`${stage.sandbox.http.replace('127.0.0.1', 'localhost')}/wallet#/bills`);
    await page.getByRole('link', { name: /\+¥/ }).first().click();
    await expect.poll(() => page.locator('main').textContent(), { timeout: 30_000 }).toContain('£19.99');
    await page.context().close();
  }, 240_000);

  test('the buying agent opens the option on its date', async () => {
    const page = await stage.open('zh-CN', 'phone');
    page.setDefaultTimeout(45_000);
    await page.goto(stores.find((store) => store.name === 'Tsubame Agent')!.url);
    await page.locator('[data-testid=offer-later]').waitFor();
    expect(await page.locator('[data-testid=offer]').count()).toBe(0);
    await stage.sandbox.post('/sandbox/clock', { set: '2014-06-01T00:00:00+09:00' });
    // The shop keeps an estimate for a few seconds: the shopper looks again until it has asked anew.
    const offered = page.locator('[data-testid=offer], [data-testid=offer-later]').first();
    const shown = async () => {
      await page.reload();
      return offered.getAttribute('data-testid');
    };
    await expect.poll(shown, { timeout: 60_000, interval: 3_000 }).toBe('offer');
    await page.context().close();
  }, 180_000);
});

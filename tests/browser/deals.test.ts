// Conversions that wait for people, in a browser: a maker notes what was agreed with the bank's desk, a checker confirms it; both
// languages, a phone and a desk, without a serious fault. The platform stands in this process, with a bank that takes no conversions.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { consoleAdapter } from '../../platform/src/http/console/index.ts';
import { pagesAdapter } from '../../platform/src/http/pages/index.ts';
import { createServer } from '../../platform/src/http/server.ts';
import { createLog } from '../../platform/src/log.ts';
import { noSettlementBank } from '../../platform/src/serve/neighbours.ts';
import { settlementWorld } from '../../platform/src/testing/settlement-world.ts';
import { launchChromium, sizes } from './browser.ts';
import { isSkipped, serious } from './stage.ts';

let world: Awaited<ReturnType<typeof settlementWorld>>;
let app: Awaited<ReturnType<typeof createServer>>;
let browser: Browser;
let http: string;
const password = 'correct horse battery';

async function open(language: 'en' | 'zh-CN', size: keyof typeof sizes, username: string): Promise<Page> {
  const context = await browser.newContext({
    ...{ viewport: sizes[size], locale: language, timezoneId: 'Asia/Shanghai' },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(`${http}/console/positions`);
  await page.getByLabel(/^(用户名|Username)$/).fill(username);
  await page.getByLabel(/^(密码|Password)$/).fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /^(待与银行议定|To be agreed with the bank)$/ }).waitFor();
  return page;
}
const photograph = async (page: Page, name: string) => {
  const folder = process.env.TONGBAO_SCREENSHOTS;
  if (folder !== undefined)
    await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true, animations: 'disabled' });
};
async function expectSound(page: Page, name: string): Promise<void> {
  expect(await serious(page)).toEqual([]);
  expect(
    await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth'),
  ).toBe(true);
  await photograph(page, name);
}

describe.skipIf(isSkipped)('conversions agreed with the bank', () => {
  beforeAll(async () => {
    world = await settlementWorld('2014-11-11T02:00:00Z', undefined, async () => ({
      settlementBank: noSettlementBank,
      statements: undefined,
    }));
    const { platform } = world;
    await world.pay(await world.shop('KR'), 1_000_000n);
    await world.pay(await world.shop('GB'), 45_000n);
    await world.mover.moveTo(new Date('2014-11-11T17:00:00Z'));
    for (const [username, role] of [
      ['mei', 'maker'],
      ['li', 'checker'],
    ] as const)
      await platform.staff.add({ username, role, name: username, merchantId: null, password });
    const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../web/dist');
    app = await createServer({
      logger: createLog('silent'),
      adapters: [
        consoleAdapter(platform),
        pagesAdapter({ folder, publicUrl: 'http://localhost:1', sandbox: true }),
      ],
      healthy: async () => true,
    });
    http = await app.listen({ host: '127.0.0.1', port: 0 });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await app?.close();
    await world?.close();
  });

  test('one notes, another one confirms; it is booked', async () => {
    const mei = await open('en', 'desktop', 'mei');
    const pounds = (page: Page) => page.getByRole('listitem').filter({ hasText: '£450.00' });
    await expectSound(mei, 'deals-maker-en-desktop');
    await pounds(mei).getByRole('button', { name: 'Note what was agreed' }).click();
    const dialog = mei.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await dialog.getByText('A rate looks like 0.005658.').waitFor();
    await dialog.getByLabel('Bank’s reference of the deal').fill('FXD/4711');
    await dialog.getByText('Both amounts').click();
    await dialog.getByLabel(/^In CNY/).fill('4,400');
    await dialog.getByLabel('Value date').fill('2014-11-13');
    await dialog.getByLabel('Reason').fill('called the desk');
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await dialog.getByText('An amount looks like 5658.00.').waitFor();
    await dialog.getByLabel(/^In CNY/).fill('5000.00');
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await dialog.getByText('more than 200 basis points').waitFor();
    await expectSound(mei, 'deals-note-en-desktop');
    await dialog.getByLabel(/^In CNY/).fill('4380.00');
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await pounds(mei).getByText('Somebody else has to decide.').waitFor();

    const li = await open('zh-CN', 'phone', 'li');
    await expectSound(li, 'deals-checker-zh-phone');
    await pounds(li).getByRole('button', { name: '确认并入账' }).click();
    await li.getByRole('dialog').getByText('FXD/4711').waitFor();
    await li.getByRole('dialog').getByLabel('理由').fill('letter seen');
    await expectSound(li, 'deals-confirm-zh-phone');
    await li
      .getByRole('dialog')
      .getByRole('button', { name: /^确 ?认$/ })
      .click();
    await expect.poll(() => li.getByRole('listitem').filter({ hasText: '£450.00' }).count()).toBe(0);
    const { deals } = await world.platform.settlement.treasury(10);
    expect(deals.find(({ currency }) => currency === 'GBP')).toMatchObject({ cost: 438_000n });
    for (const page of [mei, li]) await page.context().close();
  });

  test('in the other language on the other screen', async () => {
    for (const [language, size] of [
      ['en', 'phone'],
      ['zh-CN', 'desktop'],
    ] as const) {
      const page = await open(language, size, 'mei');
      await page.getByRole('button', { name: /^(登记议定内容|Note what was agreed)$/ }).click();
      await page
        .getByRole('dialog')
        .getByLabel(/^(起息日|Value date)$/)
        .waitFor();
      await expectSound(page, `deals-note-${language}-${size}`);
      await page.context().close();
    }
  });
});

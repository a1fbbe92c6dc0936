// Adding a card in production, in Chromium: its number is typed into the wallet, what is wrong is said, the bank's code comes between; in
// four languages, on a phone and a desktop, with the keyboard. The page keeps nothing of the number.
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../platform/src/testing/index.ts';
import { until } from '../../platform/src/testing/until.ts';
import {
  bankCode,
  type CardWorld,
  number,
  openCardWorld,
  person,
  strangers,
} from '../connectors/card-world.ts';
import { startServe } from '../serve-process.ts';
import { freePort } from '../start-sandbox.ts';
import { launchChromium, sizes } from './browser.ts';
import { isSkipped, serious } from './stage.ts';

const titles = { en: 'Add a bank card', 'zh-CN': '添加银行卡', ko: '은행 카드 등록', ja: '銀行カードを追加' };

describe.skipIf(isSkipped)('adding a card in production', () => {
  let database: TestDatabase;
  let folder: string;
  let world: CardWorld;
  let child: ChildProcess;
  let browser: Browser;
  let http: string;
  let session: string;
  const log: string[] = [];

  const call = async (
    at: string,
    body: object,
  ): Promise<{ cookie: string | undefined; challenge: string }> => {
    const answer = await fetch(`${http}${at}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-tongbao-csrf': '1', cookie: session ?? '' },
      body: JSON.stringify(body),
    });
    const cookie = answer.headers.getSetCookie().find((each) => /session/.test(each));
    if (cookie !== undefined) session = cookie.split(';')[0]!;
    return (await answer.json()) as never;
  };

  beforeAll(async () => {
    database = await testDatabase();
    folder = await mkdtemp(path.join(tmpdir(), 'tongbao-add-card-'));
    const port = (await freePort())!;
    http = `http://localhost:${port}`;
    world = await openCardWorld(database, { folder, publicUrl: http });
    ({ child } = await startServe(database, { folder, environment: world.environment, log, port }));
    browser = await launchChromium();
    const { phone, name, residentId } = person;
    const { challenge } = await call('/api/wallet/sign-up/code', { phone, language: 'en' });
    await until(() => world.codes.length === 1);
    await call('/api/wallet/sign-up', { phone, language: 'en', code: world.codes[0], challenge });
    await call('/api/wallet/identity', { name, residentId });
    await call('/api/wallet/pin', { newPin: '735126' });
  });
  afterAll(async () => {
    await browser?.close();
    child?.kill('SIGKILL');
    await world?.close();
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(locale: string, size: keyof typeof sizes): Promise<Page> {
    const context = await browser.newContext({ viewport: sizes[size], locale, reducedMotion: 'reduce' });
    const [name, value] = session.split('=') as [string, string];
    await context.addCookies([{ name, value, url: http }]);
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(`${http}/wallet#/cards/new`);
    return page;
  }
  const looks = async (page: Page): Promise<void> => {
    expect(await serious(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  };
  const shot = async (page: Page, name: string): Promise<void> => {
    const to = process.env.SHOTS;
    if (to !== undefined) await page.screenshot({ path: path.join(to, `${name}.png`), fullPage: true });
  };

  test.each(Object.entries(titles))(
    'in %s the form stands on a phone and a desktop',
    async (locale, title) => {
      for (const size of ['phone', 'desktop'] as const) {
        const page = await open(locale, size);
        await page.getByRole('heading', { level: 1, name: title }).waitFor();
        await page.locator('[autocomplete=cc-number]').fill(`${number.slice(0, -1)}9`);
        await page.locator('.wrong').waitFor();
        await looks(page);
        await shot(page, `form-${locale}-${size}`);
        await page.context().close();
      }
    },
  );

  test('what is wrong is said, a code comes between, and the card is there; by keyboard alone', async () => {
    const page = await open('en', 'phone');
    const fields = {
      number: page.getByLabel('Card number'),
      residentId: page.getByLabel('Resident identity number'),
      phone: page.getByLabel('Phone that the bank knows'),
    };
    const button = page.getByRole('button', { name: 'Add', exact: true });
    await fields.number.fill('9999 99');
    await page.getByText('No bank has these first digits.').waitFor();
    await fields.number.fill(number);
    await page.getByText('River Bank').waitFor();
    await fields.residentId.fill(person.residentId.replace(/.$/, '1'));
    await button.click();
    await page.getByText('There is a slip in this number: its last').waitFor();
    await fields.residentId.fill(person.residentId);
    await fields.phone.fill('139 0013 9000');
    await button.click();
    await page.getByText('Your bank knows another phone for this card.').waitFor();
    await looks(page);
    await shot(page, 'wrong-phone');
    world.registry.behave('down');
    await fields.phone.fill('');
    await button.click();
    await page.getByText('The system is not available now').waitFor();
    world.registry.behave('normal');
    await fields.number.fill(strangers);
    await button.click();
    await page.getByText('Cards of this bank cannot be used here yet.').waitFor();
    await fields.number.fill(number);
    await fields.number.press('Enter');
    await page.getByRole('heading', { name: 'Code of your bank' }).waitFor();
    await looks(page);
    await shot(page, 'code');
    await page.getByRole('textbox', { name: 'Code' }).fill('000000');
    await page.keyboard.press('Enter');
    await page
      .getByText(/Tries left: 2|2 tries|left/)
      .first()
      .waitFor();
    await shot(page, 'code-wrong');
    await page.getByRole('textbox', { name: 'Code' }).fill(bankCode);
    await page.keyboard.press('Enter');
    await page.getByText(/0004/).first().waitFor();
    await looks(page);
    await shot(page, 'added');
    const kept = await page.evaluate(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.documentElement.outerHTML, location.href])',
    );
    for (const secret of [number, person.residentId]) expect(kept).not.toContain(secret);
    await page.context().close();
  });
});

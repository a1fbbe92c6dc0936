// What every browser test stands on: a sandbox of its own, Chromium, a shop to return to, and a shopper's few moves.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { type Sandbox, startSandbox } from '../start-sandbox.ts';
import { chromiumPath, launchChromium, sizes } from './browser.ts';

// A missing browser skips these suites, and says so; in CI it fails them (and whatever else is skipped there:
// scripts/count-reporter.mjs).
export const isSkipped = chromiumPath() === null && process.env.CI !== 'true';
if (isSkipped)
  console.warn('browser tests skipped: no Chromium on this machine (Debian: apt-get install chromium)');

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The sandbox's shoppers, as a test needs them. */
export const people = {
  liWei: { phone: '13800000001', pin: '200808' },
  /** Has ¥88 and a card with money. */
  wangFang: { phone: '13800000002', pin: '314159' },
  /** Has one card, which is locked. */
  zhangMin: { phone: '13800000003', pin: '271828' },
  /** Has no card and no bills. */
  chenJie: { phone: '13800000004', pin: '161803' },
  /** Has two cards whose banks ask her: Pine by a code, Lotus on its page. */
  zhaoXue: { phone: '13800000005', pin: '577215' },
} as const;

export interface Stage {
  readonly sandbox: Sandbox;
  readonly returnUrl: string;
  /** A page of a new visitor; closing its context forgets him. */
  open(language?: 'zh-CN' | 'en' | 'ko' | 'ja' | 'fr', size?: keyof typeof sizes): Promise<Page>;
  /** An order of ₩59,000 at the Korean mall, or of what the body says. */
  order(body?: object): Promise<{ url: string; paymentId: string }>;
  close(): Promise<void>;
}

/** With a port for them, the demo shops open too (`stores.test.ts` waits for them). */
export async function openStage(options: { storesPort?: number; startDate?: string } = {}): Promise<Stage> {
  const sandbox = await startSandbox(options);
  const browser = await launchChromium();
  const shop = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end('<!doctype html><html lang="ko"><title>주문 완료</title><h1>주문 완료</h1></html>');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => shop.once('listening', resolve));
  const returnUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/return?order=7`;
  return {
    sandbox,
    returnUrl,
    async open(language = 'zh-CN', size = 'phone') {
      const viewport = sizes[size];
      const context = await browser.newContext({ viewport, locale: language, timezoneId: 'Asia/Shanghai' });
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      return page;
    },
    async order(body = {}) {
      const made = await sandbox.post<{ paymentId: string; cashierUrl: string }>('/sandbox/test-payment', {
        redirectUrl: returnUrl,
        ...body,
      });
      return { url: `${sandbox.http}${new URL(made.cashierUrl).pathname}`, paymentId: made.paymentId };
    },
    async close() {
      await browser.close();
      shop.close();
      await sandbox.stop();
    },
  };
}

export async function signIn(page: Page, phone: string): Promise<void> {
  await page.locator('input[type=tel]').fill(phone);
  await page.getByRole('button', { name: /^(获取验证码|Get a code)$/ }).click();
  await page.getByRole('button', { name: /^(填入|Fill in)$/ }).click();
  await page.getByRole('button', { name: /^(登录|Sign in)$/ }).click();
}

/** On the security page of a wallet in English: signs in, and adds a passkey to an authenticator inside the browser. */
export async function addPasskey(page: Page, person: { phone: string; pin: string }): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await signIn(page, person.phone);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.locator('.pin input:enabled').waitFor();
  await page.keyboard.type(person.pin);
  await page.getByText(/^Added/).waitFor();
}

/** Presses the button that pays and types the PIN on the keyboard. */
export async function pay(page: Page, pin: string): Promise<void> {
  await page.getByRole('button', { name: /^(确认付款|Pay) / }).click();
  await page.locator('.pin input').waitFor();
  await page.keyboard.type(pin);
}

/** What axe holds to be serious or critical on the page as it stands. */
export async function serious(page: Page): Promise<string[]> {
  // A colour on its way to another is neither; and axe moves the focus about. A page behind another one does not move on, and
  // what turns for ever (a button that waits) never ends.
  await page.bringToFront();
  await page.evaluate(
    'Promise.all(document.getAnimations().filter((each) => each.effect.getTiming().iterations !== Infinity).map((each) => each.finished.catch(() => null)))',
  );
  // The page's own policy forbids inline scripts; the browser's debugger may still evaluate.
  await page.evaluate(axe);
  const found = (await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"] }).then((result) => result.violations.map((v) => [v.impact, v.id, v.nodes[0].html].join(" ")))',
  )) as string[];
  return found.filter((line) => /^(serious|critical)/.test(line));
}

// The wallet as a newcomer meets it: opened from the cashier, then every page of it in four languages; a payment that a
// passkey confirms; what the first paint of the cashier weighs.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import encodeQR from 'qr';
import decodeQR from 'qr/decode.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signedPost } from '../signed-post.ts';
import { addPasskey, isSkipped, openStage, pay, people, type Stage, serious, signIn } from './stage.ts';

let stage: Stage;

const won = (value: string) => ({ currency: 'KRW', value });

const dist = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../web/dist');

/** Counts what a shopper does: clicks and fields filled. */
function acting(page: Page) {
  let acts = 0;
  return {
    count: () => acts,
    async click(name: string | RegExp) {
      acts++;
      await page.getByRole('button', { name }).or(page.getByRole('link', { name })).first().click();
    },
    async fill(label: string, text: string) {
      acts++;
      await page.getByLabel(label).fill(text);
    },
    /** On the pad, as on a phone: six presses count as one act, like a field filled. */
    async pin(pin: string) {
      acts++;
      await page.locator('.pin input:enabled').waitFor();
      await page.keyboard.type(pin);
    },
  };
}

describe.skipIf(isSkipped)('the wallet', () => {
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());

  test('a newcomer opens a wallet from the cashier, is checked, adds a card and pays, in at most 20 acts', async () => {
    const page = await stage.open('zh-CN');
    await page.goto((await stage.order()).url);
    const shopper = acting(page);
    await shopper.click('还没有钱包？立即开通');
    await shopper.fill('手机号', '13912345678');
    await shopper.click('获取验证码');
    await shopper.click('填入');
    await shopper.click('登录');
    await page.getByRole('heading', { name: '实名认证' }).waitFor();
    expect(await serious(page)).toEqual([]);
    await shopper.fill('姓名', '李小龙');
    await shopper.fill('居民身份证号码', '110105194912310021');
    await shopper.click('提交认证');
    await page.getByText('号码不正确').waitFor();
    expect(await serious(page)).toEqual([]);
    await shopper.fill('居民身份证号码', '11010519491231002X');
    await shopper.click('提交认证');
    await page.getByRole('heading', { name: '设置支付密码' }).waitFor();
    expect(await serious(page)).toEqual([]);
    await shopper.pin('735126');
    await page.getByText('再次输入以确认').waitFor();
    await shopper.pin('735126');
    await page.getByRole('heading', { name: '添加银行卡' }).waitFor();
    await shopper.click('填入示例卡号');
    await page.getByText('翡翠银行 储蓄卡').waitFor();
    expect(await serious(page)).toEqual([]);
    await shopper.click('添加');
    await page.getByRole('heading', { name: '钱包已开通' }).waitFor();
    expect(await serious(page)).toEqual([]);
    await shopper.click('回到收银台继续付款');
    await shopper.click(/^确认付款/);
    await shopper.pin('735126');
    await page.getByRole('heading', { name: '付款成功' }).waitFor({ timeout: 60_000 });
    expect(shopper.count()).toBeLessThanOrEqual(20);
    await page.context().close();
  });

  test('a number that has no wallet is told so, and led to one', async () => {
    const page = await stage.open('ja');
    await page.goto(`${stage.sandbox.http}/wallet`);
    await page.locator('input[type=tel]').fill('13811112222');
    await page.getByRole('button', { name: '認証コードを受け取る' }).click();
    await page.getByText('この電話番号のウォレットはありません。').waitFor();
    await page.getByRole('link', { name: 'ウォレットをお持ちでない方はこちら' }).click();
    await page.getByRole('heading', { name: 'ウォレットを開設' }).waitFor();
    expect(await serious(page)).toEqual([]);
    await page.context().close();
  });

  test('a passkey confirms a payment, and no other than the one it signed', async () => {
    // Passkeys need a name: WebAuthn knows no addresses.
    const site = stage.sandbox.http.replace('127.0.0.1', 'localhost');
    const page = await stage.open('en');
    await page.goto(`${site}/wallet#/me/security`);
    await addPasskey(page, people.liWei);
    expect(await serious(page)).toEqual([]);
    const order = new URL((await stage.order()).url);
    const other = new URL((await stage.order()).url);
    await page.goto(`${site}${order.pathname}`);
    await page.getByRole('button', { name: /^Pay / }).click();
    const sent = page.waitForRequest(
      (request) => request.url().endsWith('/authorizations') && request.method() === 'POST',
    );
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    const { passkey } = (await sent).postDataJSON() as { passkey: { id: string } };
    await page.getByRole('heading', { name: 'Paid' }).waitFor();
    expect(passkey.id).toMatch(/^[\w-]{20,}$/);
    // The same answer again, for another order and for this one.
    for (const { pathname } of [other, order]) {
      const status = await page.evaluate(
        `fetch('/api${pathname.replace('/cashier/', '/cashier/payments/')}/authorizations', {
          method: 'POST', headers: { 'content-type': 'application/json', 'x-tongbao-csrf': '1' },
          body: JSON.stringify({ method: { kind: 'balance' }, passkey: ${JSON.stringify(passkey)} }) })
          .then((answer) => answer.json()).then((body) => body.error.code)`,
      );
      expect(status).toBe(pathname === other.pathname ? 'PASSKEY_REFUSED' : 'PAYMENT_ALREADY_PAID');
    }
    await page.context().close();
  });

  test('the payment code can be read from its picture, pays at a till, and the page says so', async () => {
    const page = await stage.open('en');
    await page.goto(`${stage.sandbox.http}/wallet#/code`);
    await signIn(page, people.liWei.phone);
    await page.locator('.code-pictures .square').waitFor();
    expect(await serious(page)).toEqual([]);
    // What a till's scanner sees.
    const pixels = await page.locator('.code-pictures .square').evaluate(async (element) => {
      const picture = element as unknown as { decode(): Promise<void> };
      await picture.decode();
      const { document } = globalThis as unknown as { document: { createElement(name: string): never } };
      const canvas = document.createElement('canvas') as never as {
        width: number;
        height: number;
        getContext(kind: string): {
          fillStyle: string;
          fillRect(...at: number[]): void;
          drawImage(image: unknown, ...at: number[]): void;
          getImageData(...at: number[]): { data: Iterable<number> };
        };
      };
      canvas.width = 400;
      canvas.height = 400;
      const context = canvas.getContext('2d');
      context.fillStyle = '#fff';
      context.fillRect(0, 0, 400, 400);
      context.drawImage(element, 20, 20, 360, 360);
      return Array.from(context.getImageData(0, 0, 400, 400).data);
    });
    const code = decodeQR({ width: 400, height: 400, data: Uint8ClampedArray.from(pixels) });
    expect(code).toMatch(/^28\d{16}$/);
    const paid = await signedPost(stage.sandbox, stage.sandbox.credentials.merchants[0]!, {
      resource: 'payments/pay',
      body: {
        productCode: 'IN_STORE_PAYMENT',
        paymentRequestId: 'till-1',
        order: { referenceOrderId: 'till-1', orderDescription: 'Lipstick', orderAmount: won('30000') },
        paymentAmount: won('30000'),
        paymentMethod: { paymentMethodType: 'CONNECT_WALLET', paymentMethodId: code },
        paymentFactor: { inStorePaymentScenario: 'PaymentCode' },
        settlementStrategy: { settlementCurrency: 'KRW' },
      },
    });
    expect(paid.body.result).toMatchObject({ resultStatus: 'S' });
    await page.getByRole('heading', { name: 'Paid' }).waitFor();
    await page.getByText('₩30,000').waitFor();
    await page.context().close();
  });

  test('a scanned order leads to its cashier', async () => {
    const page = await stage.open('ko');
    const { url } = await stage.order();
    await page.goto(`${stage.sandbox.http}/wallet`);
    await page.locator('input[type=tel]').fill(people.zhangMin.phone);
    await page.locator('form .button').click();
    await page.locator('.note.sandbox .linkish').click();
    await page.locator('form .button').click();
    await page.getByRole('link', { name: '스캔' }).click();
    await page.getByLabel('또는 코드 내용을 붙여넣기').fill('nothing of ours');
    await page.getByRole('button', { name: '확인' }).click();
    await page.getByText('상점 결제 코드가 아닙니다.').waitFor();
    // A photograph of the shop's screen.
    const picture = Buffer.from(encodeQR(url, 'svg'));
    const png = await page.evaluate(
      `(async () => { const image = new Image(); image.src = 'data:image/svg+xml;base64,${picture.toString('base64')}';
        await image.decode(); const canvas = document.createElement('canvas'); canvas.width = canvas.height = 600;
        const context = canvas.getContext('2d'); context.fillStyle = '#fff'; context.fillRect(0, 0, 600, 600);
        context.drawImage(image, 40, 40, 520, 520); return canvas.toDataURL('image/png').split(',')[1]; })()`,
    );
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'code.png', mimeType: 'image/png', buffer: Buffer.from(String(png), 'base64') });
    await page.waitForURL(/\/cashier\//);
    await page.getByRole('button', { name: /결제$/ }).waitFor();
    await page.context().close();
  });

  test('a phone can put the wallet on its home screen', async () => {
    const answer = await fetch(`${stage.sandbox.http}/manifest.webmanifest`);
    expect(answer.headers.get('content-type')).toContain('application/manifest+json');
    const manifest = (await answer.json()) as { start_url: string; icons: { src: string; sizes: string }[] };
    expect(manifest.start_url).toBe('/wallet');
    for (const { src } of manifest.icons) {
      const icon = await fetch(`${stage.sandbox.http}${src}`);
      expect([src, icon.status, icon.headers.get('content-type')]).toEqual([src, 200, 'image/png']);
    }
  });

  test('limits of one’s own are kept: set on the page, refused at the cashier in words', async () => {
    const page = await stage.open('en');
    await page.goto(`${stage.sandbox.http}/wallet#/me/limits`);
    await signIn(page, people.zhangMin.phone);
    await page.getByLabel('A payment (yuan)').fill('100');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.pin input:enabled').waitFor();
    await page.keyboard.type(people.zhangMin.pin);
    await page.locator('dialog').waitFor({ state: 'detached' });
    await page.goto((await stage.order()).url);
    await pay(page, people.zhangMin.pin);
    await page.getByText('This is above the limit that you set yourself.').waitFor();
    await page.context().close();
  });

  const places = [
    '/',
    '/code',
    '/scan',
    '/top-up',
    '/withdraw',
    '/bills',
    '/cards',
    '/cards/new',
    '/me',
    '/me/messages',
  ];
  places.push('/me/limits', '/me/security', '/me/security/pin', '/me/security/pin/reset');

  test.each([
    ['zh-CN', 'phone', true],
    ['en', 'desktop', true],
    ['ko', 'phone', false],
    ['ja', 'desktop', false],
  ] as const)(
    'every page in %s on a %s: nothing is too wide, axe finds nothing serious',
    async (...visit) => {
      const [language, size, withAxe] = visit;
      const page = await stage.open(language, size);
      await page.goto(`${stage.sandbox.http}/wallet`);
      // The page is there before its program, which sets the language.
      await expect.poll(() => page.locator('html').getAttribute('lang')).toBe(language);
      await page.locator('input[type=tel]').fill(people.wangFang.phone);
      await page.locator('form .button').click();
      await page.locator('.note.sandbox .linkish').click();
      await page.locator('form .button').click();
      await page.locator('[data-testid=balance]').waitFor();
      for (const place of places) {
        await page.evaluate(`location.hash = '#${place}'`);
        await page.locator('main h1').waitFor();
        await page.locator('[role=status]').first().waitFor({ state: 'detached' });
        const tooWide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect([place, tooWide, withAxe ? await serious(page) : []]).toEqual([place, 0, []]);
      }
      await page.context().close();
    },
    180_000,
  );

  test('the cashier’s first paint is under 200 kB of JavaScript, gzipped', () => {
    const html = readFileSync(path.join(dist, 'cashier.html'), 'utf8');
    const scripts = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, file]) => file!);
    expect(scripts.length).toBeGreaterThan(0);
    const bytes = scripts.reduce(
      (sum, file) => sum + gzipSync(readFileSync(path.join(dist, file))).length,
      0,
    );
    expect(bytes).toBeLessThan(200_000);
  });

  test.each([
    ['zh-CN', 'phone', people.chenJie, '支付密码不正确，还可以试 4 次。', '其他设备已退出登录。'],
    [
      'en',
      'desktop',
      people.wangFang,
      'That PIN is wrong. Tries left: 4.',
      'Your other devices have been signed out.',
    ],
  ] as const)(
    'shopper S2: a mistyped old PIN is told at once and asked for again, %s on a %s',
    async (language, size, person, wrong, elsewhere) => {
      const page = await stage.open(language, size);
      const [folder, name] = [process.env.TONGBAO_SCREENSHOTS, `change-pin-${language}-${size}`];
      const photograph = async (step: string) =>
        folder !== undefined && (await page.screenshot({ path: `${folder}/${name}-${step}.png` }));
      await page.goto(`${stage.sandbox.http}/wallet#/me/security/pin`);
      await signIn(page, person.phone);
      const type = async (pin: string) => {
        await page.locator('.pin input:enabled').waitFor();
        await page.keyboard.type(pin);
      };
      const heading = (words: RegExp) => page.getByRole('heading', { name: words }).waitFor();
      await heading(/^(修改支付密码|Change the PIN)$/);
      await type('000001');
      await page.getByText(wrong).waitFor();
      await heading(/^(修改支付密码|Change the PIN)$/);
      expect(await serious(page)).toEqual([]);
      await photograph('wrong');
      await type(person.pin);
      await heading(/^(请输入新的支付密码|Enter the new PIN)$/);
      await photograph('new');
      await type('846237');
      await page.getByText(/^(再次输入以确认|Enter it once more)/).waitFor();
      await type('846237');
      await page.getByText(elsewhere).waitFor();
      await photograph('done');
      await page.context().close();
    },
  );

  test('the app opens without a network, says so, shows nothing of the shopper, and goes on afterwards', async () => {
    const page = await stage.open('zh-CN');
    await page.goto(`${stage.sandbox.http}/wallet`);
    await signIn(page, people.liWei.phone);
    await page.locator('nav.places').waitFor();
    const kept = () =>
      page.evaluate(
        "caches.open('wallet-app').then((cache) => cache.keys()).then((all) => all.map(({ url }) => new URL(url).pathname))",
      ) as Promise<string[]>;
    await expect
      .poll(async () => (await kept()).some((file) => /^\/assets\/words-zh-/.test(file)))
      .toBe(true);
    // Built files and the page that loads them; no answer about the shopper.
    for (const file of await kept())
      expect(file).toMatch(/^\/(wallet|manifest\.webmanifest|assets\/[\w.-]+|icons\/[\w.-]+)$/);
    await page.context().setOffline(true);
    await page.reload();
    await page.getByRole('heading', { name: '没有网络连接' }).waitFor();
    expect(await serious(page)).toEqual([]);
    expect(await page.locator('body').textContent()).not.toMatch(/李伟|¥|138/);
    await page.context().setOffline(false);
    await page.getByRole('button', { name: '重试' }).click();
    await page.locator('nav.places').waitFor();
    const worker = await fetch(`${stage.sandbox.http}/wallet-worker.js`);
    expect(worker.headers.get('cache-control')).toBe('no-cache');
    expect(worker.headers.get('content-type')).toContain('javascript');
    await page.context().close();
  });
});

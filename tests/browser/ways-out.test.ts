// Ways out of the cashier when it does not go on: a locked PIN leaves the passkey and a new PIN, and a displayed order can be
// left without ending it for others.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signedPost } from '../signed-post.ts';
import { addPasskey, isSkipped, openStage, pay, people, type Stage, serious, signIn } from './stage.ts';

let stage: Stage;

/** Folder for pictures to look at; the tests do not compare them. */
const pictures = process.env.TONGBAO_SCREENSHOTS;

describe.skipIf(isSkipped)('ways out of the cashier', () => {
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());

  const cheap = { amount: { currency: 'KRW', value: '1000' } };

  test('shopper M1: a locked PIN leaves the passkey, which pays; the message names it and the way to a new PIN', async () => {
    const site = stage.sandbox.http.replace('127.0.0.1', 'localhost');
    const page = await stage.open('en');
    await page.goto(`${site}/wallet#/me/security`);
    await addPasskey(page, people.liWei);
    await page.goto(`${site}${new URL((await stage.order(cheap)).url).pathname}`);
    await pay(page, '000000');
    for (const left of [4, 3, 2, 1]) {
      await page.getByText(`That PIN is wrong. Tries left: ${left}.`).waitFor();
      await page.locator('.pin input').fill('000000');
    }
    const message = page.locator('.sheet .note.bad');
    await message.getByText(/locked until/).waitFor();
    await message.getByText('You can pay with your passkey.').waitFor();
    expect(await page.locator('.pin input').isDisabled()).toBe(true);
    expect(await serious(page)).toEqual([]);
    if (pictures) await page.screenshot({ path: `${pictures}/pin-locked-dialog-en-phone.png` });
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByRole('heading', { name: 'Paid' }).waitFor();
    await page.context().close();
  });

  test.each([
    ['en', 'desktop', 'Set a new PIN', 'I forgot my PIN'],
    ['zh-CN', 'phone', '重置支付密码', '忘记支付密码'],
  ] as const)(
    'shopper M1, M2: without a passkey the locked cashier leads to a new PIN, and knows the way back (%s)',
    async (language, size, link, heading) => {
      const page = await stage.open(language, size);
      const { url } = await stage.order(cheap);
      await page.goto(url);
      await signIn(page, people.zhangMin.phone);
      await page.locator('.methods').waitFor();
      if (await page.locator('.actions .button').first().isEnabled()) {
        await pay(page, '000000');
        for (let tries = 0; tries < 4; tries++) {
          await page.locator('.sheet .note.bad').waitFor();
          await page.locator('.pin input:enabled').fill('000000');
          await page.locator('.pin input:enabled, .sheet .note.bad a').first().waitFor();
        }
        await page.locator('.sheet .note.bad a').waitFor();
        await page.keyboard.press('Escape');
      }
      await page.locator('.note.bad a').waitFor();
      expect(await serious(page)).toEqual([]);
      if (pictures)
        await page.screenshot({ path: `${pictures}/pin-locked-${language}-${size}.png`, fullPage: true });
      await page.getByRole('link', { name: link }).click();
      await page.getByRole('heading', { name: heading }).waitFor();
      expect(new URL(page.url()).searchParams.get('from')).toBe(new URL(url).pathname);
      await page.context().close();
    },
  );

  test.each([
    ['en', 'phone', 'You are not paying this order'],
    ['zh-CN', 'desktop', '您没有支付这笔订单'],
  ] as const)(
    'security M4: a displayed order is left, and stays open for the next one (%s)',
    async (...visit) => {
      const [language, size, title] = visit;
      const asked = await signedPost(stage.sandbox, stage.sandbox.credentials.merchants[0]!, {
        body: {
          productCode: 'IN_STORE_PAYMENT',
          paymentRequestId: `display-${language}`,
          paymentAmount: { currency: 'KRW', value: '1000' },
          order: {
            referenceOrderId: 'POS-1',
            orderDescription: '香水',
            merchant: { referenceMerchantId: 'S1' },
          },
          paymentMethod: { paymentMethodType: 'CONNECT_WALLET' },
          paymentFactor: { inStorePaymentScenario: 'OrderCode' },
        },
      });
      const path = new URL(asked.body.normalUrl).pathname;
      const page = await stage.open(language, size);
      await page.goto(`${stage.sandbox.http}${path}`);
      await signIn(page, people.wangFang.phone);
      await page.locator('.actions > .linkish').click();
      await page.locator('.note.warn .button.bad').waitFor();
      if (pictures)
        await page.screenshot({ path: `${pictures}/leave-ask-${language}-${size}.png`, fullPage: true });
      await page.locator('.note.warn .button.bad').click();
      await page.getByRole('heading', { name: title }).waitFor();
      expect(await serious(page)).toEqual([]);
      if (pictures)
        await page.screenshot({ path: `${pictures}/left-${language}-${size}.png`, fullPage: true });
      const { status } = await stage.sandbox.post<{ status: string }>('/sandbox/pay', {
        ...{ paymentId: asked.body.paymentId, customer: '+8613800000002' },
      });
      expect(status).toBe('paid');
      await page.context().close();
    },
  );
});

// A shopper at the cashier in Chromium: buys as Li Wei would, and meets every honest end. axe looks at each.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signedPost } from '../signed-post.ts';
import { isSkipped, openStage, pay, people, type Stage, serious, signIn } from './stage.ts';

let stage: Stage;

describe.skipIf(isSkipped)('the cashier', () => {
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());

  test('Li Wei buys: the cashier in Chinese, won and yuan, PIN, success, back in the shop', async () => {
    const page = await stage.open();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    const { url, paymentId } = await stage.order();
    await page.goto(url);
    await expect.poll(() => page.locator('[data-testid=order-amount]').textContent()).toBe('₩59,000');
    expect(await page.locator('[data-testid=payer-amount]').textContent()).toBe('¥335.56');
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    const rate = await page.locator('.ratebox').textContent();
    expect(rate).toContain('1 CNY = 175.826 KRW');
    expect(rate).toContain('1 KRW = 0.005687436 CNY');
    expect(rate).toContain('0.50%');
    expect(rate).toContain('10:14');
    expect(await serious(page)).toEqual([]);
    await signIn(page, people.liWei.phone);
    await page.getByRole('button', { name: '确认付款 ¥335.56' }).click();
    await page.getByRole('dialog', { name: '输入支付密码' }).waitFor();
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('六位数字支付密码');
    expect(await serious(page)).toEqual([]);
    await page.locator('.pin input').focus();
    await page.keyboard.type(people.liWei.pin);
    await page.getByRole('heading', { name: '付款成功' }).waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('付款成功');
    const receipt = await page.locator('.receipt').textContent();
    for (const fact of ['₩59,000', '1 CNY = 175.826 KRW', '账户余额', paymentId])
      expect(receipt).toContain(fact);
    expect(await serious(page)).toEqual([]);
    await page.waitForURL(stage.returnUrl);
    await page.getByRole('heading', { name: '주문 완료' }).waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('the whole way by keyboard alone', async () => {
    const page = await stage.open('en', 'desktop');
    await page.goto((await stage.order()).url);
    await page.locator('input[type=tel]').focus();
    await page.keyboard.type(people.liWei.phone);
    await page.keyboard.press('Enter');
    const code = await page.locator('.note.sandbox b').textContent();
    await expect.poll(() => page.evaluate('document.activeElement.autocomplete')).toBe('one-time-code');
    await page.keyboard.type(code!);
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: /^Balance/ }).waitFor();
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('How to pay');
    await page.getByRole('radio', { name: /^Balance/ }).focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.getByRole('radio', { name: /^Jade Bank/ }).isChecked()).toBe(true);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Pay CN¥335.56');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('9');
    await page.keyboard.press('Backspace');
    await page.keyboard.type(people.liWei.pin);
    await page.getByRole('heading', { name: 'Paid' }).waitFor();
    await page.getByRole('button', { name: 'Stay here' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText(/^Returning to the shop/).waitFor({ state: 'detached' });
    await page.context().close();
  });

  test('the PIN can be tapped, and never stands in the page', async () => {
    const page = await stage.open('en');
    await page.goto((await stage.order()).url);
    await signIn(page, people.liWei.phone);
    await page.getByRole('button', { name: /^Pay CN¥/ }).click();
    for (const digit of ['2', '0', '7']) await page.getByRole('button', { name: digit, exact: true }).click();
    await page.getByRole('button', { name: 'Delete one digit' }).click();
    expect(await page.locator('.pin input').inputValue()).toBe('••');
    // Full-width digits, as a Chinese keyboard may send them.
    await page.keyboard.insertText('０８');
    expect(await page.locator('.pin input').inputValue()).toBe('••••');
    await page.keyboard.type('08');
    await page.getByRole('heading', { name: 'Paid' }).waitFor();
    await page.context().close();
  });

  test('a wrong PIN says how many tries are left; the fifth locks, and says until when', async () => {
    const page = await stage.open('en', 'desktop');
    await page.goto((await stage.order({ amount: { currency: 'KRW', value: '1000' } })).url);
    await signIn(page, people.zhangMin.phone);
    await pay(page, '000000');
    for (const left of [4, 3, 2, 1]) {
      await page.getByText(`That PIN is wrong. Tries left: ${left}.`).waitFor();
      if (left === 4) expect(await serious(page)).toEqual([]);
      await page.locator('.pin input').fill('000000');
    }
    await page
      .locator('.sheet')
      .getByText(/Too many wrong PINs: locked until/)
      .waitFor();
    expect(await page.locator('.pin input').isDisabled()).toBe(true);
    expect(await serious(page)).toEqual([]);
    await page.getByRole('button', { name: 'Close' }).click();
    expect(await page.getByRole('button', { name: /^Pay CN¥/ }).isDisabled()).toBe(true);
    await page.context().close();
  });

  test('a balance that is too small: top up, come back, and pay with it', async () => {
    const page = await stage.open('en');
    await page.goto((await stage.order()).url);
    await signIn(page, people.wangFang.phone);
    await page.getByText('Not enough: CN¥88.00 available').waitFor();
    expect(await page.getByRole('radio', { name: /^Balance/ }).isDisabled()).toBe(true);
    expect(await page.getByRole('radio', { name: /^Jade Bank/ }).isChecked()).toBe(true);
    expect(await serious(page)).toEqual([]);
    await page.getByRole('link', { name: 'Top up' }).click();
    await page.getByLabel('Amount (yuan)').fill('300');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.locator('.pin input').fill(people.wangFang.pin);
    await page.getByRole('heading', { name: 'Topped up' }).waitFor();
    await page.getByRole('link', { name: 'Back to the cashier' }).click();
    await page.getByText('CN¥388.00 available').waitFor();
    expect(await page.getByRole('radio', { name: /^Balance/ }).isChecked()).toBe(true);
    await pay(page, people.wangFang.pin);
    await page.getByRole('heading', { name: 'Paid' }).waitFor();
    await page.context().close();
  });

  test('the bank refuses a card that is used up: the reason is said, another way is open', async () => {
    const page = await stage.open('en');
    await page.goto((await stage.order()).url);
    await signIn(page, people.liWei.phone);
    await page.getByRole('radio', { name: /^Bamboo Bank/ }).check();
    await pay(page, people.liWei.pin);
    await page
      .getByText('The bank refused the last try: not enough money or credit on this card. Nothing was taken.')
      .waitFor();
    expect(await serious(page)).toEqual([]);
    await pay(page, people.liWei.pin);
    await page.getByRole('heading', { name: 'Paid' }).waitFor();
    await page.context().close();
  });

  test('nothing to pay with is said', async () => {
    const page = await stage.open('en');
    await page.goto((await stage.order({ amount: { currency: 'KRW', value: '500000' } })).url);
    await signIn(page, people.chenJie.phone);
    await page.getByText('There is no way to pay with this account now').waitFor();
    expect(await page.getByRole('button', { name: /^Pay CN¥/ }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Switch account' }).click();
    await page.getByRole('heading', { name: 'Sign in to pay' }).waitFor();
    await page.context().close();
  });

  test('the time runs out while the PIN is being typed: nothing is taken, and it is said', async () => {
    const page = await stage.open('en');
    await page.goto((await stage.order()).url);
    await signIn(page, people.liWei.phone);
    await pay(page, people.liWei.pin.slice(0, 5));
    await stage.sandbox.post('/sandbox/clock', { advance: 'PT15M' });
    await page.keyboard.type(people.liWei.pin.slice(5));
    await page.getByRole('heading', { name: 'Time is over' }).waitFor();
    expect(await serious(page)).toEqual([]);
    await page.context().close();
  });

  test('cancelled by the shop, declined by the shopper, never existed: each is said', async () => {
    const page = await stage.open('en');
    const { url, paymentId } = await stage.order();
    const cancelled = await signedPost(stage.sandbox, stage.sandbox.credentials.merchants[0]!, {
      resource: 'payments/cancel',
      body: { paymentId },
    });
    expect(cancelled.body.result.resultStatus).toBe('S');
    await page.goto(url);
    await page.getByRole('heading', { name: 'The shop has cancelled this order' }).waitFor();
    expect(await page.locator('a.button').getAttribute('href')).toBe(stage.returnUrl);
    expect(await serious(page)).toEqual([]);
    await page.goto((await stage.order()).url);
    await signIn(page, people.liWei.phone);
    await page.getByRole('button', { name: 'Do not pay this order' }).click();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Back');
    await page.getByRole('button', { name: 'Yes, do not pay' }).click();
    await page.getByRole('heading', { name: 'You chose not to pay' }).waitFor();
    await page.goto(`${stage.sandbox.http}/cashier/201411111000000000000000004099.AAAAAAAAAAAAAAAAAAAAAA`);
    await page.getByRole('heading', { name: 'There is no such order' }).waitFor();
    expect(await serious(page)).toEqual([]);
    await page.context().close();
  });

  test('an order that was paid before: its payer sees the receipt and stays, others learn only that', async () => {
    const { url, paymentId } = await stage.order();
    await stage.sandbox.post('/sandbox/pay', { paymentId });
    const stranger = await stage.open('en');
    await stranger.goto(url);
    await stranger.getByRole('heading', { name: 'This order is paid already' }).waitFor();
    expect(await stranger.locator('.receipt').count()).toBe(0);
    expect(await serious(stranger)).toEqual([]);
    await stranger.goto(`${stage.sandbox.http}/wallet`);
    await signIn(stranger, people.liWei.phone);
    await stranger.locator('[data-testid=balance]').waitFor();
    await stranger.goto(url);
    await stranger.getByRole('heading', { name: 'Paid' }).waitFor();
    expect(await stranger.getByRole('button', { name: 'Stay here' }).count()).toBe(0);
    await stranger.context().close();
  });
});

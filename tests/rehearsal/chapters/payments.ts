// Money moves: the shop asks with the official SDK, the shopper confirms in Chromium, the card's bank is asked over ISO 8583, the
// shop is told with a right signature; an answer that gets lost charges once; a refund arrives on the card.
import type { Page } from 'playwright-core';
import { until } from '../../../platform/src/testing/until.ts';
import { type Mall, taken } from '../counterparts.ts';
import { type Chapter, must } from '../rows.ts';
import type { World } from '../world.ts';
import type { Around } from './counterparts.ts';
import { merchantName, type Shop } from './merchant.ts';
import { pin, type Shopper, shopperName } from './shopper.ts';

export const paymentsName = 'payments, from the shop to the card and back';

export interface Sales {
  /** Paid and refunded in won, and how often, before the cut-off. */
  gross: bigint;
  payments: number;
  refunded: bigint;
  refunds: number;
  readonly ids: string[];
}

const price = 59_000n;

export const payments = (
  world: World,
  of: { around: Around; shop: Shop; shopper: Shopper; sales: Sales },
): Chapter => ({
  name: paymentsName,
  needs: [merchantName, shopperName],
  async play({ row, skip }) {
    const { around, shop, shopper, sales } = of;
    const { cardSwitch } = around;
    if (shop.mall === null || shopper.page === null || cardSwitch === null) {
      skip('a payment', 'shop, shopper or switch are not there');
      return;
    }
    const { mall } = shop;
    const { page } = shopper;
    let paymentId = '';
    await row(
      'a payment: asked by the SDK, confirmed in Chromium, charged at the switch, told to the shop',
      async () => {
        const before = await taken(cardSwitch);
        const asked = await ordered(mall, 'order-1');
        ({ paymentId } = asked);
        const yuan = await payInBrowser(page, asked.normalUrl);
        const charged = (await taken(cardSwitch)) - before;
        must(charged === yuan, `the page says ${yuan} fen, the switch took ${charged}`);
        await paidAndTold(mall, paymentId);
        count(sales, paymentId);
        return `CNY ${Number(yuan) / 100}`;
      },
    );
    await row('the switch’s answer gets lost: it is asked again, and the card is charged once', async () => {
      const asked = await ordered(mall, 'order-2');
      const before = await taken(cardSwitch);
      await cardSwitch.tell('answer-lost', 'mood');
      const waiting = payInBrowser(page, asked.normalUrl);
      waiting.catch(() => undefined);
      await until(async () => (await taken(cardSwitch)) > before);
      await cardSwitch.tell('normal', 'mood');
      const yuan = await waiting;
      await paidAndTold(mall, asked.paymentId);
      must((await taken(cardSwitch)) - before === yuan, 'it was charged more than once');
      count(sales, asked.paymentId);
    });
    await row('a card that is refused costs nothing, and the order stays open', async () => {
      const asked = await ordered(mall, 'order-3');
      const before = await taken(cardSwitch);
      await cardSwitch.tell('decline', 'mood');
      await confirm(page, asked.normalUrl);
      await page.getByText('The bank refused the last try').waitFor();
      await cardSwitch.tell('normal', 'mood');
      must((await taken(cardSwitch)) === before, 'a refused card was charged');
      const { paymentStatus } = await mall.ask(`inquire ${asked.paymentId}`);
      must(paymentStatus === 'PROCESSING', `the order is ${paymentStatus}`);
    });
    await row('a refund of a part arrives on the card, and the shop is told', async () => {
      const before = await taken(cardSwitch);
      const answer = await mall.ask(`refund ${paymentId} refund-1 20000`);
      must(['S', 'U'].includes(answer.result.resultStatus), JSON.stringify(answer.result));
      const back = await until(async () => {
        const now = await taken(cardSwitch);
        return now < before && before - now;
      });
      const told = await until(() =>
        mall
          .notified()
          .find((each) => each.notifyType === 'REFUND_RESULT' && each.refundRequestId === 'refund-1'),
      );
      must(told.signatureIsRight === true && told.refundStatus === 'SUCCESS', JSON.stringify(told));
      sales.refunded += 20_000n;
      sales.refunds += 1;
      return `CNY ${Number(back) / 100} back`;
    });
    await row('the wallet shows payment and refund, with the rate and what it cost', async () => {
      await page.goto(`${world.publicUrl}/wallet#/bills`);
      await page
        .getByRole('link', { name: /Refund/ })
        .first()
        .waitFor();
      await page.getByRole('link', { name: /-CN¥/ }).first().click();
      await page.locator('main').getByText('₩59,000').first().waitFor();
      await page.locator('main').getByText('Hanbit Mall').first().waitFor();
    });
  },
});

// biome-ignore lint/suspicious/noExplicitAny: an answer of the SDK.
export async function ordered(mall: Mall, id: string): Promise<any> {
  const asked = await mall.ask(`pay ${id} ${price}`);
  must(asked.result.resultCode === 'PAYMENT_IN_PROCESS', `pay answers ${JSON.stringify(asked.result)}`);
  return asked;
}

export function count(sales: Sales, paymentId: string): void {
  sales.gross += price;
  sales.payments += 1;
  sales.ids.push(paymentId);
}

/** The shop asks and is told; the notification's signature is right, by the gateway's key of its version. */
export async function paidAndTold(mall: Mall, paymentId: string): Promise<{ keyVersion: string }> {
  const told = await until(() =>
    mall.notified().find((each) => each.notifyType === 'PAYMENT_RESULT' && each.paymentId === paymentId),
  );
  must(told.result.resultCode === 'SUCCESS', `the shop is told ${JSON.stringify(told.result)}`);
  must(told.signatureIsRight === true, 'the notification’s signature is wrong');
  const { paymentStatus } = await mall.ask(`inquire ${paymentId}`);
  must(paymentStatus === 'SUCCESS', `the shop asks, and hears ${paymentStatus}`);
  return told;
}

async function confirm(page: Page, url: string): Promise<bigint> {
  await page.goto(url);
  const button = page.getByRole('button', { name: /^Pay / });
  await button.waitFor();
  const [, yuan = ''] = /CN¥([\d,.]+)/.exec((await button.textContent()) ?? '') ?? [];
  await button.click();
  await page.locator('.pin input:enabled').waitFor();
  await page.keyboard.type(pin);
  return BigInt(yuan.replaceAll(/[,.]/g, ''));
}

/** Answers what the page said it costs, in fen. */
export async function payInBrowser(page: Page, url: string): Promise<bigint> {
  const yuan = await confirm(page, url);
  await page.getByRole('heading', { name: 'Paid' }).waitFor({ timeout: 60_000 });
  return yuan;
}

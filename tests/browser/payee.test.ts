// security M1, M2: the cashier names the contracted merchant and the seller beside it, and says that a price has changed
// before anything is paid; in four languages, on a phone and once on a desktop.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClassicShop, classicShop } from '../classic-shop.ts';
import { isSkipped, openStage, people, type Stage, serious } from './stage.ts';

const languages = {
  'zh-CN': { seller: '卖家：Orchid Studio', changed: '价格已变动' },
  en: { seller: 'Sold by Orchid Studio', changed: 'The price has changed' },
  ko: { seller: '판매자: Orchid Studio', changed: '금액이 바뀌었습니다' },
  ja: { seller: '販売者：Orchid Studio', changed: '金額が変わりました' },
} as const;

describe.skipIf(isSkipped)('who is paid, and how much', () => {
  let stage: Stage;
  let shop: ClassicShop;
  beforeAll(async () => {
    stage = await openStage();
    shop = classicShop(stage.sandbox, 0);
  });
  afterAll(() => stage?.close());

  test.each(Object.keys(languages) as (keyof typeof languages)[])('%s', async (language) => {
    for (const size of language === 'en' ? (['phone', 'desktop'] as const) : (['phone'] as const)) {
      const { location } = await shop.call({
        ...{ service: 'create_forex_trade', out_trade_no: `payee-${language}-${size}`, currency: 'KRW' },
        ...{
          subject: '气垫粉底 Cushion',
          total_fee: '59000',
          supplier: 'Orchid Studio',
          timeout_rule: '15d',
        },
      });
      const page = await stage.open(language, size);
      await page.goto(`${stage.sandbox.http}${new URL(location!).pathname}`);
      await page.getByRole('heading', { name: '韩光百货 Hanbit Mall' }).waitFor();
      await page.getByText(languages[language].seller).waitFor();
      await page.locator('input[type=tel]').fill(people.liWei.phone);
      await page.locator('form button[type=submit]').click();
      await page.locator('.note.sandbox .linkish').click();
      await page.locator('form button[type=submit]').click();
      await page.locator('.methods').waitFor();
      const before = await page.getByTestId('payer-amount').textContent();
      await stage.sandbox.post('/sandbox/clock', { advance: 'P3D' });
      // Sessions end meanwhile; whoever signs in again sees both prices.
      await page.locator('input[type=tel], [role=alert]').first().waitFor({ timeout: 40_000 });
      if (await page.locator('input[type=tel]').isVisible()) {
        await page.locator('input[type=tel]').fill(people.liWei.phone);
        await page.locator('form button[type=submit]').click();
        await page.locator('.note.sandbox .linkish').click();
        await page.locator('form button[type=submit]').click();
      }
      await page.getByText(languages[language].changed, { exact: true }).waitFor({ timeout: 40_000 });
      expect(await page.getByTestId('payer-amount').textContent()).not.toBe(before);
      expect(await serious(page)).toEqual([]);
      await page.context().close();
    }
  });
});

// The first page of production in Chromium: four languages, a phone and a desktop, axe, and every link leads to something that a
// production server has.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pagesAdapter } from '../../platform/src/http/pages/index.ts';
import { createServer } from '../../platform/src/http/server.ts';
import { createLog } from '../../platform/src/log.ts';
import { launchChromium, sizes } from './browser.ts';
import { isSkipped, serious } from './stage.ts';

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../web/dist');
const titles = {
  'zh-CN': '用自己的钱包，付国外的商店',
  en: 'Your own wallet, in shops abroad',
  ko: '내 지갑으로 해외 상점에서 결제',
  ja: 'いつものウォレットで、海外のお店に',
};

describe.skipIf(isSkipped)('the first page of production', () => {
  let server: Awaited<ReturnType<typeof createServer>>;
  let browser: Browser;
  let http: string;
  beforeAll(async () => {
    server = await createServer({
      logger: createLog('silent'),
      adapters: [pagesAdapter({ folder, publicUrl: 'http://localhost', sandbox: false })],
      healthy: async () => true,
    });
    http = await server.listen({ host: '127.0.0.1', port: 0 });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  test.each(Object.entries(titles))('in %s, on a phone and a desktop', async (locale, title) => {
    for (const [name, viewport] of Object.entries(sizes)) {
      const context = await browser.newContext({ viewport, locale, reducedMotion: 'reduce' });
      const page = await context.newPage();
      const outside: string[] = [];
      page.on('request', (request) => request.url().startsWith(http) || outside.push(request.url()));
      const complaints: string[] = [];
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      await page.goto(http);
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
      expect(await serious(page), name).toEqual([]);
      expect([...outside, ...complaints]).toEqual([]);
      // Nothing is wider than the screen.
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      const links = await page
        .locator('a')
        .evaluateAll((all) => all.map((each) => each.getAttribute('href')!));
      expect(links).toEqual(expect.arrayContaining(['/wallet', '/console', '/openapi.json', '#shops']));
      for (const link of new Set(links))
        if (link.startsWith('#')) expect(await page.locator(link).count(), link).toBe(1);
        else expect((await fetch(`${http}${link}`)).status, link).toBe(200);
      await context.close();
    }
  });
});

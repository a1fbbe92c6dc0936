// When answers do not come: the pages say that they do not know, ask, and never do a thing twice.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isSkipped, openStage, pay, people, type Stage, serious, signIn } from './stage.ts';

let stage: Stage;

/** The next request that fits goes through to the server; its answer does not come back. */
const loseNextAnswer = (page: Page, requests: string) =>
  page.route(
    requests,
    async (route) => {
      await route.fetch();
      await route.abort('connectionreset');
    },
    { times: 1 },
  );

describe.skipIf(isSkipped)('without an answer', () => {
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());

  test('lost at the moment of paying: the server is asked, and it was paid', async () => {
    const page = await stage.open('en');
    await page.goto((await stage.order()).url);
    await signIn(page, people.liWei.phone);
    await loseNextAnswer(page, '**/authorizations');
    await pay(page, people.liWei.pin);
    await page.getByRole('heading', { name: 'Paid' }).waitFor();
    await page.context().close();
  });

  test('lost on the way there: the server is asked, nothing was taken, and it can be tried again', async () => {
    const page = await stage.open('en');
    await page.goto((await stage.order()).url);
    await signIn(page, people.liWei.phone);
    await page.route('**/authorizations', (route) => route.abort('connectionrefused'), { times: 1 });
    await pay(page, people.liWei.pin);
    await page.getByText('The server was asked: nothing has been taken so far.').waitFor();
    await page.locator('.pin input').fill(people.liWei.pin);
    await page.getByRole('heading', { name: 'Paid' }).waitFor();
    await page.context().close();
  });

  test('the server cannot be reached afterwards: no PIN is taken until it has said what is true', async () => {
    const page = await stage.open('en');
    await page.goto((await stage.order()).url);
    await signIn(page, people.liWei.phone);
    await page.getByRole('button', { name: /^Pay CN¥/ }).click();
    await loseNextAnswer(page, '**/authorizations');
    await page.route('**/api/cashier/payments/*', (route) => route.abort('connectionrefused'));
    await page.locator('.pin input').fill(people.liWei.pin);
    await page.getByText('it is not known whether you paid').waitFor();
    expect(await page.locator('.pin input').isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    // The browser itself closes a dialog at the second Escape; the page opens it again.
    await expect.poll(() => page.getByRole('dialog').isVisible()).toBe(true);
    expect(await serious(page)).toEqual([]);
    await page.unroute('**/api/cashier/payments/*');
    await page.getByRole('button', { name: 'Ask for the result' }).click();
    await page.getByRole('heading', { name: 'Paid' }).waitFor();
    await page.context().close();
  });

  test('at the deadline without a network the page asks a few times, not all the time', async () => {
    const page = await stage.open('en');
    await page.clock.install();
    const { url } = await stage.order();
    await stage.sandbox.post('/sandbox/clock', { advance: 'PT13M50S' });
    await page.goto(url);
    await page.getByText('Less than a minute left to pay').waitFor({ state: 'attached' });
    let asked = 0;
    await page.route('**/api/cashier/payments/*', (route) => {
      asked += 1;
      return route.abort('internetdisconnected');
    });
    for (let second = 0; second < 40; second++) await page.clock.runFor(1000);
    await page.getByText('The connection was lost and is being restored.').waitFor();
    expect(asked).toBeGreaterThanOrEqual(1);
    expect(asked).toBeLessThan(12);
    await page.unroute('**/api/cashier/payments/*');
    await stage.sandbox.post('/sandbox/clock', { advance: 'PT1M' });
    // An answer takes real time, of which the page's own clock knows nothing.
    const over = page.getByRole('heading', { name: 'Time is over' });
    await expect
      .poll(
        async () => {
          await page.clock.runFor(31_000);
          return over.isVisible();
        },
        { timeout: 30_000 },
      )
      .toBe(true);
    await page.context().close();
  });

  test('the first look fails: it is said, and looked again', async () => {
    const page = await stage.open('en');
    const { url } = await stage.order();
    await page.route('**/api/cashier/payments/*', (route) => route.abort('connectionrefused'));
    await page.goto(url);
    await page.getByRole('heading', { name: 'The connection was lost' }).waitFor();
    expect(await serious(page)).toEqual([]);
    await page.unroute('**/api/cashier/payments/*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('[data-testid=order-amount]').waitFor();
    await page.context().close();
  });

  test('a top-up whose answer is lost: the same one is asked for again, and the money comes once', async () => {
    const page = await stage.open('en');
    await page.goto(`${stage.sandbox.http}/wallet#/top-up`);
    await signIn(page, people.wangFang.phone);
    await page.getByLabel('Amount (yuan)').fill('12.34');
    await page.getByRole('button', { name: 'Next' }).click();
    await loseNextAnswer(page, '**/top-ups');
    await page.locator('.pin input').fill(people.wangFang.pin);
    await page.locator('.sheet').getByText('the top-up may have been made, or not').waitFor();
    expect(await serious(page)).toEqual([]);
    // Looking away and mistyping do not make another top-up of it.
    await page.getByRole('button', { name: 'Close' }).click();
    expect(await page.getByLabel('Amount (yuan)').isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Find out, or submit again' }).click();
    await page.locator('.pin input').fill('999999');
    await page.getByText('That PIN is wrong.').waitFor();
    await page.locator('.pin input').fill(people.wangFang.pin);
    await page.getByRole('heading', { name: 'Topped up' }).waitFor();
    await page.locator('main').getByRole('link', { name: 'Home' }).click();
    await expect.poll(() => page.locator('[data-testid=balance]').textContent()).toBe('CN¥100.34');
    await page.context().close();
  });

  test('a session that ended meanwhile: sign in again, nothing was taken', async () => {
    const page = await stage.open('en');
    await page.goto((await stage.order()).url);
    await signIn(page, people.liWei.phone);
    await page.getByRole('button', { name: /^Pay CN¥/ }).click();
    await page.context().clearCookies();
    await page.locator('.pin input').fill(people.liWei.pin);
    await page.getByText('Your session has ended; please sign in again. Nothing was taken.').waitFor();
    await page.context().close();
  });
});

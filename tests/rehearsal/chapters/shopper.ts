// A shopper opens a wallet in Chromium: the code comes by the SMS service, the name is checked at the registry, a card is added with
// its bank's code and after the switch has said that the bank takes it.
import type { Page } from 'playwright-core';
import { until } from '../../../platform/src/testing/until.ts';
import type { Browsers } from '../people.ts';
import { type Chapter, must } from '../rows.ts';
import type { World } from '../world.ts';
import { type Around, shoppers } from './counterparts.ts';

export const pin = '735126';
export const shopperName = 'a shopper opens a wallet';

export interface Shopper {
  /** Their page, signed in; null before they have come. */
  page: Page | null;
}

export const shopper = (
  world: World,
  of: { around: Around; browsers: () => Promise<Browsers>; shopper: Shopper },
): Chapter => ({
  name: shopperName,
  needs: ['from an empty PostgreSQL to a network that answers'],
  async play({ row, skip }) {
    const { around } = of;
    const [person] = shoppers;
    if (!around.hasBrowser) {
      skip('a wallet is opened in Chromium', 'there is no Chromium: apt-get install chromium');
      return;
    }
    const page = await (await of.browsers()).open('phone');
    await row('the code to sign up arrives by the SMS service, once', async () => {
      await page.goto(`${world.publicUrl}/wallet`);
      await page.getByRole('link', { name: 'No wallet yet? Open one' }).click();
      await page.getByLabel('Phone number').fill(person.phone.replace('+86', ''));
      await page.getByRole('button', { name: 'Get a code' }).click();
      const code = await around.sms!.code(person.phone);
      await page.getByLabel('Code', { exact: true }).fill(code);
      await page.locator('form button[type=submit]').click();
      await page.getByRole('heading', { name: 'Real-name check' }).waitFor();
      must(around.sms!.count(person.phone) === 1, 'more than one message was sent');
    });
    await row('another person’s name is refused by the registry, the own one is taken', async () => {
      await page.getByLabel('Full name').fill(shoppers[1].name);
      await page.getByLabel('Resident identity number').fill(person.residentId);
      await page.getByRole('button', { name: 'Check' }).click();
      await page.locator('.note.bad').waitFor();
      await page.getByLabel('Full name').fill(person.name);
      await page.getByRole('button', { name: 'Check' }).click();
      await page.getByRole('heading', { name: 'Set a payment PIN' }).waitFor();
      for (const heard of ['Set a payment PIN', 'Enter it once more']) {
        await page.getByText(heard).waitFor();
        await page.locator('.pin input:enabled').waitFor();
        await page.keyboard.type(pin);
      }
      await page.getByRole('heading', { name: 'Add a bank card' }).waitFor();
    });
    if (around.cardSwitch === null)
      skip('a card is added', 'there is no card switch: Java and Maven are needed');
    else
      await row('a card is added: its bank’s code, and the switch says that the bank takes it', async () => {
        const asked = () => around.cardSwitch!.tell('heard 0100', 'heard');
        const before = Number(await asked());
        await page.getByLabel('Card number').fill(person.card);
        await page.getByText('ICBC').waitFor();
        await page.getByLabel('Resident identity number').fill(person.residentId);
        await page.getByRole('button', { name: 'Add', exact: true }).click();
        await page.getByRole('heading', { name: 'Code of your bank' }).waitFor();
        await page.getByLabel('Code', { exact: true }).fill(person.code!);
        await page.getByRole('button', { name: 'Add', exact: true }).click();
        await page.getByRole('heading', { name: 'Your wallet is ready' }).waitFor();
        must(
          Number(await asked()) === before + 1,
          'the switch was not asked whether the bank takes the card',
        );
      });
    of.shopper.page = page;
    await row('nothing of the card’s number is in what the server wrote', async () => {
      await until(() => world.serving !== null);
      for (const secret of [person.card, person.residentId, person.code!])
        must(!world.serving!.said().includes(secret), 'a number of the shopper is in the log');
    });
  },
});

// What changes while money moves: keys are rotated in the middle of payments, and somebody who leaves can do nothing more, at once.
import { until } from '../../../platform/src/testing/until.ts';
import type { Mall } from '../counterparts.ts';
import type { People } from '../people.ts';
import { type Chapter, must, type Rows } from '../rows.ts';
import type { World } from '../world.ts';
import { merchantName, type Shop } from './merchant.ts';
import { count, ordered, paidAndTold, payInBrowser, paymentsName, type Sales } from './payments.ts';
import { type Shopper, shopperName } from './shopper.ts';

interface Parts {
  readonly people: People;
  readonly shop: Shop;
  readonly shopper: Shopper;
  readonly sales: Sales;
}

export const changes = (world: World, of: Parts): Chapter => ({
  name: 'keys and people change meanwhile',
  needs: [merchantName, shopperName, paymentsName],
  async play(rows) {
    const { people, shop } = of;
    if (shop.mall === null || of.shopper.page === null)
      rows.skip('key rotation in mid-flight', 'there is no shop or no shopper');
    else await rotations(rows, { ...of, mall: shop.mall });
    await rows.row('somebody leaves: session, password and commands end at once', async () => {
      must((await people.statusOf('max', '/api/console/session')) === 200, 'they were not signed in');
      await people.command('ada', 'staff', 'end', 'max', '--reason', 'left the company');
      must((await people.statusOf('max', '/api/console/session')) === 401, 'their session goes on');
      must((await people.signIn('max')).status !== 200, 'their password opens the console');
      const tried = await world.run(['statement', 'list', '--json'], people.environmentOf('max'));
      must(tried.status === 3, `their command ends with ${tried.status}`);
    });
  },
});

async function rotations(
  { row }: Rows,
  { people, mall, shopper, sales }: Parts & { mall: Mall },
): Promise<void> {
  const page = shopper.page!;
  const rotate = (name: string, wait: string) =>
    people.command('ada', 'keys', 'rotate', name, '--in', wait, '--reason', 'as each year');
  const passed = (from: string) => until(() => Date.now() > Date.parse(from) + 500);
  await row(
    'the key of links changes under an open cashier: what was made before it still pays',
    async () => {
      const before = await ordered(mall, 'order-4');
      const { from } = await rotate('cashier', '3s');
      await passed(from);
      await payInBrowser(page, before.normalUrl);
      await paidAndTold(mall, before.paymentId);
      count(sales, before.paymentId);
    },
  );
  await row('the gateway’s key changes: what is told from then on is signed with the new one', async () => {
    const { id, from, next } = await rotate('gateway', '6s');
    const open = await ordered(mall, 'order-5');
    await passed(from);
    // As the shop was told to: it takes the key by the version in the Signature header.
    await mall.ask(`key ${id} ${(next as string[]).at(-1)}`);
    await payInBrowser(page, open.normalUrl);
    const { keyVersion } = await paidAndTold(mall, open.paymentId);
    must(keyVersion === `${id}`, `it is signed with key ${keyVersion}`);
    count(sales, open.paymentId);
    return `version ${id}`;
  });
}

// The day's end: the cut-off comes, a payment order leaves over SFTP, the bank pays the shop what was reckoned here by hand, its
// statement comes back and matches, and what it charged is a break that two people close.
import { until } from '../../../platform/src/testing/until.ts';
import { type Bank, bankAccount } from '../counterparts.ts';
import type { People } from '../people.ts';
import { type Chapter, must, type Rows } from '../rows.ts';
import type { World } from '../world.ts';
import type { Around } from './counterparts.ts';
import { merchantName, payee, type Shop, terms } from './merchant.ts';
import { paymentsName, type Sales } from './payments.ts';

export const settlementName = 'the first settled payment';

interface Order {
  readonly endToEnd: string;
  readonly amount: string;
  readonly account: string;
  readonly creditor: string;
}
interface Parts {
  readonly around: Around;
  readonly people: People;
  readonly shop: Shop;
  readonly sales: Sales;
}

export const settlement = (world: World, of: Parts): Chapter => ({
  name: settlementName,
  needs: [merchantName, paymentsName],
  async play(rows) {
    const { bank } = of.around;
    if (bank === null || of.shop.mall === null) {
      rows.skip('the settlement', 'bank or shop are not there');
      return;
    }
    await payout(rows, { ...of, bank });
    await statement(rows, { ...of, bank, world });
  },
});

async function payout({ row }: Rows, { bank, people, shop, sales }: Parts & { bank: Bank }): Promise<void> {
  let order: Order | null = null;
  const ordersOf = async () => JSON.parse(await bank.tell('orders', 'orders')) as Order[];
  await row('at the cut-off the bank is away; when it is back, the order arrives, once', async () => {
    must(
      Date.now() < shop.cutOffAt.getTime(),
      'the cut-off came before everything was paid: this machine is too slow',
    );
    await bank.stopServer();
    await until(() => Date.now() > shop.cutOffAt.getTime() + 1_500, 240_000);
    await bank.startServer();
    await until(async () => (await ordersOf()).length > 0, 120_000);
    const orders = await ordersOf();
    must(orders.length === 1, `${orders.length} orders arrived`);
    [order = null] = orders;
  });
  await row('the bank has paid the shop what its payments come to, less fees', async () => {
    const expected = reckoned(sales);
    must(order!.amount === expected.toString(), `it was paid ${order!.amount}, reckoned were ${expected}`);
    must(order!.account === payee.number, `to the account ${order!.account}`);
    const balance = BigInt(await bank.tell('balance', 'balance'));
    must(balance === 500_000_000n - expected, `our account stands at ${balance}`);
    return `KRW ${expected}`;
  });
  await row('the bank’s answer makes the batch paid, at the first attempt', async () => {
    const listed = async (...more: string[]) =>
      (await people.command('mei', 'payout', 'list', ...more)).payouts;
    const paid = await until(async () => {
      const [newest] = await listed();
      return newest?.status === 'PAID' && newest;
    });
    must(paid.amount === reckoned(sales).toString() && paid.attempts === 1, JSON.stringify(paid));
    const open = await listed('--open');
    must(open.length === 0, `something else waits: ${JSON.stringify(open)}`);
  });
}

async function statement(
  { row }: Rows,
  { bank, people, world }: Parts & { bank: Bank; world: World },
): Promise<void> {
  const listed = async (who: string) =>
    (await people.command(who, 'statement', 'list', '--account', bankAccount.number)).statements[0];
  await row(
    'the statement comes back by itself: the payout matches, the bank’s charge is a break',
    async () => {
      await bank.tell('charge FEE-2026-1 1500', 'charged');
      await bank.tell('statement', 'statement');
      const came = await until(() => listed('mei'));
      must(came.importedBy === 'bank-files', `it was imported by ${came.importedBy}`);
      must(came.matched === 1 && came.lines === 2 && came.openBreaks === 1, JSON.stringify(came));
    },
  );
  await row('the break is closed by two people, and not by one', async () => {
    const { breaks } = await people.command('mei', 'break', 'list', '--status', 'open');
    must(breaks.length === 1 && breaks[0].difference === '-1500', JSON.stringify(breaks));
    const [{ id }] = breaks;
    const asked = ['--action', 'charge', '--reason', 'the bank’s monthly fee'];
    await people.command('mei', 'break', 'propose', id, ...asked);
    const own = ['break', 'approve', id, '--reason', 'mine', '--json'];
    const alone = await world.run(own, people.environmentOf('mei'));
    must(alone.status === 3, `the maker closed it alone: ${alone.status} ${alone.stderr}`);
    await people.command('li', 'break', 'approve', id, '--reason', 'as the tariff says');
    must((await listed('li')).openBreaks === 0, 'the break is still open');
  });
}

/** By hand, from what is agreed: each payment's fee rounded half-even, and a fee for each refund. */
export function reckoned(sales: Sales): bigint {
  const each = sales.gross / BigInt(sales.payments);
  const exact = each * BigInt(terms.feeBps);
  const [whole, rest] = [exact / 10_000n, exact % 10_000n];
  const isUp = rest > 5_000n || (rest === 5_000n && whole % 2n === 1n);
  const fees = (whole + (isUp ? 1n : 0n)) * BigInt(sales.payments);
  return sales.gross - fees - sales.refunded - BigInt(terms.refundFee) * BigInt(sales.refunds);
}

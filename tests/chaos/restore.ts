// A restore: the data folder is copied while nothing runs, work goes on, everything dies, and the copy is put back. What was
// acknowledged after the copy is lost, and known to be; whoever comes next gets none of its ids.
import { type Comparison, compare } from './compare.ts';
import { type Order, startLoad } from './load.ts';
import type { Network } from './network.ts';
import type { Wallet } from './wallet.ts';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const workMs = 4_000;

/** `orders`, `before`: what the network was asked for until now, and the payer's wallet before that. */
export async function restoreBackup(
  network: Network,
  { orders, before }: { orders: readonly Order[]; before: Wallet },
): Promise<Comparison[]> {
  await network.backUp();
  const lost = await workFor(network, 'lost');
  await network.restore();
  const fresh = await workFor(network, 'fresh');
  const comparisons = await compare(network.url, network.credentials, {
    orders: [...orders, ...fresh],
    before,
  });
  return [
    ...comparisons.map((each) => ({ ...each, name: `restored: ${each.name}` })),
    noIdTwice(lost, fresh),
  ];
}

async function workFor({ url, credentials }: Network, name: string): Promise<readonly Order[]> {
  const load = startLoad({ url, credentials, workers: 4, name });
  await sleep(workMs);
  await load.stop(30_000);
  return load.orders;
}

/** A bank's references are made of these ids: one that came twice could be answered as the lost one. */
export function noIdTwice(lost: readonly Order[], fresh: readonly Order[]): Comparison {
  const ids = (of: readonly Order[]) => of.flatMap(({ paymentId }) => paymentId ?? []);
  const given = new Set(ids(lost));
  return {
    name: 'restored: no payment has the id of one that was lost',
    counted: given.size,
    wrong:
      given.size === 0 || ids(fresh).length === 0
        ? ['no payment was made before the restore, or none after it']
        : ids(fresh).filter((id) => given.has(id)),
  };
}

// The baseline: the same payment, row at a time, over as many connections as pgbench has clients.
import { openDatabase, takeIdBlock } from '../platform/src/database/index.ts';
import { HouseAccounts } from '../platform/src/ledger/index.ts';
import { Ids } from '../platform/src/system/index.ts';
import { payNaively } from './naive-store.ts';
import { figureOf, openPostingWorld, type PostingFigure, scatter } from './posting.ts';

const clients = 32;

/** In a database of its own: it writes no conditions that a proof could hold its payments against. */
export async function naive(of: { url: string; seconds: number; wallets: number }): Promise<PostingFigure> {
  const database = openDatabase({ url: of.url, maxConnections: clients });
  const world = await openPostingWorld(database, { wallets: of.wallets, merchants: 200 });
  const ids = new Ids(() => takeIdBlock(database));
  const house = new HouseAccounts(database);
  const now = new Date();
  const position = {
    CNY: await house.open('fx-position', 'CNY', now),
    KRW: await house.open('fx-position', 'KRW', now),
  };
  const spread = await house.open('fx-spread', 'CNY', now);
  const feeAccount = await house.open('discount-fee', 'KRW', now);
  const latencies: number[] = [];
  const began = performance.now();
  const ends = began + of.seconds * 1000;
  let next = 0;
  try {
    await Promise.all(
      Array.from({ length: clients }, async () => {
        while (performance.now() < ends) {
          const number = next++;
          const wallet = world.wallets[scatter(number) % world.wallets.length]!;
          const merchant = world.merchants[scatter(number ^ 0x1234567) % world.merchants.length]!;
          const started = performance.now();
          const [payment, entry, notification] = (await ids.take(3)) as [bigint, bigint, bigint];
          await database.transaction((tx) =>
            payNaively(tx, {
              ids: [payment, entry, notification],
              merchantId: merchant.id,
              requestId: `naive-${number}`,
              payerId: wallet.customerId,
              amount: 59_000n,
              payerAmount: 33_556n,
              fee: 885n,
              postings: [
                { account: wallet.account, amount: -33_556n },
                { account: position.CNY, amount: 33_389n },
                { account: spread, amount: 167n },
                { account: position.KRW, amount: -59_000n },
                { account: merchant.pendingAccount, amount: 58_115n },
                { account: feeAccount, amount: 885n },
              ],
              order: '{"reference":"order","description":"Cushion foundation"}',
            }),
          );
          latencies.push(performance.now() - started);
        }
      }),
    );
  } finally {
    await database.close();
  }
  return figureOf(latencies, performance.now() - began);
}

// `--size large`: the posting case again with ten million wallets and twenty million entries in the books.
import { migrate, openDatabase } from '../platform/src/database/index.ts';
import { HouseAccounts } from '../platform/src/ledger/index.ts';
import { prepareDatabase } from '../platform/src/sandbox/postgres.ts';
import { bytesOf } from './bytes-store.ts';
import { reserveAccountNumbers, settle, writeWallets } from './growth-store.ts';
import { openPostingWorld, saturate } from './posting.ts';
import type { Report } from './report.ts';

const walletCount = 10_000_000;
const batch = 20_000;
/** Above every id that a process can have been given by then. */
const firstEntry = 10n ** 15n;
const firstOwner = 10n ** 16n;
const balance = 10n ** 9n;

export async function growth(
  serverUrl: string,
  how: { seconds: number; progress: (text: string) => void },
): Promise<NonNullable<Report['growth']>> {
  const url = await prepareDatabase(serverUrl, 'bench_large', true);
  const database = openDatabase({ url, maxConnections: 16 });
  try {
    await migrate(database.pool);
    const world = await openPostingWorld(database, { wallets: 0, merchants: 200 });
    const now = world.clock.now();
    const bank = await new HouseAccounts(database).open('safeguarding-bank', 'CNY', now);
    const firstNumber = await reserveAccountNumbers(database, walletCount);
    const began = performance.now();
    for (let from = 0; from < walletCount; from += batch) {
      const wallets = Array.from({ length: batch }, (_, place) => {
        const number = BigInt(from + place);
        return {
          account: (firstNumber + number) * 1000n + 156n,
          owner: firstOwner + number,
          balance,
          openedAt: now,
        };
      });
      await database.transaction((tx) =>
        writeWallets(tx, wallets, { bank, firstEntry: firstEntry + BigInt(from) * 2n }),
      );
      for (const { account, owner } of wallets) world.wallets.push({ customerId: owner, account });
      if ((from / batch) % 50 === 49) how.progress(`loaded ${from + batch} wallets …`);
    }
    await database.query(settle);
    const loadSeconds = Math.round((performance.now() - began) / 1000);
    const of = { steps: 'one', merchant: 'uniform', payer: 'uniform' } as const;
    how.progress(`posting among ${walletCount} wallets (${how.seconds} s) …`);
    await saturate(world, { ...of, seconds: 5 });
    const counted = await bytesOf(database, () => saturate(world, { ...of, seconds: how.seconds }));
    const uniform = counted.result;
    how.progress('proving the large books …');
    const proofsOk = await world.prove();
    await world.close();
    return {
      oneStep: { uniform },
      wallets: walletCount,
      entries: walletCount * 2,
      loadSeconds,
      walPerPayment: Math.round(counted.walBytes / (uniform.perSecond * how.seconds)),
      proofsOk,
    };
  } finally {
    await database.close();
  }
}

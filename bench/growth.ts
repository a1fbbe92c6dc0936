// `--size large`: the posting case again with ten million wallets and twenty million entries in the books.
import { openDatabase } from '../platform/src/database/index.ts';
import { bytesOf } from './bytes-store.ts';
import { freshDatabase } from './database.ts';
import { openPostingWorld, saturate } from './posting.ts';
import type { Report } from './report.ts';

const walletCount = 10_000_000;

export async function growth(
  serverUrl: string,
  how: { seconds: number; progress: (text: string) => void },
): Promise<NonNullable<Report['growth']>> {
  const { url } = await freshDatabase(serverUrl, 'bench_large');
  const database = openDatabase({ url, maxConnections: 16 });
  try {
    const began = performance.now();
    const world = await openPostingWorld(database, {
      ...{ wallets: walletCount, merchants: 200 },
      loaded: (count) => {
        if (count % 1_000_000 === 0) how.progress(`loaded ${count} wallets …`);
      },
    });
    const loadSeconds = Math.round((performance.now() - began) / 1000);
    const of = { steps: 'one', merchant: 'uniform', payer: 'uniform' } as const;
    how.progress(`posting among ${walletCount} wallets (${how.seconds} s) …`);
    await saturate(world, { ...of, seconds: 5 });
    const counted = await bytesOf(database, () => saturate(world, { ...of, seconds: how.seconds }));
    const uniform = counted.result;
    how.progress(`${uniform.perSecond} a second; proving the large books …`);
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

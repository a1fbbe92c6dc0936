// A database that says nothing for ten seconds: the wire to it swallows what is sent. Afterwards payments flow again, and
// nothing is lost or done twice.
import { type Comparison, compare } from './compare.ts';
import { startLoad } from './load.ts';
import { startNetwork } from './network.ts';
import { readWallet } from './wallet.ts';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const quietMs = 2_000;

/** Throws when no payment succeeds within the patience after the silence. `took`: from its end to the next success. */
export async function sufferSilence(of: {
  silentMs: number;
  patienceMs: number;
}): Promise<{ took: number; silenced: number; comparisons: readonly Comparison[] }> {
  const network = await startNetwork({ overWire: true });
  const { url, credentials } = network;
  try {
    const before = await readWallet(url, credentials);
    const load = startLoad({ url, credentials, workers: 4 });
    await sleep(quietMs);
    network.wire!.silence(true);
    await sleep(of.silentMs);
    network.wire!.silence(false);
    const over = performance.now();
    while (load.lastSuccessAt() <= over && performance.now() - over < of.patienceMs) await sleep(20);
    const took = load.lastSuccessAt() - over;
    if (took <= 0) {
      await load.stop(0);
      throw new Error(`silent database: no success within ${of.patienceMs / 1_000} s`);
    }
    await sleep(quietMs);
    await load.stop(30_000);
    await network.healthy();
    const silenced = network.wire!.silenced();
    return { took, silenced, comparisons: await compare(url, credentials, { orders: load.orders, before }) };
  } finally {
    await network.stop();
  }
}

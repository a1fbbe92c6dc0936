// Two servers over one PostgreSQL, of which one is stopped in the middle of its work, again and again: the other one goes on with the
// same shop and the same shopper within seconds, whatever the stopped one holds, and nothing is lost or done twice.
import { type Comparison, compare } from './compare.ts';
import { type Load, startLoad } from './load.ts';
import { startNetwork } from './network.ts';
import { readWallet } from './wallet.ts';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const quietMs = 2_000;

/** Throws when the other one has no success for longer than the patience. `longest`: each time, for how long it had none. */
export async function sufferStandstills(of: {
  times: number;
  stillMs: number;
  patienceMs: number;
}): Promise<{ longest: number[]; comparisons: readonly Comparison[] }> {
  const network = await startNetwork({ overWire: true });
  const { url, credentials } = network;
  try {
    const beside = await network.startBeside();
    const before = await readWallet(url, credentials);
    const loads = [
      startLoad({ url, credentials, workers: 2, name: 'one' }),
      startLoad({ url: beside.url, credentials, workers: 2, name: 'other' }),
    ] as const;
    const pids = [network.serverPid(), beside.pid] as const;
    const longest: number[] = [];
    for (let turn = 0; turn < of.times; turn++) {
      await sleep(quietMs);
      const [stopped, other] = turn % 2 === 0 ? [pids[1], loads[0]] : [pids[0], loads[1]];
      longest.push(await standStill(stopped, other, of));
    }
    await sleep(quietMs);
    await Promise.all(loads.map((load) => load.stop(30_000)));
    await network.healthy();
    const orders = loads.flatMap((load) => load.orders);
    return { longest, comparisons: await compare(url, credentials, { orders, before }) };
  } finally {
    await network.stop();
  }
}

/** The longest time without a success of the other one, while this one stood still. */
async function standStill(
  pid: number,
  other: Load,
  { stillMs, patienceMs }: { stillMs: number; patienceMs: number },
): Promise<number> {
  process.kill(pid, 'SIGSTOP');
  try {
    const began = performance.now();
    let longest = 0;
    for (let now = began; now - began < stillMs || other.lastSuccessAt() <= began; now = performance.now()) {
      longest = Math.max(longest, now - Math.max(other.lastSuccessAt(), began));
      if (longest > patienceMs)
        throw new Error(`a server stood still, and the other one had no success for ${patienceMs / 1_000} s`);
      await sleep(10);
    }
    return longest;
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

// A sandbox to throw things at: the whole network in this process, on a database of its own.
import { checkProofs } from '../simulation/checkers.ts';
import { openNetwork } from '../simulation/network.ts';
import { openStage } from '../simulation/stage.ts';
import { httpTargets } from './http.ts';
import type { Target } from './target.ts';

export interface FuzzWorld {
  readonly targets: readonly Target[];
  /** Whether the books are still right. Throws when they are not. */
  prove(): Promise<void>;
  close(): Promise<void>;
}

/** `serverUrl`: a PostgreSQL that is there already; null starts one. */
export async function openFuzzWorld(serverUrl: string | null): Promise<FuzzWorld> {
  const stage = await openStage(serverUrl);
  const world = await stage.world();
  const network = await openNetwork({ url: world.url, seed: 1 });
  return {
    targets: await httpTargets(network),
    prove: () => checkProofs({ network }),
    async close() {
      await network.close();
      await world.drop();
      await stage.close();
    },
  };
}

// What a world's owner sets before it begins.
import { openDatabase, statement } from '../../platform/src/database/index.ts';

const withoutClock = statement('simulation.ids-without-clock', 'UPDATE system.id_clock SET per_second = 0');
/** Ids follow the machine's clock, and a world has to come out the same twice. */
export async function countIdsWithoutClock(ownerUrl: string): Promise<void> {
  const owner = openDatabase({ url: ownerUrl, maxConnections: 1 });
  try {
    await owner.query(withoutClock);
  } finally {
    await owner.close();
  }
}

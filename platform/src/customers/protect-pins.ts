// PINs that a release before the pepper kept: their hashes are keyed with it at the next start, without the PINs.
import type { Database } from '../database/index.ts';
import type { Keys } from '../system/index.ts';
import { peppered } from './pin-hash.ts';
import { selectPinsWithoutPepper, writePinPeppers } from './store.ts';

const pinsPerTransaction = 1_000;

/** Keys what no pepper keys yet; answers how many. Ends at once where there is nothing to do. */
export async function protectPins(database: Database, keys: Keys): Promise<number> {
  for (let done = 0; ; ) {
    const some = await database.transaction(async (tx) => {
      const pins = (await selectPinsWithoutPepper(tx, pinsPerTransaction)).map((row) => ({
        customerId: row.customer_id,
        hash: peppered(keys, keys.pepperId, row.hash),
      }));
      if (pins.length > 0) await writePinPeppers(tx, pins, keys.pepperId);
      return pins.length;
    });
    if (some === 0) return done;
    done += some;
  }
}

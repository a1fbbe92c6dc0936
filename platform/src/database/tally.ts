// How often something may be done: counted in PostgreSQL, so that all processes count together. For doors where somebody
// could guess (codes, passwords, PINs); the merchants' signed requests do not pass here.
import type { Clock, Keys, Timer } from '../system/index.ts';
import type { Database, Transaction } from './database.ts';
import {
  countRow,
  deleteTallyRow,
  removeEndedTallies,
  selectFirstTallyEnd,
  selectTallyEnd,
  takeBackRow,
} from './tally-store.ts';

/** At most so many times in a window that opens with the first. */
export interface Quota {
  /** What is done: `code by phone`. */
  readonly name: string;
  /** Who does it, or to whom; kept only as a keyed hash. */
  readonly subject: string;
  readonly most: number;
  readonly windowMs: number;
}

export interface Tally {
  /**
   * Counts one in each quota, all or none. Null: it may be done. Otherwise nothing was counted, and this is the time from
   * which the quota that is full has room again.
   */
  take(quotas: readonly Quota[]): Promise<Date | null>;
  /** Takes one of those that were counted back: it turned out to be no try. */
  giveBack(quota: Pick<Quota, 'name' | 'subject'>): Promise<void>;
  /** Opens windows anew: what was counted turned out to be no guess. */
  forgive(quotas: readonly Pick<Quota, 'name' | 'subject'>[]): Promise<void>;
  /** Removes windows that are over. */
  readonly housekeeping: Timer;
}

interface TallyParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: Pick<Keys, 'pepper' | 'pepperId'>;
}

const keyBytes = 16;
/** Windows that are over are removed some time later, many at once. */
const sweepAfterMs = 10 * 60_000;

/** Thrown inside a transaction to undo what the quotas before the full one have counted. */
class Full extends Error {
  readonly key: Buffer;
  constructor(key: Buffer) {
    super('a quota is full');
    this.key = key;
  }
}

export function createTally({ database, clock, keys }: TallyParts): Tally {
  const keyOf = ({ name, subject }: Pick<Quota, 'name' | 'subject'>): Buffer =>
    keys.pepper(keys.pepperId, 'tally', name, subject).subarray(0, keyBytes);
  return {
    async take(quotas) {
      const now = clock.now();
      // Always in the same order, so that two who count the same quotas cannot wait for each other.
      const wanted = quotas
        .map((quota) => ({ ...quota, key: keyOf(quota), endsAt: new Date(now.getTime() + quota.windowMs) }))
        .sort((a, b) => Buffer.compare(a.key, b.key));
      const countAll = async (tx: Transaction) => {
        for (const quota of wanted) if (!(await countRow(tx, { ...quota, now }))) throw new Full(quota.key);
      };
      try {
        await database.transaction(countAll);
        return null;
      } catch (error) {
        if (!(error instanceof Full)) throw error;
        return (await selectTallyEnd(database, error.key)) ?? now;
      }
    },
    giveBack: async (quota) => void (await takeBackRow(database, keyOf(quota))),
    async forgive(quotas) {
      for (const quota of quotas) await deleteTallyRow(database, keyOf(quota));
    },
    housekeeping: {
      name: 'ended windows of limits',
      async nextDueAt() {
        const first = await selectFirstTallyEnd(database);
        return first === null ? null : new Date(first.getTime() + sweepAfterMs);
      },
      run: (now) => removeEndedTallies(database, now),
    },
  };
}

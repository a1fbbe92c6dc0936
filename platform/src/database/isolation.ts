// How timers work through a list of items: one that fails stops none of the others. It goes to the quarantine list with
// its reason, and is left out until an operator releases it.
import { Rejection } from '../rejection.ts';
import type { Clock } from '../system/index.ts';
import type { Database, Transaction } from './database.ts';
import { isInfrastructureError } from './lanes.ts';
import { mostHeld, readFailedItems, recordFailure, releaseItem } from './quarantine-store.ts';
import { isAlive } from './system-store.ts';

export interface Isolation {
  /** The timer's items that wait for an operator: its queries leave them out. At most 1,000. */
  held(timer: string): Promise<string[]>;
  /**
   * Works on each item, one after the other or up to `parallel` at once; answers how many succeeded. Throws when the
   * database cannot be reached, or when so many items failed that they cannot be the cause.
   */
  each<Item>(timer: string, items: readonly Item[], how: HowToWork<Item>): Promise<number>;
}

export interface HowToWork<Item> {
  /** Names the item on the list, at most 100 characters: an id, no personal data. */
  readonly key: (item: Item) => string;
  readonly work: (item: Item) => Promise<unknown>;
  readonly parallel?: number;
}

/** A failure that may pass (a timeout, a deadlock, a full queue) holds an item when it has come so often in a row. */
const passingFailures = 5;

const passing = new Set(['40001', '40P01', '55P03', '57014']);
const mayPass = (error: unknown): boolean =>
  isInfrastructureError(error) ||
  passing.has(String((error as { code?: unknown } | null)?.code)) ||
  (error instanceof Rejection && (error.code === 'unavailable' || error.code === 'overloaded'));

/** The error's words on one line. Our errors and PostgreSQL's messages name ids, never a person. */
const reasonOf = (error: unknown): string =>
  String((error as Error | null)?.message ?? error)
    .replace(/\s+/g, ' ')
    .slice(0, 500) || 'no reason was given';

/** Puts an item on the list at once, inside the caller's transaction: an outcome that a person must look at. */
export async function quarantine(
  tx: Transaction,
  of: { timer: string; item: string; reason: string; at: Date },
): Promise<void> {
  await recordFailure(tx, { ...of, heldAtFailure: 1 });
}

export function createIsolation(parts: {
  database: Database;
  clock: Clock;
  /** Told of each failed item. */
  onFailed?: (error: unknown, of: { timer: string; item: string; held: boolean }) => void;
}): Isolation {
  const { database, clock } = parts;

  async function failed(timer: string, item: string, error: unknown): Promise<void> {
    const passes = mayPass(error);
    // A database that is away is nobody's fault: the whole timer is tried again.
    if (passes && !(await isAlive(database).catch(() => false))) throw error;
    const held = await recordFailure(database, {
      ...{ timer, item, reason: reasonOf(error), at: clock.now() },
      heldAtFailure: passes ? passingFailures : 1,
    });
    if (held === null)
      throw new Error(`${mostHeld} items of the timer "${timer}" have failed`, { cause: error });
    parts.onFailed?.(error, { timer, item, held });
  }

  return {
    held: async (timer) =>
      (await readFailedItems(database, timer)).flatMap(({ item, held }) => (held ? [item] : [])),
    async each(timer, items, { key, work, parallel = 1 }) {
      if (items.length === 0) return 0;
      const before = new Set((await readFailedItems(database, timer)).map(({ item }) => item));
      let done = 0;
      const next = items.values();
      const worker = async (): Promise<void> => {
        for (const item of next) {
          const name = key(item);
          try {
            await work(item);
          } catch (error) {
            await failed(timer, name, error);
            continue;
          }
          done += 1;
          if (before.has(name)) await releaseItem(database, { timer, item: name });
        }
      };
      await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, worker));
      return done;
    },
  };
}

// Housekeeping of the tables that are kept in slices of ids: the next slices are there weeks before they are needed.
import type { Timer } from '../system/index.ts';
import type { Database } from './database.ts';
import { makeSlices } from './system-store.ts';

const everyMs = 24 * 3_600_000;

export function slicesTimer(database: Database): Timer {
  // The clock's instant of the last look; each process looks once a day, and at its start.
  let lookedAt: Date | null = null;
  return {
    name: 'table slices',
    nextDueAt: async () => (lookedAt === null ? new Date(0) : new Date(lookedAt.getTime() + everyMs)),
    async run(now) {
      lookedAt = now;
      return makeSlices(database);
    },
  };
}

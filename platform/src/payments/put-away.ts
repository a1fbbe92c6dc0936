// Housekeeping: merchants' request ids are remembered for 400 days, five weeks longer than a payment can be refunded;
// then they are put away, so that the table that every new payment looks into does not grow for ever.
import { type Database, readSetting, writeSetting } from '../database/index.ts';
import type { Timer } from '../system/index.ts';
import { readFirstCheckoutEnd, removeCheckouts } from './checkout-store.ts';
import { archiveRequests, readFirstCreatedAfter } from './store.ts';

const rememberedMs = 400 * 24 * 3_600_000;
/** An announced order whose time is over still says so at the cashier for this long; then its link leads nowhere. */
const checkoutKeptMs = 90 * 24 * 3_600_000;
const perRun = 1_000;
const progress = 'payments.requests-put-away-to';

export function putAwayTimer(database: Database): Timer {
  const doneTo = async () => BigInt((await readSetting(database, progress)) ?? '0');
  return {
    name: 'old request ids',
    async nextDueAt() {
      const oldest = await readFirstCreatedAfter(database, await doneTo());
      const ended = await readFirstCheckoutEnd(database);
      const due = [
        ...(oldest === null ? [] : [oldest.getTime() + rememberedMs]),
        ...(ended === null ? [] : [ended.getTime() + checkoutKeptMs + 1]),
      ];
      return due.length === 0 ? null : new Date(Math.min(...due));
    },
    async run(now) {
      const after = await doneTo();
      return database.transaction(async (tx) => {
        const createdBy = new Date(now.getTime() - rememberedMs);
        const { last, payments } = await archiveRequests(tx, { after, createdBy, limit: perRun });
        if (last !== null) await writeSetting(tx, progress, last.toString());
        const endedBy = new Date(now.getTime() - checkoutKeptMs);
        const checkouts = await removeCheckouts(tx, endedBy, perRun);
        return Number.parseInt(payments.toString(), 10) + checkouts;
      });
    },
  };
}

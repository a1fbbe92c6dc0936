// The world that bank files are tried in: two payments in GBP at a British shop, the treasury's deal of 65.25 before the
// payout, and the payout of 63.94.
import type { StatementFormat } from '../reconciliation/index.ts';
import { settlementWorld } from './settlement-world.ts';

/** What the books have on the bank's account: an end-to-end id, and its day (YYYY-MM-DD). */
interface Booked {
  readonly reference: string;
  readonly day: string;
}

export interface HowSent {
  readonly format?: StatementFormat | null;
  readonly encoding?: string | null;
  readonly bank?: string;
  /** What a CSV does not say of itself. */
  readonly csv?: object;
}

export async function payoutWorld() {
  const world = await settlementWorld('2014-11-11T02:00:00Z');
  const { settlement, reconciliation: room, database } = world.platform;
  const shop = await world.shop('GB');
  await settlement.changeTerms(shop.merchant.id, { accountName: 'B', accountNumber: 'GB1' });
  await world.pay(shop, 1_526n);
  await world.pay(shop, 4_999n);
  await world.mover.moveTo(new Date('2014-11-15T00:00:00Z'));
  const payouts = await database.pool.query(
    `SELECT batch_id || '-' || attempt AS reference, answered_at::date::text AS day, amount FROM settlement.payout`,
  );
  const deals = await database.pool.query(
    `SELECT 'FX' || id AS reference, created_at::date::text AS day, bought FROM settlement.deal WHERE currency = 'GBP'`,
  );
  const [payout, deal] = [payouts.rows[0], deals.rows[0]];
  if (payouts.rows.length !== 1 || payout.amount !== 6_394n || deal.bought !== 6_525n)
    throw new Error('the payout world is another one than the cases speak about');
  const take = (file: string | Buffer, how: HowSent = {}) =>
    room.importFile(typeof file === 'string' ? Buffer.from(file) : file, {
      ...{ operator: 'mei', format: null, encoding: null, csv: {} },
      ...how,
    });
  return { ...{ world, room, take }, payout: payout as Booked, deal: deal as Booked };
}

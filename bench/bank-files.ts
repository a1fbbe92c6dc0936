// A bank's statement of a hundred thousand entries: read, compared with as many payouts in the books, and kept; then the
// same file again. The payouts are copies of a real one, so that each line has a movement to meet.
import type { Database } from '../platform/src/database/index.ts';
import { camtFile, plainShape, type WrittenEntry } from '../platform/src/testing/bank-files.ts';
import { openSettlementWorld } from '../platform/src/testing/settlement-world.ts';

export interface BankFileFigures {
  readonly lines: number;
  readonly megabytes: number;
  readonly seconds: number;
  /** The same file again, which changes nothing. */
  readonly againSeconds: number;
  /** The longest time for which the process answered nobody else. */
  readonly longestPauseMs: number;
  /** The largest resident size of this process on the way, its file and the statement's lines included. */
  readonly peakMebibytes: number;
  readonly matched: number;
  readonly breaks: number;
}

/** On a migrated, empty database. */
export async function bankFileCase(database: Database, how: { lines: number }): Promise<BankFileFigures> {
  const world = await openSettlementWorld(database, '2014-11-11T02:00:00Z');
  try {
    const shop = await world.shop('HK');
    const { settlement, reconciliation } = world.platform;
    await settlement.changeTerms(shop.merchant.id, { accountName: 'Bench', accountNumber: 'HK1' });
    await world.pay(shop, 38_800n);
    await world.mover.moveTo(new Date('2014-11-14T00:00:00Z'));
    const payouts = await copyPayouts(database, how.lines - 1);
    const { day } = payouts[0]!;
    const bytes = fileOf(payouts, day);
    const take = () =>
      reconciliation.importFile(bytes, { operator: 'bench', format: null, encoding: null, csv: {} });
    const watch = watchLoop();
    const began = performance.now();
    const [imported] = await take();
    const done = performance.now();
    const [again] = await take();
    const ended = performance.now();
    const { longestMs, peak } = watch.stop();
    if (!again!.known) throw new Error('the same file was imported twice');
    return {
      lines: imported!.lines,
      megabytes: Math.round(bytes.length / 1e5) / 10,
      seconds: Math.round((done - began) / 10) / 100,
      againSeconds: Math.round((ended - done) / 10) / 100,
      longestPauseMs: Math.round(longestMs),
      peakMebibytes: Math.round(peak / 2 ** 20),
      matched: imported!.matched,
      breaks: imported!.breaks.length,
    };
  } finally {
    await world.close();
  }
}

interface Payout {
  readonly reference: string;
  readonly amount: bigint;
  readonly day: string;
}

async function copyPayouts(database: Database, copies: number): Promise<Payout[]> {
  const { rows: newest } = await database.pool.query(`SELECT max(batch_id) AS id FROM settlement.payout`);
  const id = newest[0].id as bigint;
  // Far beyond what the world gives out while it runs.
  const fresh = `(${id} + 1000000000 + n)`;
  await database.pool.query(
    `INSERT INTO settlement.batch (id, merchant_id, currency, status, opened_at, cut_off_at, settlement_day, fixed_fee,
       refund_fee, tax_bps, lines, gross, fees, adjustments, net, entry_id, closed_at, attempts, paid_at)
     SELECT ${fresh}, merchant_id, currency, status, opened_at, cut_off_at, settlement_day, fixed_fee, refund_fee, tax_bps,
       lines, gross, fees, adjustments, net, entry_id, closed_at, attempts, paid_at
     FROM settlement.batch, generate_series(1, $2::integer) AS n WHERE id = $1`,
    [id, copies],
  );
  await database.pool.query(
    `INSERT INTO settlement.payout (batch_id, attempt, message_id, currency, amount, account_name, account_number, bank_bic,
       status, instructed_by_entry, answered_by_entry, answered_at)
     SELECT ${fresh}, attempt, message_id, currency, amount + n % 1000, account_name, account_number, bank_bic, status,
       instructed_by_entry, answered_by_entry, answered_at
     FROM settlement.payout, generate_series(1, $2::integer) AS n WHERE batch_id = $1`,
    [id, copies],
  );
  const { rows } = await database.pool.query(
    `SELECT batch_id || '-' || attempt AS reference, -amount AS amount, answered_at::date::text AS day
     FROM settlement.payout ORDER BY batch_id`,
  );
  return rows;
}

function fileOf(payouts: readonly Payout[], day: string): Buffer {
  const entries = payouts.map(({ reference, amount }, place): WrittenEntry => {
    const line = { number: `SB${place}`, reference, amount, currency: 'HKD', charge: 0n, day };
    return { lines: [{ ...line, parts: [], alsoNamed: [] }] };
  });
  const statement = {
    ...{ kind: 'statement' as const, account: '9000HKD0001', statementId: 'BENCH', sequence: '1' },
    ...{ currency: 'HKD', fromDay: day, toDay: day, opening: 0n, lines: [], notBooked: 0 },
    closing: payouts.reduce((all, { amount }) => all + amount, 0n),
  };
  return camtFile([{ statement, entries }], { ...plainShape, version: 8, account: 'Othr' });
}

/** How long nothing else could run, and the largest resident size, until `stop`. */
function watchLoop() {
  let longestMs = 0;
  let peak = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longestMs = Math.max(longestMs, now - last - 10);
    last = now;
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 10);
  return {
    stop() {
      clearInterval(timer);
      return { longestMs, peak };
    },
  };
}

// A bank's statement of a hundred thousand entries in each format: read, compared with as many payouts in the books, and
// kept; then the same file again. The payouts are copies of a real one, so that each line has a movement to meet. Each
// format has a process of its own, so that its memory is its own too: `node --expose-gc bench/bank-files.ts URL LINES FORMAT`.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { formatMajor, money } from '@tongbao/money';
import { type Database, openDatabase } from '../platform/src/database/index.ts';
import { camtFile, mt940Text, plainShape, type WrittenEntry } from '../platform/src/testing/bank-files.ts';
import { openSettlementWorld } from '../platform/src/testing/settlement-world.ts';

export const bankFileFormats = ['camt', 'mt940', 'csv'] as const;
export type BankFileFormat = (typeof bankFileFormats)[number];

export interface BankFileFigures {
  readonly format: BankFileFormat;
  readonly lines: number;
  readonly megabytes: number;
  readonly seconds: number;
  /** The same file again, which changes nothing. */
  readonly againSeconds: number;
  /** The longest time for which the process answered nobody else. */
  readonly longestPauseMs: number;
  /** The resident size of the process before, with the file in memory, and its largest on the way. */
  readonly restMebibytes: number;
  readonly peakMebibytes: number;
  readonly matched: number;
  readonly breaks: number;
}

/** On a migrated, empty database. */
export async function bankFileCase(
  database: Database,
  how: { lines: number; format: BankFileFormat },
): Promise<BankFileFigures> {
  const world = await openSettlementWorld(database, '2014-11-11T02:00:00Z');
  try {
    const shop = await world.shop('HK');
    const { settlement, reconciliation } = world.platform;
    await settlement.changeTerms(shop.merchant.id, { accountName: 'Bench', accountNumber: 'HK1' });
    await world.pay(shop, 38_800n);
    await world.mover.moveTo(new Date('2014-11-14T00:00:00Z'));
    const payouts = await copyPayouts(database, how.lines - 1);
    const { day } = payouts[0]!;
    const bytes = writers[how.format](payouts, day);
    const csv = { account: '9000HKD0001', statementId: 'BENCH', currency: 'HKD' };
    const take = () =>
      reconciliation.importFile(bytes, { operator: 'bench', format: null, encoding: null, csv });
    // Where node has it: what writing the file left behind is no part of reading it.
    globalThis.gc?.();
    const rest = process.memoryUsage().rss;
    const watch = watchLoop();
    const began = performance.now();
    const [imported] = await take();
    const done = performance.now();
    const [again] = await take();
    const ended = performance.now();
    const { longestMs, peak } = watch.stop();
    if (!again!.known) throw new Error('the same file was imported twice');
    return {
      format: how.format,
      lines: imported!.lines,
      megabytes: Math.round(bytes.length / 1e5) / 10,
      seconds: Math.round((done - began) / 10) / 100,
      againSeconds: Math.round((ended - done) / 10) / 100,
      longestPauseMs: Math.round(longestMs),
      restMebibytes: Math.round(rest / 2 ** 20),
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

const statementOf = (payouts: readonly Payout[], day: string) => ({
  ...{ kind: 'statement' as const, account: '9000HKD0001', statementId: 'BENCH', sequence: '1' },
  ...{ currency: 'HKD', fromDay: day, toDay: day, opening: 0n, notBooked: 0 },
  closing: payouts.reduce((all, { amount }) => all + amount, 0n),
  lines: payouts.map(({ reference, amount }, place) => ({
    ...{ number: `SB${place}`, reference, amount, currency: 'HKD', charge: 0n, day },
    ...{ parts: [], alsoNamed: [] },
  })),
});

const writers: Readonly<Record<BankFileFormat, (payouts: readonly Payout[], day: string) => Buffer>> = {
  camt(payouts, day) {
    const statement = statementOf(payouts, day);
    const entries = statement.lines.map((line): WrittenEntry => ({ lines: [line] }));
    return camtFile([{ statement, entries }], { ...plainShape, version: 8, account: 'Othr' });
  },
  mt940: (payouts, day) =>
    Buffer.from(
      mt940Text([statementOf(payouts, day)], {
        ...{ newline: '\r\n', blocks: true, information: 'german', fundsCode: false },
      }),
    ),
  csv: (payouts, day) =>
    Buffer.from(
      `date,reference,amount,currency\n${payouts
        .map(({ reference, amount }) => `${day},${reference},${formatMajor(money('HKD', amount))},HKD\n`)
        .join('')}`,
    ),
};

/** The case in a process of its own, on the database of a URL. */
export async function bankFileProcess(
  url: string,
  how: { lines: number; format: BankFileFormat },
): Promise<BankFileFigures> {
  const args = ['--expose-gc', fileURLToPath(import.meta.url), url, `${how.lines}`, how.format];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as BankFileFigures;
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

async function main([url, lines, format]: readonly string[]): Promise<void> {
  const database = openDatabase({ url: url!, maxConnections: 16 });
  try {
    const figures = await bankFileCase(database, {
      lines: Number.parseInt(lines!, 10),
      format: format as BankFileFormat,
    });
    console.log(JSON.stringify(figures));
  } finally {
    await database.close();
  }
}

if (import.meta.main) await main(process.argv.slice(2));

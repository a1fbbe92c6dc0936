// One merchant's day: so many payments are taken into a batch, closed, paid and written to their file. The payments are
// copies of a real one, entries and events included, so that all proofs hold over them afterwards.
import { audit } from '../platform/src/audit/index.ts';
import type { Database } from '../platform/src/database/index.ts';
import { inSnapshot } from '../platform/src/http/classic-file.ts';
import { settlementItems, transactionItems } from '../platform/src/http/reports/index.ts';
import type { Platform } from '../platform/src/platform.ts';
import { newestBatches } from '../platform/src/settlement/index.ts';
import { openSettlementWorld } from '../platform/src/testing/settlement-world.ts';

export interface SettlementFigures {
  readonly payments: number;
  /** From the cut-off: lines taken and the batch closed; until the bank has paid; the details file, read to its end. */
  readonly closeSeconds: number;
  readonly paySeconds: number;
  readonly fileSeconds: number;
  readonly fileBytes: number;
  /** The day's transactions as a file, read to its end. */
  readonly transactionsSeconds: number;
  /** The largest resident size of this process on the way. */
  readonly peakMebibytes: number;
  readonly net: bigint;
  readonly status: string;
  /** Null where the proofs were not asked for. */
  readonly proved: boolean | null;
}

/**
 * Fills a migrated, empty database with a day of `payments` payments and settles it. `prove` walks all proofs
 * afterwards, which takes longer than the settlement.
 */
export async function settlementCase(
  database: Database,
  how: { payments: number; prove: boolean },
): Promise<SettlementFigures> {
  const world = await openSettlementWorld(database, '2014-11-11T02:00:00Z');
  try {
    const shop = await world.shop('KR');
    const { settlement } = world.platform;
    const merchantId = shop.merchant.id;
    await settlement.changeTerms(merchantId, {
      accountName: 'Bench',
      accountNumber: 'KR1',
      fixedFee: 10n,
      taxBps: 1_000,
    });
    const { id } = await world.pay(shop, 59_000n);
    await copyPayment(database, { id, copies: how.payments - 1 });
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 100);
    const newest = async () =>
      (await settlement.batchesOf({ merchantId, before: newestBatches, limit: 1 }))[0]!;
    try {
      const began = performance.now();
      await world.mover.moveTo(new Date('2014-11-11T15:30:00Z'));
      const closed = performance.now();
      await world.mover.moveTo(new Date('2014-11-12T06:00:00Z'));
      const paid = performance.now();
      const batch = await newest();
      const owner = { merchantId, clientId: shop.merchant.clientId, timeZone: 'Asia/Seoul' };
      let fileBytes = 0;
      for await (const piece of inSnapshot(database, (tx) => settlementItems(tx, owner, batch)))
        fileBytes += Buffer.byteLength(piece);
      const written = performance.now();
      for await (const _ of inSnapshot(database, (tx) => transactionItems(tx, owner, batch.settlementDay)));
      const listed = performance.now();
      return {
        payments: Number(batch.lines),
        closeSeconds: seconds(closed - began),
        paySeconds: seconds(paid - closed),
        fileSeconds: seconds(written - paid),
        fileBytes,
        transactionsSeconds: seconds(listed - written),
        peakMebibytes: Math.round(peak / 2 ** 20),
        net: batch.net,
        status: batch.status,
        proved: how.prove ? await proved(world.platform) : null,
      };
    } finally {
      clearInterval(watch);
    }
  } finally {
    await world.close();
  }
}

async function proved({ auditLog, audit: parts }: Platform): Promise<boolean> {
  await auditLog.sealAll();
  return (await audit(parts)).ok;
}

const seconds = (ms: number): number => Math.round(ms / 10) / 100;

/** Copies of a paid payment with new ids; entries as the original's, and the balances they lead to. */
async function copyPayment(database: Database, of: { id: bigint; copies: number }): Promise<void> {
  const at = 50_000;
  const first = 10n ** 12n;
  for (let from = 0; from < of.copies; from += at) {
    const range = [of.id.toString(), first.toString(), from, Math.min(from + at, of.copies) - 1];
    const fresh = '($2::bigint + n * 2)';
    const series = 'generate_series($3::bigint, $4::bigint) AS n';
    await database.pool.query(
      `INSERT INTO payments.payment (id, merchant_id, payer_id, status, currency, amount, payer_currency, payer_amount,
         mid_amount, fee, created_at, expires_at, paid_at, card_id, funding_account, events, request_id,
         conditions_id, quote_id, locked_at, order_facts)
       SELECT ${fresh}, merchant_id, payer_id, status, currency, amount, payer_currency, payer_amount, mid_amount, fee,
         created_at, expires_at, paid_at, card_id, funding_account, events, request_id || '-' || n, conditions_id,
         quote_id, locked_at, order_facts
       FROM payments.payment, ${series} WHERE id = $1`,
      range,
    );
    await database.pool.query(
      `INSERT INTO payments.event (payment_id, sequence, kind, occurred_at, entry_id, refund_id)
       SELECT ${fresh}, sequence, kind, occurred_at, CASE entry_id WHEN 0 THEN 0 ELSE ${fresh} + 1 END, 0
       FROM payments.event, ${series} WHERE payment_id = $1`,
      range,
    );
    await database.pool.query(
      `INSERT INTO ledger.entry (id, kind, payer_id, subject_id, occurred_at, accounts, amounts)
       SELECT ${fresh} + 1, kind, payer_id, ${fresh}, occurred_at, accounts, amounts
       FROM ledger.entry, ${series} WHERE subject_id = $1 AND kind = 'payment'`,
      range,
    );
    await database.pool.query(
      `INSERT INTO system.arrival (source, ids, sequences)
       SELECT 'entry', array_agg(id), '{}' FROM ledger.entry WHERE id BETWEEN $1 AND $2
       UNION ALL
       SELECT 'event', array_agg(payment_id), array_agg(sequence::bigint) FROM payments.event
       WHERE payment_id BETWEEN $1 AND $2`,
      [first + BigInt(from) * 2n, first + BigInt(Math.min(from + at, of.copies)) * 2n - 1n],
    );
  }
  // What its payer has spent by then: each copy was paid on the same day.
  await database.pool.query(
    `UPDATE ledger.balance b SET spent_day_count = spent_day_count * (1 + $2::bigint),
       spent_day_amount = spent_day_amount * (1 + $2::bigint), spent_year_amount = spent_year_amount * (1 + $2::bigint),
       spent_ever_amount = spent_ever_amount * (1 + $2::bigint)
     FROM payments.payment p WHERE p.id = $1 AND b.account_id = p.funding_account`,
    [of.id.toString(), of.copies],
  );
  await database.pool.query(
    `UPDATE ledger.balance b SET balance = b.balance + p.amount * $2::bigint
     FROM ledger.entry e, LATERAL unnest(e.accounts, e.amounts) AS p(account, amount)
     WHERE e.subject_id = $1 AND e.kind = 'payment' AND b.account_id = p.account`,
    [of.id.toString(), of.copies],
  );
}

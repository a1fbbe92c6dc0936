// SQL of intake and batches. Lines are taken and summed by PostgreSQL; nothing here reads them one by one.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { Batch, BatchStatus, BatchSums, SettlementTerms } from './batch.ts';

export interface Party {
  readonly merchantId: bigint;
  readonly clientId: string;
  readonly partner: string;
  readonly name: string;
  readonly currency: string;
  readonly pendingAccount: bigint;
}
const party = statement(
  'settlement.party',
  'SELECT merchant_id, client_id, partner, name, currency, pending_account FROM settlement.party WHERE merchant_id = $1',
);
export async function readParty(connection: Connection, merchantId: bigint): Promise<Party> {
  const [row] = await connection.query<{
    merchant_id: bigint;
    client_id: string;
    partner: string;
    name: string;
    currency: string;
    pending_account: bigint;
  }>(party, [merchantId]);
  if (row === undefined) throw new Error(`there is no merchant ${merchantId}`);
  return {
    merchantId: row.merchant_id,
    clientId: row.client_id,
    partner: row.partner,
    name: row.name,
    currency: row.currency,
    pendingAccount: row.pending_account,
  };
}

// ---- Intake

const lockIntake = statement('settlement.lock-intake', 'SELECT pg_advisory_xact_lock(7466736040)');
const readIntake = statement(
  'settlement.read-intake',
  `SELECT from_at::text, pg_snapshot_xmin(pg_current_snapshot())::text AS oldest,
     pg_snapshot_xmax(pg_current_snapshot())::text AS next FROM settlement.intake`,
);
export interface IntakeState {
  /** Everything that happened before is in a line already. As text: it may be -infinity. */
  readonly fromAt: string;
  /** The oldest transaction that is still open, and the next id to be given out. */
  readonly oldest: string;
  readonly next: string;
}
/** One intake at a time; waits for another process's. */
export async function lockIntakeRow(tx: Transaction): Promise<IntakeState> {
  await tx.query(lockIntake);
  const [row] = await tx.query<{ from_at: string; oldest: string; next: string }>(readIntake);
  return { fromAt: row!.from_at, oldest: row!.oldest, next: row!.next };
}

const waitingItems = `settlement.item i
   WHERE i.occurred_at >= (SELECT from_at FROM settlement.intake)
     AND NOT EXISTS (SELECT 1 FROM settlement.line l WHERE l.source_id = i.payment_id AND l.sequence = i.sequence)`;
const withoutBatch = `NOT EXISTS (SELECT 1 FROM settlement.batch b
       WHERE b.merchant_id = i.merchant_id AND b.currency = i.currency AND b.status = 'OPEN')`;
const homeless = statement(
  'settlement.homeless',
  `SELECT i.merchant_id, greatest(min(i.occurred_at),
     (SELECT max(b.cut_off_at) FROM settlement.batch b WHERE b.merchant_id = i.merchant_id)) AS first_at
   FROM ${waitingItems} AND i.merchant_id::text <> ALL($1::text[]) AND ${withoutBatch}
   GROUP BY i.merchant_id`,
);
/**
 * Merchants that have something to settle and no open batch, and since when; what came to light after its cut-off
 * belongs to the batch after it.
 */
export const selectHomeless = (
  connection: Connection,
  except: readonly string[],
): Promise<{ merchant_id: bigint; first_at: Date }[]> => connection.query(homeless, [except]);

const waitingMerchants = statement(
  'settlement.waiting-merchants',
  `SELECT DISTINCT i.merchant_id FROM ${waitingItems} AND i.merchant_id::text <> ALL($1::text[])
   ORDER BY i.merchant_id LIMIT 1000`,
);
/** Merchants with something that is in no line yet; at most 1,000. */
export const selectWaiting = async (connection: Connection, except: readonly string[]): Promise<bigint[]> =>
  (await connection.query<{ merchant_id: bigint }>(waitingMerchants, [except])).map((row) => row.merchant_id);

const takeLines = statement(
  'settlement.take-lines',
  `WITH fresh AS MATERIALIZED (
     SELECT i.payment_id, i.sequence, i.kind, i.refund_id, i.occurred_at, i.gross, i.fee, b.id AS batch_id, b.tax_bps,
       CASE WHEN b.tax_bps = 0 THEN 0 ELSE i.shares END AS shares,
       CASE i.kind WHEN 'PAYMENT' THEN -b.fixed_fee WHEN 'CANCEL' THEN coalesce(
         (SELECT -l.fixed_fee FROM settlement.line l
          WHERE l.source_id = i.payment_id AND l.kind = 'PAYMENT'), b.fixed_fee) ELSE 0 END AS fixed_fee,
       CASE i.kind WHEN 'REFUND' THEN -b.refund_fee ELSE 0 END AS refund_fee
     FROM settlement.item i
     JOIN settlement.batch b ON b.merchant_id = i.merchant_id AND b.currency = i.currency AND b.status = 'OPEN'
       AND i.occurred_at < b.cut_off_at
     WHERE i.occurred_at >= $1::timestamptz AND i.merchant_id::text <> ALL($3::text[])
       AND ($4::bigint IS NULL OR i.merchant_id = $4)
       AND NOT EXISTS (SELECT 1 FROM settlement.line l WHERE l.source_id = i.payment_id AND l.sequence = i.sequence)
     LIMIT $2
   ), added AS (
     INSERT INTO settlement.line (source_id, sequence, batch_id, kind, refund_id, occurred_at, gross, fee, fixed_fee,
       refund_fee, tax, adjustment)
     SELECT payment_id, sequence, batch_id, kind, refund_id, occurred_at, gross, fee, fixed_fee, refund_fee,
       settlement.share(fee - shares + fixed_fee + refund_fee, tax_bps), 0 FROM fresh
     ON CONFLICT DO NOTHING RETURNING 1
   ) SELECT count(*) AS added FROM added`,
);
/** Puts up to `limit` items into their merchants' open batches; answers how many. */
export const insertLines = async (
  tx: Transaction,
  of: { fromAt: string; limit: number; except: readonly string[]; only?: bigint },
): Promise<bigint> =>
  (await tx.query<{ added: bigint }>(takeLines, [of.fromAt, of.limit, of.except, of.only ?? null]))[0]!.added;

const advanceIntake = statement(
  'settlement.advance-intake',
  `WITH known AS (
     SELECT transaction_id, at FROM settlement.mark UNION ALL SELECT $2::numeric, $3::timestamptz
   ), sure AS (
     SELECT max(at) AS at FROM known WHERE transaction_id <= $1::numeric
   ), kept AS (
     INSERT INTO settlement.mark (transaction_id, at) VALUES ($2::numeric, $3)
     ON CONFLICT (transaction_id) DO UPDATE SET at = least(settlement.mark.at, excluded.at)
   ), gone AS (
     DELETE FROM settlement.mark WHERE at < (SELECT at FROM sure)
   )
   UPDATE settlement.intake SET from_at = greatest(from_at, (SELECT at FROM sure) - interval '10 minutes')
   WHERE (SELECT at FROM sure) IS NOT NULL`,
);
/** After everything was taken: what may still come to light happened after the newest mark that nothing open predates. */
export const updateIntake = (
  tx: Transaction,
  seen: { oldest: string; next: string; at: Date },
): Promise<unknown> => tx.query(advanceIntake, [seen.oldest, seen.next, seen.at]);

// ---- Batches

interface BatchRow {
  id: bigint;
  merchant_id: bigint;
  currency: string;
  status: BatchStatus;
  opened_at: Date;
  cut_off_at: Date;
  settlement_day: string;
  roll_overs: number;
  lines: bigint;
  gross: bigint;
  fees: bigint;
  adjustments: bigint;
  net: bigint;
  closed_at: Date | null;
  pay_at: Date | null;
  paid_at: Date | null;
  attempts: number;
  refusal: string | null;
}
const batchColumns = `id, merchant_id, currency, status, opened_at, cut_off_at, settlement_day::text, roll_overs, lines,
  gross, fees, adjustments, net, closed_at, pay_at, paid_at, attempts, refusal`;
const batchOf = (row: BatchRow): Batch => ({
  id: row.id,
  merchantId: row.merchant_id,
  currency: row.currency,
  status: row.status,
  openedAt: row.opened_at,
  cutOffAt: row.cut_off_at,
  settlementDay: row.settlement_day,
  rollOvers: row.roll_overs,
  lines: row.lines,
  gross: row.gross,
  fees: row.fees,
  adjustments: row.adjustments,
  net: row.net,
  closedAt: row.closed_at,
  payAt: row.pay_at,
  paidAt: row.paid_at,
  attempts: row.attempts,
  refusal: row.refusal,
});

const openBatch = statement(
  'settlement.open-batch',
  `INSERT INTO settlement.batch (id, merchant_id, currency, status, opened_at, cut_off_at, settlement_day, fixed_fee,
     refund_fee, tax_bps, contract_version)
   VALUES ($1, $2, $3, 'OPEN', $4, $5, $6::date, $7, $8, $9, $10)
   ON CONFLICT (merchant_id, currency) WHERE status = 'OPEN' DO NOTHING`,
);
export const insertBatch = (
  tx: Transaction,
  batch: { id: bigint; terms: SettlementTerms; openedAt: Date; cutOffAt: Date; settlementDay: string },
): Promise<unknown> =>
  tx.query(openBatch, [
    batch.id,
    batch.terms.merchantId,
    batch.terms.currency,
    batch.openedAt,
    batch.cutOffAt,
    batch.settlementDay,
    batch.terms.fixedFee,
    batch.terms.refundFee,
    batch.terms.taxBps,
    batch.terms.contractVersion,
  ]);

const nextCutOff = statement(
  'settlement.next-cut-off',
  `SELECT min(cut_off_at) AS at FROM settlement.batch WHERE status = 'OPEN' AND id::text <> ALL($1::text[])`,
);
export const readNextCutOff = async (
  connection: Connection,
  except: readonly string[],
): Promise<Date | null> => (await connection.query<{ at: Date | null }>(nextCutOff, [except]))[0]!.at;

const dueToClose = statement(
  'settlement.due-to-close',
  `SELECT id FROM settlement.batch WHERE status = 'OPEN' AND cut_off_at <= $1 AND id::text <> ALL($3::text[])
   ORDER BY cut_off_at, id LIMIT $2`,
);
export const readDueToClose = async (
  connection: Connection,
  { by, limit, except = [] }: { by: Date; limit: number; except?: readonly string[] },
): Promise<bigint[]> =>
  (await connection.query<{ id: bigint }>(dueToClose, [by, limit, except])).map((row) => row.id);

const lockBatches = statement(
  'settlement.lock-batches',
  `SELECT ${batchColumns} FROM settlement.batch WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE`,
);
export const lockBatchRows = async (tx: Transaction, ids: readonly bigint[]): Promise<Batch[]> =>
  (await tx.query<BatchRow>(lockBatches, [ids])).map(batchOf);

const sums = statement(
  'settlement.sums',
  `SELECT count(*) AS lines, coalesce(sum(gross), 0)::bigint AS gross, coalesce(sum(fee), 0)::bigint AS fee,
     coalesce(sum(fixed_fee), 0)::bigint AS "fixedFee", coalesce(sum(refund_fee), 0)::bigint AS "refundFee",
     coalesce(sum(tax), 0)::bigint AS tax, coalesce(sum(adjustment), 0)::bigint AS adjustments
   FROM settlement.line WHERE batch_id = $1`,
);
export const readSums = async (connection: Connection, batchId: bigint): Promise<BatchSums> =>
  (await connection.query<BatchSums>(sums, [batchId]))[0]!;

const rollOver = statement(
  'settlement.roll-over',
  `UPDATE settlement.batch SET cut_off_at = $2, settlement_day = $3::date, roll_overs = roll_overs + 1 WHERE id = $1`,
);
export const rollBatchOver = (
  tx: Transaction,
  to: { id: bigint; cutOffAt: Date; settlementDay: string },
): Promise<unknown> => tx.query(rollOver, [to.id, to.cutOffAt, to.settlementDay]);

const closeBatch = statement(
  'settlement.close-batch',
  `UPDATE settlement.batch SET status = 'CLOSED', closed_at = $2, pay_at = $3, entry_id = $4, lines = $5, gross = $6,
     fees = $7, adjustments = $8, net = $9 WHERE id = $1`,
);
export const closeBatchRow = (
  tx: Transaction,
  b: {
    id: bigint;
    closedAt: Date;
    payAt: Date;
    entryId: bigint;
    lines: bigint;
    gross: bigint;
    fees: bigint;
    adjustments: bigint;
    net: bigint;
  },
): Promise<unknown> =>
  tx.query(closeBatch, [
    b.id,
    b.closedAt,
    b.payAt,
    b.entryId,
    b.lines,
    b.gross,
    b.fees,
    b.adjustments,
    b.net,
  ]);

const ofMerchant = statement(
  'settlement.batches-of-merchant',
  `SELECT ${batchColumns} FROM settlement.batch WHERE merchant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`,
);
export const readBatchesOf = async (
  connection: Connection,
  page: { merchantId: bigint; before: bigint; limit: number },
): Promise<Batch[]> =>
  (await connection.query<BatchRow>(ofMerchant, [page.merchantId, page.before, page.limit])).map(batchOf);

const batchPage = statement(
  'settlement.batch-page',
  `SELECT ${batchColumns}, entry_id FROM settlement.batch WHERE id > $1 ORDER BY id LIMIT $2`,
);
export const readBatchPage = async (
  connection: Connection,
  after: bigint,
  limit: number,
): Promise<(Batch & { entryId: bigint })[]> =>
  (await connection.query<BatchRow & { entry_id: bigint }>(batchPage, [after, limit])).map((row) => ({
    ...batchOf(row),
    entryId: row.entry_id,
  }));

// ---- Reserves

const insertReserve = statement(
  'settlement.insert-reserve',
  `INSERT INTO settlement.reserve (id, batch_id, merchant_id, currency, amount, release_at) VALUES ($1, $2, $3, $4, $5, $6)`,
);
const reserveLine = statement(
  'settlement.reserve-line',
  `INSERT INTO settlement.line (source_id, sequence, batch_id, kind, refund_id, occurred_at, gross, fee, fixed_fee,
     refund_fee, tax, adjustment)
   VALUES ($1, $2, $3, $4, 0, $5, 0, 0, 0, 0, 0, $6)`,
);
export async function insertReserveRow(
  tx: Transaction,
  reserve: { id: bigint; batch: Batch; amount: bigint; withheldAt: Date; releaseAt: Date },
): Promise<void> {
  const { id, batch, amount } = reserve;
  await tx.query(insertReserve, [id, batch.id, batch.merchantId, batch.currency, amount, reserve.releaseAt]);
  await tx.query(reserveLine, [id, -1, batch.id, 'RESERVE', reserve.withheldAt, -amount]);
}

const insertCarryOver = statement(
  'settlement.insert-carry-over',
  'INSERT INTO settlement.carry_over (id, batch_id, into_batch_id, amount) VALUES ($1, $2, $3, $4)',
);
/** What a closed batch could not pay goes into the merchant's open one. */
export async function insertCarryOverRow(
  tx: Transaction,
  carry: { id: bigint; batch: Batch; amount: bigint; at: Date },
): Promise<void> {
  const { id, batch, amount, at } = carry;
  const [open] = await tx.query<{ id: bigint }>(openBatchOf, [batch.merchantId, batch.currency]);
  await tx.query(insertCarryOver, [id, batch.id, open!.id, amount]);
  await tx.query(reserveLine, [id, -3, batch.id, 'CARRIED_OVER', at, -amount]);
  await tx.query(reserveLine, [id, -4, open!.id, 'CARRIED_IN', at, amount]);
}

const nextRelease = statement(
  'settlement.next-release',
  `SELECT min(release_at) AS at FROM settlement.reserve WHERE released_by_entry = 0
     AND id::text <> ALL($1::text[])`,
);
export const readNextRelease = async (
  connection: Connection,
  except: readonly string[],
): Promise<Date | null> => (await connection.query<{ at: Date | null }>(nextRelease, [except]))[0]!.at;

export interface ReserveRow {
  readonly id: bigint;
  readonly merchant_id: bigint;
  readonly currency: string;
  readonly amount: bigint;
}
const dueReserves = statement(
  'settlement.due-reserves',
  `SELECT id FROM settlement.reserve WHERE released_by_entry = 0 AND release_at <= $1
     AND id::text <> ALL($3::text[]) ORDER BY id LIMIT $2`,
);
export const readDueReserves = async (
  connection: Connection,
  of: { by: Date; limit: number; except: readonly string[] },
): Promise<bigint[]> =>
  (await connection.query<{ id: bigint }>(dueReserves, [of.by, of.limit, of.except])).map((row) => row.id);

const lockReserveStatement = statement(
  'settlement.lock-reserve',
  `SELECT id, merchant_id, currency, amount FROM settlement.reserve
   WHERE id = $1 AND released_by_entry = 0 FOR UPDATE SKIP LOCKED`,
);
/** Undefined when it was released, or is being released by another process. */
export const lockReserve = async (tx: Transaction, id: bigint): Promise<ReserveRow | undefined> =>
  (await tx.query<ReserveRow>(lockReserveStatement, [id]))[0];

const releaseReserve = statement(
  'settlement.release-reserve',
  'UPDATE settlement.reserve SET released_by_entry = $2 WHERE id = $1',
);
const openBatchOf = statement(
  'settlement.open-batch-of',
  `SELECT id FROM settlement.batch WHERE merchant_id = $1 AND currency = $2 AND status = 'OPEN' FOR UPDATE`,
);
/** Takes the reserve into the merchant's open batch. */
export async function releaseReserveRow(
  tx: Transaction,
  reserve: ReserveRow & { entryId: bigint; at: Date },
): Promise<void> {
  const [open] = await tx.query<{ id: bigint }>(openBatchOf, [reserve.merchant_id, reserve.currency]);
  await tx.query(releaseReserve, [reserve.id, reserve.entryId]);
  await tx.query(reserveLine, [reserve.id, -2, open!.id, 'RESERVE_RELEASED', reserve.at, reserve.amount]);
}

// SQL of what settlement's proofs compare: batches with their lines, lines with what happened, and what should stand
// on each merchant's accounts. Everything at once, in the audit's snapshot.
import { type Connection, statement } from '../database/index.ts';

const wrongBatches = statement(
  'settlement.wrong-batches',
  `WITH summed AS (
     SELECT batch_id, count(*) AS lines, sum(gross) AS gross, sum(fee + fixed_fee + refund_fee + tax) AS fees,
       sum(adjustment) AS adjustments, sum(net) AS net, max(occurred_at) FILTER (WHERE sequence > 0) AS last_at
     FROM settlement.line GROUP BY batch_id
   )
   SELECT coalesce(b.id, s.batch_id) AS batch, b.net AS stated, s.net::bigint AS summed
   FROM settlement.batch b FULL JOIN summed s ON s.batch_id = b.id
   WHERE b.id IS NULL OR s.last_at >= b.cut_off_at OR (b.status <> 'OPEN'
     AND (b.lines, b.gross, b.fees, b.adjustments, b.net)
       IS DISTINCT FROM (s.lines, s.gross::bigint, s.fees::bigint, s.adjustments::bigint, s.net::bigint))
   ORDER BY 1 LIMIT 20`,
);
/** Closed batches whose stated sums are not their lines', and lines outside their batch's time. */
export const readWrongBatches = (
  connection: Connection,
): Promise<{ batch: bigint; stated: bigint | null; summed: bigint | null }[]> =>
  connection.query(wrongBatches);

const wrongLines = statement(
  'settlement.wrong-lines',
  `SELECT l.source_id AS source, l.sequence, l.batch_id AS batch
   FROM settlement.line l
   JOIN settlement.batch b ON b.id = l.batch_id
   LEFT JOIN settlement.item i ON l.sequence > 0 AND i.payment_id = l.source_id AND i.sequence = l.sequence
   LEFT JOIN settlement.reserve r ON l.sequence IN (-1, -2) AND r.id = l.source_id
   LEFT JOIN settlement.carry_over c ON l.sequence IN (-3, -4) AND c.id = l.source_id
   WHERE CASE WHEN l.sequence < -2
     THEN (c.amount * (CASE l.kind WHEN 'CARRIED_OVER' THEN -1 ELSE 1 END)) IS DISTINCT FROM l.adjustment
       OR l.batch_id <> (CASE l.kind WHEN 'CARRIED_OVER' THEN c.batch_id ELSE c.into_batch_id END)
     WHEN l.sequence > 0
     THEN (i.merchant_id, i.currency, i.kind, i.gross, i.fee) IS DISTINCT FROM
       (b.merchant_id, b.currency, l.kind, l.gross, l.fee) OR l.adjustment <> 0
     ELSE (r.merchant_id, r.currency, r.amount * (CASE l.kind WHEN 'RESERVE' THEN -1 ELSE 1 END)) IS DISTINCT FROM
       (b.merchant_id, b.currency, l.adjustment) OR (l.kind = 'RESERVE' AND r.batch_id <> l.batch_id) END
   ORDER BY 1, 2 LIMIT 20`,
);
/** Lines that are not what the payment's event, or the reserve, says. */
export const readWrongLines = (
  connection: Connection,
): Promise<{ source: bigint; sequence: number; batch: bigint }[]> => connection.query(wrongLines);

const wrongPayouts = statement(
  'settlement.wrong-payouts',
  `SELECT b.id AS batch, b.status, b.net,
     coalesce(sum(p.amount) FILTER (WHERE p.status <> 'rejected'), 0)::bigint AS paid
   FROM settlement.batch b LEFT JOIN settlement.payout p ON p.batch_id = b.id
   GROUP BY b.id
   HAVING count(*) FILTER (WHERE p.status = 'paid') <> (CASE b.status WHEN 'PAID' THEN 1 ELSE 0 END)
     OR count(*) FILTER (WHERE p.status = 'in-transit') <> (CASE b.status WHEN 'IN_TRANSIT' THEN 1 ELSE 0 END)
     OR bool_or(p.amount <> b.net) OR count(p.batch_id) <> b.attempts
   ORDER BY 1 LIMIT 20`,
);
/** Batches whose payouts do not fit their status or net. */
export const readWrongPayouts = (
  connection: Connection,
): Promise<{ batch: bigint; status: string; net: bigint; paid: bigint }[]> => connection.query(wrongPayouts);

const owed = statement(
  'settlement.owed',
  `WITH unsettled AS (
     SELECT i.merchant_id, i.currency, sum(i.gross + i.fee) AS amount FROM settlement.item i
     LEFT JOIN settlement.line l ON l.source_id = i.payment_id AND l.sequence = i.sequence
     LEFT JOIN settlement.batch b ON b.id = l.batch_id
     WHERE l.source_id IS NULL OR b.status = 'OPEN' GROUP BY 1, 2
     UNION ALL
     SELECT b.merchant_id, b.currency, sum(l.adjustment) FROM settlement.line l
     JOIN settlement.batch b ON b.id = l.batch_id AND b.status = 'OPEN' WHERE l.sequence < 0 GROUP BY 1, 2
   )
   SELECT merchant_id, currency, kind, sum(amount)::bigint AS amount FROM (
     SELECT merchant_id, currency, 'merchant-pending' AS kind, amount FROM unsettled
     UNION ALL
     SELECT merchant_id, currency, CASE status WHEN 'IN_TRANSIT' THEN 'merchant-in-transit' ELSE 'merchant-payable' END,
       net FROM settlement.batch WHERE status IN ('CLOSED', 'REJECTED', 'IN_TRANSIT')
     UNION ALL
     SELECT merchant_id, currency, 'merchant-reserve', amount FROM settlement.reserve WHERE released_by_entry = 0
   ) AS all_of_it GROUP BY 1, 2, 3`,
);
export interface OwedRow {
  readonly merchant_id: bigint;
  readonly currency: string;
  readonly kind: 'merchant-pending' | 'merchant-payable' | 'merchant-in-transit' | 'merchant-reserve';
  readonly amount: bigint;
}
/** What should stand on each merchant's accounts, from payments, batches and reserves alone. */
export const readOwed = (connection: Connection): Promise<OwedRow[]> => connection.query(owed);

const counts = statement(
  'settlement.counts',
  `SELECT (SELECT count(*) FROM settlement.batch WHERE status <> 'OPEN') AS closed,
     (SELECT count(*) FROM settlement.batch WHERE status = 'PAID') AS paid,
     (SELECT count(*) FROM settlement.line) AS lines`,
);
export const readCounts = async (
  connection: Connection,
): Promise<{ closed: bigint; paid: bigint; lines: bigint }> =>
  (await connection.query<{ closed: bigint; paid: bigint; lines: bigint }>(counts))[0]!;

// For the export: pages in key order.

const exportLines = statement(
  'settlement.export-lines',
  `SELECT source_id, sequence, batch_id, kind, gross, fee, fixed_fee, refund_fee, tax, adjustment, net
   FROM settlement.line WHERE batch_id = $1 AND (source_id, sequence) > ($2::bigint, $3::smallint)
   ORDER BY source_id, sequence LIMIT $4`,
);
export interface ExportedLine {
  readonly source_id: bigint;
  readonly sequence: number;
  readonly batch_id: bigint;
  readonly kind: string;
  readonly gross: bigint;
  readonly fee: bigint;
  readonly fixed_fee: bigint;
  readonly refund_fee: bigint;
  readonly tax: bigint;
  readonly adjustment: bigint;
  readonly net: bigint;
}
export const readExportedLines = (
  connection: Connection,
  page: { batchId: bigint; after: { source_id: bigint; sequence: number }; limit: number },
): Promise<ExportedLine[]> =>
  connection.query(exportLines, [page.batchId, page.after.source_id, page.after.sequence, page.limit]);

const exportReserves = statement(
  'settlement.export-reserves',
  `SELECT id, batch_id, merchant_id, currency, amount, released_by_entry FROM settlement.reserve
   WHERE id > $1 ORDER BY id LIMIT $2`,
);
export interface ExportedReserve {
  readonly id: bigint;
  readonly batch_id: bigint;
  readonly merchant_id: bigint;
  readonly currency: string;
  readonly amount: bigint;
  readonly released_by_entry: bigint;
}
export const readReservePage = (
  connection: Connection,
  after: bigint,
  limit: number,
): Promise<ExportedReserve[]> => connection.query(exportReserves, [after, limit]);

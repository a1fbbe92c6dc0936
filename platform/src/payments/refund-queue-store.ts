// SQL of the queue of refunds that wait for the merchant's funds.
import { type Connection, integers, statement, type Transaction, texts } from '../database/index.ts';

export interface QueuedRefund {
  readonly refundId: bigint;
  readonly paymentId: bigint;
  readonly nextTryAt: Date;
  /** From then on it is not tried again: the refund has failed. */
  readonly givenUpAt: Date;
}

const enqueueStatement = statement(
  'payments.enqueue-refunds',
  `INSERT INTO payments.refund_queue (refund_id, payment_id, next_try_at, given_up_at)
   SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::timestamptz[])
   ON CONFLICT (refund_id) DO UPDATE SET next_try_at = excluded.next_try_at`,
);
const dequeueStatement = statement(
  'payments.dequeue-refunds',
  'DELETE FROM payments.refund_queue WHERE refund_id = ANY($1::bigint[])',
);
/** Puts refunds into the queue or further back in it, and takes others out. */
export async function writeRefundQueue(
  tx: Transaction,
  { queued, dequeued }: { queued: readonly QueuedRefund[]; dequeued: readonly bigint[] },
): Promise<void> {
  if (queued.length > 0)
    await tx.query(enqueueStatement, [
      integers(queued.map((refund) => refund.refundId)),
      integers(queued.map((refund) => refund.paymentId)),
      queued.map((refund) => refund.nextTryAt),
      queued.map((refund) => refund.givenUpAt),
    ]);
  if (dequeued.length > 0) await tx.query(dequeueStatement, [integers(dequeued)]);
}

interface QueueRow {
  refund_id: bigint;
  payment_id: bigint;
  next_try_at: Date;
  given_up_at: Date;
}
const queuedOf = (row: QueueRow): QueuedRefund => ({
  refundId: row.refund_id,
  paymentId: row.payment_id,
  nextTryAt: row.next_try_at,
  givenUpAt: row.given_up_at,
});
const queueColumns = 'refund_id, payment_id, next_try_at, given_up_at';

const queuedByIds = statement(
  'payments.queued-refunds',
  `SELECT ${queueColumns} FROM payments.refund_queue WHERE refund_id = ANY($1::bigint[])`,
);
export async function readQueuedRefunds(
  connection: Connection,
  refundIds: readonly bigint[],
): Promise<Map<bigint, QueuedRefund>> {
  const rows = await connection.query<QueueRow>(queuedByIds, [integers(refundIds)]);
  return new Map(rows.map((row) => [row.refund_id, queuedOf(row)]));
}

const dueStatement = statement(
  'payments.due-refunds',
  `SELECT ${queueColumns} FROM payments.refund_queue WHERE next_try_at <= $1 AND refund_id::text <> ALL($3::text[])
   ORDER BY next_try_at, refund_id LIMIT $2`,
);
export const readDueRefunds = async (
  connection: Connection,
  due: { by: Date; limit: number; except: readonly string[] },
): Promise<QueuedRefund[]> =>
  (await connection.query<QueueRow>(dueStatement, [due.by, due.limit, texts(due.except)])).map(queuedOf);

const nextStatement = statement(
  'payments.next-due-refund',
  'SELECT min(next_try_at) AS at FROM payments.refund_queue WHERE refund_id::text <> ALL($1::text[])',
);
export const readNextDueRefund = async (
  connection: Connection,
  except: readonly string[],
): Promise<Date | null> =>
  (await connection.query<{ at: Date | null }>(nextStatement, [texts(except)]))[0]?.at ?? null;

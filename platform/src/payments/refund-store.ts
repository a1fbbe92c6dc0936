// All SQL about refunds.
import { money } from '@tongbao/money';
import { type Connection, copyInto, integers, statement, type Transaction } from '../database/index.ts';
import type { Refund, RefundStatus } from './payment.ts';
import type { RefundSums } from './refund-price.ts';
import { readShares, writeShares } from './shares.ts';
import type { PayerPage } from './store.ts';

interface RefundRow {
  id: bigint;
  payment_id: bigint;
  merchant_id: bigint;
  payer_id: bigint;
  request_id: string;
  status: RefundStatus;
  amount: bigint;
  payer_amount: bigint;
  settlement_amount: bigint | null;
  fee_returned: bigint;
  owed_fee: bigint;
  owed: bigint;
  put_aside: boolean;
  reason: string | null;
  notify_url: string | null;
  metadata: string | null;
  shares: string | null;
  created_at: Date;
  finished_at: Date | null;
  currency: string;
  payer_currency: string;
  settlement_currency: string | null;
}

const refundColumns = `r.id, r.payment_id, r.merchant_id, r.payer_id, r.request_id, r.status, r.amount, r.payer_amount, r.settlement_amount,
  r.fee_returned, r.owed_fee, r.owed, r.put_aside, r.reason, r.notify_url, r.metadata, r.shares, r.created_at, r.finished_at, p.currency, p.payer_currency, p.settlement_currency`;
const refundsFrom = 'FROM payments.refund r JOIN payments.payment p ON p.id = r.payment_id';

function refundOf(row: RefundRow): Refund {
  const amount = money(row.currency, row.amount);
  const settlementAmount =
    row.settlement_currency === null ? amount : money(row.settlement_currency, row.settlement_amount!);
  return {
    id: row.id,
    paymentId: row.payment_id,
    merchantId: row.merchant_id,
    payerId: row.payer_id,
    requestId: row.request_id,
    status: row.status,
    amount,
    payerAmount: money(row.payer_currency, row.payer_amount),
    settlementAmount,
    feeReturned: money(settlementAmount.currency, row.fee_returned),
    owedFee: row.owed_fee,
    owed: row.owed,
    putAside: row.put_aside,
    reason: row.reason,
    notifyUrl: row.notify_url,
    metadata: row.metadata,
    shares: readShares(row.shares),
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}

const refundsByIds = statement(
  'payments.refunds-by-ids',
  `SELECT ${refundColumns} ${refundsFrom} WHERE r.id = ANY($1::bigint[])`,
);
export async function readRefunds(
  connection: Connection,
  ids: readonly bigint[],
): Promise<Map<bigint, Refund>> {
  if (ids.length === 0) return new Map();
  const rows = await connection.query<RefundRow>(refundsByIds, [ids]);
  return new Map(rows.map((row) => [row.id, refundOf(row)]));
}

const refundsByPayments = statement(
  'payments.refunds-by-payments',
  `SELECT each.* FROM unnest($1::bigint[]) AS k(payment_id),
     LATERAL (SELECT ${refundColumns} ${refundsFrom} WHERE r.payment_id = k.payment_id ORDER BY r.id LIMIT 1000) AS each`,
);
/** The refunds of each payment, oldest first, at most 1,000 of each; in the order asked. */
export async function readRefundsOfEach(
  connection: Connection,
  paymentIds: readonly bigint[],
): Promise<Refund[][]> {
  const rows = await connection.query<RefundRow>(refundsByPayments, [integers([...new Set(paymentIds)])]);
  const byPayment = new Map<bigint, Refund[]>();
  for (const refund of rows.map(refundOf)) {
    const own = byPayment.get(refund.paymentId);
    if (own === undefined) byPayment.set(refund.paymentId, [refund]);
    else own.push(refund);
  }
  return paymentIds.map((id) => byPayment.get(id) ?? []);
}

const refundSumsStatement = statement(
  'payments.refund-sums',
  `SELECT payment_id, count(*)::integer AS count, max(created_at) AS last_asked_at, sum(owed_fee)::bigint AS owed_fee,
     coalesce(sum(fee_returned - coalesce((SELECT sum((share->>'amount')::bigint) FROM json_array_elements(shares::json) share), 0))
       FILTER (WHERE status <> 'failed'), 0)::bigint AS fee_returned,
     coalesce(sum(coalesce(settlement_amount, amount)) FILTER (WHERE status <> 'failed'), 0)::bigint AS settled
   FROM payments.refund WHERE payment_id = ANY($1::bigint[]) GROUP BY payment_id`,
);
/** What each payment's refunds come to; payments without one are absent. */
export async function readRefundSums(
  connection: Connection,
  paymentIds: readonly bigint[],
): Promise<Map<bigint, RefundSums>> {
  const rows = await connection.query<{
    payment_id: bigint;
    count: number;
    last_asked_at: Date;
    owed_fee: bigint;
    fee_returned: bigint;
    settled: bigint;
  }>(refundSumsStatement, [integers(paymentIds)]);
  return new Map(
    rows.map((row) => [
      row.payment_id,
      {
        count: row.count,
        lastAskedAt: row.last_asked_at,
        feeReturned: row.fee_returned,
        settled: row.settled,
        owedFee: row.owed_fee,
      },
    ]),
  );
}

const refundsByPayer = statement(
  'payments.refunds-by-payer',
  `SELECT ${refundColumns} ${refundsFrom} WHERE r.payer_id = $1 AND r.id < $2
     AND ($4::timestamptz IS NULL OR (r.created_at >= $4 AND r.created_at < $5)) ORDER BY r.id DESC LIMIT $3`,
);
export async function readRefundsOfPayer(
  connection: Connection,
  { payerId, before, limit, period }: PayerPage,
): Promise<Refund[]> {
  const values = [payerId, before, limit, period?.from ?? null, period?.to ?? null];
  return (await connection.query<RefundRow>(refundsByPayer, values)).map(refundOf);
}

export const refundRows = copyInto<Refund>('payments.refund', {
  id: ['int8', (refund) => refund.id],
  payment_id: ['int8', (refund) => refund.paymentId],
  merchant_id: ['int8', (refund) => refund.merchantId],
  payer_id: ['int8', (refund) => refund.payerId],
  request_id: ['text', (refund) => refund.requestId],
  status: ['text', (refund) => refund.status],
  amount: ['int8', (refund) => refund.amount.amount],
  payer_amount: ['int8', (refund) => refund.payerAmount.amount],
  settlement_amount: [
    'int8',
    ({ amount, settlementAmount }) =>
      settlementAmount.currency === amount.currency ? null : settlementAmount.amount,
  ],
  fee_returned: ['int8', (refund) => refund.feeReturned.amount],
  owed_fee: ['int8', (refund) => refund.owedFee],
  owed: ['int8', (refund) => refund.owed],
  put_aside: ['bool', (refund) => refund.putAside],
  reason: ['text', (refund) => refund.reason],
  notify_url: ['text', (refund) => refund.notifyUrl],
  metadata: ['text', (refund) => refund.metadata],
  shares: ['text', (refund) => writeShares(refund.shares)],
  created_at: ['timestamptz', (refund) => refund.createdAt],
  finished_at: ['timestamptz', (refund) => refund.finishedAt],
});

const updateRefundsStatement = statement(
  'payments.update-refunds',
  `WITH changed AS (
     UPDATE payments.refund AS r SET status = u.status, finished_at = u.finished_at, owed_fee = u.owed_fee, owed = u.owed,
       put_aside = u.put_aside
     FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::bigint[], $5::bigint[], $6::boolean[])
       AS u(id, status, finished_at, owed_fee, owed, put_aside) WHERE r.id = u.id RETURNING 1
   ) SELECT system.expect_rows('payments.refund', count(*), cardinality($1::bigint[])) FROM changed`,
);
export async function updateRefunds(tx: Transaction, refunds: readonly Refund[]): Promise<void> {
  if (refunds.length === 0) return;
  await tx.query(updateRefundsStatement, [
    refunds.map((r) => r.id),
    refunds.map((r) => r.status),
    refunds.map((r) => r.finishedAt),
    refunds.map((r) => r.owedFee),
    refunds.map((r) => r.owed),
    refunds.map((r) => r.putAside),
  ]);
}

const refundsOfPayments = statement(
  'payments.refunds-of-payments',
  `SELECT ${refundColumns} ${refundsFrom} WHERE r.payment_id = ANY($1::bigint[]) ORDER BY r.id`,
);
export const readRefundsOfPayments = async (
  connection: Connection,
  ids: readonly bigint[],
): Promise<Refund[]> => (await connection.query<RefundRow>(refundsOfPayments, [ids])).map(refundOf);

// SQL of statements: what was paid and refunded through the classic gateway in a period.
import { type Connection, statement } from '../database/index.ts';
import type { StatementLine } from './commands.ts';
import { readRefunds } from './refund-store.ts';
import { type PaymentRow, paymentColumns, paymentsOf, readPayments } from './store.ts';

const paidStatement = statement(
  'payments.statement-paid',
  `SELECT ${paymentColumns} FROM payments.payment
   WHERE merchant_id = $1 AND paid_at >= $2 AND paid_at < $3 AND paid_at IS NOT NULL
     AND order_facts->>'channel' = 'gateway'
   ORDER BY paid_at, id LIMIT $4`,
);
const refundedStatement = statement(
  'payments.statement-refunded',
  `SELECT r.id, r.payment_id FROM payments.payment p JOIN payments.refund r ON r.payment_id = p.id
   WHERE p.merchant_id = $1 AND p.paid_at < $3 AND p.paid_at IS NOT NULL
     AND p.order_facts->>'channel' = 'gateway'
     AND r.status = 'succeeded' AND r.finished_at >= $2 AND r.finished_at < $3
   ORDER BY r.finished_at, r.id LIMIT $4`,
);

export async function readStatement(
  connection: Connection,
  period: { merchantId: bigint; from: Date; to: Date; limit: number },
): Promise<StatementLine[]> {
  const values = [period.merchantId, period.from, period.to, period.limit];
  const paid = await paymentsOf(connection, await connection.query<PaymentRow>(paidStatement, values));
  const found = await connection.query<{ id: bigint; payment_id: bigint }>(refundedStatement, values);
  const refunds = await readRefunds(
    connection,
    found.map((row) => row.id),
  );
  const payments = await readPayments(connection, [...new Set(found.map((row) => row.payment_id))]);
  const lines: StatementLine[] = [
    ...paid.map((payment) => ({ kind: 'payment' as const, payment })),
    ...found.map((row) => ({
      kind: 'refund' as const,
      payment: payments.get(row.payment_id)!,
      refund: refunds.get(row.id)!,
    })),
  ];
  return lines.sort((a, b) => timeOf(a) - timeOf(b)).slice(0, period.limit);
}

const timeOf = (line: StatementLine): number =>
  (line.kind === 'payment' ? line.payment.paidAt! : line.refund.finishedAt!).getTime();

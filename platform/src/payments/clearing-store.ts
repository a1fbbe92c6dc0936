// SQL of what card payments moved on a card bank's clearing account, by the references that the bank was asked under.
import { type Connection, statement } from '../database/index.ts';

const movements = statement(
  'payments.clearing-movements',
  // The confirmation that asked for the debit is the event before the one that says paid.
  `SELECT 'P' || p.id || '-' || (e.sequence - 1) AS reference, p.payer_amount AS amount,
     (p.paid_at AT TIME ZONE 'UTC')::date::text AS day
   FROM payments.payment p JOIN payments.event e ON e.payment_id = p.id AND e.kind = 'paid'
   WHERE p.card_id <> 0 AND p.funding_account = $1 AND p.paid_at >= $2::date AND p.paid_at < $3::date + 1
   UNION ALL
   SELECT coalesce((SELECT q.reference FROM payments.bank_question q
       WHERE q.payment_id = p.id AND q.task = 'reverse-card' ORDER BY q.asked_at DESC, q.reference DESC LIMIT 1), 'V' || p.id),
     -p.payer_amount, (p.closed_at AT TIME ZONE 'UTC')::date::text
   FROM payments.payment p
   WHERE p.card_id <> 0 AND p.status = 'cancelled' AND p.paid_at IS NOT NULL AND p.funding_account = $1
     AND p.closed_at >= $2::date AND p.closed_at < $3::date + 1
   UNION ALL
   SELECT 'R' || r.id, -r.payer_amount, (r.finished_at AT TIME ZONE 'UTC')::date::text
   FROM payments.refund r JOIN payments.payment p ON p.id = r.payment_id
   WHERE r.status = 'succeeded' AND r.payer_amount > 0 AND p.card_id <> 0 AND p.funding_account = $1
     AND r.finished_at >= $2::date AND r.finished_at < $3::date + 1`,
);
/**
 * Debits, refunds and reversals on a clearing account in days (YYYY-MM-DD, UTC, both included). Minor units; positive
 * is what the bank owes us more.
 */
export const readClearingMovements = (
  connection: Connection,
  of: { account: bigint; fromDay: string; toDay: string },
): Promise<{ reference: string; amount: bigint; day: string }[]> =>
  connection.query(movements, [of.account, of.fromDay, of.toDay]);

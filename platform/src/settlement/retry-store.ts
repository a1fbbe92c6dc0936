// SQL of payouts that need a person.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { BatchStatus } from './batch.ts';

const lock = statement(
  'settlement.lock-for-retry',
  `SELECT b.status, b.pay_at IS NOT NULL AS "isDue", b.refusal,
     coalesce(concat_ws(' ', p.account_name, p.account_number, p.bank_bic), '') AS "formerAccount",
     CASE WHEN coalesce(t.account_number, '') = '' THEN ''
       ELSE concat_ws(' ', t.account_name, t.account_number, t.bank_bic) END AS account
   FROM settlement.batch b
   LEFT JOIN settlement.terms t ON t.merchant_id = b.merchant_id AND t.currency = b.currency
   LEFT JOIN settlement.payout p ON p.batch_id = b.id AND p.attempt = b.attempts
   WHERE b.id = $1 FOR UPDATE OF b`,
);
export interface LockedForRetry {
  readonly status: BatchStatus;
  readonly isDue: boolean;
  readonly refusal: string | null;
  readonly formerAccount: string;
  readonly account: string;
}
export const lockForRetry = async (tx: Transaction, batchId: bigint): Promise<LockedForRetry | null> =>
  (await tx.query<LockedForRetry>(lock, [batchId]))[0] ?? null;

const again = statement(
  'settlement.pay-once-more',
  `UPDATE settlement.batch SET pay_at = $2 WHERE id = $1 AND status = 'REJECTED' AND pay_at IS NULL`,
);
export const payOnceMore = (tx: Transaction, batchId: bigint, now: Date): Promise<unknown> =>
  tx.query(again, [batchId, now]);

const list = statement(
  'settlement.payouts-in-hand',
  `SELECT b.id, b.merchant_id AS "merchantId", b.currency, b.status, b.net, b.settlement_day::text AS "settlementDay",
     b.pay_at AS "payAt", b.attempts, b.refusal, coalesce(right(t.account_number, 4), '') AS account
   FROM settlement.batch b
   LEFT JOIN settlement.terms t ON t.merchant_id = b.merchant_id AND t.currency = b.currency
   WHERE b.id < $1 AND b.status = ANY($2::text[]) AND b.net > 0 ORDER BY b.id DESC LIMIT $3`,
);
export interface PayoutInHandRow {
  readonly id: bigint;
  readonly merchantId: bigint;
  readonly currency: string;
  readonly status: BatchStatus;
  readonly net: bigint;
  readonly settlementDay: string;
  readonly payAt: Date | null;
  readonly attempts: number;
  readonly refusal: string | null;
  /** The last four signs of the account that the contract names; empty where there is none. */
  readonly account: string;
}
export interface PayoutPage {
  readonly before: bigint;
  readonly limit: number;
  /** Only what is not paid yet. */
  readonly onlyOpen: boolean;
}
const openStatuses = ['CLOSED', 'IN_TRANSIT', 'REJECTED'];
/** Closed batches of all merchants that have something to be paid, newest first. */
export const readPayoutsInHand = (connection: Connection, page: PayoutPage): Promise<PayoutInHandRow[]> =>
  connection.query<PayoutInHandRow>(list, [
    page.before,
    page.onlyOpen ? openStatuses : [...openStatuses, 'PAID'],
    page.limit,
  ]);

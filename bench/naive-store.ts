// The same payment as most systems write it: one transaction a payment, one statement a row, the balances locked by
// SELECT … FOR UPDATE first. The same tables, indexes and triggers as production; it is the baseline, nothing more.
import { integers, statement, type Transaction } from '../platform/src/database/index.ts';

const lock = statement(
  'naive.lock',
  'SELECT account_id, balance FROM ledger.balance WHERE account_id = ANY($1::bigint[]) ORDER BY account_id FOR UPDATE',
);
const insertRequest = statement(
  'naive.request',
  'INSERT INTO payments.request (merchant_id, kind, request_id, subject_id, input_hash) VALUES ($1, 1, $2, $3, $4)',
);
const insertPayment = statement(
  'naive.payment',
  `INSERT INTO payments.payment (id, merchant_id, payer_id, status, currency, amount, payer_currency, payer_amount,
     mid_amount, fee, created_at, expires_at, paid_at, funding_account, events, request_id, conditions_id, quote_id,
     locked_at, order_facts)
   VALUES ($1, $2, $3, 'paid', 'KRW', $4, 'CNY', $5, $5, $6, now(), now(), now(), $7, 2, $8, $9, 0, now(), $10)`,
);
const insertConditions = statement(
  'naive.conditions',
  `INSERT INTO payments.conditions (id, content) VALUES (1, '{}') ON CONFLICT DO NOTHING`,
);
const insertEvent = statement(
  'naive.event',
  'INSERT INTO payments.event (payment_id, sequence, kind, occurred_at, entry_id, refund_id) VALUES ($1, $2, $3, now(), $4, 0)',
);
const insertEntry = statement(
  'naive.entry',
  `INSERT INTO ledger.entry (id, kind, payer_id, subject_id, occurred_at, accounts, amounts)
   VALUES ($1, 'payment', $2, $3, now(), $4, $5)`,
);
const insertArrivals = statement(
  'naive.arrivals',
  `INSERT INTO system.arrival (source, ids, sequences)
   VALUES ('entry', ARRAY[$1::bigint], '{}'), ('event', ARRAY[$2::bigint, $2::bigint], '{1,2}')`,
);
const move = statement(
  'naive.move',
  'UPDATE ledger.balance SET balance = balance + $2 WHERE account_id = $1',
);
const insertNotification = statement(
  'naive.notification',
  `INSERT INTO notifications.notification (id, merchant_id, payer_id, kind, subject_id, payment_id, sequence, url,
     next_attempt_at, created_at) VALUES ($1, $2, $3, 'payment', $4, $4, 2, $5, now(), now())`,
);

export interface NaivePayment {
  readonly ids: readonly [payment: bigint, entry: bigint, notification: bigint];
  readonly merchantId: bigint;
  readonly requestId: string;
  readonly payerId: bigint;
  readonly amount: bigint;
  readonly payerAmount: bigint;
  readonly fee: bigint;
  readonly postings: readonly { readonly account: bigint; readonly amount: bigint }[];
  readonly order: string;
}

export async function payNaively(tx: Transaction, payment: NaivePayment): Promise<void> {
  const { ids, merchantId, payerId, postings } = payment;
  const [paymentId, entryId, notificationId] = ids;
  const wallet = postings[0]!.account;
  const rows = await tx.query<{ account_id: bigint; balance: bigint }>(lock, [
    integers(postings.map((posting) => posting.account)),
  ]);
  const found = rows.find((row) => row.account_id === wallet);
  if (found === undefined || found.balance < payment.payerAmount) throw new Error('too little money');
  await tx.query(insertConditions);
  await tx.query(insertRequest, [merchantId, payment.requestId, paymentId, Buffer.alloc(32)]);
  const { amount, payerAmount, fee, requestId, order } = payment;
  await tx.query(insertPayment, [
    ...[paymentId, merchantId, payerId, amount, payerAmount, fee],
    ...[wallet, requestId, 1n, order],
  ]);
  await tx.query(insertEvent, [paymentId, 1, 'created', 0n]);
  await tx.query(insertEvent, [paymentId, 2, 'paid', entryId]);
  await tx.query(insertEntry, [
    ...[entryId, payerId, paymentId],
    integers(postings.map((posting) => posting.account)),
    integers(postings.map((posting) => posting.amount)),
  ]);
  await tx.query(insertArrivals, [entryId, paymentId]);
  for (const posting of postings) await tx.query(move, [posting.account, posting.amount]);
  await tx.query(insertNotification, [
    notificationId,
    merchantId,
    payerId,
    paymentId,
    'http://127.0.0.1:9/n',
  ]);
}

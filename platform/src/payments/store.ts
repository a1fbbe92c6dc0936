// All SQL of the payments room. Hot statements take whole batches as arrays.
import { type Money, money } from '@tongbao/money';
import {
  type Connection,
  copyInto,
  instants,
  integers,
  type RowsToCopy,
  statement,
  type Transaction,
  texts,
} from '../database/index.ts';
import type { LockedQuote } from '../fx/index.ts';
import { type Conditions, type ConditionsBook, readConditions } from './conditions-store.ts';
import {
  type OrderFacts,
  type Payment,
  type PaymentStatus,
  quoteExpiry,
  settlementQuoteId,
} from './payment.ts';

export interface PaymentRow {
  id: bigint;
  merchant_id: bigint;
  payer_id: bigint;
  status: PaymentStatus;
  currency: string;
  amount: bigint;
  payer_currency: string;
  payer_amount: bigint;
  mid_amount: bigint;
  fee: bigint;
  settlement_currency: string | null;
  settlement_amount: bigint | null;
  created_at: Date;
  expires_at: Date;
  paid_at: Date | null;
  closed_at: Date | null;
  card_id: bigint;
  funding_account: bigint;
  refunded: bigint;
  refunding: bigint;
  refunded_to_payer: bigint;
  refunding_to_payer: bigint;
  events: number;
  last_refusal: string | null;
  request_id: string;
  conditions_id: bigint;
  quote_id: bigint;
  locked_at: Date;
  order_facts: StoredOrder;
}

/** The order's words, as stored in JSON: amounts as a currency and a string of minor units. */
interface StoredOrder extends Omit<OrderFacts, 'goods'> {
  readonly goods: readonly { name: string; quantity: string; unit: readonly [string, string] | null }[];
}

export const paymentColumns = `id, merchant_id, payer_id, status, currency, amount, payer_currency, payer_amount, mid_amount, fee,
  settlement_currency, settlement_amount,  created_at, expires_at, paid_at, closed_at, card_id, funding_account, refunded, refunding, refunded_to_payer,
  refunding_to_payer, events, last_refusal, request_id, conditions_id, quote_id, locked_at, order_facts`;

const orderOf = ({ order }: Payment): StoredOrder => ({
  ...order,
  goods: order.goods.map((item) => ({
    name: item.name,
    quantity: item.quantity,
    unit: item.unitAmount === null ? null : [item.unitAmount.currency, item.unitAmount.amount.toString()],
  })),
});

export async function paymentsOf(connection: Connection, rows: readonly PaymentRow[]): Promise<Payment[]> {
  const conditionsOf = await readConditions(connection, rows);
  return rows.map((row) => paymentOf(row, conditionsOf(row)));
}

function paymentOf(row: PaymentRow, conditions: Conditions): Payment {
  const inOrder = (amount: bigint): Money => money(row.currency, amount);
  const inPayer = (amount: bigint): Money => money(row.payer_currency, amount);
  const order = row.order_facts;
  const amount = inOrder(row.amount);
  const settlementAmount =
    row.settlement_currency === null ? amount : money(row.settlement_currency, row.settlement_amount!);
  const life = { createdAt: row.created_at, expiresAt: row.expires_at, terms: conditions.terms };
  return {
    id: row.id,
    merchantId: row.merchant_id,
    requestId: row.request_id,
    status: row.status,
    amount,
    payerAmount: inPayer(row.payer_amount),
    midAmount: inPayer(row.mid_amount),
    spreadAmount: inPayer(row.payer_amount - row.mid_amount),
    settlementAmount,
    fee: money(settlementAmount.currency, row.fee),
    quote: {
      ...conditions.rate,
      quoteId: (row.quote_id === 0n ? row.id : row.quote_id).toString(),
      lockedAt: row.locked_at,
      expiresAt: quoteExpiry(life, row.locked_at),
    },
    settlementQuote:
      conditions.settlement === null ? null : settlementQuoteOf(row, life, conditions.settlement),
    terms: conditions.terms,
    payerId: row.payer_id === 0n ? null : row.payer_id,
    funding:
      row.funding_account === 0n
        ? null
        : row.card_id === 0n
          ? { kind: 'balance' }
          : { kind: 'card', cardId: row.card_id },
    fundingAccount: row.funding_account === 0n ? null : row.funding_account,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    paidAt: row.paid_at,
    closedAt: row.closed_at,
    refunded: inOrder(row.refunded),
    refunding: inOrder(row.refunding),
    refundedToPayer: inPayer(row.refunded_to_payer),
    refundingToPayer: inPayer(row.refunding_to_payer),
    events: row.events,
    lastRefusal: row.last_refusal,
    order: {
      ...order,
      goods: order.goods.map((item) => ({
        name: item.name,
        quantity: item.quantity,
        unitAmount: item.unit === null ? null : money(item.unit[0], BigInt(item.unit[1])),
      })),
    },
  };
}

/** Locked when the order was made, or quoted anew: the payer's rate may be of a quote that was given before. */
function settlementQuoteOf(
  row: PaymentRow,
  life: Parameters<typeof quoteExpiry>[0],
  rate: NonNullable<Conditions['settlement']>,
): LockedQuote {
  const lockedAt = new Date(Math.max(row.locked_at.getTime(), row.created_at.getTime()));
  return {
    ...rate,
    quoteId: settlementQuoteId(row.id),
    lockedAt,
    expiresAt: quoteExpiry(life, row.locked_at),
  };
}

const lockStatement = statement(
  'payments.lock',
  `SELECT ${paymentColumns} FROM payments.payment WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE`,
);
/** Locks payments in id order until the transaction ends. */
export async function lockPayments(tx: Transaction, ids: readonly bigint[]): Promise<Map<bigint, Payment>> {
  const rows = await tx.query<PaymentRow>(lockStatement, [integers([...new Set(ids)])]);
  return new Map((await paymentsOf(tx, rows)).map((payment) => [payment.id, payment]));
}

const byIds = statement(
  'payments.by-ids',
  `SELECT ${paymentColumns} FROM payments.payment WHERE id = ANY($1::bigint[])`,
);
export async function readPayments(
  connection: Connection,
  ids: readonly bigint[],
): Promise<Map<bigint, Payment>> {
  if (ids.length === 0) return new Map();
  const rows = await connection.query<PaymentRow>(byIds, [integers(ids)]);
  return new Map((await paymentsOf(connection, rows)).map((payment) => [payment.id, payment]));
}

const byRequests = statement(
  'payments.by-requests',
  `SELECT p.* FROM unnest($1::bigint[], $2::text[]) AS k(merchant_id, request_id),
     LATERAL (SELECT merchant_id, request_id, subject_id FROM payments.request
       WHERE merchant_id = k.merchant_id AND request_id = k.request_id AND kind = 1 LIMIT 1) AS r,
     LATERAL (SELECT ${paymentColumns} FROM payments.payment WHERE id = r.subject_id) AS p`,
);
/** The payments of merchants' request ids, in the order asked; null where there is none. */
export async function readPaymentsByRequests(
  connection: Connection,
  keys: readonly { readonly merchantId: bigint; readonly requestId: string }[],
): Promise<(Payment | null)[]> {
  const rows = await connection.query<PaymentRow>(byRequests, [
    integers(keys.map((key) => key.merchantId)),
    texts(keys.map((key) => key.requestId)),
  ]);
  const payments = await paymentsOf(connection, rows);
  const found = new Map(payments.map((payment) => [`${payment.merchantId}/${payment.requestId}`, payment]));
  return keys.map((key) => found.get(`${key.merchantId}/${key.requestId}`) ?? null);
}

/** What is stored of the merchant's side: nothing where it is the order's. */
const settlementOf = ({ settlementQuote, settlementAmount }: Payment): Money | null =>
  settlementQuote === null ? null : settlementAmount;

const copyPayments = copyInto<{ readonly payment: Payment; readonly conditionsId: bigint }>(
  'payments.payment',
  {
    id: ['int8', ({ payment }) => payment.id],
    merchant_id: ['int8', ({ payment }) => payment.merchantId],
    status: ['text', ({ payment }) => payment.status],
    currency: ['text', ({ payment }) => payment.amount.currency],
    amount: ['int8', ({ payment }) => payment.amount.amount],
    payer_currency: ['text', ({ payment }) => payment.payerAmount.currency],
    payer_amount: ['int8', ({ payment }) => payment.payerAmount.amount],
    mid_amount: ['int8', ({ payment }) => payment.midAmount.amount],
    fee: ['int8', ({ payment }) => payment.fee.amount],
    settlement_currency: ['text', ({ payment }) => settlementOf(payment)?.currency ?? null],
    settlement_amount: ['int8', ({ payment }) => settlementOf(payment)?.amount ?? null],
    created_at: ['timestamptz', ({ payment }) => payment.createdAt],
    expires_at: ['timestamptz', ({ payment }) => payment.expiresAt],
    events: ['int2', ({ payment }) => payment.events],
    request_id: ['text', ({ payment }) => payment.requestId],
    payer_id: ['int8', ({ payment }) => payment.payerId ?? 0n],
    card_id: ['int8', ({ payment }) => (payment.funding?.kind === 'card' ? payment.funding.cardId : 0n)],
    funding_account: ['int8', ({ payment }) => payment.fundingAccount ?? 0n],
    paid_at: ['timestamptz', ({ payment }) => payment.paidAt],
    conditions_id: ['int8', ({ conditionsId }) => conditionsId],
    quote_id: [
      'int8',
      ({ payment: { id, quote } }) => (quote.quoteId === id.toString() ? 0n : BigInt(quote.quoteId)),
    ],
    locked_at: ['timestamptz', ({ payment }) => payment.quote.lockedAt],
    order_facts: ['json', ({ payment }) => orderOf(payment)],
  },
);
/** New payments; their conditions must be stored (ConditionsBook.save). */
export const paymentRows = (payments: readonly Payment[], conditions: ConditionsBook): RowsToCopy =>
  copyPayments(payments.map((payment) => ({ payment, conditionsId: conditions.numberOf(payment) })));

const updateStatement = statement(
  'payments.update',
  `WITH changed AS (
   UPDATE payments.payment AS p SET status = u.status, payer_id = u.payer_id, card_id = u.card_id,
     funding_account = u.funding_account, paid_at = u.paid_at, closed_at = u.closed_at, refunded = u.refunded,
     refunding = u.refunding, refunded_to_payer = u.refunded_to_payer, refunding_to_payer = u.refunding_to_payer,
     events = u.events, last_refusal = u.last_refusal
   FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[],
     $7::timestamptz[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::smallint[], $13::text[])
     AS u(id, status, payer_id, card_id, funding_account, paid_at, closed_at, refunded, refunding, refunded_to_payer,
       refunding_to_payer, events, last_refusal)
   WHERE p.id = u.id RETURNING 1
   ) SELECT system.expect_rows('payments.payment', count(*), cardinality($1::bigint[])) FROM changed`,
);
/** Writes the changeable columns of payments that this transaction has locked. */
export async function updatePayments(tx: Transaction, payments: readonly Payment[]): Promise<void> {
  if (payments.length === 0) return;
  await tx.query(updateStatement, [
    integers(payments.map((p) => p.id)),
    texts(payments.map((p) => p.status)),
    integers(payments.map((p) => p.payerId ?? 0n)),
    integers(payments.map((p) => (p.funding?.kind === 'card' ? p.funding.cardId : 0n))),
    integers(payments.map((p) => p.fundingAccount ?? 0n)),
    instants(payments.map((p) => p.paidAt)),
    instants(payments.map((p) => p.closedAt)),
    integers(payments.map((p) => p.refunded.amount)),
    integers(payments.map((p) => p.refunding.amount)),
    integers(payments.map((p) => p.refundedToPayer.amount)),
    integers(payments.map((p) => p.refundingToPayer.amount)),
    integers(payments.map((p) => p.events)),
    texts(payments.map((p) => p.lastRefusal)),
  ]);
}

const requoteStatement = statement(
  'payments.requote',
  `SELECT payments.requote($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
     $7::timestamptz[], $8::bigint[]) AS quoted`,
);
/** Writes the new price of open payments; their conditions must be stored (ConditionsBook.save). */
export async function updateQuotes(
  tx: Transaction,
  payments: readonly Payment[],
  conditions: ConditionsBook,
): Promise<void> {
  if (payments.length === 0) return;
  const [row] = await tx.query<{ quoted: bigint }>(requoteStatement, [
    integers(payments.map((p) => p.id)),
    integers(payments.map((p) => p.amount.amount)),
    integers(payments.map((p) => p.payerAmount.amount)),
    integers(payments.map((p) => p.midAmount.amount)),
    integers(payments.map((p) => p.fee.amount)),
    integers(payments.map((p) => conditions.numberOf(p))),
    instants(payments.map((p) => p.quote.lockedAt)),
    payments.map((p) => settlementOf(p)?.amount ?? null),
  ]);
  if (row?.quoted !== BigInt(payments.length)) throw new Error('only open payments can be quoted anew');
}

export interface RequestRow {
  readonly merchantId: bigint;
  readonly requestId: string;
  readonly subjectId: bigint;
  readonly inputHash: Buffer;
}
export const requestKinds = { payment: 1, refund: 2 } as const;
export type RequestKind = (typeof requestKinds)[keyof typeof requestKinds];

// One look into the index for each key. Written as a join, the planner may prefer to read the whole table, which it
// believes to be small, for each batch.
const findRequestsStatement = statement(
  'payments.find-requests',
  `SELECT r.* FROM unnest($1::bigint[], $2::text[]) AS k(merchant_id, request_id), LATERAL (
     SELECT merchant_id, request_id, subject_id, input_hash FROM payments.request
     WHERE merchant_id = k.merchant_id AND request_id = k.request_id AND kind = $3 LIMIT 1) AS r`,
);
export async function findRequests(
  connection: Connection,
  kind: RequestKind,
  keys: readonly { merchantId: bigint; requestId: string }[],
): Promise<RequestRow[]> {
  const rows = await connection.query<{
    merchant_id: bigint;
    request_id: string;
    subject_id: bigint;
    input_hash: Buffer;
  }>(findRequestsStatement, [
    integers(keys.map((key) => key.merchantId)),
    texts(keys.map((key) => key.requestId)),
    kind,
  ]);
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    requestId: row.request_id,
    subjectId: row.subject_id,
    inputHash: row.input_hash,
  }));
}

const copyRequests = copyInto<RequestRow & { readonly kind: RequestKind }>('payments.request', {
  merchant_id: ['int8', (row) => row.merchantId],
  kind: ['int2', (row) => row.kind],
  request_id: ['text', (row) => row.requestId],
  subject_id: ['int8', (row) => row.subjectId],
  input_hash: ['bytea', (row) => row.inputHash],
});
export const requestRows = (kind: RequestKind, rows: readonly RequestRow[]): RowsToCopy =>
  copyRequests(rows.map((row) => ({ ...row, kind })));

const dueStatement = statement(
  'payments.due',
  `SELECT id FROM payments.payment WHERE status = 'created' AND expires_at <= $1 AND id::text <> ALL($3::text[])
   ORDER BY expires_at LIMIT $2`,
);
export const readDue = async (
  connection: Connection,
  due: { by: Date; limit: number; except: readonly string[] },
): Promise<bigint[]> =>
  (await connection.query<{ id: bigint }>(dueStatement, [due.by, due.limit, texts(due.except)])).map(
    (row) => row.id,
  );

const nextDueStatement = statement(
  'payments.next-due',
  `SELECT min(expires_at) AS at FROM payments.payment WHERE status = 'created' AND id::text <> ALL($1::text[])`,
);
export const readNextDue = async (connection: Connection, except: readonly string[]): Promise<Date | null> =>
  (await connection.query<{ at: Date | null }>(nextDueStatement, [texts(except)]))[0]?.at ?? null;

const byPayer = statement(
  'payments.by-payer',
  `SELECT ${paymentColumns} FROM payments.payment WHERE payer_id = $1 AND id < $2 AND paid_at IS NOT NULL
     AND ($4::timestamptz IS NULL OR (paid_at >= $4 AND paid_at < $5)) ORDER BY id DESC LIMIT $3`,
);
export interface PayerPage {
  readonly payerId: bigint;
  readonly before: bigint;
  readonly limit: number;
  /** Those of a time only: from (included) to (excluded). */
  readonly period?: { readonly from: Date; readonly to: Date } | null;
}
export async function readPaymentsOfPayer(connection: Connection, payer: PayerPage): Promise<Payment[]> {
  const { payerId, before, limit, period } = payer;
  const values = [payerId, before, limit, period?.from ?? null, period?.to ?? null];
  const rows = await connection.query<PaymentRow>(byPayer, values);
  return paymentsOf(connection, rows);
}

const byMerchant = statement(
  'payments.by-merchant',
  `SELECT ${paymentColumns} FROM payments.payment ORDER BY id DESC LIMIT $1`,
);
export const readLatestPayments = async (connection: Connection, limit: number): Promise<Payment[]> =>
  paymentsOf(connection, await connection.query<PaymentRow>(byMerchant, [limit]));

const pageStatement = statement(
  'payments.page',
  `SELECT ${paymentColumns} FROM payments.payment WHERE id > $1 ORDER BY id LIMIT $2`,
);
/** For proofs and exports: all payments in id order, a page at a time. */
export const readPaymentPage = async (
  connection: Connection,
  after: bigint,
  limit: number,
): Promise<Payment[]> =>
  paymentsOf(connection, await connection.query<PaymentRow>(pageStatement, [after, limit]));

const countWithEntry = statement(
  'payments.count-events-with-entry',
  'SELECT count(*) AS count FROM payments.event WHERE entry_id <> 0',
);
export const countEventsWithEntry = async (connection: Connection): Promise<bigint> =>
  (await connection.query<{ count: bigint }>(countWithEntry))[0]!.count;

const archiveStatement = statement(
  'payments.archive-requests',
  `WITH page AS (
     SELECT id, merchant_id, request_id FROM payments.payment WHERE id > $1 AND created_at <= $2 ORDER BY id LIMIT $3
   ), keys AS (
     SELECT merchant_id, 1::smallint AS kind, request_id FROM page
     UNION ALL
     SELECT r.merchant_id, 2::smallint, r.request_id FROM payments.refund r JOIN page p ON p.id = r.payment_id
   ), gone AS (
     DELETE FROM payments.request r USING keys k
     WHERE r.merchant_id = k.merchant_id AND r.request_id = k.request_id AND r.kind = k.kind
     RETURNING r.merchant_id, r.kind, r.request_id, r.subject_id, r.input_hash
   ), kept AS (
     INSERT INTO payments.request_archive (merchant_id, kind, request_id, subject_id, input_hash) SELECT * FROM gone
   )
   SELECT max(id) AS last, count(*) AS payments FROM page`,
);
/** Puts away the request ids of payments made before an instant, from a payment's id on; the last payment looked at. */
export async function archiveRequests(
  tx: Transaction,
  of: { after: bigint; createdBy: Date; limit: number },
): Promise<{ last: bigint | null; payments: bigint }> {
  const [row] = await tx.query<{ last: bigint | null; payments: bigint }>(archiveStatement, [
    of.after,
    of.createdBy,
    of.limit,
  ]);
  return row!;
}

const createdAfter = statement(
  'payments.first-created-after',
  'SELECT created_at FROM payments.payment WHERE id > $1 ORDER BY id LIMIT 1',
);
export const readFirstCreatedAfter = async (connection: Connection, id: bigint): Promise<Date | null> =>
  (await connection.query<{ created_at: Date }>(createdAfter, [id]))[0]?.created_at ?? null;

// All SQL of the payments room. Hot statements take whole batches as arrays.
import { type Money, money, rate as rateOf } from '@tongbao/money';
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { LockedQuote } from '../fx/index.ts';
import type { ContractTerms, OrderFacts, Payment, PaymentEventKind, PaymentStatus } from './payment.ts';

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
  terms: StoredTerms;
}

/** What is stored as JSON: bigints as strings, rates as numerator/denominator strings. */
interface StoredTerms {
  contract: Omit<ContractTerms, 'pendingAccount'> & { pendingAccount: string };
  quote: {
    id: string;
    mid: [string, string];
    price: [string, string];
    spreadBps: number;
    rateDate: string;
    source: string;
    lockedAt: string;
    expiresAt: string;
  };
  order: Omit<OrderFacts, 'goods'> & {
    goods: { name: string; quantity: string; unit: [string, string] | null }[];
  };
}

export const paymentColumns = `id, merchant_id, payer_id, status, currency, amount, payer_currency, payer_amount, mid_amount, fee,
  created_at, expires_at, paid_at, closed_at, card_id, funding_account, refunded, refunding, refunded_to_payer,
  refunding_to_payer, events, last_refusal, request_id, terms`;

function termsOf(payment: Payment): StoredTerms {
  const { quote, order, terms } = payment;
  return {
    contract: { ...terms, pendingAccount: terms.pendingAccount.toString() },
    quote: {
      id: quote.quoteId,
      mid: [quote.mid.numerator.toString(), quote.mid.denominator.toString()],
      price: [quote.price.numerator.toString(), quote.price.denominator.toString()],
      spreadBps: quote.spreadBps,
      rateDate: quote.rateDate,
      source: quote.source,
      lockedAt: quote.lockedAt.toISOString(),
      expiresAt: quote.expiresAt.toISOString(),
    },
    order: {
      ...order,
      goods: order.goods.map((item) => ({
        name: item.name,
        quantity: item.quantity,
        unit: item.unitAmount === null ? null : [item.unitAmount.currency, item.unitAmount.amount.toString()],
      })),
    },
  };
}

function quoteOf(row: PaymentRow): LockedQuote {
  const { quote } = row.terms;
  const toRate = ([numerator, denominator]: [string, string]) =>
    rateOf(row.currency, row.payer_currency, BigInt(numerator), BigInt(denominator));
  return {
    quoteId: quote.id,
    mid: toRate(quote.mid),
    price: toRate(quote.price),
    spreadBps: quote.spreadBps,
    rateDate: quote.rateDate,
    source: quote.source,
    lockedAt: new Date(quote.lockedAt),
    expiresAt: new Date(quote.expiresAt),
  };
}

export function paymentOf(row: PaymentRow): Payment {
  const inOrder = (amount: bigint): Money => money(row.currency, amount);
  const inPayer = (amount: bigint): Money => money(row.payer_currency, amount);
  const { contract, order } = row.terms;
  return {
    id: row.id,
    merchantId: row.merchant_id,
    requestId: row.request_id,
    status: row.status,
    amount: inOrder(row.amount),
    payerAmount: inPayer(row.payer_amount),
    midAmount: inPayer(row.mid_amount),
    spreadAmount: inPayer(row.payer_amount - row.mid_amount),
    fee: inOrder(row.fee),
    quote: quoteOf(row),
    terms: { ...contract, pendingAccount: BigInt(contract.pendingAccount) },
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

const lockStatement = statement(
  'payments.lock',
  `SELECT ${paymentColumns} FROM payments.payment WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE`,
);
/** Locks payments in id order until the transaction ends. */
export async function lockPayments(tx: Transaction, ids: readonly bigint[]): Promise<Map<bigint, Payment>> {
  const rows = await tx.query<PaymentRow>(lockStatement, [[...new Set(ids)]]);
  return new Map(rows.map((row) => [row.id, paymentOf(row)]));
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
  const rows = await connection.query<PaymentRow>(byIds, [ids]);
  return new Map(rows.map((row) => [row.id, paymentOf(row)]));
}

const insertStatement = statement(
  'payments.insert',
  `INSERT INTO payments.payment (id, merchant_id, status, currency, amount, payer_currency, payer_amount, mid_amount,
     fee, created_at, expires_at, events, request_id, terms, payer_id, card_id, funding_account, paid_at)
   SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bigint[],
     $8::bigint[], $9::bigint[], $10::timestamptz[], $11::timestamptz[], $12::smallint[], $13::text[], $14::jsonb[],
     $15::bigint[], $16::bigint[], $17::bigint[], $18::timestamptz[])`,
);
export async function insertPayments(tx: Transaction, payments: readonly Payment[]): Promise<void> {
  if (payments.length === 0) return;
  await tx.query(insertStatement, [
    payments.map((p) => p.id),
    payments.map((p) => p.merchantId),
    payments.map((p) => p.status),
    payments.map((p) => p.amount.currency),
    payments.map((p) => p.amount.amount),
    payments.map((p) => p.payerAmount.currency),
    payments.map((p) => p.payerAmount.amount),
    payments.map((p) => p.midAmount.amount),
    payments.map((p) => p.fee.amount),
    payments.map((p) => p.createdAt),
    payments.map((p) => p.expiresAt),
    payments.map((p) => p.events),
    payments.map((p) => p.requestId),
    payments.map((p) => JSON.stringify(termsOf(p))),
    payments.map((p) => p.payerId ?? 0n),
    payments.map((p) => (p.funding?.kind === 'card' ? p.funding.cardId : 0n)),
    payments.map((p) => p.fundingAccount ?? 0n),
    payments.map((p) => p.paidAt),
  ]);
}

const updateStatement = statement(
  'payments.update',
  `UPDATE payments.payment AS p SET status = u.status, payer_id = u.payer_id, card_id = u.card_id,
     funding_account = u.funding_account, paid_at = u.paid_at, closed_at = u.closed_at, refunded = u.refunded,
     refunding = u.refunding, refunded_to_payer = u.refunded_to_payer, refunding_to_payer = u.refunding_to_payer,
     events = u.events, last_refusal = u.last_refusal
   FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[],
     $7::timestamptz[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::smallint[], $13::text[])
     AS u(id, status, payer_id, card_id, funding_account, paid_at, closed_at, refunded, refunding, refunded_to_payer,
       refunding_to_payer, events, last_refusal)
   WHERE p.id = u.id`,
);
/** Writes the changeable columns of payments that this transaction has locked. */
export async function updatePayments(tx: Transaction, payments: readonly Payment[]): Promise<void> {
  if (payments.length === 0) return;
  await tx.query(updateStatement, [
    payments.map((p) => p.id),
    payments.map((p) => p.status),
    payments.map((p) => p.payerId ?? 0n),
    payments.map((p) => (p.funding?.kind === 'card' ? p.funding.cardId : 0n)),
    payments.map((p) => p.fundingAccount ?? 0n),
    payments.map((p) => p.paidAt),
    payments.map((p) => p.closedAt),
    payments.map((p) => p.refunded.amount),
    payments.map((p) => p.refunding.amount),
    payments.map((p) => p.refundedToPayer.amount),
    payments.map((p) => p.refundingToPayer.amount),
    payments.map((p) => p.events),
    payments.map((p) => p.lastRefusal),
  ]);
}

export interface PaymentEvent {
  readonly paymentId: bigint;
  readonly sequence: number;
  readonly kind: PaymentEventKind;
  readonly occurredAt: Date;
  readonly entryId: bigint;
  readonly refundId: bigint;
}

const insertEventsStatement = statement(
  'payments.insert-events',
  `INSERT INTO payments.event (payment_id, sequence, kind, occurred_at, entry_id, refund_id)
   SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::text[], $4::timestamptz[], $5::bigint[], $6::bigint[])`,
);
export async function insertEvents(tx: Transaction, events: readonly PaymentEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.query(insertEventsStatement, [
    events.map((event) => event.paymentId),
    events.map((event) => event.sequence),
    events.map((event) => event.kind),
    events.map((event) => event.occurredAt),
    events.map((event) => event.entryId),
    events.map((event) => event.refundId),
  ]);
}

const eventsOfPayments = statement(
  'payments.events-of',
  `SELECT payment_id, sequence, kind, occurred_at, entry_id, refund_id FROM payments.event
   WHERE payment_id = ANY($1::bigint[]) ORDER BY payment_id, sequence`,
);
export async function readEvents(
  connection: Connection,
  paymentIds: readonly bigint[],
): Promise<PaymentEvent[]> {
  const rows = await connection.query<{
    payment_id: bigint;
    sequence: number;
    kind: PaymentEventKind;
    occurred_at: Date;
    entry_id: bigint;
    refund_id: bigint;
  }>(eventsOfPayments, [paymentIds]);
  return rows.map((row) => ({
    paymentId: row.payment_id,
    sequence: row.sequence,
    kind: row.kind,
    occurredAt: row.occurred_at,
    entryId: row.entry_id,
    refundId: row.refund_id,
  }));
}

export interface RequestRow {
  readonly merchantId: bigint;
  readonly requestId: string;
  readonly subjectId: bigint;
  readonly inputHash: Buffer;
}
export const requestKinds = { payment: 1, refund: 2 } as const;
export type RequestKind = (typeof requestKinds)[keyof typeof requestKinds];

const findRequestsStatement = statement(
  'payments.find-requests',
  `SELECT r.merchant_id, r.request_id, r.subject_id, r.input_hash
   FROM unnest($1::bigint[], $2::text[]) AS k(merchant_id, request_id)
   JOIN payments.request r ON r.merchant_id = k.merchant_id AND r.request_id = k.request_id AND r.kind = $3`,
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
  }>(findRequestsStatement, [keys.map((key) => key.merchantId), keys.map((key) => key.requestId), kind]);
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    requestId: row.request_id,
    subjectId: row.subject_id,
    inputHash: row.input_hash,
  }));
}

const insertRequestsStatement = statement(
  'payments.insert-requests',
  `INSERT INTO payments.request (merchant_id, kind, request_id, subject_id, input_hash)
   SELECT m, $5, r, s, h FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bytea[]) AS k(m, r, s, h)`,
);
export async function insertRequests(
  tx: Transaction,
  kind: RequestKind,
  rows: readonly RequestRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(insertRequestsStatement, [
    rows.map((row) => row.merchantId),
    rows.map((row) => row.requestId),
    rows.map((row) => row.subjectId),
    rows.map((row) => row.inputHash),
    kind,
  ]);
}

const dueStatement = statement(
  'payments.due',
  `SELECT id FROM payments.payment WHERE status = 'created' AND expires_at <= $1 ORDER BY expires_at LIMIT $2`,
);
export const readDue = async (connection: Connection, now: Date, limit: number): Promise<bigint[]> =>
  (await connection.query<{ id: bigint }>(dueStatement, [now, limit])).map((row) => row.id);

const nextDueStatement = statement(
  'payments.next-due',
  `SELECT min(expires_at) AS at FROM payments.payment WHERE status = 'created'`,
);
export const readNextDue = async (connection: Connection): Promise<Date | null> =>
  (await connection.query<{ at: Date | null }>(nextDueStatement))[0]?.at ?? null;

const byPayer = statement(
  'payments.by-payer',
  `SELECT ${paymentColumns} FROM payments.payment WHERE payer_id = $1 AND id < $2 AND paid_at IS NOT NULL
   ORDER BY id DESC LIMIT $3`,
);
export async function readPaymentsOfPayer(
  connection: Connection,
  payer: { payerId: bigint; before: bigint; limit: number },
): Promise<Payment[]> {
  return (await connection.query<PaymentRow>(byPayer, [payer.payerId, payer.before, payer.limit])).map(
    paymentOf,
  );
}

const byMerchant = statement(
  'payments.by-merchant',
  `SELECT ${paymentColumns} FROM payments.payment ORDER BY id DESC LIMIT $1`,
);
export const readLatestPayments = async (connection: Connection, limit: number): Promise<Payment[]> =>
  (await connection.query<PaymentRow>(byMerchant, [limit])).map(paymentOf);

const pageStatement = statement(
  'payments.page',
  `SELECT ${paymentColumns} FROM payments.payment WHERE id > $1 ORDER BY id LIMIT $2`,
);
/** For proofs and exports: all payments in id order, a page at a time. */
export const readPaymentPage = async (
  connection: Connection,
  after: bigint,
  limit: number,
): Promise<Payment[]> => (await connection.query<PaymentRow>(pageStatement, [after, limit])).map(paymentOf);

const countWithEntry = statement(
  'payments.count-events-with-entry',
  'SELECT count(*) AS count FROM payments.event WHERE entry_id <> 0',
);
export const countEventsWithEntry = async (connection: Connection): Promise<bigint> =>
  (await connection.query<{ count: bigint }>(countWithEntry))[0]!.count;

const bankReferencesStatement = statement(
  'payments.bank-references',
  `SELECT 'P' || id || '-' || events AS reference, NULL AS currency, NULL::bigint AS amount
   FROM payments.payment WHERE status = 'pending'
   UNION ALL SELECT 'R' || id, NULL, NULL FROM payments.refund WHERE status = 'processing'
   UNION ALL SELECT 'V' || id, payer_currency, payer_amount
   FROM payments.payment WHERE status = 'cancelled' AND card_id <> 0 AND paid_at IS NOT NULL`,
);
export interface BankReferences {
  /** Asked of a bank; the answer is not in our books yet. */
  readonly waiting: readonly string[];
  /** In our books already; the bank was told to follow and may not have. */
  readonly reversals: readonly {
    readonly reference: string;
    readonly currency: string;
    readonly amount: bigint;
  }[];
}
/** The references under which banks were asked to move money (ask-bank.ts gives them their names). */
export async function readBankReferences(connection: Connection): Promise<BankReferences> {
  const rows = await connection.query<{ reference: string; currency: string | null; amount: bigint | null }>(
    bankReferencesStatement,
  );
  return {
    waiting: rows.filter((row) => row.currency === null).map((row) => row.reference),
    reversals: rows.flatMap(({ reference, currency, amount }) =>
      currency === null || amount === null ? [] : { reference, currency, amount },
    ),
  };
}

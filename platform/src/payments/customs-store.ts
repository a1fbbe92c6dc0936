// SQL of declarations to customs.
import { money } from '@tongbao/money';
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { CustomsDeclaration } from './commands.ts';

interface Row {
  id: bigint;
  merchant_id: bigint;
  request_id: string;
  payment_id: bigint;
  amount: bigint;
  place: string;
  customs_code: string;
  customs_name: string;
  is_split: boolean;
  sub_order: string | null;
  identity_matches: boolean | null;
  declared_at: Date;
  changed_at: Date;
}
const columns = `id, merchant_id, request_id, payment_id, amount, place, customs_code, customs_name, is_split, sub_order,
  identity_matches, declared_at, changed_at`;

const declarationOf = (row: Row): CustomsDeclaration => ({
  id: row.id,
  merchantId: row.merchant_id,
  requestId: row.request_id,
  paymentId: row.payment_id,
  // Mainland customs count in yuan, and so does the payer.
  amount: money('CNY', row.amount),
  place: row.place,
  customsCode: row.customs_code,
  customsName: row.customs_name,
  isSplit: row.is_split,
  subOrder: row.sub_order,
  identityMatches: row.identity_matches,
  declaredAt: row.declared_at,
  changedAt: row.changed_at,
});

// Amended under the same number; identity is looked at only the first time.
const upsert = statement(
  'payments.declare',
  `INSERT INTO payments.customs_declaration AS d (${columns})
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
   ON CONFLICT (merchant_id, request_id) DO UPDATE SET amount = $5, place = $6, customs_code = $7, customs_name = $8,
     is_split = $9, sub_order = $10, changed_at = $13
   WHERE d.payment_id = $4 RETURNING ${columns}`,
);
/** Null when the number was used for another payment. */
export async function upsertDeclaration(
  tx: Transaction,
  d: CustomsDeclaration,
): Promise<CustomsDeclaration | null> {
  const [row] = await tx.query<Row>(upsert, [
    d.id,
    d.merchantId,
    d.requestId,
    d.paymentId,
    d.amount.amount,
    d.place,
    d.customsCode,
    d.customsName,
    d.isSplit,
    d.subOrder,
    d.identityMatches,
    d.declaredAt,
    d.changedAt,
  ]);
  return row === undefined ? null : declarationOf(row);
}

const ofPayment = statement(
  'payments.declarations-of-payment',
  `SELECT ${columns} FROM payments.customs_declaration WHERE payment_id = $1 FOR UPDATE`,
);
export const lockDeclarations = async (tx: Transaction, paymentId: bigint): Promise<CustomsDeclaration[]> =>
  (await tx.query<Row>(ofPayment, [paymentId])).map(declarationOf);

const byNumbers = statement(
  'payments.declarations',
  `SELECT ${columns} FROM payments.customs_declaration WHERE merchant_id = $1 AND request_id = ANY($2::text[]) LIMIT 10`,
);
export const readDeclarations = async (
  connection: Connection,
  merchantId: bigint,
  requestIds: readonly string[],
): Promise<CustomsDeclaration[]> =>
  (await connection.query<Row>(byNumbers, [merchantId, requestIds])).map(declarationOf);

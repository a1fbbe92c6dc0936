// Bank cards: added, put back, locked, removed, and the one that is offered first.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { Card } from './card.ts';
import { type CardRow, cardColumns, cardOf } from './store.ts';

const insertCard = statement(
  'wallet.insert-card',
  `INSERT INTO wallet.card
     (id, customer_id, bank, bank_name_zh, bank_name_en, last4, kind, currency, token, status, added_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
   ON CONFLICT (bank, token) DO UPDATE SET status = 'active', added_at = excluded.added_at
   WHERE wallet.card.customer_id = excluded.customer_id AND wallet.card.status = 'removed'
   RETURNING id`,
);
/** The card's id, new or put back; null when it is there, or another customer's. */
export async function insertCardRow(tx: Connection, card: Card): Promise<bigint | null> {
  const { id, customerId, bank, bankName, last4, kind, currency, token, status, addedAt } = card;
  const values = [
    id,
    customerId,
    bank,
    bankName.zh,
    bankName.en,
    last4,
    kind,
    currency,
    token,
    status,
    addedAt,
  ];
  return (await tx.query<{ id: bigint }>(insertCard, values))[0]?.id ?? null;
}

const setCardStatus = statement(
  'wallet.set-card-status',
  `UPDATE wallet.card SET status = $3, is_default = is_default AND $3 <> 'removed' WHERE customer_id = $1 AND id = $2`,
);
export const updateCardStatus = (
  connection: Connection,
  key: { customerId: bigint; cardId: bigint; status: Card['status'] },
): Promise<unknown> => connection.query(setCardStatus, [key.customerId, key.cardId, key.status]);

const cardsByCustomer = statement(
  'wallet.cards-by-customer',
  `SELECT ${cardColumns} FROM wallet.card c WHERE c.customer_id = $1 AND c.status <> 'removed' ORDER BY c.is_default DESC, c.id LIMIT 50`,
);
export const selectCardsOf = async (connection: Connection, customerId: bigint): Promise<Card[]> =>
  (await connection.query<CardRow>(cardsByCustomer, [customerId])).map(cardOf);

const cardsByIds = statement(
  'wallet.cards-by-ids',
  `SELECT ${cardColumns} FROM wallet.card c WHERE c.id = ANY($1::bigint[])`,
);
export const selectCards = async (connection: Connection, ids: readonly bigint[]): Promise<Card[]> =>
  (await connection.query<CardRow>(cardsByIds, [ids])).map(cardOf);

const lockCards = statement(
  'wallet.lock-cards',
  `SELECT ${cardColumns} FROM wallet.card c WHERE c.customer_id = $1 AND c.status <> 'removed' ORDER BY c.id FOR UPDATE`,
);
/** A customer's cards, locked until the transaction ends. */
export const lockCardsOf = async (tx: Transaction, customerId: bigint): Promise<Card[]> =>
  (await tx.query<CardRow>(lockCards, [customerId])).map(cardOf);

const clearDefault = statement(
  'wallet.clear-default-card',
  'UPDATE wallet.card SET is_default = false WHERE customer_id = $1 AND is_default',
);
const setDefault = statement(
  'wallet.set-default-card',
  `UPDATE wallet.card SET is_default = true WHERE customer_id = $1 AND id = $2 AND status <> 'removed' RETURNING id`,
);
/** False when the customer has no such card. */
export async function setDefaultRow(tx: Transaction, customerId: bigint, cardId: bigint): Promise<boolean> {
  await tx.query(clearDefault, [customerId]);
  return (await tx.query(setDefault, [customerId, cardId])).length === 1;
}

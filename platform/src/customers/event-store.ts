// What happened to an account besides money: written with what caused it, read by the shopper's inbox.
import { type Connection, statement } from '../database/index.ts';

export type AccountEventKind =
  | 'wallet-opened'
  | 'signed-in'
  | 'signed-out-elsewhere'
  | 'identity-confirmed'
  | 'class-raised'
  | 'pin-set'
  | 'pin-changed'
  | 'pin-reset'
  | 'passkey-added'
  | 'passkey-removed'
  | 'card-added'
  | 'card-removed'
  | 'limits-changed'
  | 'account-frozen'
  | 'account-unfrozen'
  | 'account-limits';

export interface AccountEvent {
  readonly id: bigint;
  readonly customerId: bigint;
  readonly kind: AccountEventKind;
  /** A few words: a browser's description, a card's last digits, a class. */
  readonly detail: string;
  readonly occurredAt: Date;
}

const insertEvent = statement(
  'customers.insert-event',
  'INSERT INTO customers.event (id, customer_id, kind, detail, occurred_at) VALUES ($1, $2, $3, $4, $5)',
);
export const insertEventRow = (connection: Connection, event: AccountEvent): Promise<unknown> =>
  connection.query(insertEvent, [
    event.id,
    event.customerId,
    event.kind,
    event.detail.slice(0, 200),
    event.occurredAt,
  ]);

const eventsOf = statement(
  'customers.events-of',
  `SELECT id, customer_id, kind, detail, occurred_at FROM customers.event
   WHERE customer_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`,
);
/** Newest first, those with ids below `before`. */
export async function selectEvents(
  connection: Connection,
  page: { customerId: bigint; before: bigint; limit: number },
): Promise<AccountEvent[]> {
  const rows = await connection.query<{
    id: bigint;
    customer_id: bigint;
    kind: AccountEventKind;
    detail: string;
    occurred_at: Date;
  }>(eventsOf, [page.customerId, page.before, page.limit]);
  return rows.map(({ id, customer_id: customerId, kind, detail, occurred_at: occurredAt }) => ({
    id,
    customerId,
    kind,
    detail,
    occurredAt,
  }));
}

const readSeen = statement(
  'customers.inbox-seen',
  'SELECT inbox_seen_at FROM customers.customer WHERE id = $1',
);
/** Up to when the customer has seen his messages; null: none yet. */
export const selectInboxSeen = async (connection: Connection, customerId: bigint): Promise<Date | null> =>
  (await connection.query<{ inbox_seen_at: Date | null }>(readSeen, [customerId]))[0]?.inbox_seen_at ?? null;

const writeSeen = statement(
  'customers.see-inbox',
  'UPDATE customers.customer SET inbox_seen_at = greatest(inbox_seen_at, $2) WHERE id = $1',
);
export const updateInboxSeen = (connection: Connection, customerId: bigint, at: Date): Promise<unknown> =>
  connection.query(writeSeen, [customerId, at]);

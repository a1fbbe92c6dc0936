// A customer's sessions as devices: what is shown of them, and ending them.
import { type Connection, statement, type Transaction } from '../database/index.ts';

export interface Device {
  /** The first eight bytes of the token's hash, in hexadecimal: names the session, opens nothing. */
  readonly id: string;
  readonly tokenHash: Buffer;
  readonly userAgent: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
}

const sessionsOf = statement(
  'customers.sessions-of',
  `SELECT token_hash, user_agent, created_at, last_seen_at FROM customers.session
   WHERE customer_id = $1 AND expires_at > $2 AND last_seen_at > $3 ORDER BY last_seen_at DESC, token_hash LIMIT 100`,
);
/** Those that are open, the one used last first; at most 100. */
export async function selectDevices(
  connection: Connection,
  of: { customerId: bigint; now: Date; idleSince: Date },
): Promise<Device[]> {
  const rows = await connection.query<{
    token_hash: Buffer;
    user_agent: string;
    created_at: Date;
    last_seen_at: Date;
  }>(sessionsOf, [of.customerId, of.now, of.idleSince]);
  return rows.map((row) => ({
    id: row.token_hash.subarray(0, 8).toString('hex'),
    tokenHash: row.token_hash,
    userAgent: row.user_agent,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
  }));
}

const endOne = statement(
  'customers.end-device',
  `DELETE FROM customers.session WHERE customer_id = $1 AND encode(substring(token_hash FROM 1 FOR 8), 'hex') = $2
   RETURNING token_hash`,
);
/** False when the customer has no such session. */
export const deleteDeviceRow = async (
  tx: Transaction,
  of: { customerId: bigint; id: string },
): Promise<boolean> => (await tx.query(endOne, [of.customerId, of.id])).length > 0;

const endOthers = statement(
  'customers.end-other-sessions',
  'DELETE FROM customers.session WHERE customer_id = $1 AND token_hash <> $2 RETURNING token_hash',
);
/** Ends all sessions but one; answers how many. An empty hash keeps none. */
export const deleteOtherSessions = async (
  tx: Transaction,
  customerId: bigint,
  kept: Buffer,
): Promise<number> => (await tx.query(endOthers, [customerId, kept])).length;

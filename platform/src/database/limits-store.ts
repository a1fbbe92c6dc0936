// How long the database may keep anybody waiting, and how long we may keep it: limits of every connection, on both sides.
import type pg from 'pg';
import type { Connection } from './database.ts';
import { statement } from './statement.ts';

/** Milliseconds. PostgreSQL enforces the first four; `answerMs` is ours, for a database that has gone silent. */
export interface Limits {
  /** Waiting for one lock. */
  readonly lockMs: number;
  /** One statement. */
  readonly statementMs: number;
  /** Between two statements of an open transaction: a process that is stopped there loses its locks. */
  readonly idleInTransactionMs: number;
  /** A whole transaction; PostgreSQL 17 and newer. */
  readonly transactionMs: number;
  /** From a question to its answer. Longer than a statement, so that a living server's own error comes first. */
  readonly answerMs: number;
}

/** What serves requests. A lock is waited for longer than a stopped holder can keep it. */
export const servingLimits: Limits = {
  lockMs: 7_000,
  statementMs: 12_000,
  idleInTransactionMs: 4_000,
  transactionMs: 20_000,
  answerMs: 15_000,
};

/** Work on whole days of payments: settlement's batches, imports of banks' files. */
export const batchLimits: Limits = {
  lockMs: 20_000,
  statementMs: 10 * 60_000,
  idleInTransactionMs: 20_000,
  transactionMs: 30 * 60_000,
  answerMs: 10 * 60_000 + 5_000,
};

/** Proofs over twenty million entries take minutes a statement, and whoever reads an export may be slow. It holds no lock. */
export const snapshotLimits: Limits = {
  lockMs: 20_000,
  statementMs: 30 * 60_000,
  idleInTransactionMs: 10 * 60_000,
  transactionMs: 4 * 3_600_000,
  answerMs: 30 * 60_000 + 5_000,
};

/** Migrations: an index over a large table takes hours, but a lock that others queue behind is waited for three seconds. */
export const migrationLimits: Limits = {
  lockMs: 3_000,
  statementMs: 24 * 3_600_000,
  idleInTransactionMs: 60_000,
  transactionMs: 24 * 3_600_000,
  answerMs: 24 * 3_600_000,
};

/** A connection whose host has gone is noticed by both sides in some twenty seconds. */
const tcp = {
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '3',
  tcp_keepalives_count: '3',
  tcp_user_timeout: '15000',
};

/** By PostgreSQL’s names for them, in milliseconds. */
export const limitsInForce = (limits: Limits): Readonly<Record<string, string>> => ({
  lock_timeout: `${limits.lockMs}`,
  statement_timeout: `${limits.statementMs}`,
  idle_in_transaction_session_timeout: `${limits.idleInTransactionMs}`,
  transaction_timeout: `${limits.transactionMs}`,
});

/** Sets what this server knows of them: older ones have no `transaction_timeout`. */
const setting = (settings: Readonly<Record<string, string>>, isLocal: boolean): string =>
  `SELECT set_config(s.name, v.value, ${isLocal}) FROM (VALUES ${Object.entries(settings)
    .map(([name, value]) => `('${name}', '${value}')`)
    .join(', ')}) AS v(name, value) JOIN pg_settings s ON s.name = v.name`;

/**
 * Begins a transaction with limits of its own. `mode`: what follows BEGIN. The clock of a whole transaction starts with it and
 * runs on under another limit: only none at all stops it, and the next one starts it anew.
 */
export const beginWith = (limits: Limits, mode = ''): string =>
  `BEGIN ${mode}; ${setting({ transaction_timeout: '0' }, true)}; ${setting(limitsInForce(limits), true)}`;

/** What a pool's connections have in common. */
export const connectionOptions = (limits: Limits) => ({
  connectionTimeoutMillis: 5_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  onConnect: (client: pg.ClientBase) => setLimits(client, limits),
});

/** Sets them for a connection's whole life. */
export async function setLimits(client: pg.ClientBase, limits: Limits): Promise<void> {
  await client.query(setting({ ...limitsInForce(limits), ...tcp }, false));
  // So that a statement ends with the process that asked for it. Not every platform can look.
  await client.query(`SET client_connection_check_interval = '5s'`).catch(() => undefined);
}

/**
 * What no timeout of PostgreSQL ends: a session that waits for its client in the middle of a statement, because the client
 * was stopped while it sent rows or while it read an answer. It may hold locks that others wait for.
 */
const stuckSessions = statement(
  'system.stuck-sessions',
  `SELECT pid, query_start::text AS since FROM pg_stat_activity
   WHERE datname = current_database() AND usename = current_user AND state = 'active' AND wait_event_type = 'Client'
     AND query_start < clock_timestamp() - $1 * interval '1 millisecond' AND pid <> pg_backend_pid()`,
);
export const readStuckSessions = (
  connection: Connection,
  forMs: number,
): Promise<{ pid: number; since: string }[]> => connection.query(stuckSessions, [forMs]);

const endStatement = statement('system.end-session', 'SELECT pg_terminate_backend($1)');
export const endSession = async (connection: Connection, pid: number): Promise<void> => {
  await connection.query(endStatement, [pid]);
};

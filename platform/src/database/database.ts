// PostgreSQL as the rooms see it: named statements, transactions that are passed explicitly, bigint for int8.
import type { Duplex } from 'node:stream';
import pg from 'pg';
import { type Pipeline, type RowsToCopy, sendPipeline } from './copy.ts';
import {
  batchLimits,
  beginWith,
  connectionOptions,
  type Limits,
  servingLimits,
  snapshotLimits,
} from './limits-store.ts';
import type { Statement } from './statement.ts';

/** Something SQL can be sent to: the pool, or one open transaction. */
export interface Connection {
  query<Row>(query: Statement, values?: readonly unknown[]): Promise<Row[]>;
}

/** An open transaction. Functions that write take one as their first argument, never optional. */
export interface Transaction extends Connection {
  readonly open: true;
  /** Writes batches of new rows (copy.ts), all in one round trip. */
  copy(batches: readonly RowsToCopy[]): Promise<void>;
  /** The same, then statements over arrays of integers. */
  sendPipeline(pipeline: Pipeline): Promise<void>;
  /**
   * Leaves rows and statements for the final round trip: they are sent with the COMMIT, when the transaction's work is done.
   * So a lock that they take is held for that round trip only, and nobody can be stopped between the two.
   */
  atCommit(pipeline: Pipeline): void;
}

export interface Database extends Connection {
  /** Runs `work` in one transaction: commits what it did, or rolls back and throws what it threw. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** The same for work on whole days of payments, which takes minutes. */
  batch<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** One consistent, read-only view of everything, for proofs and exports. */
  snapshot<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * A few connections of its own, for short statements that somebody needs while they hold a transaction open (ids, accounts
   * of the house): with those of the pool, as many transactions as it has connections would wait for each other.
   */
  readonly aside: Connection;
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

const int8 = 20;
const timestamptz = 1184;
const parseAnyInstant = pg.types.getTypeParser(timestamptz) as (text: string) => Date;

/** The driver's own parser takes a tenth of a payment's time; nearly all instants look like 2014-11-11 02:00:00.5+00. */
const parseInstant = (text: string): Date =>
  text.length >= 22 && text.charCodeAt(4) === 45 && text.endsWith('+00')
    ? new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`)
    : parseAnyInstant(text);

const parsers: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [int8, BigInt],
  [timestamptz, parseInstant],
]);
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    (format !== 'binary' && parsers.get(oid)) ||
    pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};

export interface DatabaseOptions {
  readonly url: string;
  readonly maxConnections?: number;
  /** Called when an idle connection breaks; the pool replaces it. */
  readonly onConnectionError?: (error: Error) => void;
  readonly limits?: Limits;
}

export function openDatabase(options: DatabaseOptions): Database {
  const limits = options.limits ?? servingLimits;
  const { pool, close: closePool } = openPool(options, { max: options.maxConnections ?? 12, limits });
  const { pool: aside, close: closeAside } = openPool(options, { max: 2, limits });

  async function inTransaction<T>(
    how: { begin: string; answerMs: number },
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    const client = await pool.connect();
    let broken: Error | undefined;
    const session = openTransaction(client, how);
    try {
      const result = await work(session.tx);
      await session.commit();
      return result;
    } catch (error) {
      // Whoever did not answer in time is not asked once more.
      if (error instanceof NoAnswer) broken = error;
      else if (session.isBegun())
        await answered(client, rollbackMs, client.query('ROLLBACK')).catch((rollbackError: Error) => {
          broken = rollbackError;
        });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  return {
    pool,
    query: (query, values) => ask(pool, limits, { query, values }),
    aside: { query: (query, values) => ask(aside, limits, { query, values }) },
    transaction: (work) => inTransaction({ begin: 'BEGIN', answerMs: limits.answerMs }, work),
    batch: (work) => inTransaction({ begin: beginWith(batchLimits), answerMs: batchLimits.answerMs }, work),
    snapshot: (work) => inTransaction({ begin: beginSnapshot, answerMs: snapshotLimits.answerMs }, work),
    async close() {
      await Promise.all([closePool(), closeAside()]);
    },
  };
}

const beginSnapshot = beginWith(snapshotLimits, 'ISOLATION LEVEL REPEATABLE READ READ ONLY');
const rollbackMs = 3_000;

interface OpenPool {
  readonly pool: pg.Pool;
  /** Ends when the server has ended every session too: whoever stops the server next breaks none of them. */
  close(): Promise<void>;
}

const goodbyeMs = 2_000;

function openPool(options: DatabaseOptions, of: { max: number; limits: Limits }): OpenPool {
  const pool = new pg.Pool({
    ...connectionOptions(of.limits),
    connectionString: options.url,
    max: of.max,
    types,
    application_name: 'tongbao',
  });
  let isClosing = false;
  const open = new Set<Promise<void>>();
  pool.on('error', (error) => {
    if (!isClosing) options.onConnectionError?.(error);
  });
  pool.on('connect', (client) => {
    // A connection can also break while it is lent out; whoever uses it sees the query fail, nobody else must die of it.
    client.on('error', () => undefined);
    const ended = new Promise<void>((resolve) => client.once('end', resolve)).finally(() =>
      open.delete(ended),
    );
    open.add(ended);
  });
  return {
    pool,
    async close() {
      isClosing = true;
      await pool.end();
      // The pool does not wait for the server's side. A server that is silent is not waited for either.
      let patience: NodeJS.Timeout | undefined;
      const bound = new Promise<void>((resolve) => {
        patience = setTimeout(resolve, goodbyeMs);
      });
      await Promise.race([Promise.all(open), bound]);
      clearTimeout(patience);
    },
  };
}

async function ask<Row>(
  pool: pg.Pool,
  { answerMs }: Limits,
  { query, values = [] }: { query: Statement; values: readonly unknown[] | undefined },
): Promise<Row[]> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    const asked = client.query({ name: query.name, text: query.text, values: values as unknown[] });
    return (await answered(client, answerMs, asked)).rows as Row[];
  } catch (error) {
    if (error instanceof NoAnswer) broken = error;
    throw error;
  } finally {
    client.release(broken);
  }
}

/** The database, or what lies between, is silent: what was asked for may or may not have been done. */
class NoAnswer extends Error {
  readonly code = 'ETIMEDOUT';
}

/** Waits for an answer, but not for ever: then the connection is cut, since nobody knows what would come out of it later. */
async function answered<T>(client: pg.ClientBase, ms: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new NoAnswer(`the database did not answer within ${ms} ms`));
      (client as unknown as { connection: { stream: Duplex } }).connection.stream.destroy();
    }, ms);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
    // Cut off, it fails after we have stopped to listen.
    answer.catch(() => undefined);
  }
}

interface Session {
  readonly tx: Transaction;
  isBegun(): boolean;
  commit(): Promise<void>;
}

/** A transaction begins with what is sent first, and in the same round trip where that allows it. */
function openTransaction(
  client: pg.PoolClient,
  { begin, answerMs }: { begin: string; answerMs: number },
): Session {
  let isBegun = false;
  let isOver = false;
  const last: Pipeline[] = [];
  async function ensureBegun(): Promise<void> {
    if (isOver) throw new Error('the transaction is over');
    if (isBegun) return;
    await answered(client, answerMs, client.query(begin));
    isBegun = true;
  }
  async function send(pipeline: Pipeline, commit: boolean): Promise<void> {
    const first = !isBegun && begin === 'BEGIN';
    if (!first || isOver) await ensureBegun();
    isBegun = true;
    await answered(client, answerMs, sendPipeline(client, pipeline, { begin: first, commit }));
  }
  return {
    isBegun: () => isBegun,
    async commit() {
      const pipeline = {
        batches: last.flatMap((each) => each.batches),
        executions: last.flatMap((each) => each.executions),
      };
      if (last.length > 0) await send(pipeline, true);
      else if (isBegun) await answered(client, answerMs, client.query('COMMIT'));
      isOver = true;
    },
    tx: {
      open: true,
      async query<Row>({ name, text }: Statement, values: readonly unknown[] = []) {
        await ensureBegun();
        const asked = client.query({ name, text, values: values as unknown[] });
        return (await answered(client, answerMs, asked)).rows as Row[];
      },
      copy: (batches) => send({ batches, executions: [] }, false),
      sendPipeline: (pipeline) => send(pipeline, false),
      atCommit: (pipeline) => void last.push(pipeline),
    },
  };
}

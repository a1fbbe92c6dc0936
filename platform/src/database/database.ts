// PostgreSQL as the rooms see it: named statements, transactions that are passed explicitly, bigint for int8.
import pg from 'pg';
import { type RowsToCopy, say, type Words } from './copy.ts';
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
  /** The same, then statements over arrays of integers; with `commit` these are the transaction's last words. */
  say(words: Omit<Words, 'begin'>): Promise<void>;
}

export interface Database extends Connection {
  /** Runs `work` in one transaction: commits what it did, or rolls back and throws what it threw. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** One consistent, read-only view of everything, for proofs and exports. */
  snapshot<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
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

// Proofs over twenty million entries take minutes a statement; what serves requests is cut off after one.
const beginSnapshot = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '30min'`;

export interface DatabaseOptions {
  readonly url: string;
  readonly maxConnections?: number;
  /** Called when an idle connection breaks; the pool replaces it. */
  readonly onConnectionError?: (error: Error) => void;
}

export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections ?? 12,
    types,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 60_000,
    application_name: 'tongbao',
  });
  pool.on('error', (error) => options.onConnectionError?.(error));
  // A connection can also break while it is lent out; whoever uses it sees his query fail, nobody else must die of it.
  pool.on('connect', (client) => client.on('error', () => undefined));

  async function inTransaction<T>(begin: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken: Error | undefined;
    const { tx, isOpen } = openTransaction(client, begin);
    try {
      const result = await work(tx);
      if (isOpen()) await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((rollbackError: Error) => {
        broken = rollbackError;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  return {
    pool,
    query: async <Row>(query: Statement, values: readonly unknown[] = []) =>
      (await pool.query({ name: query.name, text: query.text, values: values as unknown[] })).rows as Row[],
    transaction: (work) => inTransaction('BEGIN', work),
    snapshot: (work) => inTransaction(beginSnapshot, work),
    close: () => pool.end(),
  };
}

/** A transaction begins with its first words, and in the same breath where they allow it. */
function openTransaction(client: pg.PoolClient, begin: string): { tx: Transaction; isOpen(): boolean } {
  let state: 'not begun' | 'open' | 'over' = 'not begun';
  async function ensureOpen(): Promise<void> {
    if (state === 'over') throw new Error('the transaction has been committed');
    if (state === 'not begun') await client.query(begin);
    state = 'open';
  }
  async function speak(words: Omit<Words, 'begin'>): Promise<void> {
    const first = state === 'not begun' && begin === 'BEGIN';
    if (first) state = 'open';
    else await ensureOpen();
    await say(client, { ...words, begin: first });
    if (words.commit) state = 'over';
  }
  return {
    isOpen: () => state === 'open',
    tx: {
      open: true,
      async query<Row>({ name, text }: Statement, values: readonly unknown[] = []) {
        await ensureOpen();
        return (await client.query({ name, text, values: values as unknown[] })).rows as Row[];
      },
      copy: (batches) => speak({ batches, executions: [], commit: false }),
      say: speak,
    },
  };
}

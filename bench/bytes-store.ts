// What a piece of work writes: bytes of write-ahead log, and by how much tables and indexes grow; and how to be rid of
// what earlier work left to be written.
import { type Database, statement } from '../platform/src/database/index.ts';

const standStatement = statement(
  'bench.stand',
  `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS wal,
     (SELECT sum(pg_total_relation_size(c.oid))::float8 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'm') AND n.nspname IN ('ledger', 'payments', 'notifications')) AS tables`,
);

export async function bytesOf<T>(
  database: Database,
  work: () => Promise<T>,
): Promise<{ result: T; walBytes: number; tableBytes: number }> {
  const stand = async () => (await database.query<{ wal: number; tables: number }>(standStatement))[0]!;
  const before = await stand();
  const result = await work();
  const after = await stand();
  return { result, walBytes: after.wal - before.wal, tableBytes: after.tables - before.tables };
}

const checkpoint = statement('bench.checkpoint', 'CHECKPOINT');
export const writeBack = async (database: Database): Promise<void> => {
  await database.query(checkpoint);
};

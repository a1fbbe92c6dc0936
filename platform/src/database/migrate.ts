// Brings a database to the newest schema: numbered .sql files, forward only, each in its own transaction, each
// recorded with its hash so that an edited migration is noticed instead of half applied.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type pg from 'pg';

const folder = new URL('./migrations/', import.meta.url);
const lockKey = 7_466_736_001n;

export async function migrate(pool: pg.Pool): Promise<string[]> {
  const client = await pool.connect();
  const applied: string[] = [];
  try {
    await client.query('SELECT pg_advisory_lock($1)', [lockKey]);
    await client.query(`CREATE TABLE IF NOT EXISTS public.tongbao_migration (
      name text PRIMARY KEY, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())`);
    const known = new Map(
      (
        await client.query<{ name: string; hash: string }>('SELECT name, hash FROM public.tongbao_migration')
      ).rows.map((row) => [row.name, row.hash]),
    );
    const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
    for (const name of names) {
      const text = await readFile(new URL(name, folder), 'utf8');
      const hash = createHash('sha256').update(text).digest('hex');
      const former = known.get(name);
      if (former === hash) continue;
      if (former !== undefined) {
        throw new Error(
          `migration ${name} was changed after it had been applied; migrations are forward only`,
        );
      }
      await client.query('BEGIN');
      try {
        await client.query(text);
        await client.query('INSERT INTO public.tongbao_migration (name, hash) VALUES ($1, $2)', [name, hash]);
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK');
        throw new Error(`migration ${name} failed: ${(error as Error).message}`, { cause: error });
      }
      applied.push(name);
    }
    return applied;
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [lockKey]).catch(() => undefined);
    client.release();
  }
}

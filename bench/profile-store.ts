// What PostgreSQL says about the hot statements.
import { type Database, statement } from '../platform/src/database/index.ts';

const create = statement('profile.create', 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
const reset = statement('profile.reset', 'SELECT pg_stat_statements_reset()');
export async function countStatements(database: Database): Promise<void> {
  await database.query(create);
  await database.query(reset);
}

const times = statement(
  'profile.times',
  `SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 110) AS query, sum(total_exec_time)::float8 AS total_ms
   FROM pg_stat_statements WHERE query !~ 'pg_stat_statements' GROUP BY 1 ORDER BY 2 DESC LIMIT 14`,
);
export const statementTimes = (database: Database): Promise<{ query: string; total_ms: number }[]> =>
  database.query(times);

/** The statements of a batch of 200 that can be explained (COPY cannot), on the books as they stand; undone afterwards. */
export async function explainHot(database: Database): Promise<string> {
  const client = await database.pool.connect();
  const plans: string[] = [];
  try {
    await client.query('BEGIN');
    // As the lanes' prepared statements run from their sixth time on: planned once, without looking at the values.
    await client.query('SET LOCAL plan_cache_mode = force_generic_plan');
    const { rows } = await client.query<{ accounts: string; merchants: string; requests: string }>(
      `SELECT (SELECT array_agg(account_id)::text FROM (SELECT account_id FROM ledger.balance WHERE floor IS NOT NULL ORDER BY account_id LIMIT 200) a) AS accounts,
         (SELECT array_agg(merchant_id)::text FROM (SELECT merchant_id FROM payments.request LIMIT 200) m) AS merchants,
         (SELECT array_agg(request_id)::text FROM (SELECT request_id FROM payments.request LIMIT 200) r) AS requests`,
    );
    const { accounts, merchants, requests } = rows[0]!;
    const deltas = `{${Array.from({ length: 200 }, () => '1').join(',')}}`;
    const hot: [string, string, string[]][] = [
      [
        'request ids',
        `SELECT r.* FROM unnest($1::bigint[], $2::text[]) AS k(merchant_id, request_id), LATERAL (
           SELECT subject_id, input_hash FROM payments.request
           WHERE merchant_id = k.merchant_id AND request_id = k.request_id AND kind = 1 LIMIT 1) AS r`,
        [merchants, requests],
      ],
      [
        'lock balances',
        'SELECT account_id, balance, held, floor FROM ledger.balance WHERE account_id = ANY($1::bigint[]) ORDER BY account_id FOR UPDATE',
        [accounts],
      ],
      [
        'move balances',
        `UPDATE ledger.balance AS b SET balance = b.balance + d.delta
         FROM unnest($1::bigint[], $2::bigint[]) AS d(account_id, delta) WHERE b.account_id = d.account_id`,
        [accounts, deltas],
      ],
    ];
    for (const [name, text, values] of hot) {
      await client.query(`PREPARE hot AS ${text}`);
      const given = values.map((value) => client.escapeLiteral(value)).join(', ');
      const plan = await client.query<{ 'QUERY PLAN': string }>(
        `EXPLAIN (ANALYZE, BUFFERS) EXECUTE hot (${given})`,
      );
      await client.query('DEALLOCATE hot');
      plans.push(`${name}\n${plan.rows.map((row) => `  ${row['QUERY PLAN']}`).join('\n')}`);
    }
    return plans.join('\n\n');
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

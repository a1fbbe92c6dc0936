// SQL of the job queue: graphile-worker's own functions, called in our transaction.
import { type Connection, statement, type Transaction } from '../database/index.ts';

const addJobStatement = statement(
  'jobs.add',
  'SELECT 1 FROM graphile_worker.add_job($1, payload => $2::json)',
);
export async function addJob(tx: Transaction, task: string, payload: object): Promise<void> {
  await tx.query(addJobStatement, [task, JSON.stringify(payload)]);
}

const addJobsStatement = statement(
  'jobs.add-many',
  `SELECT count(*) FROM unnest($2::json[]) AS p(payload), LATERAL graphile_worker.add_job($1, payload => p.payload)`,
);
export async function addJobs(tx: Transaction, task: string, payloads: readonly object[]): Promise<void> {
  await tx.query(addJobsStatement, [task, payloads.map((payload) => JSON.stringify(payload))]);
}

const releaseStatement = statement(
  'jobs.release',
  `SELECT graphile_worker.force_unlock_workers(ARRAY[$1]::text[])`,
);
/** Frees what one runner had locked. */
export async function releaseJobs(connection: Connection, lockedBy: string): Promise<void> {
  await connection.query(releaseStatement, [lockedBy]);
}

const releaseAbandonedStatement = statement(
  'jobs.release-abandoned',
  `WITH abandoned AS (
     SELECT DISTINCT locked_by FROM graphile_worker.jobs
     WHERE locked_at < now() - $1 * interval '1 millisecond' AND locked_by <> $2
   ) SELECT count(*)::int AS released FROM abandoned, LATERAL graphile_worker.force_unlock_workers(ARRAY[locked_by])`,
);
/** Frees what others have had locked for so long that they must be dead. Answers how many they were. */
export async function releaseJobsLockedFor(
  connection: Connection,
  of: { ms: number; exceptBy: string },
): Promise<number> {
  const rows = await connection.query<{ released: number }>(releaseAbandonedStatement, [of.ms, of.exceptBy]);
  return rows[0]?.released ?? 0;
}

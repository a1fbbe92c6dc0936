// SQL of the job queue: graphile-worker's own functions, called in our transaction.
import { statement, type Transaction } from '../database/index.ts';

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

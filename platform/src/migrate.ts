// Brings a database up to date as its owner: the rooms' schema, the job queue's own, and the rights of the role that serves.
import type { Logger } from 'pino';
import { type DatabaseUrls, migrate } from './database/index.ts';
import { prepareJobs } from './jobs/index.ts';

/** Answers the migrations that were applied. */
export async function migrateDatabase(urls: DatabaseUrls, log: Logger): Promise<string[]> {
  return migrate(urls, () => prepareJobs({ ownerUrl: urls.ownerUrl, log }));
}

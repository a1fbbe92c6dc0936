// `tongbao migrate`: brings a production database up to date as its owner, so that `serve` never needs the owner's rights.
import type { DatabaseUrls } from '../database/index.ts';
import { createLog } from '../log.ts';
import { migrateDatabase } from '../migrate.ts';

export async function runMigrate(config: { urls: DatabaseUrls; logLevel: string }): Promise<void> {
  const applied = await migrateDatabase(config.urls, createLog(config.logLevel));
  for (const name of applied) console.log(`applied ${name}`);
  const role = decodeURIComponent(new URL(config.urls.url).username);
  console.log(`the schema is this release's; ${role} may serve`);
}

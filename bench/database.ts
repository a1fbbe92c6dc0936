// Databases of the benchmark: from nothing, migrated by their owner, used by the role that serves, as in production.
import { type DatabaseUrls, openDatabase } from '../platform/src/database/index.ts';
import { createLog } from '../platform/src/log.ts';
import { migrateDatabase } from '../platform/src/migrate.ts';
import { prepareDatabase } from '../platform/src/sandbox/databases-store.ts';

export async function freshDatabase(serverUrl: string, name: string): Promise<DatabaseUrls> {
  const urls = await prepareDatabase(serverUrl, name, true);
  await migrateDatabase(urls, createLog('silent'));
  await asAdmin(serverUrl, name, `GRANT pg_checkpoint, pg_maintain TO ${new URL(urls.url).username}`);
  return urls;
}

/** As the server's superuser, for what only it may do. */
async function asAdmin(serverUrl: string, name: string, statement: string): Promise<void> {
  const admin = openDatabase({ url: `${serverUrl}/${name}`, maxConnections: 1 });
  try {
    await admin.pool.query(statement);
  } finally {
    await admin.close();
  }
}

// Vitest's global set-up: starts one PostgreSQL for the run (or uses DATABASE_URL's server) and migrates the
// template that every test file clones.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLog } from '../log.ts';
import { migrateDatabase } from '../migrate.ts';
import { prepareDatabase } from '../sandbox/databases-store.ts';
import { startEmbeddedPostgres } from '../sandbox/postgres.ts';

export default async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tongbao-test-'));
  const server = await startEmbeddedPostgres(folder, { shared_buffers: '128MB', max_connections: '120' });
  process.env.TONGBAO_TEST_SERVER = server.url;
  const urls = await prepareDatabase(server.url, 'tongbao_template', true);
  await migrateDatabase(urls, createLog('silent'));
  process.env.TONGBAO_TEST_TEMPLATE = JSON.stringify(urls);
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

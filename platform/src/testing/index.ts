// Real PostgreSQL for tests: one server for the whole run, one migrated template, one clone for each test file.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type Database, openDatabase } from '../database/index.ts';

export interface TestDatabase {
  readonly database: Database;
  readonly url: string;
  drop(): Promise<void>;
}

/** The server that the run's global set-up started; its URL ends without a database name. */
function serverUrl(): string {
  const url = process.env.TONGBAO_TEST_SERVER;
  if (url === undefined)
    throw new Error('TONGBAO_TEST_SERVER is not set: run the tests with vitest from the root');
  return url;
}

/** A database of its own for a test file, cloned from the migrated template in some 50 ms. */
export async function testDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer((client) => client.query(`CREATE DATABASE ${name} TEMPLATE tongbao_template`));
  const url = `${serverUrl()}/${name}`;
  const database = openDatabase({ url });
  return {
    database,
    url,
    async drop() {
      await database.close();
      await onServer((client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

async function onServer(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: `${serverUrl()}/postgres` });
  await client.connect();
  try {
    // Cloning a template fails while anybody is connected to it; two files starting at once are a matter of milliseconds.
    for (let tries = 1; ; tries++) {
      try {
        await work(client);
        return;
      } catch (error) {
        if (tries >= 20 || (error as { code?: string }).code !== '55006') throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  } finally {
    await client.end();
  }
}

// Real PostgreSQL for tests: one server for the whole run, one migrated template, one clone for each test file.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type Database, type DatabaseUrls, openDatabase } from '../database/index.ts';

export interface TestDatabase {
  /** As the role that serves. */
  readonly database: Database;
  readonly url: string;
  /** As the role that owns the tables: for tests that make tables or break what is append-only. */
  readonly owner: Database;
  readonly ownerUrl: string;
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
  const template = JSON.parse(process.env.TONGBAO_TEST_TEMPLATE!) as DatabaseUrls;
  const { url, ownerUrl } = urlsOfClone(template, name);
  const { username } = new URL(ownerUrl);
  await onServer((client) =>
    client.query(`CREATE DATABASE ${name} TEMPLATE tongbao_template OWNER ${username}`),
  );
  const database = openDatabase({ url });
  const owner = openDatabase({ url: ownerUrl, maxConnections: 2 });
  return {
    ...{ database, url, owner, ownerUrl },
    async drop() {
      await Promise.all([database.close(), owner.close()]);
      await onServer((client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

/** A database without any table, as the superuser: for tests of migrations. */
export async function blankDatabase(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer((client) => client.query(`CREATE DATABASE ${name}`));
  return {
    url: `${serverUrl()}/${name}`,
    drop: () => onServer((client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  };
}

/** A clone has the template's roles and rights. */
export function urlsOfClone(template: DatabaseUrls, name: string): DatabaseUrls {
  const named = (url: string) => url.replace(/[^/]*$/, name);
  return { url: named(template.url), ownerUrl: named(template.ownerUrl) };
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

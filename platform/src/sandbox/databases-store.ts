// Databases of a sandbox, each with its two roles: on the embedded server, or what somebody's own server allows.
import { createHmac } from 'node:crypto';
import pg from 'pg';
import { changePassword, type DatabaseUrls, makeRole, ownSchemas, roleExists } from '../database/index.ts';

/**
 * Creates a database on a server of ours unless it is there; with `fresh`, from nothing. Its owner is a role of its own,
 * not the superuser; a database from before there were roles stays the superuser's.
 */
export async function prepareDatabase(
  serverUrl: string,
  name: string,
  fresh: boolean,
): Promise<DatabaseUrls> {
  const admin = `${serverUrl}/${name}`;
  const owner = loginOf(admin, `${name}_owner`);
  const server = loginOf(admin, `${name}_server`);
  await onDatabase(`${serverUrl}/postgres`, async (client) => {
    if (fresh) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await makeRole(client, owner.role, owner.password);
    await makeRole(client, server.role, server.password);
    const there = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (there.rowCount === 0) await client.query(`CREATE DATABASE ${name} OWNER ${owner.role}`);
  });
  const isOwned = await onDatabase(admin, async (client) => {
    const { rows } = await client.query<{ owner: string }>(
      'SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = $1',
      [name],
    );
    return rows[0]?.owner === owner.role;
  });
  return { url: server.url, ownerUrl: isOwned ? owner.url : admin };
}

/**
 * A database of the user's own (DATABASE_URL): its role migrates, and makes the role that serves where it may. Where it may
 * not, or the new role is not let in, `refused` says why, and the sandbox serves as the owner.
 */
export async function divideRoles(ownerUrl: string): Promise<DatabaseUrls & { refused: string | null }> {
  const name = decodeURIComponent(new URL(ownerUrl).pathname.slice(1));
  const server = loginOf(ownerUrl, `${name}_server`);
  try {
    await onDatabase(ownerUrl, async (client) => {
      const there = await roleExists(client, server.role);
      await makeRole(client, server.role, server.password);
      if (there && !(await canSignIn(server.url))) await changePassword(client, server.role, server.password);
    });
    await onDatabase(server.url, async () => undefined);
    return { url: server.url, ownerUrl, refused: null };
  } catch (error) {
    return { url: ownerUrl, ownerUrl, refused: `${server.role}: ${(error as Error).message}` };
  }
}

/** The same place for another role. Its password is made from the one that is given, so that nobody need keep it. */
function loginOf(url: string, role: string): { role: string; password: string; url: string } {
  const other = new URL(url);
  const password = createHmac('sha256', other.password).update(`tongbao ${role}`).digest('base64url');
  other.username = encodeURIComponent(role);
  other.password = password;
  return { role, password, url: other.href };
}

const canSignIn = (url: string): Promise<boolean> =>
  onDatabase(url, async () => true).catch((error: { code?: string }) => {
    if (error.code === '28P01' || error.code === '28000') return false;
    throw error;
  });

/** `--fresh` on a server of the user's own: our schemas go, the rest of their database stays. */
export async function emptyDatabase(url: string): Promise<void> {
  const schemas = [...(await ownSchemas()).reverse(), 'graphile_worker'];
  await onDatabase(url, async (client) => {
    for (const schema of schemas) await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await client.query('DROP TABLE IF EXISTS public.tongbao_migration');
  });
}

async function onDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

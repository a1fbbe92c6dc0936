// Brings a database to the newest schema: numbered .sql files, forward only, each in its own transaction, each
// recorded with its hash so that an edited migration is noticed instead of half applied. Done as the role that owns the
// tables; the role that serves gets its rights afterwards.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { connectionOptions, migrationLimits, setLimits } from './limits-store.ts';
import { type DatabaseUrls, grantRights, makeRole, roleExists } from './roles-store.ts';

const folder = new URL('./migrations/', import.meta.url);
const lockKey = 7_466_736_001n;

/** How long is waited for whom. */
interface Patience {
  /** For another migration to end. */
  readonly turnMs: number;
  /** How often a migration that could not get its locks is tried again, and the pause before each. */
  readonly tries: number;
  readonly pauseMs: number;
}
const usualPatience: Patience = { turnMs: 10 * 60_000, tries: 30, pauseMs: 2_000 };

/** One migration at a time. Waits for the one that runs, in steps, so that nobody waits for a stopped one without end. */
async function takeTurn(client: pg.Client, { turnMs }: Patience): Promise<void> {
  const stepMs = Math.min(1_000, turnMs);
  for (let waited = 0; ; waited += stepMs) {
    const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [
      lockKey,
    ]);
    if (rows[0]!.mine) return;
    if (waited >= turnMs)
      throw new Error(
        `another migration of this database has not ended for ${Math.round(turnMs / 60_000)} minutes; see pg_stat_activity, application "tongbao migrate"`,
      );
    await pause(stepMs);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Migration {
  readonly name: string;
  readonly text: string;
  readonly hash: string;
}

async function ownMigrations(): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, folder), 'utf8');
      return { name, text, hash: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/** The schemas that the migrations make: everything of ours in a database, besides the job queue's. */
export async function ownSchemas(): Promise<string[]> {
  const texts = (await ownMigrations()).map((migration) => migration.text);
  return texts.flatMap((text) => [...text.matchAll(/^CREATE SCHEMA (\w+);/gm)].map((match) => match[1]!));
}

/**
 * Migrates as the owner, and gives the role of `url` its rights. Answers what was applied. `alongside` brings what is not
 * ours up to date (the job queue's tables), before rights are given on it; it keeps to `migrationLimits`, and is begun again
 * where a lock was not to be had, so that nothing of what it did before may be in its way.
 */
export async function migrate(
  { url, ownerUrl }: DatabaseUrls,
  alongside: () => Promise<void> = async () => undefined,
  patience: Partial<Patience> = {},
): Promise<string[]> {
  const waits = { ...usualPatience, ...patience };
  const client = new pg.Client({
    ...connectionOptions(migrationLimits),
    connectionString: ownerUrl,
    application_name: 'tongbao migrate',
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await setLimits(client, migrationLimits);
    await takeTurn(client, waits);
    const applied = await applyMissing(client, waits);
    await withPatience('the job queue’s migration', waits, alongside);
    const { role, password } = roleOf(url);
    if (role !== roleOf(ownerUrl).role) {
      await assertRole(client, role, password);
      await grantRights(client, { role, schemas: await ownSchemas() });
    }
    return applied;
  } finally {
    await client.end();
  }
}

/** Who a database's address signs in as. */
export function roleOf(url: string): { role: string; password: string } {
  const { username, password } = new URL(url);
  return { role: decodeURIComponent(username), password: decodeURIComponent(password) };
}

async function assertRole(client: pg.Client, role: string, password: string): Promise<void> {
  if (await roleExists(client, role)) return;
  await makeRole(client, role, password).catch((error: Error) => {
    throw new Error(
      `the serving role ${role} does not exist and could not be made (${error.message}); make it: CREATE ROLE "${role}" LOGIN PASSWORD '…'`,
    );
  });
}

async function applyMissing(client: pg.Client, patience: Patience): Promise<string[]> {
  await client.query(`CREATE TABLE IF NOT EXISTS public.tongbao_migration (
    name text PRIMARY KEY, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())`);
  const known = await recorded(client);
  const own = await ownMigrations();
  assertKnown(known, own);
  const applied: string[] = [];
  for (const { name, text, hash } of own) {
    const former = known.get(name);
    if (former === hash) continue;
    if (former !== undefined)
      throw new Error(`migration ${name} was changed after it had been applied; migrations are forward only`);
    await apply(client, { name, text, hash }, patience);
    applied.push(name);
  }
  return applied;
}

async function apply(client: pg.Client, { name, text, hash }: Migration, patience: Patience): Promise<void> {
  await withPatience(`migration ${name}`, patience, async () => {
    await client.query('BEGIN');
    try {
      await client.query(text);
      await client.query('INSERT INTO public.tongbao_migration (name, hash) VALUES ($1, $2)', [name, hash]);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    }
  });
}

/**
 * A migration waits a few seconds for a lock and then lets go, so that whoever queues behind it goes on; it is tried again
 * until the server has a quiet moment.
 */
async function withPatience(
  name: string,
  { tries, pauseMs }: Patience,
  work: () => Promise<void>,
): Promise<void> {
  for (let left = tries; ; left--) {
    try {
      return await work();
    } catch (error) {
      const { code, message } = error as Error & { code?: string };
      if (code !== lockNotAvailable) throw new Error(`${name} failed: ${message}`, { cause: error });
      if (left <= 1)
        throw new Error(
          `${name} did not get its locks in ${tries} tries: long transactions are in the way (pg_stat_activity); nothing of it was applied`,
        );
      await pause(pauseMs);
    }
  }
}
const lockNotAvailable = '55P03';

async function recorded(client: pg.ClientBase | pg.Pool): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; hash: string }>(
    'SELECT name, hash FROM public.tongbao_migration ORDER BY name',
  );
  return new Map(rows.map((row) => [row.name, row.hash]));
}

/** A newer release may have given columns another meaning: an older one must not touch them. */
function assertKnown(known: ReadonlyMap<string, string>, own: readonly Migration[]): void {
  const names = new Set(own.map((migration) => migration.name));
  const strange = [...known.keys()].filter((name) => !names.has(name));
  if (strange.length > 0)
    throw new Error(
      `the database was migrated by a newer release (${strange.at(-1)} is unknown here): run that release, or restore a backup from before`,
    );
}

/** For a server that does not migrate: throws one line unless the schema is exactly this release's. */
export async function assertMigrated(pool: pg.Pool): Promise<void> {
  const known = await recorded(pool).catch((error: { code?: string }) => {
    // No such table, or no right to look: nobody has migrated for this role.
    if (error.code === '42P01' || error.code === '42501') return new Map<string, string>();
    throw error;
  });
  const own = await ownMigrations();
  assertKnown(known, own);
  const missing = own.filter(({ name }) => !known.has(name));
  if (missing.length > 0)
    throw new Error(
      `the database’s schema is older than this release (${missing[0]!.name} is missing): run \`tongbao migrate\` with TONGBAO_OWNER_DATABASE_URL first`,
    );
}

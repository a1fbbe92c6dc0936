// `tongbao setup`: from an empty PostgreSQL to a first operator's link. Each step says what it did or what was there already, so
// that it may be run again; the first that fails is the last.
import type { Command } from 'commander';
import { type Config, setupConfig } from '../config.ts';
import { createTally, type DatabaseUrls, openDatabase, roleOf, takeIdBlock } from '../database/index.ts';
import { makeKeyFile, prepareKeys } from '../installation-keys.ts';
import { createLog } from '../log.ts';
import { migrateDatabase } from '../migrate.ts';
import { linkView } from '../operators/index.ts';
import { createStaff } from '../staff/index.ts';
import { Ids, machineClock, machineRandomness, readKeyFile } from '../system/index.ts';
import { CommandRefused, table } from './run.ts';

interface SetupOptions {
  readonly operator?: string;
  readonly name?: string;
  readonly json?: boolean;
}
interface Step {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}
interface Made {
  readonly link: string;
  readonly expiresAt: string;
}

export function addSetupCommand(program: Command): void {
  program
    .command('setup')
    .description(
      'opens an installation: the key file, the role that serves, the schema, and a link for the first operator (DATABASE_URL, TONGBAO_OWNER_DATABASE_URL, TONGBAO_KEY_FILE, TONGBAO_PUBLIC_URL); again, it says what is there',
    )
    .option('--operator <username>', 'the first operator, an admin: what is typed at the sign-in, lower case')
    .option('--name <name>', 'the first operator’s name, as it is shown')
    .option('--json', 'the answer as JSON; an error as JSON on the error output')
    .action(setUp);
}

async function setUp(options: SetupOptions): Promise<void> {
  const { urls, config } = settings();
  if ((options.operator === undefined) !== (options.name === undefined))
    throw new CommandRefused(
      2,
      '--operator and --name belong together: the first operator’s username and name',
    );
  const steps: Step[] = [];
  let made: Made | null = null;
  const step = async (name: string, work: () => Promise<string>): Promise<boolean> => {
    const detail = await work().then(
      (text) => ({ ok: true, detail: text }),
      (error: Error) => ({ ok: false, detail: error.message }),
    );
    steps.push({ name, ...detail });
    return detail.ok;
  };
  const isDone =
    (await step('keys', () => keysStep(config))) &&
    (await step('schema', () => schemaStep(urls))) &&
    (await step('operator', async () => {
      const found = await operatorStep(config, options);
      made = found.made;
      return found.detail;
    }));
  say(options, steps, made);
  if (!isDone) process.exitCode = 1;
}

function settings(): ReturnType<typeof setupConfig> {
  try {
    return setupConfig();
  } catch (error) {
    throw new CommandRefused(2, (error as Error).message);
  }
}

async function keysStep({ keys }: Config): Promise<string> {
  if (keys.kind === 'text') return 'from TONGBAO_KEYS';
  if ((await readKeyFile(keys.file)) !== null) return `${keys.file} was there`;
  await makeKeyFile({ source: keys, database: null, randomness: machineRandomness });
  return `${keys.file} is made: keep a copy of it apart from the database’s backups`;
}

async function schemaStep(urls: DatabaseUrls): Promise<string> {
  const applied = await migrateDatabase(urls, createLog('silent'));
  const { role } = roleOf(urls.url);
  const schema = applied.length === 0 ? 'was this release’s' : `${applied.length} migrations applied`;
  return role === roleOf(urls.ownerUrl).role
    ? `${schema}; ${role} owns it and serves: another role should serve (docs/guides/serve.md)`
    : `${schema}; the role ${role} may serve`;
}

/** As the role that serves: what this needs, `serve` has too. */
async function operatorStep(
  config: Config,
  { operator, name }: SetupOptions,
): Promise<{ detail: string; made: Made | null }> {
  const database = openDatabase({ url: config.databaseUrl!, maxConnections: 2 });
  try {
    const keys = await prepareKeys({ source: config.keys, database, randomness: machineRandomness });
    const parts = { database, clock: machineClock, keys, ids: new Ids(() => takeIdBlock(database)) };
    const tally = createTally(parts);
    const staff = createStaff({ ...parts, randomness: machineRandomness, tally, sandbox: false });
    if (operator === undefined || name === undefined) {
      const admin = await staff.admin();
      const detail = admin === null ? 'nobody yet: --operator USERNAME --name NAME' : `${admin} is admin`;
      return { detail, made: null };
    }
    const begun = await staff.begin({ username: operator, name });
    if (begun.kind === 'begun') return { detail: `${begun.username} is admin: no link is made`, made: null };
    return { detail: `${operator} is to follow the link`, made: linkView(config, begun.link) };
  } finally {
    await database.close();
  }
}

function say(options: SetupOptions, steps: readonly Step[], made: Made | null): void {
  if (options.json === true) {
    console.log(
      JSON.stringify({ steps, link: made?.link ?? null, expiresAt: made?.expiresAt ?? null }, null, 2),
    );
    return;
  }
  const rows = steps.map((each) => [each.name, each.ok ? 'ok' : 'failed', each.detail]);
  console.log(table(['step', '', 'what'], rows).join('\n'));
  if (made !== null)
    console.log(
      `\n${options.operator} opens this link, once, until ${made.expiresAt}; it is shown here and nowhere else:\n${made.link}`,
    );
}

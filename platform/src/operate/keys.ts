// `tongbao keys`: which keys are used, a further one, and former ones that leaked; in the trail under the name of who says so.
import { consoleOperations } from '@tongbao/protocol/console';
import type { Command } from 'commander';
import { operatorConfig } from '../config.ts';
import { assertSameKeys, readKeys } from '../installation-keys.ts';
import { addKey, afterRotation, dropFormer, purposeOf, waitMsOf } from '../key-rotation.ts';
import { changeKeys } from '../operators/index.ts';
import { keysOf } from '../system/index.ts';
import { act, CommandRefused, type Common, operatorCommand, reasonOf, table } from './run.ts';

/** Whoever may write the file holds the secrets anyway: what is asked is under whose name it stands in the trail. */
const rotators = { roles: ['admin', 'maker', 'checker'] } as const;

interface RotateOptions extends Common {
  readonly in?: string;
  readonly reason: string;
}
interface ForgetOptions extends Common {
  readonly reason: string;
}

export function addKeyCommands(program: Command): void {
  const keys = program.command('keys').description('the installation’s keys: which are used, rotation');
  operatorCommand(keys.command('list'))
    .description('every key by its id, from when on it is used; nothing secret')
    .action(list);
  operatorCommand(keys.command('rotate'))
    .description('adds a key to the key file and tells running processes; former ones go on counting')
    .argument('<name>', 'gateway, cashier, log, identity, pepper or master')
    .option('--in <time>', 'when it comes into use: 30s, 10m, 7d; gateway: 7d if not said, others 5s')
    .requiredOption('--reason <text>', 'why, for the trail')
    .addHelpText(
      'after',
      '\nExample:\n  $ npm run tongbao -- keys rotate cashier --in 10m --reason "ann, who could read the file, has left"\n\nRun it as the user who may write TONGBAO_KEY_FILE; copy the file to all other machines that serve before the new key comes into use.',
    )
    .action(rotate);
  operatorCommand(keys.command('forget'))
    .description('takes former keys out of the file: what they made counts no more')
    .argument('<name>', 'gateway, cashier or log')
    .requiredOption('--reason <text>', 'why, for the trail')
    .action(forget);
}

async function list(options: Common): Promise<void> {
  const { keys: source } = configOf(options);
  await act(
    { options, right: consoleOperations.keys },
    async () => {
      const records = (await readKeys(source)) ?? [];
      return { keys: records.map(({ purpose, id, from = null }) => ({ purpose, id, from })) };
    },
    ({ keys }) =>
      table(
        ['key', 'id', 'used from'],
        keys.map(({ purpose, id, from }) => [purpose, `${id}`, from ?? 'the first start']),
      ),
  );
}

async function rotate(name: string, options: RotateOptions): Promise<void> {
  const purpose = said(() => purposeOf(name));
  const waitMs = said(() => waitMsOf(purpose, options.in));
  const reason = reasonOf(options.reason);
  const file = fileOf(options);
  await act(
    { options, right: rotators },
    async ({ platform, member }) => {
      const from = new Date(platform.clock.now().getTime() + waitMs);
      const guard = async (records: Parameters<typeof keysOf>[0]) =>
        assertSameKeys(platform.database, keysOf(records));
      const made = await changeKeys(platform, member, {
        ...{ act: 'keys.rotate', purpose, detail: `from ${from.toISOString()}: ${reason}` },
        change: () => orRefused(addKey(file, { purpose, from, guard })),
      });
      return { purpose, id: made.id, from: from.toISOString(), next: afterRotation(made) };
    },
    ({ id, from, next }) => [
      `${purpose} key ${id} is in ${file}, and is used from ${from} on.`,
      ...next,
      'Running processes on this machine were told. Copy the file to all others that serve before that moment.',
    ],
  );
}

async function forget(name: string, options: ForgetOptions): Promise<void> {
  const purpose = said(() => purposeOf(name));
  const reason = reasonOf(options.reason);
  const file = fileOf(options);
  await act(
    { options, right: rotators },
    async ({ platform, member }) => {
      const guard = async (records: Parameters<typeof keysOf>[0]) =>
        assertSameKeys(platform.database, keysOf(records));
      const now = platform.clock.now();
      const forgotten = await changeKeys(platform, member, {
        ...{ act: 'keys.forget', purpose, detail: reason },
        change: () => orRefused(dropFormer(file, { purpose, now, guard })),
      });
      return { purpose, forgotten };
    },
    ({ forgotten }) => [
      `${forgotten} former ${purpose} keys are out of ${file}; what they made counts no more.`,
    ],
  );
}

function said<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw new CommandRefused(2, (error as Error).message);
  }
}

/** What cannot be done with the file has changed nothing. */
const orRefused = <Made>(work: Promise<Made>): Promise<Made> =>
  work.catch((error: Error) => {
    throw new CommandRefused(4, error.message);
  });

const configOf = (options: Common) => said(() => operatorConfig(options)).config;

function fileOf(options: Common): string {
  const { keys: source } = configOf(options);
  if (source.kind === 'text')
    throw new CommandRefused(
      4,
      'the keys come from TONGBAO_KEYS: add the record there and start serve anew (docs/guides/serve.md)',
    );
  return source.file;
}

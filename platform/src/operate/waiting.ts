// `tongbao waiting`, `tongbao trail`: what waits for a person, and who did what.
import { consoleOperations } from '@tongbao/protocol/console';
import type { Command } from 'commander';
import { readQuarantine } from '../database/index.ts';
import { actView, nextBefore, releaseWaiting, waitingView } from '../operators/index.ts';
import {
  act,
  CommandRefused,
  type Common,
  idOf,
  newest,
  operatorCommand,
  reasonOf,
  table,
  wholeNumber,
} from './run.ts';

interface ReleaseOptions extends Common {
  readonly reason: string;
}
interface PageOptions extends Common {
  readonly limit: string;
  readonly before?: string;
}

const itemsShown = 500;

export function addWaitingCommands(program: Command): void {
  const waiting = program.command('waiting').description('items that a timer could not work on');
  operatorCommand(waiting.command('list'))
    .description('what waits for a person, the newest failure first')
    .action(listWaiting);
  operatorCommand(waiting.command('release'))
    .description('takes an item off the list, so that its timer works on it again')
    .argument('<timer>', 'as `waiting list` shows it')
    .argument('<item>')
    .requiredOption('--reason <text>', 'why, for the trail')
    .addHelpText(
      'after',
      '\nExample:\n  $ npm run tongbao -- waiting release "settlement payouts" 140021 --reason "the address is corrected"',
    )
    .action(release);
  operatorCommand(program.command('trail').description('what people did').command('list'))
    .description('every act with its reason, newest first')
    .option('--limit <n>', 'at most so many, up to 200', '50')
    .option('--before <id>', 'the next page: below this id')
    .action(listTrail);
}

async function listWaiting(options: Common): Promise<void> {
  await act(
    { options, right: consoleOperations.quarantine },
    async ({ platform }) => ({
      items: (await readQuarantine(platform.database, itemsShown)).map(waitingView),
    }),
    ({ items }) =>
      items.length === 0
        ? ['nothing waits']
        : table(
            ['timer', 'item', 'failures', 'last', 'reason'],
            items.map((each) => [each.timer, each.item, `${each.failures}`, each.lastFailedAt, each.reason]),
          ),
  );
}

async function release(timer: string, item: string, options: ReleaseOptions): Promise<void> {
  const asked = consoleOperations.release.body.safeParse({ timer, item, reason: reasonOf(options.reason) });
  if (!asked.success) throw new CommandRefused(2, 'a timer and an item are texts of 1 to 100 characters');
  await act(
    { options, right: consoleOperations.release },
    async ({ platform, member }) => {
      await releaseWaiting(platform, member, asked.data);
      return { timer, item };
    },
    () => [`${timer}, ${item}: its timer works on it again`],
  );
}

async function listTrail(options: PageOptions): Promise<void> {
  const limit = wholeNumber('--limit', options.limit, [1, 200]);
  const before = options.before === undefined ? newest : idOf('--before', options.before);
  await act(
    { options, right: consoleOperations.trail },
    async ({ platform }) => {
      const acts = await platform.staff.acts({ before, limit });
      return { acts: acts.map(actView), before: nextBefore(acts, limit) };
    },
    ({ acts, before: next }) => [
      ...table(
        ['id', 'at', 'who', 'act', 'object', 'why'],
        acts.map((each) => [each.id, each.at, each.username, each.act, each.object, each.detail]),
      ),
      ...(next === null ? [] : [`more: --before ${next}`]),
    ],
  );
}

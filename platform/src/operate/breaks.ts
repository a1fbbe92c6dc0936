// `tongbao break`: differences between a bank's statement and the books, closed by two people.
import { consoleOperations } from '@tongbao/protocol/console';
import type { Command } from 'commander';
import { breakView, decideClosing, proposeClosing } from '../operators/index.ts';
import {
  act,
  CommandRefused,
  type Common,
  idOf,
  operatorCommand,
  reasonOf,
  table,
  wholeNumber,
} from './run.ts';

interface ListOptions extends Common {
  readonly status?: string;
  readonly limit: string;
}
interface ProposeOptions extends Common {
  readonly action: string;
  readonly reason: string;
}
interface DecideOptions extends Common {
  readonly reason: string;
}

const statuses = ['open', 'proposed', 'closed'] as const;
const actions = ['explain', 'suspense', 'charge'] as const;

function oneOf<Word extends string>(name: string, words: readonly Word[], text: string): Word {
  const found = words.find((word) => word === text);
  if (found === undefined) throw new CommandRefused(2, `${name} must be ${words.join(', ')}, not "${text}"`);
  return found;
}

export function addBreakCommands(program: Command): void {
  const found = program.command('break').description('differences between a bank’s statement and the books');
  operatorCommand(found.command('list'))
    .description('breaks, newest first')
    .option('--status <status>', 'only open, proposed or closed')
    .option('--limit <n>', 'at most so many, up to 200', '50')
    .action(list);
  operatorCommand(found.command('propose'))
    .description('says how to close one; it is closed when somebody else has approved that')
    .argument('<id>', 'as `break list` shows it')
    .requiredOption(
      '--action <action>',
      'explain: nothing is booked; suspense, charge: what is missing is booked there',
    )
    .requiredOption('--reason <text>', 'why, for the trail')
    .addHelpText(
      'after',
      '\nExample:\n  $ npm run tongbao -- break propose 4711 --action charge --reason "the bank’s fee of May"',
    )
    .action(propose);
  for (const [name, decision] of [
    ['approve', 'approve'],
    ['reject', 'refuse'],
  ] as const)
    operatorCommand(found.command(name))
      .description(name === 'approve' ? 'closes it as somebody else has proposed' : 'sends the proposal back')
      .argument('<id>')
      .requiredOption('--reason <text>', 'why, for the trail')
      .action((id: string, options: DecideOptions) => decide(id, decision, options));
}

async function list(options: ListOptions): Promise<void> {
  const limit = wholeNumber('--limit', options.limit, [1, 200]);
  const only = options.status === undefined ? statuses : [oneOf('--status', statuses, options.status)];
  await act(
    { options, right: consoleOperations.breaks },
    async ({ platform }) => ({
      breaks: (await platform.reconciliation.breaks({ statuses: only, limit })).map(breakView),
    }),
    ({ breaks }) =>
      table(
        ['id', 'status', 'kind', 'account', 'day', 'reference', 'expected', 'the bank has', 'proposed'],
        breaks.map((each) => [
          ...[
            each.id,
            each.status,
            each.kind,
            each.account,
            each.day,
            each.reference,
            each.expected,
            each.actual,
          ],
          each.acts
            .slice(-1)
            .map(({ kind, action, operator }) => `${kind} ${action} by ${operator}`)
            .join(),
        ]),
      ),
  );
}

async function propose(id: string, options: ProposeOptions): Promise<void> {
  const asked = {
    ...{ breakId: idOf('the id', id), action: oneOf('--action', actions, options.action) },
    reason: reasonOf(options.reason),
  };
  await act(
    { options, right: consoleOperations.proposeClosing },
    async ({ platform, member }) => {
      await proposeClosing(platform, member, asked);
      return { id };
    },
    () => [`proposed: somebody else approves it with \`break approve ${id}\``],
  );
}

async function decide(id: string, decision: 'approve' | 'refuse', options: DecideOptions): Promise<void> {
  const asked = { breakId: idOf('the id', id), act: decision, reason: reasonOf(options.reason) };
  const right = decision === 'approve' ? consoleOperations.approveClosing : consoleOperations.refuseClosing;
  await act(
    { options, right },
    async ({ platform, member }) => {
      await decideClosing(platform, member, asked);
      return { id, approved: decision === 'approve' };
    },
    ({ approved }) => [approved ? `${id} is closed` : `${id} is open again`],
  );
}

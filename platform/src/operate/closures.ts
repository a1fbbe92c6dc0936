// `tongbao closure`: days on which a country's banks are closed, or work though it is a weekend, that no published calendar has. One
// person declares a day, another one decides.
import { consoleOperations } from '@tongbao/protocol/console';
import type { Command } from 'commander';
import { z } from 'zod';
import { closureView, decideClosure, nextBefore, proposeClosure } from '../operators/index.ts';
import { publishedYears } from '../settlement/index.ts';
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

interface DeclareOptions extends Common {
  readonly calendar: string;
  readonly day: string;
  readonly kind: string;
  readonly reason: string;
}
interface DecideOptions extends Common {
  readonly reason: string;
}
interface ListOptions extends Common {
  readonly decided?: boolean;
  readonly limit: string;
  readonly before?: string;
}

export function addClosureCommands(program: Command): void {
  const closure = program
    .command('closure')
    .description('closed days that no published calendar has: one person declares them, another one decides');
  operatorCommand(closure.command('declare'))
    .alias('propose')
    .description('proposes a day; it counts when somebody else has approved it')
    .requiredOption('--calendar <code>', 'the country’s: KR, CN, …; EU for TARGET')
    .requiredOption('--day <day>', 'YYYY-MM-DD; of a year any of its days')
    .option(
      '--kind <kind>',
      'closed; working: a weekend day on which banks work; year: all closed days of it are entered',
      'closed',
    )
    .requiredOption('--reason <text>', 'why, for the trail')
    .action(declare);
  for (const [name, approved] of [
    ['approve', true],
    ['reject', false],
  ] as const)
    operatorCommand(closure.command(name))
      .description(
        approved
          ? 'lets a proposed day count; batches that lie on it move to the next working day'
          : 'refuses a proposed day; it may be proposed again',
      )
      .argument('<id>', 'as `closure list` shows it')
      .requiredOption('--reason <text>', 'why, for the trail')
      .action((id: string, options: DecideOptions) => decideOne(id, approved, options));
  operatorCommand(closure.command('list'))
    .description('days that wait for a decision; with --decided those that have one')
    .option('--decided', 'the history')
    .option('--limit <n>', 'at most so many, up to 200', '50')
    .option('--before <id>', 'the next page: below this id')
    .action(list);
}

async function declare(options: DeclareOptions): Promise<void> {
  const { calendar, day, kind, reason } = options;
  const parsed = consoleOperations.proposeClosure.body.safeParse({ calendar, day, kind, reason });
  if (!parsed.success) throw new CommandRefused(2, z.prettifyError(parsed.error));
  await act(
    { options, right: consoleOperations.proposeClosure },
    async ({ platform, member }) => ({
      id: (await proposeClosure(platform, member, parsed.data)).toString(),
    }),
    ({ id }) => [`proposed: somebody else approves it with \`closure approve ${id}\``],
  );
}

async function decideOne(id: string, approved: boolean, options: DecideOptions): Promise<void> {
  const asked = { id: idOf('the id', id), approved, reason: reasonOf(options.reason) };
  await act(
    { options, right: approved ? consoleOperations.approveClosure : consoleOperations.refuseClosure },
    async ({ platform, member }) => {
      await decideClosure(platform, member, asked);
      return { id, approved };
    },
    () => [approved ? `${id} counts from now on` : `${id} is refused`],
  );
}

async function list(options: ListOptions): Promise<void> {
  const limit = wholeNumber('--limit', options.limit, [1, 200]);
  const before = options.before === undefined ? newest : idOf('--before', options.before);
  const status = options.decided === true ? 'decided' : 'waiting';
  await act(
    { options, right: consoleOperations.closures },
    async ({ platform }) => {
      const page = await platform.settlement.declarations({ status, before, limit });
      const calendars = publishedYears().map(({ calendar, first, last }) => ({ calendar, first, last }));
      return { closures: page.map(closureView), before: nextBefore(page, limit), calendars };
    },
    ({ closures, before: next, calendars }) => [
      ...table(
        ['id', 'calendar', 'kind', 'day', 'proposed by', 'decided', 'reason'],
        closures.map((each) => [
          ...[each.id, each.calendar, each.kind, each.day, each.proposedBy],
          ...[each.approved === null ? '' : `${each.approved ? 'approved' : 'refused'} by ${each.decidedBy}`],
          each.reason,
        ]),
      ),
      ...(next === null ? [] : [`more: --before ${next}`]),
      `published: ${calendars.map((each) => `${each.calendar} ${each.first}–${each.last}`).join(', ')}`,
    ],
  );
}

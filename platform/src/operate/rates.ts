// `tongbao rates`: the newest rates, and those that the guard holds back until two people say that they are right.
import { consoleOperations } from '@tongbao/protocol/console';
import type { Command } from 'commander';
import { readNewestRates, readRateAges } from '../fx/index.ts';
import { confirmHeldRate, proposeHeldRate } from '../operators/index.ts';
import { houseDayOf, isDay } from '../system/index.ts';
import { act, CommandRefused, type Common, operatorCommand, reasonOf, table } from './run.ts';

interface DecideOptions extends Common {
  readonly reason: string;
}

export function addRateCommands(program: Command): void {
  const rates = program.command('rates').description('exchange rates: the newest, and what is held back');
  operatorCommand(rates.command('list'))
    .description('the newest rates of each source, and those that wait for two people')
    .action(list);
  operatorCommand(rates.command('propose'))
    .description('says that a held rate is right; somebody else confirms it')
    .argument('<currency>', 'as `rates list` shows it')
    .argument('<day>', 'YYYY-MM-DD')
    .requiredOption('--reason <text>', 'why, for the trail')
    .addHelpText(
      'after',
      '\nExample:\n  $ npm run tongbao -- rates propose JPY 2026-11-30 --reason "the central bank moved it, see its notice"',
    )
    .action((currency, day, options) => decide(consoleOperations.proposeRate, { currency, day, options }));
  operatorCommand(rates.command('confirm'))
    .description('lets a held rate be quoted that somebody else has proposed')
    .argument('<currency>', 'as `rates list` shows it')
    .argument('<day>', 'YYYY-MM-DD')
    .requiredOption('--reason <text>', 'why, for the trail')
    .action((currency, day, options) => decide(consoleOperations.confirmRate, { currency, day, options }));
}

async function list(options: Common): Promise<void> {
  await act(
    { options, right: consoleOperations.heldRates },
    async ({ platform: { database, clock, fx } }) => {
      const today = houseDayOf(clock.now());
      const { staleAfterDays } = await readRateAges(database, today);
      return { rates: await readNewestRates(database, today), held: await fx.held(), staleAfterDays };
    },
    ({ rates, held, staleAfterDays }) => [
      ...table(
        ['source', 'currency', 'rate', 'for 1', 'day'],
        rates.map((each) => [each.source, each.currency, each.rate, each.pivot, each.date]),
      ),
      `a rate older than ${staleAfterDays} days is not quoted`,
      ...(held.length === 0 ? ['none is held'] : ['', 'held until two people say that they are right:']),
      ...(held.length === 0
        ? []
        : table(
            ['source', 'currency', 'rate', 'for 1', 'day', 'other feed', 'proposed by'],
            held.map((each) => [
              ...[each.source, each.currency, each.rate, each.pivot, each.date],
              ...[each.other ?? '', each.proposedBy ?? ''],
            ]),
          )),
    ],
  );
}

async function decide(
  right: typeof consoleOperations.proposeRate | typeof consoleOperations.confirmRate,
  of: { readonly currency: string; readonly day: string; readonly options: DecideOptions },
): Promise<void> {
  const { currency, day, options } = of;
  if (!/^[A-Z]{3}$/.test(currency))
    throw new CommandRefused(2, `the currency is three capital letters, not "${currency}"`);
  if (!isDay(day)) throw new CommandRefused(2, `the day is like 2026-11-30, not "${day}"`);
  const reason = reasonOf(options.reason);
  const confirms = right === consoleOperations.confirmRate;
  await act(
    { options, right },
    async ({ platform, member }) => {
      await (confirms ? confirmHeldRate : proposeHeldRate)(platform, member, { currency, date: day, reason });
      return { currency, date: day };
    },
    () => [
      confirms ? `${currency} of ${day} is quoted from now on` : `${currency} of ${day} waits for a checker`,
    ],
  );
}

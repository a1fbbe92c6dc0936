// `tongbao statement`: banks' files in, the list of what came in, and how banks write their CSV.
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { consoleOperations } from '@tongbao/protocol/console';
import type { Command } from 'commander';
import { z } from 'zod';
import {
  addCsvProfile,
  importedView,
  importFile,
  nextBefore,
  profileView,
  statementView,
} from '../operators/index.ts';
import { CsvProfile } from '../reconciliation/index.ts';
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

interface ImportOptions extends Common {
  readonly bank?: string;
  readonly profile?: string;
  readonly format?: string;
  readonly encoding?: string;
  readonly account?: string;
  readonly id?: string;
  readonly currency?: string;
  readonly from?: string;
  readonly to?: string;
}
interface ListOptions extends Common {
  readonly limit: string;
  readonly before?: string;
  readonly account?: string;
  readonly kind?: string;
  readonly open?: boolean;
}
interface AddOptions extends Common {
  readonly reason: string;
}

const mostFileBytes = 192 * 1024 * 1024;
const mostProfileBytes = 64 * 1024;
const breaksWritten = 20;

export function addStatementCommands(program: Command): void {
  const statement = program.command('statement').description('banks’ statements: import, list, CSV profiles');
  operatorCommand(statement.command('import'))
    .description(
      'takes a bank’s file (camt.052, camt.053, camt.054, MT940, MT942, CSV): all of it or, where something in it is wrong, nothing; the same file again changes nothing',
    )
    .argument('<file>', 'the file as the bank wrote it')
    .option(
      '--bank <bank>',
      'the card bank whose clearing account the file is about, whatever the bank calls that account',
    )
    .option('--profile <name>', 'CSV: how the bank writes it (statement profile list)')
    .option('--format <format>', 'camt, mt940 or csv, where the content does not tell')
    .option('--encoding <name>', 'where neither a byte order mark nor the file itself tells')
    .option('--account <account>', 'CSV: our account at the bank')
    .option(
      '--id <id>',
      'CSV: the bank’s name of the statement; the file’s name without its ending if not said',
    )
    .option('--currency <code>', 'CSV without a column of it')
    .option('--from <day>', 'CSV: the first day that it speaks about, YYYY-MM-DD')
    .option('--to <day>', 'CSV: the last one')
    .action(importOne);
  operatorCommand(statement.command('list'))
    .description('statements, newest first')
    .option('--limit <n>', 'at most so many, up to 200', '50')
    .option('--before <id>', 'the next page: below this id')
    .option('--account <account>', 'only of this account')
    .option('--kind <kind>', 'only statement, intraday or notification')
    .option('--open', 'only those with breaks that nobody has closed')
    .action(list);
  addProfileCommands(statement.command('profile').description('how banks write their CSV'));
}

async function importOne(file: string, options: ImportOptions): Promise<void> {
  const parsed = consoleOperations.importStatements.query.safeParse({
    ...{ name: path.basename(file), format: options.format, encoding: options.encoding, bank: options.bank },
    ...{ account: options.account, currency: options.currency, profile: options.profile },
    ...{ statementId: options.id ?? path.parse(file).name.slice(0, 64), from: options.from, to: options.to },
  });
  if (!parsed.success) throw new CommandRefused(2, z.prettifyError(parsed.error));
  const { from: fromDay, to: toDay, name, format, encoding, bank, ...csv } = parsed.data;
  await act(
    { options, right: consoleOperations.importStatements },
    async ({ platform, member }) => {
      const sent = {
        name,
        format: format ?? null,
        encoding: encoding ?? null,
        bank,
        csv: { ...csv, fromDay, toDay },
      };
      const imported = await importFile(platform, member, { ...sent, bytes: await bytesOf(file) });
      return { statements: imported.map(importedView) };
    },
    ({ statements }) => statements.flatMap(importedWords),
  );
}

async function bytesOf(file: string): Promise<Buffer> {
  const handle = await open(file).catch((error: Error) => {
    throw new CommandRefused(4, `the file cannot be read: ${error.message}`);
  });
  try {
    const { size } = await handle.stat();
    if (size > mostFileBytes)
      throw new CommandRefused(4, `${file} has ${size} bytes, at most ${mostFileBytes} are read`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

function importedWords(found: ReturnType<typeof importedView>): string[] {
  const about = `${found.account} ${found.statement}, ${found.fromDay} – ${found.toDay} (${found.kind})`;
  if (found.known) return [`${about}: imported before, nothing was done`];
  const version = found.version === 1 ? '' : `, version ${found.version} in the place of the former one`;
  const shown = found.breaks
    .slice(0, breaksWritten)
    .map(
      (each) =>
        `  ${each.kind} ${each.reference} on ${each.day}: expected ${each.expected}, the bank has ${each.actual}`,
    );
  const more = found.breakCount - shown.length;
  return [
    `${about}: ${found.lines} lines, ${found.matched} matched, ${found.notBooked} not booked yet, ${found.breakCount} breaks${version}`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more: they are on the console’s page of breaks`] : []),
  ];
}

async function list(options: ListOptions): Promise<void> {
  const limit = wholeNumber('--limit', options.limit, [1, 200]);
  const kinds = ['statement', 'intraday', 'notification'] as const;
  const kind = kinds.find((each) => each === options.kind) ?? null;
  if (options.kind !== undefined && kind === null)
    throw new CommandRefused(2, `--kind must be ${kinds.join(', ')}, not "${options.kind}"`);
  const before = options.before === undefined ? newest : idOf('--before', options.before);
  await act(
    { options, right: consoleOperations.statements },
    async ({ platform }) => {
      const onlyOpen = options.open === true;
      const page = { before, limit, account: options.account ?? null, kind, onlyOpen };
      const found = await platform.reconciliation.statements(page);
      return { statements: found.map(statementView), before: nextBefore(found, limit) };
    },
    ({ statements, before: next }) => [
      ...table(
        ['id', 'account', 'statement', 'days', 'lines', 'matched', 'open breaks', 'imported'],
        statements.map((each) => [
          ...[each.id, each.account, `${each.statement}${each.replaced ? ' (replaced)' : ''}`],
          ...[`${each.fromDay} – ${each.toDay}`, `${each.lines}`, `${each.matched}`, `${each.openBreaks}`],
          `${each.importedAt} ${each.importedBy}`,
        ]),
      ),
      ...(next === null ? [] : [`more: --before ${next}`]),
    ],
  );
}

function addProfileCommands(profile: Command): void {
  operatorCommand(profile.command('add'))
    .description(
      'adds a profile, or a new version of it, from a JSON file (docs/guides/bank-files.md has the fields)',
    )
    .argument('<file>', 'the profile as JSON')
    .requiredOption('--reason <text>', 'why, for the trail')
    .action(async (file: string, options: AddOptions) => {
      const found = await profileIn(file);
      await act(
        { options, right: consoleOperations.addCsvProfile },
        async ({ platform, member }) => {
          const asked = { profile: found, reason: reasonOf(options.reason) };
          return { name: found.name, version: await addCsvProfile(platform, member, asked) };
        },
        ({ name, version }) => [`${name}, version ${version}: files are read by it from now on`],
      );
    });
  operatorCommand(profile.command('list'))
    .description('the newest version of each profile')
    .action((options: Common) =>
      act(
        { options, right: consoleOperations.csvProfiles },
        async ({ platform }) => ({
          profiles: (await platform.reconciliation.csvProfiles()).map(profileView),
        }),
        ({ profiles }) =>
          table(
            ['name', 'version', 'added'],
            profiles.map((each) => [each.name, `${each.version}`, `${each.createdAt} ${each.createdBy}`]),
          ),
      ),
    );
  operatorCommand(profile.command('show'))
    .description('one profile, as JSON that `add` takes')
    .argument('<name>')
    .action((name: string, options: Common) =>
      act(
        { options, right: consoleOperations.csvProfiles },
        async ({ platform }) => {
          const found = (await platform.reconciliation.csvProfiles()).find(
            (each) => each.profile.name === name,
          );
          if (found === undefined) throw new CommandRefused(4, `there is no CSV profile ${name}`);
          return profileView(found);
        },
        ({ profile: shown }) => [JSON.stringify(shown, null, 2)],
      ),
    );
}

async function profileIn(file: string): Promise<CsvProfile> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new CommandRefused(4, `the file cannot be read: ${error.message}`);
  });
  if (text.length > mostProfileBytes) throw new CommandRefused(4, `${file} is too large for a profile`);
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    throw new CommandRefused(4, `${file} is not JSON: ${(error as Error).message}`);
  }
  const parsed = CsvProfile.safeParse(read);
  if (!parsed.success) throw new CommandRefused(4, `${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

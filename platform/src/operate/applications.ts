// `tongbao merchant create` and what follows: a shop comes in by a file instead of the page, through the same checks and the same
// two people.
import { open } from 'node:fs/promises';
import path from 'node:path';
import { ApplicationFacts, ApplicationStatus } from '@tongbao/protocol/apply';
import { CheckName, consoleOperations, FirstTerms } from '@tongbao/protocol/console';
import type { Command } from 'commander';
import { z } from 'zod';
import type { Facts } from '../onboarding/index.ts';
import {
  answerApplication,
  applicationSummary,
  applicationView,
  bringApplication,
  goLive,
  nextBefore,
  proposeAdmission,
  sayCheck,
} from '../operators/index.ts';
import { dateOf, jsonOf, proposed, stated, why } from './merchants.ts';
import {
  act,
  CommandRefused,
  type Common,
  idOf,
  newest,
  operatorCommand,
  reasonOf,
  type Session,
  table,
  wholeNumber,
} from './run.ts';

interface WithReason extends Common {
  readonly reason: string;
}
interface CheckOptions extends WithReason {
  readonly name: string;
  readonly result: string;
}
interface FileOptions extends WithReason {
  readonly file: string;
}
interface ListOptions extends Common {
  readonly limit: string;
  readonly before?: string;
  readonly status?: string;
}
interface LiveOptions extends WithReason {
  readonly from?: string;
}

export function addApplicationCommands(merchant: Command): void {
  operatorCommand(merchant.command('create'))
    .description(
      'brings a shop in by a file, as if it had applied: it is checked and, where everything passes, proposed to a second person',
    )
    .requiredOption(
      '--file <file>',
      'JSON: application, documents, contract, checks (docs/guides/operate.md)',
    )
    .requiredOption(...why)
    .action(create);
  operatorCommand(merchant.command('applications'))
    .description('shops that have applied, the newest first')
    .option('--status <status>', 'submitted, more-wanted, approved or rejected')
    .option('--limit <n>', 'at most so many, up to 200', '50')
    .option('--before <id>', 'the next page: below this id')
    .action(list);
  operatorCommand(merchant.command('application'))
    .description('one application: what it says, documents, checks, how far it is')
    .argument('<id>')
    .action(show);
  operatorCommand(merchant.command('check'))
    .description('your word for a check that no machine could decide')
    .argument('<id>', 'the application')
    .requiredOption('--name <check>', CheckName.options.join(', '))
    .requiredOption('--result <result>', 'passed or failed')
    .requiredOption(...why)
    .action(say);
  for (const answer of ['ask-for-more', 'turn-down'] as const)
    operatorCommand(merchant.command(answer))
      .description(
        answer === 'turn-down' ? 'refuses the shop' : 'the shop may change everything and submits again',
      )
      .argument('<id>', 'the application')
      .requiredOption('--reason <text>', 'what the applicant reads')
      .action((id: string, options: WithReason) => reply(id, answer, options));
  operatorCommand(merchant.command('propose'))
    .description('proposes that an applicant becomes a merchant, under the contract in the file')
    .argument('<id>', 'the application')
    .requiredOption('--file <file>', 'JSON: calendar, timeZone and whatever differs from the usual terms')
    .requiredOption(...why)
    .action(propose);
  operatorCommand(merchant.command('live'))
    .description('sets the day from which shoppers can pay it; it needs a key and a right signed call')
    .argument('<client-id>')
    .option('--from <date>', 'a day to come, or an instant; without it, from now')
    .requiredOption(...why)
    .action(live);
}

const NewMerchant = z.strictObject({
  application: ApplicationFacts,
  /** Files beside this one. */
  documents: z.array(z.string().min(1).max(500)).max(10),
  contract: FirstTerms,
  /** The maker's word for checks that no machine could decide. */
  checks: z.partialRecord(CheckName, z.string().min(1).max(500)).default({}),
});

async function create(options: FileOptions): Promise<void> {
  const reason = reasonOf(options.reason);
  const file = await jsonOf(options.file, NewMerchant);
  const folder = path.dirname(path.resolve(options.file));
  const documents = await Promise.all(
    file.documents.map(async (name) => ({
      name: path.basename(name),
      bytes: await bytesOf(path.resolve(folder, name)),
    })),
  );
  const facts: Facts = JSON.parse(JSON.stringify(file.application));
  await act(
    { options, right: consoleOperations.proposeAdmission },
    async (session) => {
      const { platform, member } = session;
      const { id, token } = await bringApplication(platform, member, { facts, documents });
      await platform.onboarding.checkNow(id);
      for (const [name, word] of Object.entries(file.checks))
        await sayIfOpen(session, { id, name: name as KnownCheck, reason: word });
      const { openChecks } = applicationSummary(await platform.onboarding.applications.get(id));
      const { calendar, timeZone, ...more } = file.contract;
      const terms = { ...stated(more), calendar, timeZone };
      const proposal =
        openChecks.length > 0 ? null : await proposeAdmission(platform, member, { id, reason, terms });
      const link = `${platform.publicUrl}/apply#${token}`;
      return { application: id.toString(), openChecks, proposal: proposal?.toString() ?? null, link };
    },
    ({ application, openChecks, proposal, link }) => [
      proposal === null
        ? `application ${application} waits for checks: ${openChecks.join(', ')} (\`merchant check\`, then \`merchant propose\`)`
        : `application ${application}; ${proposed({ id: proposal })[0]}`,
      `its own page, for its key and its first call: ${link}`,
    ],
  );
}

type KnownCheck = z.output<typeof CheckName>;
async function sayIfOpen(
  { platform, member }: Session,
  of: { id: bigint; name: KnownCheck; reason: string },
): Promise<void> {
  const { checks } = await platform.onboarding.applications.get(of.id);
  if (checks.some(({ name, result }) => name === of.name && result !== 'passed'))
    await sayCheck(platform, member, { ...of, passed: true });
}

const mostBytes = 5 * 1024 * 1024;
async function bytesOf(file: string): Promise<Buffer> {
  try {
    const handle = await open(file);
    try {
      const about = await handle.stat();
      if (!about.isFile() || about.size > mostBytes) throw new Error('is no file, or has more than 5 MiB');
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new CommandRefused(2, `${file} cannot be read: ${(error as Error).message}`);
  }
}

async function list(options: ListOptions): Promise<void> {
  const limit = wholeNumber('--limit', options.limit, [1, 200]);
  const before = options.before === undefined ? newest : idOf('--before', options.before);
  const status = options.status === undefined ? null : ApplicationStatus.safeParse(options.status).data;
  if (status === undefined)
    throw new CommandRefused(2, `--status must be one of ${ApplicationStatus.options.join(', ')}`);
  await act(
    { options, right: consoleOperations.applications },
    async ({ platform }) => {
      const page = await platform.onboarding.applications.page({ before, limit, status });
      return { applications: page.map(applicationSummary), before: nextBefore(page, limit) };
    },
    ({ applications, before: next }) => [
      ...table(
        ['id', 'name', 'country', 'status', 'open checks'],
        applications.map((each) => [
          ...[each.id, each.name, each.country, each.status, each.openChecks.join(', ')],
        ]),
      ),
      ...(next === null ? [] : [`more: --before ${next}`]),
    ],
  );
}

async function show(text: string, options: Common): Promise<void> {
  const id = idOf('the id', text);
  await act(
    { options, right: consoleOperations.application },
    async ({ platform }) => applicationView(platform, await platform.onboarding.applications.get(id)),
    (view) => [
      `${view.id}  ${view.name} (${view.legalName}, ${view.country}), ${view.status}`,
      JSON.stringify(view.facts, null, 2),
      ...view.documents.map(({ id: number, name, bytes }) => `document ${number}: ${name}, ${bytes} bytes`),
      ...view.checks.map(
        ({ name, result, detail, saidBy }) =>
          `${name}: ${result}${saidBy === null ? '' : ` by ${saidBy}`}: ${detail}`,
      ),
      ...(view.clientId === null
        ? []
        : [
            `client ${view.clientId}, ${view.keyVersions} keys, test call ${view.testCall.passedAt ?? (view.testCall.finding || 'none')}, live from ${view.liveFrom ?? 'not yet'}`,
          ]),
    ],
  );
}

async function say(text: string, options: CheckOptions): Promise<void> {
  const name = CheckName.safeParse(options.name);
  if (!name.success || !/^(passed|failed)$/.test(options.result))
    throw new CommandRefused(
      2,
      `--name is one of ${CheckName.options.join(', ')}; --result is passed or failed`,
    );
  const passed = options.result === 'passed';
  const asked = { id: idOf('the id', text), name: name.data, passed, reason: reasonOf(options.reason) };
  await act(
    { options, right: consoleOperations.sayCheck },
    async ({ platform, member }) => {
      await sayCheck(platform, member, asked);
      return { id: text, name: name.data, passed };
    },
    () => [`${name.data} of ${text}: ${options.result}`],
  );
}

async function reply(text: string, answer: 'ask-for-more' | 'turn-down', options: WithReason): Promise<void> {
  const isNo = answer === 'turn-down';
  const asked = { id: idOf('the id', text), reason: reasonOf(options.reason) };
  await act(
    { options, right: isNo ? consoleOperations.rejectApplication : consoleOperations.askForMore },
    async ({ platform, member }) => {
      await answerApplication(platform, member, { ...asked, answer: isNo ? 'reject' : 'ask-for-more' });
      return { id: text, status: isNo ? 'rejected' : 'more-wanted' };
    },
    ({ status }) => [`${text}: ${status}`],
  );
}

async function propose(text: string, options: FileOptions): Promise<void> {
  const { calendar, timeZone, ...more } = await jsonOf(options.file, FirstTerms);
  const terms = { ...stated(more), calendar, timeZone };
  const asked = { id: idOf('the id', text), terms, reason: reasonOf(options.reason) };
  await act(
    { options, right: consoleOperations.proposeAdmission },
    async ({ platform, member }) => ({ id: (await proposeAdmission(platform, member, asked)).toString() }),
    proposed,
  );
}

async function live(clientId: string, options: LiveOptions): Promise<void> {
  const from = options.from === undefined ? null : dateOf(options.from);
  const asked = { clientId, from, reason: reasonOf(options.reason) };
  await act(
    { options, right: consoleOperations.goLive },
    async ({ platform, member }) => {
      await goLive(platform, member, asked);
      return { clientId, from: from ?? 'now' };
    },
    () => [`${clientId} is live from ${from ?? 'now'}`],
  );
}

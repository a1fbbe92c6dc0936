// `tongbao merchant`: who sells through the network, what is agreed with each, suspension at once, and two people for what gives.
import { open } from 'node:fs/promises';
import { ContractTerms, consoleOperations, From } from '@tongbao/protocol/console';
import type { Command } from 'commander';
import { z } from 'zod';
import {
  contractVersionViews,
  decideProposal,
  merchantOf,
  merchantSummary,
  merchantView,
  presentView,
  proposalView,
  proposeContract,
  proposeResume,
  rotateMerchantKey,
  suspendMerchant,
} from '../operators/index.ts';
import { addApplicationCommands } from './applications.ts';
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

interface WithReason extends Common {
  readonly reason: string;
}
interface SuspendOptions extends WithReason {
  readonly holdPayouts?: boolean;
}
interface KeyOptions extends WithReason {
  readonly keyFile: string;
  readonly overlapHours: string;
}
interface ProposeOptions extends WithReason {
  readonly file: string;
  readonly from?: string;
}

export const why = ['--reason <text>', 'why, for the trail'] as const;

export function addMerchantCommands(program: Command): void {
  const merchant = program
    .command('merchant')
    .description('merchants: who they are, contracts over time, keys, suspension; two people for what gives');
  operatorCommand(merchant.command('list')).description('every merchant').action(list);
  operatorCommand(merchant.command('show'))
    .description('one merchant: state, keys, what is agreed, what waits for a decision')
    .argument('<client-id>')
    .action(show);
  operatorCommand(merchant.command('suspend'))
    .description('at once: nobody can confirm a payment to it any more; refunds and questions go on')
    .argument('<client-id>')
    .option('--hold-payouts', 'what is settled waits as well; without it payouts go on')
    .requiredOption(...why)
    .action(suspend);
  operatorCommand(merchant.command('resume'))
    .description('proposes that a suspended merchant takes money again; another person approves it')
    .argument('<client-id>')
    .requiredOption(...why)
    .action(resume);
  operatorCommand(merchant.command('rotate-key'))
    .description('takes a merchant’s next public key; the former ones count on for a while')
    .argument('<client-id>')
    .requiredOption('--key-file <file>', 'the public key: what `openssl rsa -pubout` prints')
    .option('--overlap-hours <n>', 'how long the former keys still count', '168')
    .requiredOption(...why)
    .action(rotateKey);
  operatorCommand(merchant.command('waiting'))
    .description('what waits for a second person, with the changes it makes')
    .action(waiting);
  addDecisions(merchant);
  addContractCommands(merchant);
  addApplicationCommands(merchant);
}

function addDecisions(parent: Command): void {
  for (const [name, approved] of [
    ['approve', true],
    ['reject', false],
  ] as const)
    operatorCommand(parent.command(name))
      .description(approved ? 'lets what another person proposed happen' : 'refuses what was proposed')
      .argument('<id>', 'as `merchant waiting` shows it')
      .requiredOption(...why)
      .action((id: string, options: WithReason) => decide(id, approved, options));
}

function addContractCommands(merchant: Command): void {
  const contract = merchant.command('contract').description('what is agreed with a merchant, and since when');
  operatorCommand(contract.command('show'))
    .description('the contract as it counts now, its versions, and what waits')
    .argument('<client-id>')
    .action(showContract);
  operatorCommand(contract.command('propose'))
    .description('proposes another version; another person approves it')
    .argument('<client-id>')
    .requiredOption(
      '--file <file>',
      'JSON with the fields that change: {"feeBps": 160, "reserveBps": 500, "reserveDays": 90}',
    )
    .option(
      '--from <date>',
      'a day to come (it begins in the merchant’s zone) or an instant; without it, from the approval',
    )
    .requiredOption(...why)
    .action(propose);
  addDecisions(contract);
}

async function list(options: Common): Promise<void> {
  await act(
    { options, right: consoleOperations.merchants },
    async ({ platform }) => ({
      merchants: await Promise.all(
        (await platform.merchants.list()).map((access) => merchantSummary(platform, access)),
      ),
    }),
    ({ merchants }) =>
      table(
        ['client id', 'name', 'country', 'paid in', 'status', 'live from'],
        merchants.map((each) => [
          ...[each.clientId, each.displayName, each.region, each.settlementCurrency],
          ...[each.holdsPayouts ? `${each.status}, payouts held` : each.status, each.liveFrom ?? 'not yet'],
        ]),
      ),
  );
}

type View = Awaited<ReturnType<typeof merchantView>>;
const waitingLines = (found: readonly { id: string; kind: string; proposedBy: string; reason: string }[]) =>
  found.map(({ id, kind, proposedBy, reason }) => `waiting: ${kind} ${id} by ${proposedBy}: ${reason}`);

const merchantLines = (view: View): string[] => [
  `${view.clientId}  ${view.displayName} (${view.region}), partner ${view.partner}`,
  `status      ${view.status}${view.holdsPayouts ? ', payouts are held' : ''}`,
  `live from   ${view.liveFrom ?? 'not yet'}`,
  `contract    ${view.contractVersion === null ? 'as it came in' : `version ${view.contractVersion}`}, paid in ${view.settlementCurrency}`,
  ...view.keys.map(
    (key) =>
      `key ${key.version}       ${key.status}${key.retiresAt === null ? '' : ` until ${key.retiresAt}`}, RSA ${key.bits}, SHA-256 ${key.fingerprint}`,
  ),
  ...waitingLines(view.waiting),
];

async function show(clientId: string, options: Common): Promise<void> {
  await act(
    { options, right: consoleOperations.merchant },
    async ({ platform }) => merchantView(platform, await merchantOf(platform, clientId)),
    merchantLines,
  );
}

async function suspend(clientId: string, options: SuspendOptions): Promise<void> {
  const holdsPayouts = options.holdPayouts === true;
  const asked = { clientId, holdsPayouts, reason: reasonOf(options.reason) };
  await act(
    { options, right: consoleOperations.suspendMerchant },
    async ({ platform, member }) => {
      await suspendMerchant(platform, member, asked);
      return { clientId, status: 'suspended', holdsPayouts };
    },
    () => [`${clientId} is suspended${holdsPayouts ? ', its payouts are held' : '; its payouts go on'}`],
  );
}

async function resume(clientId: string, options: WithReason): Promise<void> {
  const asked = { clientId, reason: reasonOf(options.reason) };
  await act(
    { options, right: consoleOperations.proposeResume },
    async ({ platform, member }) => ({ id: (await proposeResume(platform, member, asked)).toString() }),
    proposed,
  );
}

export const proposed = ({ id }: { id: string }): string[] => [
  `proposed: somebody else approves it with \`merchant approve ${id}\``,
];

async function rotateKey(clientId: string, options: KeyOptions): Promise<void> {
  const overlapHours = wholeNumber('--overlap-hours', options.overlapHours, [0, 2_160]);
  const publicKey = await textOf(options.keyFile);
  const asked = { clientId, publicKey, overlapHours, reason: reasonOf(options.reason) };
  await act(
    { options, right: { roles: ['maker'] } },
    ({ platform, member }) => rotateMerchantKey(platform, member, asked),
    ({ version, fingerprint }) => [
      `key version ${version}, SHA-256 ${fingerprint}: the former ones count for ${overlapHours} hours more`,
    ],
  );
}

async function waiting(options: Common): Promise<void> {
  await act(
    { options, right: consoleOperations.proposals },
    async ({ platform }) => {
      const rows = await platform.onboarding.waiting();
      return { proposals: await Promise.all(rows.map((row) => proposalView(platform, row))) };
    },
    ({ proposals }) =>
      proposals.flatMap((each) => [
        `${each.id}  ${each.kind} of ${each.clientId ?? each.name} by ${each.proposedBy}: ${each.reason}`,
        ...changeLines(each),
      ]),
  );
}

const changeLines = (of: {
  effectiveFrom: string | null;
  changes: readonly { field: string; from: string; to: string }[];
}): string[] => [
  ...of.changes.map(({ field, from, to }) => `    ${field}: ${from} -> ${to}`),
  ...(of.changes.length === 0 ? [] : [`    from ${of.effectiveFrom ?? 'its approval'}`]),
];

async function decide(text: string, approved: boolean, options: WithReason): Promise<void> {
  const asked = { id: idOf('the id', text), approved, reason: reasonOf(options.reason) };
  await act(
    { options, right: approved ? consoleOperations.approveProposal : consoleOperations.refuseProposal },
    async ({ platform, member }) => {
      await decideProposal(platform, member, asked);
      return { id: text, approved };
    },
    () => [approved ? `${text} is approved` : `${text} is refused`],
  );
}

async function showContract(clientId: string, options: Common): Promise<void> {
  await act(
    { options, right: consoleOperations.contractHistory },
    async ({ platform, member }) => {
      const { merchant } = await merchantOf(platform, clientId);
      if (member.merchantId !== null && member.merchantId !== merchant.id)
        throw new CommandRefused(4, 'there is no such merchant');
      const history = await platform.onboarding.contractHistory(merchant.id);
      const rows = member.role === 'merchant' ? [] : await platform.onboarding.waiting(merchant.id);
      return {
        ...{ clientId, present: presentView(history), versions: contractVersionViews(history) },
        waiting: await Promise.all(rows.map((row) => proposalView(platform, row))),
      };
    },
    ({ present, versions, waiting: open }) => [
      ...table(
        ['field', 'counts now'],
        Object.entries(present).map(([field, value]) => [
          field,
          Array.isArray(value) ? value.join(', ') : `${value ?? ''}`,
        ]),
      ),
      ...versions.flatMap((each) => [
        `version ${each.number}, ${each.state}, from ${each.effectiveFrom}${each.proposedBy === null ? '' : ` (${each.proposedBy}, ${each.approvedBy}: ${each.reason})`}`,
        ...each.changes.map(({ field, from, to }) => `    ${field}: ${from} -> ${to}`),
      ]),
      ...waitingLines(open),
    ],
  );
}

async function propose(clientId: string, options: ProposeOptions): Promise<void> {
  const changes = await jsonOf(options.file, ContractTerms.partial());
  const from = options.from === undefined ? null : dateOf(options.from);
  const asked = { clientId, changes: stated(changes), from, reason: reasonOf(options.reason) };
  await act(
    { options, right: consoleOperations.proposeContract },
    async ({ platform, member }) => ({ id: (await proposeContract(platform, member, asked)).toString() }),
    proposed,
  );
}

/** Without fields that were left out. */
export const stated = <Of extends object>(changes: Of): { [Key in keyof Of]?: Exclude<Of[Key], undefined> } =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as never;

export function dateOf(text: string): string {
  if (!From.safeParse(text).success)
    throw new CommandRefused(
      2,
      `--from must be a day (YYYY-MM-DD) or an instant (2027-01-01T00:00:00Z), not "${text}"`,
    );
  return text;
}

const mostBytes = 256 * 1024;

async function textOf(file: string): Promise<string> {
  try {
    const handle = await open(file);
    try {
      const about = await handle.stat();
      if (!about.isFile() || about.size > mostBytes) throw new Error('is no file, or is too long');
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new CommandRefused(2, `${file} cannot be read: ${(error as Error).message}`);
  }
}

export async function jsonOf<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const text = await textOf(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CommandRefused(2, `${file} is no JSON: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new CommandRefused(2, `${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

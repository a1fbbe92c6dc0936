// `tongbao customer`: one customer by an exact number; freeze, unfreeze, limits. Nothing lists people.
import { consoleOperations } from '@tongbao/protocol/console';
import type { Command } from 'commander';
import {
  customerProposals,
  decideCustomerProposal,
  findCustomer,
  freezeCustomer,
  setCustomerLimits,
  unfreezeCustomer,
} from '../operators/index.ts';
import { houseZone, instantOf, isDay } from '../system/index.ts';
import { act, CommandRefused, type Common, idOf, operatorCommand, reasonOf, table } from './run.ts';

interface Reasoned extends Common {
  readonly reason: string;
}
interface LimitOptions extends Reasoned {
  readonly payment?: string;
  readonly day?: string;
  readonly from?: string;
}

export function addCustomerCommands(program: Command): void {
  const customer = program
    .command('customer')
    .description('one customer, by an exact number: find, freeze, unfreeze, limits');
  const reasoned = (name: string, argument: string) =>
    operatorCommand(customer.command(name))
      .argument(argument)
      .requiredOption('--reason <text>', 'why, for the trail');
  reasoned('find', '<key>')
    .description(
      'by the whole phone number, or the wallet’s number; what is shown is masked, and the look-up is in the trail',
    )
    .addHelpText(
      'after',
      '\nExample:\n  $ npm run tongbao -- customer find +8613800138000 --reason "their call, ticket 88"',
    )
    .action(find);
  reasoned('freeze', '<id>')
    .description('at once: they are signed out, and can neither sign in nor pay; refunds still arrive')
    .action(freeze);
  reasoned('unfreeze', '<id>').description('proposes it; somebody else approves').action(unfreeze);
  reasoned('limits', '<id>')
    .description(
      'what they may pay at most, besides the law’s and the house’s limits: lower at once, higher by two people',
    )
    .option('--payment <amount>', 'of one payment, like 5000.00, or none; none if not said')
    .option('--day <amount>', 'of a day’s payments')
    .option('--from <day>', 'from that day on, YYYY-MM-DD; at once if not said')
    .addHelpText(
      'after',
      '\nExample:\n  $ npm run tongbao -- customer limits 4097 --payment 500 --day 2000 --reason "fraud, ticket 88"',
    )
    .action(limits);
  operatorCommand(customer.command('proposals'))
    .description('what waits for a second person')
    .action(proposals);
  for (const approved of [true, false])
    reasoned(approved ? 'approve' : 'reject', '<proposal>')
      .description(approved ? 'does what somebody else has proposed' : 'refuses it')
      .action((id: string, options: Reasoned) => decide(id, approved, options));
}

async function find(key: string, options: Reasoned): Promise<void> {
  const parsed = consoleOperations.findCustomer.body.safeParse({ key, reason: reasonOf(options.reason) });
  if (!parsed.success) throw new CommandRefused(2, 'a key is a phone number or a wallet’s number');
  await act(
    { options, right: consoleOperations.findCustomer },
    ({ platform, member }) => findCustomer(platform, member, parsed.data),
    (found) => [
      ...table(
        ['wallet', 'phone', 'name', 'status', 'class', 'since'],
        [[found.id, found.phone, found.name, found.status, `${found.kycClass}`, found.since]],
      ),
      `limits: ${capsText(found.caps)}`,
      ...found.comingCaps.map((cap) => `from ${cap.from}: ${capsText(cap)}`),
      ...found.proposals.map(({ id, kind, proposedBy }) => `waits: ${kind}, proposal ${id} by ${proposedBy}`),
    ],
  );
}

const yuan = (minor: string | null): string =>
  minor === null ? 'none' : `${minor.padStart(3, '0').replace(/(\d\d)$/, '.$1')} CNY`;
const capsText = ({ payment, day }: { payment: string | null; day: string | null }): string =>
  `a payment ${yuan(payment)}, a day ${yuan(day)}`;

async function freeze(id: string, options: Reasoned): Promise<void> {
  const asked = { customerId: idOf('the id', id), reason: reasonOf(options.reason) };
  await act(
    { options, right: consoleOperations.freezeCustomer },
    async ({ platform, member }) => {
      await freezeCustomer(platform, member, asked);
      return { id, status: 'frozen' };
    },
    () => [`${id} is frozen`],
  );
}

async function unfreeze(id: string, options: Reasoned): Promise<void> {
  const asked = { customerId: idOf('the id', id), reason: reasonOf(options.reason) };
  await act(
    { options, right: consoleOperations.unfreezeCustomer },
    async ({ platform, member }) => ({
      proposal: (await unfreezeCustomer(platform, member, asked)).toString(),
    }),
    ({ proposal }) => [`proposed: somebody else approves it with \`customer approve ${proposal}\``],
  );
}

/** Minor units of the wallet's currency; null for none. */
function capOf(name: string, text: string | undefined): bigint | null {
  if (text === undefined || text === 'none') return null;
  const [, whole, part = ''] = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(text) ?? [];
  if (whole === undefined)
    throw new CommandRefused(2, `${name} must be an amount like 5000 or 5000.00, or none, not "${text}"`);
  return BigInt(`${whole}${part.padEnd(2, '0')}`);
}

function fromOf(text: string | undefined): Date | null {
  if (text === undefined) return null;
  if (!isDay(text)) throw new CommandRefused(2, `--from must be a day like 2026-12-01, not "${text}"`);
  return instantOf(text, 0, houseZone);
}

async function limits(id: string, options: LimitOptions): Promise<void> {
  if (options.payment === undefined && options.day === undefined)
    throw new CommandRefused(2, 'say --payment, --day or both; none takes a limit away');
  const asked = {
    ...{ customerId: idOf('the id', id), reason: reasonOf(options.reason), from: fromOf(options.from) },
    ...{ payment: capOf('--payment', options.payment), day: capOf('--day', options.day) },
  };
  await act(
    { options, right: consoleOperations.setCustomerLimits },
    async ({ platform, member }) => ({
      proposal: (await setCustomerLimits(platform, member, asked))?.toString() ?? null,
    }),
    ({ proposal }) => [
      proposal === null
        ? `${id}: the limits are set`
        : `proposed, since it is more than now: somebody else approves it with \`customer approve ${proposal}\``,
    ],
  );
}

async function proposals(options: Common): Promise<void> {
  await act(
    { options, right: consoleOperations.customerProposals },
    async ({ platform }) => ({ proposals: await customerProposals(platform) }),
    ({ proposals: waiting }) =>
      table(
        ['id', 'wallet', 'what', 'limits', 'proposed by', 'reason'],
        waiting.map((each) => [
          ...[each.id, each.customerId, each.kind, each.kind === 'limits' ? capsText(each) : ''],
          ...[each.proposedBy, each.reason],
        ]),
      ),
  );
}

async function decide(id: string, approved: boolean, options: Reasoned): Promise<void> {
  const asked = { id: idOf('the proposal', id), approved, reason: reasonOf(options.reason) };
  const right = approved
    ? consoleOperations.approveCustomerProposal
    : consoleOperations.refuseCustomerProposal;
  await act(
    { options, right },
    async ({ platform, member }) => {
      await decideCustomerProposal(platform, member, asked);
      return { id, approved };
    },
    () => [approved ? `${id}: done` : `${id} is refused`],
  );
}

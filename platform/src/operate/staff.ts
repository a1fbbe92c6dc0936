// `tongbao staff`: who has access to the console and to this command line; invitations, the way back, and the end.
import { consoleOperations, Role, ShopRole } from '@tongbao/protocol/console';
import type { Command } from 'commander';
import { inviteMember, linkView, staffMembers } from '../operators/index.ts';
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

interface AddOptions extends Common {
  readonly username: string;
  readonly name: string;
  readonly role: string;
  readonly client?: string;
  readonly right?: string;
  readonly email?: string;
}
interface ReasonOptions extends Common {
  readonly reason: string;
}
interface ListOptions extends Common {
  readonly limit: string;
  readonly before?: string;
}

export function addStaffCommands(program: Command): void {
  const staff = program.command('staff').description('who has access: invite, list, end, reset');
  operatorCommand(staff.command('add'))
    .alias('invite')
    .description('invites somebody: answers a link, shown once, with which the person sets a password')
    .requiredOption('--username <name>', 'what is typed at the sign-in: lower case')
    .requiredOption('--name <name>', 'as it is shown')
    .requiredOption('--role <role>', Role.options.join(', '))
    .option('--client <clientId>', 'the shop, for the role merchant')
    .option(
      '--right <right>',
      `what a merchant’s member may: ${ShopRole.options.join(', ')} (owner if not said)`,
    )
    .option('--email <address>', 'the link is mailed there too, if there is a mail server')
    .action(add);
  operatorCommand(staff.command('end'))
    .description(
      'ends somebody’s access at once, sessions and tokens with it; what the person proposed stays',
    )
    .argument('<username>')
    .requiredOption('--reason <text>', 'why, for the trail')
    .action(end);
  operatorCommand(staff.command('reset'))
    .description('for a lost password or second factor: all of it ends, and a new link opens the name')
    .argument('<username>')
    .requiredOption('--reason <text>', 'why, for the trail')
    .action(reset);
  operatorCommand(staff.command('list'))
    .description('who has access, was invited, or had it; newest first')
    .option('--limit <n>', 'at most so many, up to 200', '50')
    .option('--before <id>', 'the next page: below this id')
    .action(list);
}

const linkWords = (username: string, made: { link: string; expiresAt: string }): string[] => [
  `${username} opens this link, once, until ${made.expiresAt}; give it to nobody else:`,
  made.link,
];

async function add(options: AddOptions): Promise<void> {
  const { username, name, client: clientId, email } = options;
  const role = oneOf('--role', options.role, Role.options);
  const shopRole =
    options.right === undefined ? undefined : oneOf('--right', options.right, ShopRole.options);
  await act(
    { options, right: consoleOperations.inviteMember },
    ({ platform, member }) =>
      inviteMember(platform, member, { username, name, role, clientId, shopRole, email }),
    (made) => [
      ...linkWords(username, made),
      ...(email === undefined
        ? []
        : [
            made.mailedTo === null
              ? 'it is not mailed: no mail server is set'
              : `it is mailed to ${email} too`,
          ]),
    ],
  );
}

async function end(username: string, options: ReasonOptions): Promise<void> {
  const reason = reasonOf(options.reason);
  await act(
    { options, right: consoleOperations.endMember },
    async ({ platform, member }) => {
      await platform.staff.end(member, { username, reason });
      return { username, ended: true };
    },
    () => [`${username} has no access any more`],
  );
}

async function reset(username: string, options: ReasonOptions): Promise<void> {
  const reason = reasonOf(options.reason);
  await act(
    { options, right: consoleOperations.resetMember },
    async ({ platform, member }) =>
      linkView(platform, await platform.staff.reset(member, { username, reason })),
    (made) => linkWords(username, made),
  );
}

async function list(options: ListOptions): Promise<void> {
  const limit = wholeNumber('--limit', options.limit, [1, 200]);
  const before = options.before === undefined ? newest : idOf('--before', options.before);
  await act(
    { options, right: consoleOperations.staff },
    async ({ platform, member }) => {
      const members = await staffMembers(platform, member, { before, limit });
      return { members, before: members.length < limit ? null : members.at(-1)!.id };
    },
    ({ members, before: next }) => [
      ...table(
        ['username', 'name', 'role', 'shop', 'state', 'last seen'],
        members.map((each) => [
          ...[each.username, each.name, `${each.role}${each.shopRole === null ? '' : ` (${each.shopRole})`}`],
          ...[each.clientId ?? '', each.state, each.lastSeenAt ?? ''],
        ]),
      ),
      ...(next === null ? [] : [`more: --before ${next}`]),
    ],
  );
}

function oneOf<Word extends string>(option: string, text: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === text);
  if (found === undefined)
    throw new CommandRefused(2, `${option} must be ${words.join(', ')}, not "${text}"`);
  return found;
}

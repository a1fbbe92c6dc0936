// How a command of an operator runs: who acts is asked for a password, the right to the act is looked up in the console's table,
// the platform is opened for the moment, and the answer is words or JSON. Exit codes: 0 done; 1 something is broken, it is
// unknown what was done; 2 the command or a setting is wrong; 3 not allowed; 4 refused. After 2, 3 and 4 nothing has changed.
import { type Role, type ShopRole, shopRolesOf } from '@tongbao/protocol/console';
import { type Command, CommanderError } from 'commander';
import { type OperatorOptions, operatorConfig } from '../config.ts';
import { createLog } from '../log.ts';
import type { Platform } from '../platform.ts';
import { ReconciliationRefused, StatementUnreadable } from '../reconciliation/index.ts';
import { Rejection } from '../rejection.ts';
import { openPlatform } from '../serve/index.ts';
import { FactorNeeded, type Member, type Staff } from '../staff/index.ts';
import { codeOf, passwordOf, tokenIn } from './password.ts';
import { CommandRefused } from './refused.ts';

export interface Common extends OperatorOptions {
  readonly json?: boolean;
  readonly code?: string;
}

export { CommandRefused };

/** The options that every command of an operator has. */
export const operatorCommand = (command: Command): Command =>
  command
    .option('--as <username>', 'who acts, by the name that signs in to the console (or TONGBAO_OPERATOR)')
    .option('--code <code>', 'a one-time code of who acts, or a recovery code; without it the terminal asks')
    .option('--json', 'the answer as JSON; an error as JSON on the error output');

/** Operations of the console by which a right is looked up. */
interface Right {
  /** Absent: it changes something. */
  readonly method?: 'GET' | 'POST';
  readonly roles: readonly Role[] | null;
  readonly shopRoles?: readonly ShopRole[];
  readonly manages?: boolean;
}

export interface Session {
  readonly platform: Platform;
  readonly member: Member;
}

export async function act<Answer extends object>(
  of: { options: Common; right: Right },
  work: (session: Session) => Promise<Answer>,
  words: (answer: Answer) => readonly string[],
): Promise<void> {
  const { options, right } = of;
  const answer = await inSession(options, right, work);
  console.log(options.json === true ? JSON.stringify(answer, null, 2) : words(answer).join('\n'));
}

async function inSession<Answer>(
  options: Common,
  right: Right,
  work: (session: Session) => Promise<Answer>,
): Promise<Answer> {
  const { config, proof } = settingsOf(options);
  const secret = await (proof.kind === 'token'
    ? tokenIn(proof.file)
    : passwordOf(proof.username, proof.passwordFile));
  const log = createLog(config.logLevel, 'stderr');
  const { platform, close } = await openPlatform(config, { log, as: 'command' });
  try {
    const member = await (proof.kind === 'token'
      ? byToken(platform.staff, { ...proof, token: secret, right })
      : byPassword(platform.staff, { username: proof.username, password: secret, code: options.code }));
    const { username } = member;
    if (right.roles !== null && !right.roles.includes(member.role))
      throw new CommandRefused(3, `${username} is ${member.role}: this is for ${right.roles.join(', ')}`);
    const shopRoles = shopRolesOf({ method: 'POST', ...right });
    if (member.shopRole !== null && !shopRoles.includes(member.shopRole))
      throw new CommandRefused(
        3,
        `${username} is ${member.shopRole} at the shop: this is for ${shopRoles.join(', ')}`,
      );
    return await work({ platform, member });
  } finally {
    await close();
  }
}

async function byPassword(
  staff: Staff,
  asked: { username: string; password: string; code: string | undefined },
): Promise<Member> {
  try {
    return await staff.confirm(asked);
  } catch (error) {
    if (!(error instanceof FactorNeeded)) throw error;
    return staff.confirm({ ...asked, code: await codeOf(asked.username) });
  }
}

/** A token does what its scope says, of what its owner may. */
async function byToken(
  staff: Staff,
  { token, username, right }: { token: string; username: string | null; right: Right },
): Promise<Member> {
  const { member, scope } = await staff.confirmToken(token);
  if (username !== null && member.username !== username)
    throw new CommandRefused(3, `the access token is not ${username}'s`);
  if (right.manages === true && scope !== 'manage')
    throw new CommandRefused(3, 'the access token may not manage people: its owner makes one that may');
  if (right.method !== 'GET' && scope === 'read')
    throw new CommandRefused(3, 'the access token looks only: its owner makes one that may act');
  return member;
}

function settingsOf(options: Common): ReturnType<typeof operatorConfig> {
  try {
    return operatorConfig(options);
  } catch (error) {
    throw new CommandRefused(2, (error as Error).message);
  }
}

/** Who acts is not who they say they are, or was not let in. */
const mayNot: readonly string[] = ['password-wrong', 'staff-locked', 'factor-wrong', 'token-unusable'];

function exitCodeOf(error: unknown): number {
  if (error instanceof CommandRefused) return error.exitCode;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof StatementUnreadable || error instanceof ReconciliationRefused) return 4;
  if (error instanceof Rejection) return mayNot.includes(error.code) ? 3 : 4;
  return 1;
}

const codes: Readonly<Record<number, string>> = { 1: 'FAILED', 2: 'USAGE', 3: 'NOT_ALLOWED', 4: 'REFUSED' };
const errorCodeOf = (error: unknown): string =>
  error instanceof StatementUnreadable ? 'UNREADABLE' : codes[exitCodeOf(error)]!;

/** Says on the error output what went wrong, and ends the process with the code for it. */
export function endWith(error: unknown, isJson: boolean): never {
  const code = exitCodeOf(error);
  if (isJson && code !== 0)
    console.error(JSON.stringify({ error: { code: errorCodeOf(error), message: messageOf(error) } }));
  // Commander has said what is wrong, or shown its help.
  else if (!(error instanceof CommanderError)) console.error(messageOf(error));
  process.exit(code);
}

/** In words that somebody at a terminal can act on. */
function messageOf(error: unknown): string {
  if (!(error instanceof Rejection)) return (error as Error).message;
  if (error.code === 'password-wrong') return 'name or password is wrong';
  if (error.code !== 'staff-locked') return error.message;
  const { retryAt } = error.detail as { retryAt?: Date };
  return `too many wrong passwords${retryAt === undefined ? '' : `: the next try is at ${retryAt.toISOString()}`}`;
}

/** Columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

/** An option's value that has to be a whole number within bounds. */
export function wholeNumber(name: string, text: string, [least, most]: readonly [number, number]): number {
  const value = /^\d{1,6}$/.test(text) ? Number.parseInt(text, 10) : -1;
  if (value < least || value > most)
    throw new CommandRefused(2, `${name} must be a number from ${least} to ${most}, not "${text}"`);
  return value;
}

/** Why, for the trail. */
export function reasonOf(text: string): string {
  const reason = text.trim();
  if (reason === '' || reason.length > 500)
    throw new CommandRefused(2, '--reason must be a text of 1 to 500 characters');
  return reason;
}

/** An id as lists show it. */
export function idOf(name: string, text: string): bigint {
  if (!/^\d{1,18}$/.test(text))
    throw new CommandRefused(2, `${name} must be an id as the list shows it, not "${text}"`);
  return BigInt(text);
}

export const newest = 2n ** 63n - 1n;

// People for tests of production: names that are open without the link that an invitation makes, with a second factor, and how each
// acts at the command line and comes into the console.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createTally, takeIdBlock } from '../platform/src/database/index.ts';
import { createStaff, type Member, type NewMember, type Staff } from '../platform/src/staff/index.ts';
import { Ids, type Keys, machineClock, machineRandomness } from '../platform/src/system/index.ts';
import { appCode } from '../platform/src/testing/authenticator.ts';
import type { TestDatabase } from '../platform/src/testing/index.ts';
import { testKeys, testKeysText } from '../platform/src/testing/keys.ts';
import { main } from './start-sandbox.ts';

/** `keys`: the installation's; absent: the tests'. */
export function staffOf({ database }: Pick<TestDatabase, 'database'>, keys: Keys = testKeys): Staff {
  const parts = {
    ...{ database, clock: machineClock, keys, randomness: machineRandomness },
    ids: new Ids(() => takeIdBlock(database)),
  };
  return createStaff({ ...parts, tally: createTally(parts), sandbox: false });
}

/** Another one for each name, without the name in it. */
export const passwordOf = (username: string): string =>
  `correct horse ${createHash('sha256').update(username).digest('hex').slice(0, 12)}`;

export type Person = Pick<NewMember, 'username' | 'role'> &
  Partial<Pick<NewMember, 'merchantId' | 'shopRole'>>;
const site = { origin: 'https://pay.example', rpId: 'pay.example' };

/** A name with a password and an authenticator app; answers a recovery code that proves it once more. */
async function opened(staff: Staff, person: Person): Promise<{ member: Member; recoveryCodes: string[] }> {
  const { username } = person;
  const password = passwordOf(username);
  await staff.add({ merchantId: null, ...person, name: username, password });
  const { member, token } = await staff.signIn({ username, password, formerToken: null });
  const offer = await staff.account.offerFactor(member, { kind: 'totp', site });
  if (offer.kind !== 'totp') throw new Error('no secret was offered');
  const code = appCode(offer.secret, machineClock.now());
  const asked = { kind: 'totp', name: 'App', sealed: offer.sealed, code } as const;
  const recoveryCodes = await staff.account.addFactor(member, { asked, site });
  await staff.signOut(token);
  return { member, recoveryCodes };
}

/** Opens a name; answers the environment in which the command line acts under it: an access token that may do what the role may. */
export async function newOperator(
  database: TestDatabase,
  folder: string,
  person: Person,
): Promise<Record<string, string>> {
  const staff = staffOf(database);
  const { member } = await opened(staff, person);
  const { token } = await staff.account.addToken(member, { name: 'test', scope: 'manage', days: 1 });
  const file = path.join(folder, `${person.username}.token`);
  await writeFile(file, `${token}\n`, { mode: 0o600 });
  return { TONGBAO_OPERATOR_TOKEN_FILE: file };
}

/** Runs the command line over a production database; `environment`: who acts. */
export function runCommand(
  database: Pick<TestDatabase, 'url'>,
  environment: Record<string, string>,
  args: readonly string[],
): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      DATABASE_URL: database.url,
      TONGBAO_PUBLIC_URL: site.origin,
      TONGBAO_KEYS: testKeysText,
      ...environment,
    },
  });
  return { status, stdout, stderr };
}

/** The same with --json: the exit code, and the answer or the error. */
export function answerOfCommand(...of: Parameters<typeof runCommand>) {
  const [database, environment, args] = of;
  const { status, stdout, stderr } = runCommand(database, environment, [...args, '--json']);
  return { status, answer: JSON.parse(status === 0 ? stdout : stderr) };
}

/** Opens a name, and signs in at a running server; answers the cookie. */
export async function newCookie(database: TestDatabase, base: string, person: Person): Promise<string> {
  const { username } = person;
  const { recoveryCodes } = await opened(staffOf(database), person);
  const proof = { kind: 'recovery', code: recoveryCodes[0] };
  const answer = await fetch(`${base}/api/console/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-tongbao-csrf': '1' },
    body: JSON.stringify({ username, password: passwordOf(username), proof }),
  });
  return answer.headers.get('set-cookie')!.split(';')[0]!;
}

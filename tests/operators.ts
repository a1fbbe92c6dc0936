// People for tests of production: names that are open without the link that an invitation makes, and how each acts at the
// command line.
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createTally, takeIdBlock } from '../platform/src/database/index.ts';
import { createStaff, type NewMember, type Staff } from '../platform/src/staff/index.ts';
import { Ids, type Keys, machineClock, machineRandomness } from '../platform/src/system/index.ts';
import type { TestDatabase } from '../platform/src/testing/index.ts';
import { testKeys } from '../platform/src/testing/keys.ts';

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

/** Opens a name; answers the environment in which the command line acts under it. */
export async function newOperator(
  database: TestDatabase,
  folder: string,
  person: Pick<NewMember, 'username' | 'role'> & Partial<Pick<NewMember, 'merchantId' | 'shopRole'>>,
): Promise<Record<string, string>> {
  const { username } = person;
  const password = passwordOf(username);
  await staffOf(database).add({ merchantId: null, ...person, name: username, password });
  const file = path.join(folder, `${username}.password`);
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  return { TONGBAO_OPERATOR: username, TONGBAO_OPERATOR_PASSWORD_FILE: file };
}

// `tongbao staff add`: gives somebody access to the console of a production server. The password is made here, printed
// once, and kept nowhere.
import type { Config } from '../config.ts';
import { assertMigrated, createTally, openDatabase, takeIdBlock } from '../database/index.ts';
import { prepareKeys } from '../installation-keys.ts';
import { createMerchants } from '../merchants/index.ts';
import { createStaff, type Role, roles } from '../staff/index.ts';
import { Ids, machineClock, machineRandomness } from '../system/index.ts';

export interface NewStaffOptions {
  readonly username: string;
  readonly name: string;
  readonly role: string;
  /** The merchant of a merchant's user. */
  readonly client?: string;
}

export async function addStaff(config: Config, options: NewStaffOptions): Promise<void> {
  const role = roles.find((known) => known === options.role);
  if (role === undefined) throw new Error(`--role must be ${roles.join(', ')}, not "${options.role}"`);
  const database = openDatabase({ url: config.databaseUrl!, maxConnections: 2 });
  try {
    await assertMigrated(database.pool);
    const keys = await prepareKeys({ source: config.keys, database, randomness: machineRandomness });
    const parts = { database, clock: machineClock, keys, ids: new Ids(() => takeIdBlock(database)) };
    const merchantId = await merchantOf(createMerchants(parts), role, options.client);
    const password = machineRandomness.bytes(18).toString('base64url');
    const { username, name } = options;
    const staff = createStaff({
      ...{ ...parts, randomness: machineRandomness, sandbox: false },
      tally: createTally(parts),
    });
    if (!(await staff.add({ username, name, role, merchantId, password })))
      throw new Error(`${username} exists already`);
    console.log(`${username} may sign in at ${config.publicUrl}/console with the password ${password}`);
  } finally {
    await database.close();
  }
}

async function merchantOf(
  merchants: ReturnType<typeof createMerchants>,
  role: Role,
  client: string | undefined,
): Promise<bigint | null> {
  if ((role === 'merchant') !== (client !== undefined))
    throw new Error('--client names the merchant of a merchant’s user, and of nobody else');
  if (client === undefined) return null;
  const access = await merchants.findByClientId(client);
  if (access === null) throw new Error(`there is no merchant ${client}`);
  return access.merchant.id;
}

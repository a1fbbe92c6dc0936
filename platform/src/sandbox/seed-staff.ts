// The people of the sandbox's console: one user for each mall, and the network's own operators. Invented, with
// passwords that everybody may know.
import type { Merchants } from '../merchants/index.ts';
import type { Role, Staff } from '../staff/index.ts';
import { sandboxMerchants } from './merchants.ts';

interface SeededMember {
  readonly name: string;
  readonly username: string;
  readonly password: string;
  readonly role: Role;
  readonly clientId: string | null;
}

const operators: readonly SeededMember[] = [
  {
    name: '陈静 Chen Jing',
    username: 'maker',
    password: 'sandbox-maker',
    role: 'maker',
    clientId: null,
  },
  {
    name: '王磊 Wang Lei',
    username: 'checker',
    password: 'sandbox-checker',
    role: 'checker',
    clientId: null,
  },
  {
    name: 'Amelia Hart',
    username: 'auditor',
    password: 'sandbox-auditor',
    role: 'auditor',
    clientId: null,
  },
  {
    name: '周岚 Zhou Lan',
    username: 'admin',
    password: 'sandbox-admin',
    role: 'admin',
    clientId: null,
  },
];

/** In the order in which they are shown: a user for each mall first. */
export const sandboxStaff: readonly SeededMember[] = [
  ...sandboxMerchants.map(({ name, clientId }) => ({
    name: `${name}, finance`,
    username: clientId.toLowerCase(),
    password: 'sandbox-merchant',
    role: 'merchant' as const,
    clientId,
  })),
  ...operators,
];

/** Seeding twice changes nothing. */
export async function seedStaff(rooms: { merchants: Merchants; staff: Staff }): Promise<void> {
  for (const { clientId, ...member } of sandboxStaff) {
    const access = clientId === null ? null : await rooms.merchants.findByClientId(clientId);
    await rooms.staff.add({ ...member, merchantId: access?.merchant.id ?? null });
  }
}

// The door of the staff room.
export type {
  Act,
  ListedMember,
  Member,
  Role,
  ShopRole,
} from './member.ts';
export { sessionLifetimeMs } from './parts.ts';
export type { Beginning, Invited, Link } from './people.ts';
export { protectPasswords } from './protect-passwords.ts';
export { deviceKnownMs, type StaffCaller } from './sign-in.ts';
export { createStaff, type NewMember, type Staff } from './staff.ts';

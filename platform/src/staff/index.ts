// The door of the staff room.

export type { NewFactor, Proof } from './factors.ts';
export type {
  Act,
  ListedMember,
  Member,
  Role,
  ShopRole,
  SignedMember,
} from './member.ts';
export { idleMinutes, sessionLifetimeMs } from './parts.ts';
export type { Beginning, Invited, Link } from './people.ts';
export { protectPasswords } from './protect-passwords.ts';
export { deviceKnownMs, FactorNeeded, type StaffCaller } from './sign-in.ts';
export { createStaff, type NewMember, type Staff } from './staff.ts';

// The door of the staff room.
export { type Act, type Member, type Role, roles } from './member.ts';
export { sessionLifetimeMs } from './parts.ts';
export { protectPasswords } from './protect-passwords.ts';
export { deviceKnownMs, type StaffCaller } from './sign-in.ts';
export { createStaff, type NewMember, type Staff } from './staff.ts';

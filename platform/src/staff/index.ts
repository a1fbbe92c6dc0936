// The door of the staff room.
export { type Act, type Member, type Role, roles } from './member.ts';
export { protectPasswords } from './protect-passwords.ts';
export { createStaff, type NewMember, type Staff, sessionLifetimeMs } from './staff.ts';

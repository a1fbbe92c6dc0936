// The door of the staff room.
export { type Act, type Member, type Role, roles } from './member.ts';
export { createStaff, type NewMember, type Staff, sessionLifetimeMs } from './staff.ts';

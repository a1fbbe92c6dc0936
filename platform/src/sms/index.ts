// The door of the room for short messages.
export type { Country } from './countries.ts';
export { createSms, type Sms } from './sms.ts';

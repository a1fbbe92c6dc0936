// The door of the mail room.
export { isMailAddress } from './letter.ts';
export { createMail, type MailRoom } from './mail.ts';
export type { Occasion } from './words.ts';

// The door of the connector for mail servers.
export { createSmtpMail, type Secured, type SmtpMail, type SmtpOptions } from './connector.ts';

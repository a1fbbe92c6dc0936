// E-mail: invitations and what merchants are told. Without a server pages show the links instead.
import { openMailService } from '../serve/mail-service.ts';
import { type Check, fail, fine, warn } from './finding.ts';

export const checkMail: Check = {
  name: 'mail',
  needsDatabase: false,
  async run({ config, isThorough }) {
    const { mail } = config;
    if (mail === null)
      return [
        warn('mail.server', 'none', 'TONGBAO_SMTP_URL names your mail server: until then no mail leaves'),
      ];
    const server = `${mail.host}:${mail.port}`;
    if (!isThorough) return [fine('mail.server', `${server}; the command speaks to it`)];
    const opened = await openMailService(mail);
    try {
      await opened.check();
      return [fine('mail.server', `${server}, it takes us`)];
    } catch (error) {
      return [
        fail('mail.server', (error as Error).message, 'are host, port, user and password right, and TLS?'),
      ];
    } finally {
      opened.close();
    }
  },
};

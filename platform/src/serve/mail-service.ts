// The mail server of a production server.
import { readFile } from 'node:fs/promises';
import { createSmtpMail, type SmtpMail } from '@tongbao/connector-smtp';
import type { MailConfig } from '../mail-config.ts';

/** Nothing is asked of the server yet. Throws one line when a file cannot be read. */
export async function openMailService(config: MailConfig): Promise<SmtpMail> {
  const { passwordFile, caFile, ...server } = config;
  const read = async (name: string, file: string) =>
    readFile(file, 'utf8').catch((error: Error) => {
      throw new Error(`${name} cannot be read: ${error.message}`);
    });
  const password =
    passwordFile === null
      ? null
      : (await read('TONGBAO_SMTP_PASSWORD_FILE', passwordFile)).replace(/\r?\n$/, '');
  if (password === '') throw new Error('TONGBAO_SMTP_PASSWORD_FILE is empty');
  return createSmtpMail({
    ...server,
    password,
    ...(caFile === null ? {} : { ca: await read('TONGBAO_SMTP_CA_FILE', caFile) }),
  });
}

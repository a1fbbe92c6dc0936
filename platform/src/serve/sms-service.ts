// The SMS service of a production server: by HTTP, or a message centre by SMPP.
import { readFile } from 'node:fs/promises';
import type { SmsService } from '@tongbao/connector-interface';
import { createSmppSms } from '@tongbao/connector-smpp';
import { createSmsHttp } from '@tongbao/connector-sms-http';
import type { Logger } from 'pino';
import type { SmsServiceConfig } from '../sms-config.ts';
import type { Outbound } from '../system/index.ts';

type Opened = SmsService & { close(): Promise<void> };

/** Nothing is asked of the service yet. Throws one line when the password's file cannot be read. */
export async function openSmsService(
  config: SmsServiceConfig,
  { outbound, log }: { outbound: Outbound; log?: Logger },
): Promise<Opened> {
  const password = config.passwordFile === null ? null : await passwordIn(config.passwordFile);
  if (config.kind === 'http') {
    const { url, sender } = config;
    const service = createSmsHttp({ url, sender, token: password, post: outbound.post });
    return { ...service, close: async () => undefined };
  }
  const { host, port, tls, user, sender, alphabet } = config;
  if (password!.length > 8 || user.length > 15)
    throw new Error('SMPP has room for a user of 15 and a password of 8 letters (TONGBAO_SMS_PASSWORD_FILE)');
  return createSmppSms({
    ...{ host, port, sender, alphabet, systemId: user, password: password! },
    tls: tls ? {} : null,
    onReceipt: ({ reference, state }) => {
      if (state !== 'DELIVRD' && reference !== null)
        log?.warn({ message: reference.replace(/^c/, ''), state }, 'a message did not reach its phone');
    },
  });
}

async function passwordIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`TONGBAO_SMS_PASSWORD_FILE cannot be read: ${error.message}`);
  });
  const password = text.replace(/\r?\n$/, '');
  if (!/^[\x20-\x7e]{1,500}$/.test(password))
    throw new Error('TONGBAO_SMS_PASSWORD_FILE must hold one line of plain letters');
  return password;
}

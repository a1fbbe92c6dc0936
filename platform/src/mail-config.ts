// The settings of the mail server, out of the environment's texts (config.ts reads them).
import path from 'node:path';
import { isMailAddress } from './mail/index.ts';

export interface MailConfig {
  readonly host: string;
  readonly port: number;
  readonly secured: 'implicit' | 'starttls' | 'none';
  readonly user: string | null;
  readonly passwordFile: string | null;
  /** Certificates that the server's is held against besides the machine's. */
  readonly caFile: string | null;
  readonly from: { readonly name: string; readonly address: string };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Null when no mail server is named. Throws a one-line error when a setting makes no sense. */
export function mailConfig(environment: Environment): MailConfig | null {
  const {
    TONGBAO_SMTP_URL: text,
    TONGBAO_SMTP_PASSWORD_FILE: passwordFile,
    TONGBAO_SMTP_CA_FILE: caFile,
    TONGBAO_MAIL_FROM: from,
  } = environment;
  if (text === undefined) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  const protocol = url?.protocol;
  if (url === null || (protocol !== 'smtp:' && protocol !== 'smtps:') || url.hostname === '')
    throw new Error('TONGBAO_SMTP_URL must be smtp://user@host:587 (STARTTLS) or smtps://user@host:465');
  if (url.password !== '')
    throw new Error('TONGBAO_SMTP_URL must not carry the password: put it into TONGBAO_SMTP_PASSWORD_FILE');
  const without = url.search === '?tls=none';
  if ((url.search !== '' && !without) || (without && protocol === 'smtps:') || !/^\/?$/.test(url.pathname))
    throw new Error('TONGBAO_SMTP_URL: after the port there is nothing, or ?tls=none with smtp:');
  const user = url.username === '' ? null : decodeURIComponent(url.username);
  if ((user === null) !== (passwordFile === undefined))
    throw new Error(
      user === null
        ? 'TONGBAO_SMTP_URL names no user, yet there is a TONGBAO_SMTP_PASSWORD_FILE: smtp://user@host:587'
        : 'TONGBAO_SMTP_PASSWORD_FILE is missing: the file with the password of the user in TONGBAO_SMTP_URL',
    );
  if (without && user !== null)
    throw new Error('TONGBAO_SMTP_URL: with ?tls=none a password would go in clear; name no user');
  const secured = without ? 'none' : protocol === 'smtps:' ? 'implicit' : 'starttls';
  const usualPort = secured === 'implicit' ? 465 : secured === 'starttls' ? 587 : 25;
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? usualPort : Number.parseInt(url.port, 10),
    ...{ secured, user },
    passwordFile: passwordFile === undefined ? null : path.resolve(passwordFile),
    caFile: caFile === undefined ? null : path.resolve(caFile),
    from: senderOf(from),
  };
}

function senderOf(text: string | undefined): MailConfig['from'] {
  const [, name = '', bracketed, plain] =
    /^(?:([^<>"\p{Cc}]{0,100})<([^<>]+)>|([^<>\s]+))$/u.exec(text?.trim() ?? '') ?? [];
  const address = bracketed ?? plain ?? '';
  if (!isMailAddress(address))
    throw new Error('TONGBAO_MAIL_FROM must say who mails come from: Tongbao <no-reply@pay.example>');
  return { name: name.trim(), address };
}

// The settings of the SMS service, out of the environment's texts (config.ts reads them).
import path from 'node:path';
import type { Country } from './sms/index.ts';

export interface SmsConfig {
  /** Null: no message leaves. */
  readonly service: SmsServiceConfig | null;
  readonly countries: readonly Country[];
}

export type SmsServiceConfig =
  | {
      readonly kind: 'http';
      readonly url: string;
      readonly passwordFile: string | null;
      readonly sender: string | null;
    }
  | {
      readonly kind: 'smpp';
      readonly host: string;
      readonly port: number;
      readonly tls: boolean;
      readonly user: string;
      readonly passwordFile: string;
      readonly sender: string;
      readonly alphabet: 'gsm' | 'ucs2';
    };

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws a one-line error when a setting makes no sense. */
export function smsConfig(environment: Environment): SmsConfig {
  return {
    service: serviceOf(environment),
    countries: countriesOf(environment.TONGBAO_SMS_COUNTRIES ?? ''),
  };
}

function serviceOf(environment: Environment): SmsServiceConfig | null {
  const {
    TONGBAO_SMS_URL: text,
    TONGBAO_SMS_PASSWORD_FILE: file,
    TONGBAO_SMS_SENDER: sender,
    TONGBAO_SMS_ALPHABET: alphabet = 'gsm',
  } = environment;
  if (text === undefined) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^(https?|smpps?):$/.test(url.protocol) || url.hostname === '')
    throw new Error(
      'TONGBAO_SMS_URL must be https://sms.example/send, smpp://user@host:2775 or smpps://user@host:3550',
    );
  if (url.password !== '')
    throw new Error('TONGBAO_SMS_URL must not carry the password: put it into TONGBAO_SMS_PASSWORD_FILE');
  if (sender !== undefined && !/^(\d{1,20}|[\x21-\x7e][\x20-\x7e]{0,10})$/.test(sender))
    throw new Error('TONGBAO_SMS_SENDER must be digits, or a word of at most eleven letters');
  const passwordFile = file === undefined ? null : path.resolve(file);
  if (/^http/.test(url.protocol)) {
    if (url.username !== '')
      throw new Error('TONGBAO_SMS_URL names a user; a service by HTTP is shown a token instead');
    return { kind: 'http', url: text, passwordFile, sender: sender ?? null };
  }
  if (url.username === '' || passwordFile === null)
    throw new Error(
      'TONGBAO_SMS_URL must name the user, and TONGBAO_SMS_PASSWORD_FILE its password: smpp://user@host:2775',
    );
  if (!/^\/?$/.test(url.pathname) || url.search !== '')
    throw new Error('TONGBAO_SMS_URL: after the port of smpp:// there is nothing');
  if (alphabet !== 'gsm' && alphabet !== 'ucs2')
    throw new Error(`TONGBAO_SMS_ALPHABET must be gsm or ucs2, not "${alphabet}"`);
  const tls = url.protocol === 'smpps:';
  return {
    ...{ kind: 'smpp', host: url.hostname.replace(/^\[|\]$/g, ''), tls, passwordFile, alphabet },
    port: url.port === '' ? (tls ? 3550 : 2775) : Number.parseInt(url.port, 10),
    ...{ user: decodeURIComponent(url.username), sender: sender ?? '' },
  };
}

function countriesOf(text: string): readonly Country[] {
  const countries = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part): Country => {
      const [, prefix, most] = /^(\+[1-9]\d{0,6})(?:=([1-9]\d{0,8}))?$/.exec(part) ?? [];
      if (prefix === undefined)
        throw new Error(
          `TONGBAO_SMS_COUNTRIES: "${part}" is not a prefix like +86, or +86=20000 with how many messages a day`,
        );
      return { prefix, mostADay: most === undefined ? null : Number.parseInt(most, 10) };
    });
  if (new Set(countries.map(({ prefix }) => prefix)).size !== countries.length)
    throw new Error('TONGBAO_SMS_COUNTRIES names a prefix twice');
  return countries;
}

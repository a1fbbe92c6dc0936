// The settings of a settlement bank that is spoken to by files, out of the environment's texts (config.ts reads them).
import path from 'node:path';
import type { BankOfCurrency, Pain001Version } from '@tongbao/connector-interface';
import { isCurrency } from '@tongbao/money';

export interface BankFilesConfig {
  readonly place:
    | { readonly kind: 'folder' }
    | {
        readonly kind: 'sftp';
        readonly host: string;
        readonly port: number;
        readonly user: string;
        readonly keyFile: string;
        readonly passphrase: string | undefined;
        readonly hostKey: string;
      };
  /** Absolute paths, there. */
  readonly folders: { readonly out: string; readonly in: string; readonly done: string | null };
  readonly accounts: ReadonlyMap<string, BankOfCurrency>;
  readonly pollMs: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const versions: readonly Pain001Version[] = ['pain.001.001.03', 'pain.001.001.09'];

/** Null when no bank is named. Throws a one-line error when a setting makes no sense or one is missing. */
export function bankFilesConfig(environment: Environment): BankFilesConfig | null {
  const { TONGBAO_BANK_FILES: text } = environment;
  if (text === undefined) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['file:', 'sftp:'].includes(url.protocol) || url.search !== '' || url.hash !== '')
    throw new Error('TONGBAO_BANK_FILES must be file:///folder or sftp://user@host:22/folder');
  if (url.password !== '')
    throw new Error('TONGBAO_BANK_FILES has a password: the bank is shown a key instead');
  const base = decodeURIComponent(url.pathname).replace(/\/+$/, '');
  return {
    place: url.protocol === 'file:' ? folderOf(url) : sftpOf(url, environment),
    folders: foldersOf(base, environment.TONGBAO_BANK_FOLDERS ?? 'out,in,done'),
    accounts: accountsOf(environment.TONGBAO_BANK_ACCOUNTS ?? ''),
    pollMs: secondsOf(environment.TONGBAO_BANK_POLL_SECONDS ?? '60') * 1000,
  };
}

function folderOf(url: URL): BankFilesConfig['place'] {
  if (url.host !== '') throw new Error('TONGBAO_BANK_FILES: a folder has no host: file:///srv/bank');
  return { kind: 'folder' };
}

function sftpOf(url: URL, environment: Environment): BankFilesConfig['place'] {
  const {
    TONGBAO_BANK_SSH_KEY_FILE: keyFile,
    TONGBAO_BANK_SSH_PASSPHRASE: passphrase,
    TONGBAO_BANK_HOST_KEY: hostKey = '',
  } = environment;
  if (url.username === '' || url.hostname === '')
    throw new Error('TONGBAO_BANK_FILES must name user and host: sftp://user@host:22/folder');
  if (keyFile === undefined)
    throw new Error(
      'TONGBAO_BANK_SSH_KEY_FILE is missing: the file with the private key that the bank is shown',
    );
  if (!/^SHA256:[A-Za-z0-9+/]{43}$/.test(hostKey))
    throw new Error(
      'TONGBAO_BANK_HOST_KEY must be the fingerprint of the bank’s host key as ssh-keygen -l shows it: SHA256:… (43 characters)',
    );
  return {
    kind: 'sftp',
    host: url.hostname,
    port: url.port === '' ? 22 : Number.parseInt(url.port, 10),
    user: decodeURIComponent(url.username),
    keyFile: path.resolve(keyFile),
    ...{ passphrase, hostKey },
  };
}

function foldersOf(base: string, text: string): BankFilesConfig['folders'] {
  const names = text.split(',').map((name) => name.trim());
  const usable = names.every((name) => /^[\w. /-]{1,200}$/.test(name) && !name.split('/').includes('..'));
  const [out = '', incoming = '', done = ''] = names;
  if (names.length !== 3 || !usable || new Set(names).size !== 3 || out === '-' || incoming === '-')
    throw new Error(
      `TONGBAO_BANK_FOLDERS must be three folders, for our files, the bank's, and what we have read (- removes it): out,in,done, not "${text}"`,
    );
  const within = (name: string) => (name.startsWith('/') ? name : `${base}/${name}`);
  return { out: within(out), in: within(incoming), done: done === '-' ? null : within(done) };
}

function accountsOf(text: string): ReadonlyMap<string, BankOfCurrency> {
  const accounts = new Map<string, BankOfCurrency>();
  for (const each of text.split(',').map((part) => part.trim())) {
    if (each === '') continue;
    const [, currency = '', bic = '', number = '', version = versions[1]] =
      /^([A-Z]{3})=([A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)\/([A-Z0-9]{4,34})(?:\/(pain\.001\.001\.\d\d))?$/.exec(
        each,
      ) ?? [];
    const initiation = versions.find((known) => known === version);
    if (!isCurrency(currency) || initiation === undefined)
      throw new Error(
        `TONGBAO_BANK_ACCOUNTS: "${each}" is not CURRENCY=BIC/ACCOUNT or CURRENCY=BIC/ACCOUNT/VERSION with ${versions.join(' or ')}`,
      );
    if (accounts.has(currency)) throw new Error(`TONGBAO_BANK_ACCOUNTS names two accounts for ${currency}`);
    accounts.set(currency, { bic, number, initiation });
  }
  if (accounts.size === 0)
    throw new Error('TONGBAO_BANK_ACCOUNTS is missing: our accounts at the bank, EUR=BIC/ACCOUNT, …');
  return accounts;
}

function secondsOf(text: string): number {
  const seconds = /^\d{1,5}$/.test(text) ? Number.parseInt(text, 10) : 0;
  if (seconds < 1 || seconds > 86_400)
    throw new Error(`TONGBAO_BANK_POLL_SECONDS must be a number from 1 to 86400, not "${text}"`);
  return seconds;
}

// The only reader of the environment. Everything that a person may set has a command line option or one of these.
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BankFilesConfig, bankFilesConfig } from './bank-files-config.ts';
import type { DatabaseUrls } from './database/index.ts';
import type { GatewayChoices } from './http/gateway/index.ts';
import { type MailConfig, mailConfig } from './mail-config.ts';
import { type RatesConfig, ratesConfig } from './rates-config.ts';
import { type RegistryConfig, registryConfig } from './registry-config.ts';
import { withSecretFiles } from './secret-files.ts';
import { type SmsConfig, smsConfig } from './sms-config.ts';
import { type SwitchConfig, switchConfig } from './switch-config.ts';
import { addressList, houseZone, instantOf, isDay } from './system/index.ts';

const checkout = path.resolve(fileURLToPath(import.meta.url), '../../..');

const ownEnvironment = (): NodeJS.ProcessEnv => withSecretFiles(process.env);

export interface Config {
  readonly mode: 'sandbox' | 'production';
  readonly host: string;
  readonly port: number;
  readonly httpsPort: number | null;
  /** Where the embedded PostgreSQL lives, when there is one. */
  readonly dataFolder: string;
  /** A server of the user's own; null for the embedded one. */
  readonly databaseUrl: string | null;
  /** Whether `serve` may use a role that owns the tables, and migrates with it. */
  readonly serveAsOwner: boolean;
  readonly fresh: boolean;
  /** When a fresh world begins: ten in the morning of its first day in Shanghai. */
  readonly worldBegins: Date;
  /** The demo shops' port; null without them. */
  readonly storesPort: number | null;
  readonly storesFolder: string;
  /** What the shops' process gets to see of ours. */
  readonly storesEnvironment: Readonly<Record<string, string | undefined>>;
  /** What shoppers' browsers are sent to; without a trailing slash. */
  readonly publicUrl: string;
  readonly webFolder: string;
  readonly rates: RatesConfig;
  readonly logLevel: string;
  /** Transactions in flight at once, and commands in one of them (docs/guides/performance.md). */
  readonly lanes: number;
  readonly maxBatch: number;
  /** HTTP processes of `serve`. */
  readonly processes: number;
  /** Where notifications may go: never to private networks; to this machine only where that is asked for. */
  readonly reach: 'public' | 'public-and-loopback';
  readonly classic: GatewayChoices;
  /** The name that the audit log is signed under; null for the one that it was begun with. */
  readonly logName: string | null;
  /** How far from the day's middle rate a conversion may be that people agreed with the bank. */
  readonly dealToleranceBps: number;
  /** The settlement bank, where it is spoken to by files; null for none. */
  readonly bankFiles: BankFilesConfig | null;
  /** Who knows people and cards; null for nobody. */
  readonly registry: RegistryConfig | null;
  /** Where card debits and credits go by ISO 8583; null for nowhere. */
  readonly cardSwitch: SwitchConfig | null;
  /** The mail server; null for none. */
  readonly mail: MailConfig | null;
  /** The operator's SMS service, and where messages go. */
  readonly sms: SmsConfig;
  readonly keys: KeySource;
  /** Whether the proxy at an address says truly whom it speaks for; `hop` 0 is who connected. */
  readonly trustsProxy: (address: string, hop: number) => boolean;
}

/** Where the installation's secrets are: in a file (made at the first start, if it may be), or here as the file's text. */
export type KeySource =
  | { readonly kind: 'file'; readonly file: string; readonly mayCreate: boolean }
  | { readonly kind: 'text'; readonly text: string };

export interface SandboxOptions {
  readonly port?: string;
  readonly httpsPort?: string;
  readonly data?: string;
  readonly fresh?: boolean;
  readonly startDate?: string;
  /** False for --no-stores. */
  readonly stores?: boolean;
  readonly storesPort?: string;
}

/** The spring of 2014: the Korean mall has just opened the option, the buying agent's opens in June. */
const firstDay = '2014-04-28';
/** Calendars of bank holidays begin with 2011. */
const earliestDay = '2011-01-01';
const latestDay = '2099-12-31';

function worldBeginsOn(day: string): Date {
  if (!isDay(day) || day < earliestDay || day > latestDay)
    throw new Error(`--start-date must be a day from ${earliestDay} on, as YYYY-MM-DD, not "${day}"`);
  return instantOf(day, 10 * 60, houseZone);
}

/** Throws a one-line error when an option makes no sense. */
export function sandboxConfig(options: SandboxOptions, environment = ownEnvironment()): Config {
  const port = portOf('--port', options.port ?? '8080');
  const dataFolder = path.resolve(options.data ?? path.join(checkout, '.data'));
  const file = environment.TONGBAO_KEY_FILE ?? path.join(dataFolder, 'keys.json');
  return {
    mode: 'sandbox',
    host: '127.0.0.1',
    port,
    httpsPort: portOf('--https-port', options.httpsPort ?? '8443'),
    dataFolder,
    databaseUrl: environment.DATABASE_URL ?? null,
    serveAsOwner: false,
    fresh: options.fresh === true,
    worldBegins: worldBeginsOn(options.startDate ?? firstDay),
    storesPort: options.stores === false ? null : portOf('--stores-port', options.storesPort ?? '8090'),
    storesFolder: path.join(checkout, 'stores'),
    storesEnvironment: {
      PATH: environment.PATH,
      STORES_NETWORK_URL: `http://127.0.0.1:${port}`,
      STORES_PUBLIC_URL: environment.STORES_PUBLIC_URL,
    },
    publicUrl: environment.TONGBAO_PUBLIC_URL ?? `http://localhost:${port}`,
    webFolder: path.join(checkout, 'web', 'dist'),
    rates: ratesConfig(environment),
    logLevel: environment.TONGBAO_LOG ?? 'warn',
    lanes: 2,
    maxBatch: 200,
    processes: 1,
    reach: 'public-and-loopback',
    classic: classicChoices(environment),
    logName: logName(environment),
    dealToleranceBps: usualDealToleranceBps,
    bankFiles: null,
    registry: null,
    cardSwitch: null,
    mail: null,
    sms: { service: null, countries: [] },
    keys: { kind: 'file', file, mayCreate: true },
    trustsProxy: proxies(environment),
  };
}

export interface ServeOptions {
  readonly host?: string;
  readonly port?: string;
  readonly processes?: string;
}

const maxProcesses = 64;

/** Throws a one-line error when an option makes no sense or something is missing. */
export function serveConfig(options: ServeOptions, environment = ownEnvironment()): Config {
  const { DATABASE_URL: databaseUrl, TONGBAO_PUBLIC_URL: publicUrl } = environment;
  if (databaseUrl === undefined) throw new Error('serve needs DATABASE_URL, a PostgreSQL of your own');
  if (publicUrl === undefined || !/^https?:\/\/[^/]+$/.test(publicUrl)) {
    throw new Error('serve needs TONGBAO_PUBLIC_URL, what shoppers see: https://pay.example');
  }
  const processes = options.processes ?? String(availableParallelism());
  if (!/^[1-9]\d?$/.test(processes) || Number.parseInt(processes, 10) > maxProcesses) {
    throw new Error(`--processes must be a number from 1 to ${maxProcesses}, not "${processes}"`);
  }
  return {
    mode: 'production',
    host: options.host ?? '127.0.0.1',
    port: portOf('--port', options.port ?? '8080'),
    httpsPort: null,
    dataFolder: '',
    databaseUrl,
    serveAsOwner: environment.TONGBAO_SERVE_AS_OWNER === 'allow',
    fresh: false,
    worldBegins: worldBeginsOn(firstDay),
    storesPort: null,
    storesFolder: '',
    storesEnvironment: {},
    publicUrl,
    webFolder: path.join(checkout, 'web', 'dist'),
    rates: ratesConfig(environment),
    logLevel: environment.TONGBAO_LOG ?? 'info',
    // Two lanes in all are enough for a disk; more only make smaller batches (docs/guides/performance.md).
    lanes: processes === '1' ? 2 : 1,
    maxBatch: 200,
    processes: Number.parseInt(processes, 10),
    reach: environment.TONGBAO_NOTIFY_LOOPBACK === 'allow' ? 'public-and-loopback' : 'public',
    classic: classicChoices(environment),
    logName: logName(environment),
    dealToleranceBps: dealTolerance(environment),
    bankFiles: bankFilesConfig(environment),
    registry: registryConfig(environment),
    cardSwitch: switchConfig(environment),
    mail: mailConfig(environment),
    sms: smsConfig(environment),
    keys: keySource(environment),
    trustsProxy: proxies(environment),
  };
}

export interface OperatorOptions {
  readonly as?: string;
}

/** How somebody at the command line says who acts. */
export type OperatorProof =
  /** `username`: whose the token has to be; null for anybody's. */
  | { readonly kind: 'token'; readonly file: string; readonly username: string | null }
  | { readonly kind: 'password'; readonly username: string; readonly passwordFile: string | null };

/** For commands of operators: the settings of `serve`, and who acts. Throws a one-line error when something is missing. */
export function operatorConfig(
  options: OperatorOptions,
  environment = ownEnvironment(),
): { config: Config; proof: OperatorProof } {
  const username = options.as ?? environment.TONGBAO_OPERATOR ?? null;
  const { TONGBAO_OPERATOR_TOKEN_FILE: file } = environment;
  // What a command says is its answer; of the log only what went wrong.
  const logLevel = environment.TONGBAO_LOG ?? 'error';
  const config = { ...serveConfig({}, environment), logLevel };
  if (file !== undefined) return { config, proof: { kind: 'token', file, username } };
  if (username === null)
    throw new Error(
      'who acts? --as NAME, or TONGBAO_OPERATOR: a name that signs in to the console; or TONGBAO_OPERATOR_TOKEN_FILE',
    );
  const passwordFile = environment.TONGBAO_OPERATOR_PASSWORD_FILE ?? null;
  return { config, proof: { kind: 'password', username, passwordFile } };
}

/** What the doctor wants to know of the environment besides the settings of `serve`. */
export interface Surroundings {
  readonly hasOwnerUrl: boolean;
  readonly hasTrustedProxies: boolean;
}

export const surroundingsOf = (environment = ownEnvironment()): Surroundings => ({
  hasOwnerUrl: environment.TONGBAO_OWNER_DATABASE_URL !== undefined,
  hasTrustedProxies: (environment.TONGBAO_TRUSTED_PROXIES ?? '').trim() !== '',
});

/** For `doctor`: the settings of `serve` as far as they can be read, or what is wrong with them in one line. */
export function doctorConfig(
  environment = ownEnvironment(),
): { config: Config; surroundings: Surroundings } | { fault: string } {
  try {
    const surroundings = surroundingsOf(environment);
    return { config: serveConfig({}, environment), surroundings };
  } catch (error) {
    return { fault: (error as Error).message };
  }
}

/** Throws a one-line error when a setting makes no sense. Nobody is believed unless it is said. */
function proxies(environment: NodeJS.ProcessEnv): Config['trustsProxy'] {
  const { TONGBAO_TRUSTED_PROXIES: addresses = '', TONGBAO_PROXY_HOPS: hops = '9' } = environment;
  if (!/^[1-9]$/.test(hops))
    throw new Error(`TONGBAO_PROXY_HOPS must be a number from 1 to 9, not "${hops}"`);
  const most = Number.parseInt(hops, 10);
  let isListed: (address: string) => boolean;
  try {
    isListed = addressList(addresses);
  } catch (error) {
    throw new Error(`TONGBAO_TRUSTED_PROXIES: ${(error as Error).message}`);
  }
  return (address, hop) => hop < most && isListed(address);
}

/** Where `serve` finds its secrets. Throws a one-line error when that is not said. */
function keySource({ TONGBAO_KEY_FILE: file, TONGBAO_KEYS: text }: NodeJS.ProcessEnv): KeySource {
  if (file !== undefined) return { kind: 'file', file: path.resolve(file), mayCreate: false };
  if (text !== undefined) return { kind: 'text', text };
  throw new Error(
    'serve needs TONGBAO_KEY_FILE, the file with its secrets; to make one: TONGBAO_KEY_FILE=/etc/tongbao/keys.json npm run serve -- keys',
  );
}

/** For `serve keys`. Throws a one-line error when no file is named. */
export function keysConfig(environment = ownEnvironment()): { file: string; databaseUrl: string | null } {
  const { TONGBAO_KEY_FILE: file, DATABASE_URL: databaseUrl = null } = environment;
  if (file === undefined) throw new Error('TONGBAO_KEY_FILE must say where the key file is to be');
  return { file: path.resolve(file), databaseUrl };
}

export const usualDealToleranceBps = 200;
function dealTolerance({ TONGBAO_DEAL_TOLERANCE_BPS: text }: NodeJS.ProcessEnv): number {
  if (text === undefined) return usualDealToleranceBps;
  if (!/^\d{1,4}$/.test(text) || Number.parseInt(text, 10) > 2_000)
    throw new Error(`TONGBAO_DEAL_TOLERANCE_BPS must be basis points from 0 to 2000, not "${text}"`);
  return Number.parseInt(text, 10);
}

function logName({ TONGBAO_LOG_NAME: name }: NodeJS.ProcessEnv): string | null {
  if (name === undefined) return null;
  if (!/^[^\s+]{1,200}$/u.test(name))
    throw new Error(
      `TONGBAO_LOG_NAME must be like pay.example/audit/log, without spaces and +, not "${name}"`,
    );
  return name;
}

/** For `migrate`: both roles of a production database. Throws a one-line error when one is missing. */
export function migrateConfig(environment = ownEnvironment()): { urls: DatabaseUrls; logLevel: string } {
  const { DATABASE_URL: url, TONGBAO_OWNER_DATABASE_URL: ownerUrl } = environment;
  if (ownerUrl === undefined)
    throw new Error('migrate needs TONGBAO_OWNER_DATABASE_URL, the database as the role that owns it');
  if (url === undefined)
    throw new Error('migrate needs DATABASE_URL, the same database as the role that serves');
  return { urls: { url, ownerUrl }, logLevel: environment.TONGBAO_LOG ?? 'warn' };
}

/** For `setup`: both roles of the database, and where the key file is or is to be made. Throws a one-line error for what is missing. */
export function setupConfig(environment = ownEnvironment()): { urls: DatabaseUrls; config: Config } {
  const { urls } = migrateConfig(environment);
  const config = serveConfig({}, environment);
  const keys = config.keys.kind === 'file' ? { ...config.keys, mayCreate: true } : config.keys;
  return { urls, config: { ...config, keys, logLevel: environment.TONGBAO_LOG ?? 'error' } };
}

const minuteMs = 60_000;

/** Throws a one-line error when a setting makes no sense. */
function classicChoices(environment: NodeJS.ProcessEnv): GatewayChoices {
  const word = <Word extends string>(name: string, words: readonly [Word, ...Word[]]): Word => {
    const text = environment[name] ?? words[0];
    const found = words.find((each) => each === text);
    if (found === undefined) throw new Error(`${name} must be ${words.join(' or ')}, not "${text}"`);
    return found;
  };
  const number = (name: string, usual: string, [least, most]: readonly [number, number]): number => {
    const text = environment[name] ?? usual;
    const value = /^\d{1,9}$/.test(text) ? Number.parseInt(text, 10) : -1;
    if (value < least || value > most)
      throw new Error(`${name} must be a number from ${least} to ${most}, not "${text}"`);
    return value;
  };
  return {
    queriedFee: word('TONGBAO_CLASSIC_QUERIED_FEE', ['payer', 'order']),
    barAtLineEnd: word('TONGBAO_CLASSIC_RATE_BAR', ['no', 'yes']) === 'yes',
    notifyIdMs: number('TONGBAO_CLASSIC_NOTIFY_ID_SECONDS', '60', [1, 86_400]) * 1000,
    rateFilesPerDay: number('TONGBAO_CLASSIC_RATE_FILES', '100', [1, 1_000_000]),
    refundPauseMs: number('TONGBAO_CLASSIC_REFUND_PAUSE_SECONDS', '0', [0, 3_600]) * 1000,
    retryGapsMs: retryGaps(environment.TONGBAO_CLASSIC_RETRY_MINUTES ?? '2,10,10,60,120,360,900'),
  };
}

const mostAttempts = 20;
const longestGapMinutes = 7 * 24 * 60;

function retryGaps(text: string): readonly number[] {
  const gaps = text.split(',').map((gap) => (/^[1-9]\d{0,4}$/.test(gap) ? Number.parseInt(gap, 10) : 0));
  if (gaps.length >= mostAttempts || gaps.some((gap) => gap < 1 || gap > longestGapMinutes)) {
    throw new Error(
      `TONGBAO_CLASSIC_RETRY_MINUTES must be at most ${mostAttempts - 1} waits of 1 to ${longestGapMinutes} minutes, like 2,10,10,60,120,360,900, not "${text}"`,
    );
  }
  return gaps.map((gap) => gap * minuteMs);
}

function portOf(option: string, text: string): number {
  if (!/^\d{1,5}$/.test(text) || BigInt(text) > 65535n || BigInt(text) < 1n) {
    throw new Error(`${option} must be a port from 1 to 65535, not "${text}"`);
  }
  return Number.parseInt(text, 10);
}

// The only reader of the environment. Everything that a person may set has a command line option or one of these.
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = path.resolve(fileURLToPath(import.meta.url), '../../..');

export interface Config {
  readonly mode: 'sandbox' | 'production';
  readonly host: string;
  readonly port: number;
  readonly httpsPort: number | null;
  /** Where the embedded PostgreSQL lives, when there is one. */
  readonly dataFolder: string;
  /** A server of the user's own; null for the embedded one. */
  readonly databaseUrl: string | null;
  readonly fresh: boolean;
  /** What shoppers' browsers are sent to; without a trailing slash. */
  readonly publicUrl: string;
  readonly webFolder: string;
  /** A eurofxref file or URL to take rates from; null for the history that comes with the sandbox. */
  readonly ecbRates: string | null;
  readonly logLevel: string;
  /** Transactions in flight at once, and commands in one of them (docs/guides/performance.md). */
  readonly lanes: number;
  readonly maxBatch: number;
  /** HTTP processes of `serve`. */
  readonly processes: number;
  /** Where notifications may go: never to private networks; to this machine only where that is asked for. */
  readonly reach: 'public' | 'public-and-loopback';
  /** The operator's SMS service; null for none. */
  readonly smsUrl: string | null;
}

export interface SandboxOptions {
  readonly port?: string;
  readonly httpsPort?: string;
  readonly data?: string;
  readonly fresh?: boolean;
}

/** Throws a one-line error when an option makes no sense. */
export function sandboxConfig(options: SandboxOptions, environment = process.env): Config {
  const port = portOf('--port', options.port ?? '8080');
  return {
    mode: 'sandbox',
    host: '127.0.0.1',
    port,
    httpsPort: portOf('--https-port', options.httpsPort ?? '8443'),
    dataFolder: path.resolve(options.data ?? path.join(checkout, '.data')),
    databaseUrl: environment.DATABASE_URL ?? null,
    fresh: options.fresh === true,
    publicUrl: environment.TONGBAO_PUBLIC_URL ?? `http://localhost:${port}`,
    webFolder: path.join(checkout, 'web', 'dist'),
    ecbRates: environment.TONGBAO_ECB_RATES ?? null,
    logLevel: environment.TONGBAO_LOG ?? 'warn',
    lanes: 2,
    maxBatch: 200,
    processes: 1,
    reach: 'public-and-loopback',
    smsUrl: null,
  };
}

export interface ServeOptions {
  readonly host?: string;
  readonly port?: string;
  readonly processes?: string;
}

const maxProcesses = 64;

/** Throws a one-line error when an option makes no sense or something is missing. */
export function serveConfig(options: ServeOptions, environment = process.env): Config {
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
    fresh: false,
    publicUrl,
    webFolder: path.join(checkout, 'web', 'dist'),
    ecbRates: environment.TONGBAO_ECB_RATES ?? null,
    logLevel: environment.TONGBAO_LOG ?? 'info',
    // Two lanes in all are enough for a disk; more only make smaller batches (docs/guides/performance.md).
    lanes: processes === '1' ? 2 : 1,
    maxBatch: 200,
    processes: Number.parseInt(processes, 10),
    reach: environment.TONGBAO_NOTIFY_LOOPBACK === 'allow' ? 'public-and-loopback' : 'public',
    smsUrl: environment.TONGBAO_SMS_URL ?? null,
  };
}

function portOf(option: string, text: string): number {
  if (!/^\d{1,5}$/.test(text) || BigInt(text) > 65535n || BigInt(text) < 1n) {
    throw new Error(`${option} must be a port from 1 to 65535, not "${text}"`);
  }
  return Number.parseInt(text, 10);
}

// The only reader of the environment. Everything that a person may set has a command line option or one of these.
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
  };
}

function portOf(option: string, text: string): number {
  if (!/^\d{1,5}$/.test(text) || BigInt(text) > 65535n || BigInt(text) < 1n) {
    throw new Error(`${option} must be a port from 1 to 65535, not "${text}"`);
  }
  return Number.parseInt(text, 10);
}

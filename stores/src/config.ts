// The only reader of the environment here: the sandbox starts this server and says where everything is.

export interface StoresConfig {
  readonly port: number;
  /** What shoppers' browsers use, without a trailing slash. */
  readonly publicUrl: string;
  /** postgres://…, a database of our own. */
  readonly databaseUrl: string;
  /** The payment network's address, without a trailing slash. */
  readonly networkUrl: string;
}

/** Throws when something is missing: this server is not started by hand. */
export function storesConfig(environment = process.env): StoresConfig {
  const read = (name: string): string => {
    const value = environment[name];
    if (value === undefined || value === '') throw new Error(`${name} is not set: the sandbox sets it`);
    return value;
  };
  const port = Number.parseInt(read('STORES_PORT'), 10);
  return {
    port,
    publicUrl: environment.STORES_PUBLIC_URL ?? `http://localhost:${port}`,
    databaseUrl: read('STORES_DATABASE_URL'),
    networkUrl: read('STORES_NETWORK_URL'),
  };
}

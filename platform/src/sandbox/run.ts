// `tongbao sandbox`: starts everything, prints what there is, and stops everything.
import { createServer as createNetServer, type Server as NetServer } from 'node:net';
import type { Logger } from 'pino';
import { gatewayAdapters } from '../adapters.ts';
import type { Config } from '../config.ts';
import {
  type Database,
  type DatabaseUrls,
  openDatabase,
  readClockOffset,
  settingOrKeep,
  writeClockOffset,
  writeSetting,
} from '../database/index.ts';
import { ecbSource, freechangeSource, type RateSource } from '../fx/index.ts';
import { bankPageAdapter } from '../http/bank-page/index.ts';
import { cardPageAdapter } from '../http/card-page/index.ts';
import { reconciliationAdapter } from '../http/reconciliation/index.ts';
import { sandboxAdapter } from '../http/sandbox/index.ts';
import { createServer } from '../http/server.ts';
import { settlementAdapter } from '../http/settlement/index.ts';
import { prepareKeys, renewalOf } from '../installation-keys.ts';
import { createLog } from '../log.ts';
import { migrateDatabase } from '../migrate.ts';
import { createPlatform, type Platform } from '../platform.ts';
import {
  createOutbound,
  isSealed,
  type Keys,
  MovableClock,
  machineClock,
  machineRandomness,
  type Outbound,
} from '../system/index.ts';
import {
  clearingStatement,
  createSandboxBank,
  createSandboxIssuers,
  createSandboxSettlementBank,
  type SandboxBank,
  type SandboxIssuers,
  type SandboxSettlementBank,
} from './bank/index.ts';
import { sandboxBankBooks } from './bank-books.ts';
import { type ChaosSwitch, createChaosSwitch } from './chaos.ts';
import { type ClockMover, createClockMover } from './clock-mover.ts';
import { divideRoles, emptyDatabase, prepareDatabase } from './databases-store.ts';
import { takeFolder } from './folder-lock.ts';
import { createSandboxMails, type SandboxMails } from './mails.ts';
import { seedMerchants, seedSettlementAccounts } from './merchants.ts';
import { type EmbeddedServer, startEmbeddedPostgres } from './postgres.ts';
import { createSandboxRegistry } from './registry.ts';
import { sandboxParts } from './sandbox-parts.ts';
import { safeguardingBank, seedCustomers } from './seed-customers.ts';
import { seedStaff } from './seed-staff.ts';
import { createSandboxSms, type SandboxSms } from './sms.ts';
import { createStores, type Stores } from './stores.ts';
import type { Send } from './till.ts';
import { localCertificate } from './tls.ts';

const databaseName = 'tongbao';

export interface RunningSandbox {
  readonly platform: Platform;
  readonly httpUrl: string;
  readonly httpsUrl: string | null;
  /** Opens the demo shops, and does not wait for them. */
  openStores(say: (line: string) => void): void;
  stop(): Promise<void>;
}

/** Starts a sandbox. Throws a readable error when a port is taken or the data folder cannot be used. */
export async function startSandbox(config: Config, log: Logger): Promise<RunningSandbox> {
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const step of undo.reverse())
      await step().catch((error) => log.warn({ err: error }, 'while stopping'));
  };
  try {
    await assertPortsFree(config);
    const lock = await takeFolder(config.dataFolder);
    undo.push(() => lock.release());
    const server = config.databaseUrl === null ? await startEmbeddedPostgres(config.dataFolder) : null;
    if (server !== null) undo.push(() => server.stop());
    const database = await openWorld(config, server, log);
    undo.push(() => database.close());
    const keys = await prepareKeys({ source: config.keys, database, randomness: machineRandomness });
    const clock = await sandboxClock(database, config.worldBegins);
    const now = () => clock.now();
    const [sms, mails] = [createSandboxSms(now), createSandboxMails(now)];
    const stepUp = { randomness: machineRandomness, publicUrl: config.publicUrl, sendSms: sms.send };
    const bank = createSandboxBank({ database, clock, pause, stepUp });
    const settlementBank = createSandboxSettlementBank({ database, clock, safeguardingBank });
    const issuers = await issuersOf({ database, clock, keys });
    const outbound = createOutbound({ reach: config.reach });
    const chaos = createChaosSwitch({ randomness: machineRandomness, pause });
    undo.push(async () => outbound.close());
    const platform = await createPlatform({
      config,
      ...{ database, clock, bank, issuers, keys },
      renewKeys: renewalOf(keys, { source: config.keys, database }, log),
      randomness: machineRandomness,
      registry: createSandboxRegistry(issuers),
      settlementBank,
      rates: ratesOf(config, outbound),
      outbound,
      carry: chaos.carry,
      sendSms: sms.send,
      ...{ mailService: mails, bankBooks: sandboxBankBooks, log },
    });
    undo.push(() => platform.close());
    await seedShops(platform);
    const people = await seedCustomers({ customers: platform.customers, wallet: platform.wallet, bank });
    const mover = createClockMover({ database, clock, timers: platform.timers });
    const stores = createStores(config, server);
    undo.push(() => stores.stop());
    const made = { platform, mover, people, sms, mails, chaos, settlementBank, issuers, bank, stores };
    const servers = await serve({ ...made, config, log });
    undo.push(() => servers.close());
    await platform.jobs.start();
    return {
      platform,
      httpUrl: `http://localhost:${config.port}`,
      httpsUrl: config.httpsPort === null ? null : `https://localhost:${config.httpsPort}`,
      openStores: stores.open,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The invented banks' secret: as the network's own, not in the database in a form that the database alone can read. */
const issuersOf = async (parts: {
  database: Database;
  clock: MovableClock;
  keys: Keys;
}): Promise<SandboxIssuers> => {
  const { database, keys } = parts;
  const [name, about] = ['sandbox-bank-secret', 'secret of the invented banks'];
  const fresh = keys.seal(machineRandomness.bytes(32).toString('base64'), about);
  let kept = await settingOrKeep(database, name, fresh);
  if (!isSealed(kept)) {
    kept = keys.seal(kept, about);
    await writeSetting(database, name, kept);
  }
  const secret = Buffer.from(keys.open(kept, about), 'base64');
  return createSandboxIssuers({ ...parts, randomness: machineRandomness, secret });
};

const ratesOf = ({ rates: { first } }: Config, outbound: Outbound): RateSource =>
  first === null ? freechangeSource() : ecbSource(first, outbound.get);

async function seedShops(platform: Platform): Promise<void> {
  await seedMerchants({ ...platform, randomness: machineRandomness });
  await seedSettlementAccounts(platform);
  await seedStaff(platform);
}

interface Served {
  readonly platform: Platform;
  readonly config: Config;
  readonly mover: ClockMover;
  readonly people: Awaited<ReturnType<typeof seedCustomers>>;
  readonly sms: SandboxSms;
  readonly mails: SandboxMails;
  readonly chaos: ChaosSwitch;
  readonly settlementBank: SandboxSettlementBank;
  readonly issuers: SandboxIssuers;
  readonly bank: SandboxBank;
  readonly stores: Stores;
  readonly log: Logger;
}

/** The same APIs and pages twice: over http, and over https with a certificate of our own. */
async function serve({ log, ...parts }: Served): Promise<{ close(): Promise<unknown> }> {
  const { platform, config } = parts;
  const tls =
    config.httpsPort === null ? null : await localCertificate(config.dataFolder, machineClock.now());
  // The till page's shop speaks to the gateway through its door, not past it.
  const send: Send = async ({ path, headers, body }) =>
    (await http.inject({ method: 'POST', url: path, headers, payload: body })).payload;
  const sandbox = sandboxParts({ ...parts, certificate: tls?.cert ?? null, send });
  const { database, settlement, merchants } = platform;
  const { publicUrl } = config;
  const adapters = [
    ...gatewayAdapters(platform, config),
    sandboxAdapter(sandbox),
    settlementAdapter({ database, settlement, merchants, publicUrl, bank: parts.settlementBank }),
    reconciliationAdapter(platform, (of) => clearingStatement(database, of)),
    cardPageAdapter(parts.issuers),
    bankPageAdapter(parts.bank),
  ];
  const site = { publicUrl, isOnlyThere: false };
  const { trustsProxy } = config;
  const common = { logger: log, adapters, site, trustsProxy, healthy: () => platform.isUsable() };
  const http = await createServer(common);
  const https = tls === null ? null : await createServer({ ...common, tls });
  await http.listen({ host: '127.0.0.1', port: config.port });
  await https?.listen({ host: '127.0.0.1', port: config.httpsPort! });
  return { close: () => Promise.all([http.close(), https?.close()]) };
}

/** Migrates as the database's owner, and opens it as the role that serves. */
async function openWorld(config: Config, server: EmbeddedServer | null, log: Logger): Promise<Database> {
  const urls =
    server === null
      ? await divideOwn(config.databaseUrl!, config.fresh)
      : await prepareDatabase(server.url, databaseName, config.fresh);
  await migrateDatabase(urls, log);
  const onConnectionError = (error: Error) =>
    log.warn({ reason: error.message }, 'an idle database connection broke; the pool opens another');
  return openDatabase({ url: urls.url, onConnectionError, maxConnections: 24 });
}

async function divideOwn(url: string, fresh: boolean): Promise<DatabaseUrls> {
  if (fresh) await emptyDatabase(url);
  const { refused, ...urls } = await divideRoles(url);
  if (refused !== null)
    console.log(`  DATABASE_URL's role serves too: there is no second role beside it (${refused})`);
  return urls;
}

async function sandboxClock(database: Database, worldBegins: Date): Promise<MovableClock> {
  const stored = await readClockOffset(database);
  if (stored !== null) return new MovableClock(Number.parseInt(stored.toString(), 10));
  const clock = MovableClock.startingAt(worldBegins);
  await writeClockOffset(database, Math.round(clock.offsetMs));
  return clock;
}

const assertPortsFree = (config: Config) =>
  Promise.all([
    assertFree(config.port, '--port'),
    config.httpsPort === null ? null : assertFree(config.httpsPort, '--https-port'),
    config.storesPort === null ? null : assertFree(config.storesPort, '--stores-port'),
  ]);

/** Found out before anything is started: a taken port is one clear line, at once. */
async function assertFree(port: number, option: string): Promise<void> {
  const probe = createNetServer();
  await listening(probe.listen({ host: '127.0.0.1', port }), port, option);
  await new Promise((resolve) => probe.close(resolve));
}

function listening(server: NetServer, port: number, option: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', (error: Error & { code?: string }) => {
      if (error.code === 'EADDRINUSE')
        reject(new Error(`port ${port} is taken; choose another with ${option}`));
      else if (error.code === 'EACCES')
        reject(new Error(`port ${port} may not be used by this user; choose another with ${option}`));
      else reject(error);
    });
  });
}

const patienceMs = 2_000;

/** The command: runs until it is asked to stop. */
export async function runSandbox(config: Config): Promise<void> {
  const log = createLog(config.logLevel);
  const sandbox = await startSandbox(config, log);
  announce(config, sandbox);
  sandbox.openStores((line) => console.log(line.replace(/^/gm, '    ')));
  let stoppingSince: number | null = null;
  const stop = () => {
    if (stoppingSince !== null) {
      // A terminal's Ctrl-C reaches us twice (by the terminal and by npm): only a later one is impatience.
      if (performance.now() - stoppingSince > patienceMs) process.exit(1);
      return;
    }
    stoppingSince = performance.now();
    const impatience = setTimeout(() => process.exit(1), 9_500);
    void sandbox.stop().then(() => {
      clearTimeout(impatience);
      process.exit(0);
    });
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', stop);
  // Whoever started us has ended, however: we do not outlive him.
  process.once('disconnect', stop);
}

function announce(config: Config, sandbox: RunningSandbox): void {
  const { httpUrl } = sandbox;
  console.log(`
  Tongbao sandbox

    Start page     ${httpUrl}/
    Wallet         ${httpUrl}/wallet
    Till           ${httpUrl}/till
    Console        ${httpUrl}/console   (maker / sandbox-maker; others: Credentials)
    Audit          ${httpUrl}/audit
    JSON gateway   ${httpUrl}/ams/sandbox/api/v1/…   (https: ${sandbox.httpsUrl ?? 'off'}, self-signed)
    Credentials    ${httpUrl}/sandbox/credentials
    Data           ${config.databaseUrl === null ? config.dataFolder : 'DATABASE_URL'}

    Try a payment of ₩59,000: open the start page and press the button, sign in as +86 138 0000 0001,
    the code is shown, the PIN is 200808. Ctrl-C stops everything.
`);
}

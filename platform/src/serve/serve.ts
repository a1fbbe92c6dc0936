// `tongbao serve`: production. One process that keeps the clockwork going (timers, bank jobs, deliveries) and as many
// HTTP processes as there are cores behind one port, all of them stateless over one PostgreSQL. An HTTP process that
// dies is started again; TLS ends at the proxy in front.
import cluster, { type Worker } from 'node:cluster';
import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import { gatewayAdapters } from '../adapters.ts';
import type { Config } from '../config.ts';
import {
  assertMigrated,
  type Database,
  endStuckSessions,
  excessOfRole,
  makeSlices,
  openDatabase,
} from '../database/index.ts';
import { ecbSource, freechangeSource } from '../fx/index.ts';
import { createServer } from '../http/server.ts';
import { openKeys, prepareKeys } from '../installation-keys.ts';
import { createLog } from '../log.ts';
import { migrateDatabase } from '../migrate.ts';
import { createPlatform, type Platform } from '../platform.ts';
import { createOutbound, machineClock, machineRandomness } from '../system/index.ts';
import { noBank, noSettlementBank, smsByHttp } from './neighbours.ts';

/** What processes tell each other: a timer has something to do at once. */
interface Nudge {
  readonly nudge: string;
}

const restartPauseMs = 1_000;
const stopPatienceMs = 9_000;

export async function runServe(config: Config): Promise<void> {
  if (cluster.isPrimary) await runClockwork(config);
  else await runHttp(config);
}

async function openPlatform(
  config: Config,
  log: Logger,
  nudge?: (timer: string) => void,
): Promise<{ platform: Platform; database: Database; close(): Promise<void> }> {
  const onConnectionError = (error: Error) => log.warn({ err: error }, 'an idle database connection broke');
  const database = openDatabase({ url: config.databaseUrl!, onConnectionError });
  const outbound = createOutbound({ reach: config.reach });
  if (cluster.isPrimary) await prepare(config, database, log);
  const of = { source: config.keys, database, randomness: machineRandomness };
  const keys = await (cluster.isPrimary ? prepareKeys(of) : openKeys(of));
  const platform = await createPlatform({
    config,
    database,
    keys,
    clock: machineClock,
    randomness: machineRandomness,
    bank: noBank,
    settlementBank: noSettlementBank,
    rates:
      config.ecbRates === null
        ? freechangeSource()
        : ecbSource(config.ecbRates, (url) => outbound.getText(url, 10_000)),
    outbound,
    sendSms: smsByHttp(outbound, config.smsUrl),
    bankBooks: null,
    log,
    nudge,
  });
  const stopWatching = endStuckSessions(database, (pid) =>
    log.warn({ pid }, 'a session whose process had stopped was ended'),
  );
  return {
    platform,
    database,
    async close() {
      stopWatching();
      await platform.close();
      outbound.close();
      await database.close();
    },
  };
}

/**
 * Serving needs a schema that is exactly this release's, and a role that cannot change what is append-only. Somebody who
 * asks for it serves as the owner, and then migrates here.
 */
async function prepare(config: Config, database: Database, log: Logger): Promise<void> {
  if (config.serveAsOwner) {
    await migrateDatabase({ url: config.databaseUrl!, ownerUrl: config.databaseUrl! }, log);
    return;
  }
  await assertMigrated(database.pool);
  await makeSlices(database);
  const excess = await excessOfRole(database.pool);
  if (excess !== null)
    throw new Error(
      `serve refuses DATABASE_URL: ${excess}; give it the role that only serves (docs/guides/serve.md), or set TONGBAO_SERVE_AS_OWNER=allow`,
    );
}

/** The first process: prepares the database, works on jobs and timers, watches over the others. */
async function runClockwork(config: Config): Promise<void> {
  const log = createLog(config.logLevel);
  const { platform, close } = await openPlatform(config, log);
  await platform.jobs.start();
  let stopping = false;

  function start(): void {
    // Signatures are made in the thread pool: with more threads than cores they only get in each other's way.
    const worker = cluster.fork({ UV_THREADPOOL_SIZE: String(Math.max(2, availableParallelism())) });
    worker.on('message', (message: Partial<Nudge>) => {
      if (typeof message.nudge === 'string') platform.jobs.nudge(message.nudge);
    });
    worker.once('exit', (code, signal) => {
      if (stopping) return;
      log.error({ code, signal }, 'an HTTP process ended; another is started');
      setTimeout(() => stopping || start(), restartPauseMs);
    });
  }
  for (let number = 0; number < config.processes; number++) start();
  // Whoever started us may write to the same database, and says so in the same words.
  process.on('message', (message: Partial<Nudge>) => {
    if (typeof message.nudge === 'string') platform.jobs.nudge(message.nudge);
  });

  const stop = () => {
    if (stopping) return;
    stopping = true;
    const impatience = setTimeout(() => process.exit(1), stopPatienceMs);
    void (async () => {
      await Promise.all(Object.values(cluster.workers ?? {}).map((worker) => ended(worker!)));
      await close();
      clearTimeout(impatience);
      process.exit(0);
    })();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  console.log(`Tongbao serves http://${config.host}:${config.port} with ${config.processes} HTTP processes`);
}

function ended(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once('exit', () => resolve());
    worker.process.kill('SIGTERM');
  });
}

/** An HTTP process: every API and page, no timers. What it leaves to deliver, the first process hears of. */
async function runHttp(config: Config): Promise<void> {
  const log = createLog(config.logLevel);
  const nudge = (timer: string) => {
    if (process.connected) process.send?.({ nudge: timer } satisfies Nudge);
  };
  const { platform, close } = await openPlatform(config, log, nudge);
  const server = await createServer({
    logger: log,
    site: { publicUrl: config.publicUrl, isOnlyThere: true },
    trustsProxy: config.trustsProxy,
    adapters: gatewayAdapters(platform, config),
    healthy: () => platform.isUsable(),
  });
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    const impatience = setTimeout(() => process.exit(1), stopPatienceMs - 1_000);
    void (async () => {
      await server.close();
      await close();
      clearTimeout(impatience);
      process.exit(0);
    })();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  // The first process is gone: nobody delivers or expires any more, and nobody would end us.
  process.once('disconnect', stop);
  await server.listen({ host: config.host, port: config.port });
}

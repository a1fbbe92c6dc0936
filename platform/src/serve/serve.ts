// `tongbao serve`: production. One process that keeps the clockwork going (timers, bank jobs, deliveries) and as many
// HTTP processes as there are cores behind one port, all of them stateless over one PostgreSQL. An HTTP process that
// dies is started again; TLS ends at the proxy in front.
import cluster, { type Worker } from 'node:cluster';
import { availableParallelism } from 'node:os';
import { gatewayAdapters } from '../adapters.ts';
import type { Config } from '../config.ts';
import { isProbe } from '../doctor/index.ts';
import { createServer } from '../http/server.ts';
import { createLog } from '../log.ts';
import { openPlatform } from './open-platform.ts';

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

/** The first process: prepares the database, works on jobs and timers, watches over the others. */
async function runClockwork(config: Config): Promise<void> {
  const log = createLog(config.logLevel);
  const { platform, close } = await openPlatform(config, { log, as: 'clockwork' });
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
  const { platform, close } = await openPlatform(config, { log, as: 'http', nudge });
  const server = await createServer({
    logger: log,
    site: { publicUrl: config.publicUrl, isOnlyThere: true },
    trustsProxy: config.trustsProxy,
    adapters: gatewayAdapters(platform, config),
    isProbe: (token) => isProbe(platform.keys, token, platform.clock.now()),
    now: () => platform.clock.now(),
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

// The plugins' kit against real engines: a sandbox and an empty PostgreSQL are started, the kit runs as its users run it,
// a program of its own, and nothing stays behind.
import path from 'node:path';
import pg from 'pg';
import { startScratchPostgres } from '../../../platform/src/sandbox/scratch-postgres.ts';
import { installEngine } from '../../../plugins/medusa/conformance/engine.ts';
import { freePort, type Sandbox, startSandbox } from '../../start-sandbox.ts';
import { type Ended, runCommand } from '../run-command.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const kitMain = path.join(root, 'plugins/conformance/src/main.ts');
const kitMs = 25 * 60_000;

/** A shop's engine and where its driver stands. */
export interface Engine {
  readonly name: string;
  readonly driver: string;
  /** Interleavings when CI=true. */
  readonly racesInCi: number;
  /** What has to be downloaded first; begun while others run. */
  prepare?(signal: AbortSignal): Promise<void>;
}

export const engines: readonly Engine[] = [
  { name: 'Vendure', driver: 'plugins/vendure/conformance/driver.ts', racesInCi: 200 },
  { name: 'Medusa', driver: 'plugins/medusa/conformance/driver.ts', racesInCi: 50, prepare: installEngine },
];

export interface Ground {
  /** Runs the kit against the engine, on an empty database of its own. `program`: another way into the kit. */
  run(engine: Engine, args: readonly string[], program?: readonly string[]): Promise<Ended>;
  stop(): Promise<void>;
}

const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '120' };

export async function prepareGround(signal: AbortSignal, running: Sandbox | null = null): Promise<Ground> {
  const server = await startScratchPostgres('tongbao-plugins', settings);
  const sandbox = running ?? (await startSandbox());
  let databases = 0;
  return {
    async run(engine, args, program = [kitMain]) {
      const name = `shop_${++databases}`;
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      try {
        await client.query(`CREATE DATABASE ${name}`);
      } finally {
        await client.end();
      }
      const database = new URL(server.url);
      database.pathname = `/${name}`;
      const port = await freePort();
      const fixed = ['--driver', path.join(root, engine.driver), '--sandbox', sandbox.http];
      const options = ['--option', `database=${database.href}`, '--option', `port=${port}`];
      const all = [...program, ...fixed, ...options, ...args];
      return runCommand({ command: process.execPath, args: all, cwd: root }, { timeoutMs: kitMs, signal });
    },
    async stop() {
      if (running === null) await sandbox.stop();
      await server.stop();
    },
  };
}

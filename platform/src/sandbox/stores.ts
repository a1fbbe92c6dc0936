// The demo shops beside the network: a process of their own (Vendure's server, stores/), on a database of their own. They
// come up later than the network and cannot take it down; what they say is passed on, and when they end, that is said.
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import type { Store } from '@tongbao/protocol/sandbox';
import type { Config } from '../config.ts';
import { prepareDatabase } from './databases-store.ts';
import type { EmbeddedServer } from './postgres.ts';

export interface Stores {
  /** The shops that answer, none before they are ready; null without shops. */
  list(): readonly Store[] | null;
  /** Starts them and does not wait. `say` hears lines for a person. */
  open(say: (line: string) => void): void;
  stop(): Promise<void>;
}

interface Said {
  readonly progress?: string;
  readonly ready?: readonly Store[];
}

const databaseName = 'tongbao_stores';
const patienceMs = 6_000;

export function createStores(config: Config, server: EmbeddedServer | null): Stores {
  let child: ChildProcess | null = null;
  let listed: readonly Store[] = [];
  let isStopping = false;
  let starting: Promise<void> | null = null;

  async function start(serverUrl: string, say: (line: string) => void): Promise<void> {
    // The shops' server makes its own tables.
    const { ownerUrl: databaseUrl } = await prepareDatabase(serverUrl, databaseName, config.fresh);
    if (isStopping) return;
    child = spawn(process.execPath, ['--no-deprecation', path.join(config.storesFolder, 'src/main.ts')], {
      // Out of the terminal's group: a Ctrl-C is for us, and we stop it.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: {
        ...config.storesEnvironment,
        STORES_DATABASE_URL: databaseUrl,
        STORES_PORT: String(config.storesPort),
      },
    });
    child.stderr?.on('data', (chunk: Buffer) => say(chunk.toString().trimEnd()));
    child.on('error', (error) => say(`Stores could not be started: ${error.message}`));
    child.on('message', (message) => {
      const { progress, ready } = message as Said;
      if (progress !== undefined) say(`Stores: ${progress} …`);
      if (ready === undefined) return;
      listed = ready;
      say(['Stores are open:', ...ready.map(({ name, url }) => `  ${name.padEnd(15)}${url}`)].join('\n'));
    });
    child.on('exit', (code, signal) => {
      listed = [];
      if (!isStopping) say(`Stores have ended (${signal ?? code}); the network goes on without them.`);
    });
  }

  return {
    list: () => (config.storesPort === null ? null : listed),
    open(say) {
      if (config.storesPort === null || starting !== null) return;
      if (server === null)
        return say('Stores open beside the embedded PostgreSQL only, not on DATABASE_URL.');
      starting = start(server.url, say).catch((error: Error) =>
        say(`Stores could not be started: ${error.message}`),
      );
    },
    async stop() {
      isStopping = true;
      await starting;
      if (child === null || child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child!.once('exit', resolve));
      child.kill('SIGTERM');
      const impatience = setTimeout(() => child!.kill('SIGKILL'), patienceMs);
      await ended;
      clearTimeout(impatience);
    },
  };
}

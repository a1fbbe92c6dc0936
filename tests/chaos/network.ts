// The network under fire as real processes: the sandbox and its PostgreSQL, on a small file system of their own where
// this user may mount one, so that its disk can be full.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Credentials } from '@tongbao/protocol/sandbox';
import { familyOf } from '../../bench/memory.ts';
import { prepareDatabase } from '../../platform/src/sandbox/databases-store.ts';
import { startEmbeddedPostgres } from '../../platform/src/sandbox/postgres.ts';
import { freePort, main, whenHealthy } from '../start-sandbox.ts';
import { startWire, type Wire } from './wire.ts';

export interface Network {
  readonly url: string;
  readonly port: number;
  readonly credentials: Credentials;
  readonly hasOwnDisk: boolean;
  /** Between the server and its PostgreSQL; null where the server has one of its own. */
  readonly wire: Wire | null;
  serverPid(): number;
  postgresPid(): number;
  /** Kills the server as the kernel would, and starts it again over the same data. */
  killAndRestart(): Promise<void>;
  /** Stops everything, copies the data, and starts again. */
  backUp(): Promise<void>;
  /** Kills everything, puts the copy in the place of the data, and starts again. */
  restore(): Promise<void>;
  /** A second server on the same PostgreSQL, which has to be apart (`overWire`). It is stopped with the network. */
  startBeside(): Promise<{ url: string; pid: number }>;
  fillDisk(): boolean;
  emptyDisk(): void;
  healthy(): Promise<void>;
  stop(): Promise<void>;
}

/** PostgreSQL apart from the sandbox, reached through a wire that can fall silent. */
async function startDatabase(folder: string): Promise<{ url: string; wire: Wire; stop(): Promise<void> }> {
  const server = await startEmbeddedPostgres(folder);
  const name = 'tongbao';
  await prepareDatabase(server.url, name, false);
  const through = new URL(`${server.url}/${name}`);
  const wire = await startWire(Number(through.port));
  through.port = `${wire.port}`;
  return {
    ...{ url: through.href, wire },
    async stop() {
      await wire.close();
      await server.stop();
    },
  };
}

export async function startNetwork({ overWire }: { overWire: boolean }): Promise<Network> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tongbao-chaos-'));
  const disk = path.join(folder, 'disk');
  await mkdir(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1200m', 'tmpfs', disk]);
  const hasOwnDisk = mounted.status === 0;
  const port = (await freePort())!;
  const data = path.join(disk, 'data');
  const copy = path.join(folder, 'copy');
  const ballast = path.join(disk, 'ballast');
  const url = `http://127.0.0.1:${port}`;
  let log = '';
  let child: ChildProcess;
  let beside: ChildProcess | null = null;
  const database = overWire ? await startDatabase(path.join(disk, 'database')) : null;
  // Both servers over one PostgreSQL have one key file.
  const keys = { TONGBAO_KEY_FILE: path.join(disk, 'keys.json') };
  const environment =
    database === null ? process.env : { ...process.env, ...keys, DATABASE_URL: database.url };

  async function startServer(of: { port: number; data: string }): Promise<ChildProcess> {
    const httpsPort = (await freePort())!;
    const args = [main, 'sandbox', '--port', `${of.port}`, '--https-port', `${httpsPort}`, '--data', of.data];
    const server = spawn(process.execPath, [...args, '--no-stores'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: environment,
    });
    server.stderr!.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-20_000);
    });
    return server;
  }
  const latest = () => log.slice(-3_000);
  const healthy = () => whenHealthy(url, child, latest);
  async function start(): Promise<void> {
    child = await startServer({ port, data });
    await healthy();
  }

  async function kill(): Promise<void> {
    const ended = exitOf(child);
    child.kill('SIGKILL');
    await ended;
  }

  const end = () => endServer(child);
  async function stop(): Promise<void> {
    if (beside !== null) await endServer(beside);
    await end();
    await database?.stop();
    if (hasOwnDisk) spawnSync('umount', ['-l', disk]);
    await rm(folder, { recursive: true, force: true });
  }
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  const credentials = (await (await fetch(`${url}/sandbox/credentials`)).json()) as Credentials;
  const postgresPid = () =>
    Number(readFileSync(path.join(data, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
  return {
    ...{ url, port, credentials, hasOwnDisk, wire: database?.wire ?? null, healthy, stop, postgresPid },
    serverPid: () => child.pid!,
    async killAndRestart() {
      await kill();
      await start();
    },
    async backUp() {
      await end();
      copyFolder(data, copy);
      await start();
    },
    async restore() {
      const family = familyOf(postgresPid());
      await kill();
      for (const pid of family) endProcess(pid);
      await rm(data, { recursive: true, force: true });
      copyFolder(copy, data);
      await start();
    },
    async startBeside() {
      const besidePort = (await freePort())!;
      beside = await startServer({ port: besidePort, data: path.join(disk, 'beside') });
      const besideUrl = `http://127.0.0.1:${besidePort}`;
      await whenHealthy(besideUrl, beside, latest);
      return { url: besideUrl, pid: beside.pid! };
    },
    // `dd` ends with an error when nothing more fits, which is what is wanted.
    fillDisk: () =>
      hasOwnDisk && spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=1M', 'count=4096']).status !== 0,
    emptyDisk: () => void spawnSync('rm', ['-f', ballast]),
  };
}

const exitOf = (server: ChildProcess) => new Promise<void>((resolve) => server.once('exit', () => resolve()));

async function endServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = exitOf(server);
  server.kill('SIGTERM');
  await ended;
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/** With owners and times: PostgreSQL does not start in a folder that another user owns. */
function copyFolder(from: string, to: string): void {
  const { status, stderr } = spawnSync('cp', ['-a', from, to]);
  if (status !== 0) throw new Error(`the data could not be copied: ${stderr}`);
}

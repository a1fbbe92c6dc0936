// The network under fire as real processes: the sandbox and its PostgreSQL, on a small file system of their own where
// this user may mount one, so that its disk can be full.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Credentials } from '@tongbao/protocol/sandbox';
import { freePort, main, whenHealthy } from '../start-sandbox.ts';

export interface Network {
  readonly url: string;
  readonly port: number;
  readonly credentials: Credentials;
  readonly hasOwnDisk: boolean;
  serverPid(): number;
  postgresPid(): number;
  /** Kills the server as the kernel would, and starts it again over the same data. */
  killAndRestart(): Promise<void>;
  fillDisk(): boolean;
  emptyDisk(): void;
  healthy(): Promise<void>;
  stop(): Promise<void>;
}

export async function startNetwork(): Promise<Network> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tongbao-chaos-'));
  const disk = path.join(folder, 'disk');
  await mkdir(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1200m', 'tmpfs', disk]);
  const hasOwnDisk = mounted.status === 0;
  const port = (await freePort())!;
  const data = path.join(disk, 'data');
  const ballast = path.join(disk, 'ballast');
  const url = `http://127.0.0.1:${port}`;
  let log = '';
  let child: ChildProcess;

  async function start(): Promise<void> {
    const httpsPort = (await freePort())!;
    const args = [main, 'sandbox', '--port', `${port}`, '--https-port', `${httpsPort}`, '--data', data];
    child = spawn(process.execPath, [...args, '--no-stores'], { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr!.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-20_000);
    });
    await healthy();
  }
  const healthy = () => whenHealthy(url, child, () => log.slice(-3_000));
  const exited = () => new Promise<void>((resolve) => child.once('exit', () => resolve()));

  async function stop(): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = exited();
      child.kill('SIGTERM');
      await ended;
    }
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
  return {
    ...{ url, port, credentials, hasOwnDisk, healthy, stop },
    serverPid: () => child.pid!,
    postgresPid: () =>
      Number(readFileSync(path.join(data, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]),
    async killAndRestart() {
      const ended = exited();
      child.kill('SIGKILL');
      await ended;
      await start();
    },
    // `dd` ends with an error when nothing more fits, which is what is wanted.
    fillDisk: () =>
      hasOwnDisk && spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=1M', 'count=4096']).status !== 0,
    emptyDisk: () => void spawnSync('rm', ['-f', ballast]),
  };
}

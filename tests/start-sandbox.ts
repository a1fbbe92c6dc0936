// Starts a real sandbox for a test: its own process, ports and data folder; nothing of it is left afterwards.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Credentials } from '@tongbao/protocol/sandbox';

export const main = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../platform/src/main.ts');

export interface Sandbox {
  /** http://127.0.0.1:port */
  readonly http: string;
  readonly httpsPort: number;
  readonly dataFolder: string;
  readonly process: ChildProcess;
  /** What it wrote so far, to its log (the standard output) and to its standard error. */
  readonly log: () => string;
  readonly credentials: Credentials;
  get<Answer>(path: string): Promise<Answer>;
  post<Answer>(path: string, body: object): Promise<Answer>;
  stop(): Promise<void>;
}

/** A port that nobody listens on; the wanted one if it is free and allowed, else null. */
export function freePort(wanted = 0): Promise<number | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(null));
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

interface SandboxOptions {
  httpsPort?: number;
  storesPort?: number;
  startDate?: string;
}

/** A free port can be taken by another test before the sandbox listens on it: then the next ones are tried. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  for (let left = 3; ; left--) {
    try {
      return await startOnFreePorts(options);
    } catch (error) {
      if (left === 0 || !/ is taken; choose another/.test(String(error))) throw error;
    }
  }
}

async function startOnFreePorts(options: SandboxOptions): Promise<Sandbox> {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'tongbao-sandbox-'));
  const port = (await freePort())!;
  const httpsPort = options.httpsPort ?? (await freePort())!;
  const args = [
    'sandbox',
    '--port',
    `${port}`,
    '--https-port',
    `${httpsPort}`,
    '--data',
    dataFolder,
    // Singles' Day: a day whose published rates the tests know.
    '--start-date',
    options.startDate ?? '2014-11-11',
    ...(options.storesPort === undefined ? ['--no-stores'] : ['--stores-port', `${options.storesPort}`]),
  ];
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const output of [child.stdout, child.stderr])
    output.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-200_000);
    });
  const http = `http://127.0.0.1:${port}`;
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    await rm(dataFolder, { recursive: true, force: true });
  };
  const get = async <Answer>(at: string) => (await (await fetch(`${http}${at}`)).json()) as Answer;
  try {
    await whenHealthy(http, child, () => log);
    return {
      http,
      httpsPort,
      dataFolder,
      process: child,
      log: () => log,
      credentials: await get<Credentials>('/sandbox/credentials'),
      get,
      post: async <Answer>(at: string, body: object) => {
        const headers = { 'content-type': 'application/json' };
        return (await (
          await fetch(`${http}${at}`, { method: 'POST', headers, body: JSON.stringify(body) })
        ).json()) as Answer;
      },
      stop,
    };
  } catch (error) {
    // A start that failed leaves nothing either.
    await stop();
    throw error;
  }
}

export async function whenHealthy(http: string, child: ChildProcess, log: () => string): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (child.exitCode !== null) throw new Error(`the sandbox ended: ${log()}`);
    const healthy = await fetch(`${http}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (healthy) return;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Error(`the sandbox did not come up: ${log()}`);
}

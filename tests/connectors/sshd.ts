// A real OpenSSH server on this machine, with its own keys, its own configuration and one folder, as a plain process.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { until } from '../../platform/src/testing/until.ts';
import { freePort } from '../start-sandbox.ts';

const program = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((file) => existsSync(file));

/** Where there is no OpenSSH server; in CI its absence is a failure. */
export const isSkipped = program === undefined && process.env.CI !== 'true';
if (isSkipped)
  console.warn('tests over SFTP skipped: no sshd on this machine (Debian: apt-get install openssh-server)');

export interface Sshd {
  readonly port: number;
  readonly user: string;
  /** The client's, OpenSSH form. */
  readonly privateKey: string;
  readonly keyFile: string;
  /** SHA256:… of the host's key. */
  readonly hostKey: string;
  /** Where files may lie: absolute, empty. */
  readonly folder: string;
  /** Ends the server with every connection; it can be started again. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function openSshd(): Promise<Sshd> {
  if (program === undefined) throw new Error('there is no OpenSSH server: apt-get install openssh-server');
  const home = await mkdtemp(path.join(tmpdir(), 'tongbao-sshd-'));
  const folder = path.join(home, 'files');
  await mkdir(folder);
  const [hostFile, keyFile] = [path.join(home, 'host_key'), path.join(home, 'client_key')];
  for (const file of [hostFile, keyFile])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  const port = (await freePort())!;
  const config = path.join(home, 'sshd_config');
  await writeFile(
    config,
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${hostFile}`,
      `AuthorizedKeysFile ${keyFile}.pub`,
      `PidFile ${path.join(home, 'sshd.pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      'Subsystem sftp internal-sftp',
    ].join('\n'),
  );
  // As root the server wants an empty folder to lock its unprivileged part into.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true });
  const server = serverOf(config);
  await server.start();
  const blob = Buffer.from((await readFile(`${hostFile}.pub`, 'utf8')).split(' ')[1]!, 'base64');
  return {
    ...{ port, folder, keyFile, user: userInfo().username },
    privateKey: await readFile(keyFile, 'utf8'),
    hostKey: `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`,
    ...server,
    async close() {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

function serverOf(config: string): Pick<Sshd, 'start' | 'stop'> {
  let running: ReturnType<typeof spawn> | null = null;
  return {
    async start() {
      // A process group of its own, so that connections' processes end with it.
      const child = spawn(program!, ['-D', '-e', '-f', config], {
        stdio: ['ignore', 'ignore', 'pipe'],
        detached: true,
      });
      running = child;
      let said = '';
      child.stderr!.on('data', (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-4_000);
      });
      await until(() => {
        if (child.exitCode !== null) throw new Error(`sshd ended: ${said}`);
        return /Server listening/.test(said);
      });
    },
    async stop() {
      const child = running;
      running = null;
      if (child === null || child.exitCode !== null) return;
      const ended = once(child, 'exit');
      process.kill(-child.pid!, 'SIGKILL');
      await ended;
    },
  };
}

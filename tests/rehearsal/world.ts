// What every chapter of a rehearsal shares: the release as it was built, the settings it is run with, its command line, the
// people, and everything that runs beside it.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Program, Programs, withoutSecrets } from './programs.ts';
import { must } from './rows.ts';

/** The program that is rehearsed: where it lies, with which Node and under which user it runs. */
export interface Release {
  readonly folder: string;
  readonly node: string;
  /** Of the image's entry point: `node` and its options, the program. */
  readonly entrypoint: readonly string[];
  /** Absent where nobody may take another user's place. */
  readonly user: number | undefined;
}

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const commandMs = 60_000;

export class World {
  readonly folder: string;
  readonly programs = new Programs();
  release: Release | null = null;
  /** The release's user, known before it is built. */
  user: number | undefined;
  /** What `serve` and the commands find in their environment. */
  readonly settings: Record<string, string> = {};
  /** Each command that was run, as its words: what the guide is held against. */
  readonly commands: string[] = [];

  /** Where `serve` listens, and what browsers are sent to. */
  port = 0;
  publicUrl = '';
  ownerUrlFile = '';
  /** Opens the first operator's name, once. */
  setupLink = '';
  serving: Program | null = null;
  /** Who signs the proxy's certificate (PEM), and the hash of the key that the browser takes it by. */
  authority = '';
  browserTrusts = '';
  readonly #endings: (() => Promise<void> | void)[] = [];

  constructor(folder: string) {
    this.folder = folder;
  }

  /** What is to be done at the end, the latest first, after the processes have ended. */
  atEnd(work: () => Promise<void> | void): void {
    this.#endings.push(work);
  }

  async end(): Promise<void> {
    await this.programs.stopAll();
    for (const work of this.#endings.toReversed()) await work();
  }

  at(...names: readonly string[]): string {
    return path.join(this.folder, ...names);
  }

  /** A folder of the program's user, closed to others. */
  async folderOfUser(name: string): Promise<string> {
    await mkdir(this.at(name), { recursive: true, mode: 0o700 });
    await this.#give(this.at(name));
    return this.at(name);
  }

  /** A file of the program's user, closed to others. */
  async secretFile(name: string, text: string): Promise<string> {
    const file = this.at(name);
    await writeFile(file, text, { mode: 0o600 });
    await chmod(file, 0o600);
    await this.#give(file);
    return file;
  }

  async #give(file: string): Promise<void> {
    if (this.user !== undefined) await chown(file, this.user, this.user);
  }

  /** The settings, and nothing of this process's own environment but where programs are. */
  environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return { PATH: '/usr/bin:/bin', HOME: '/nonexistent', NODE_ENV: 'production', ...this.settings, ...more };
  }

  startOf(args: readonly string[]): {
    command: string;
    args: readonly string[];
    cwd: string;
    user: number | undefined;
  } {
    const { node, entrypoint, folder, user } = this.release!;
    return { command: node, args: [...entrypoint.slice(1), ...args], cwd: folder, user };
  }

  /** Runs a command of the release to its end, as its user. */
  run(args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const { command, args: all, cwd, user } = this.startOf(args);
    this.commands.push(args.join(' '));
    return new Promise((resolve, reject) => {
      const child = spawn(command, all, {
        ...{ cwd, env: this.environment(more), stdio: ['ignore', 'pipe', 'pipe'], timeout: commandMs },
        ...(user === undefined ? {} : { uid: user, gid: user }),
      });
      let [stdout, stderr] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
      child.once('error', reject);
      child.once('close', (status) => resolve({ status: status ?? 1, stdout, stderr }));
    });
  }

  /** Runs a command that has to succeed with `--json`; answers what it said. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of many commands.
  async ask(args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<any> {
    const { status, stdout, stderr } = await this.run([...args, '--json'], more);
    must(
      status === 0,
      `tongbao ${args.join(' ')} ended with ${status}: ${withoutSecrets(stderr || stdout).trim()}`,
    );
    return JSON.parse(stdout);
  }
}

export const newPassword = (): string => `${randomBytes(15).toString('base64url')} horse`;

// The processes of a rehearsal: each is started here, its last lines are kept, and it is ended by its own number.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from '../../platform/src/testing/until.ts';

export interface Program {
  readonly name: string;
  readonly child: ChildProcess;
  /** What it wrote last, at most 60,000 characters. */
  readonly said: () => string;
  /** Waits until what it wrote has this; answers the match. Throws when it ends before. */
  hears(pattern: RegExp): Promise<RegExpExecArray>;
  stop(): Promise<void>;
}

export interface Starting {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Under which user it runs; absent: this one. */
  readonly user?: number | undefined;
}

const patienceMs = 12_000;

/** Links that open something, codes and keys are shown to nobody, also where a step failed. */
export const withoutSecrets = (text: string): string =>
  text
    .replace(/(#\/?(?:[\w-]+\/)?)[\w-]{20,}/g, '$1…')
    .replace(/(\/cashier\/\d+\.)[\w-]+/g, '$1…')
    .replace(/(?<=: )\d{6}(?= is)/g, '……');

export class Programs {
  readonly #running: Program[] = [];

  start(name: string, { command, args, env, cwd, user }: Starting): Program {
    const child = spawn(command, args, {
      ...{ cwd, env: env ?? process.env, stdio: ['pipe', 'pipe', 'pipe'] },
      ...(user === undefined ? {} : { uid: user, gid: user }),
    });
    let text = '';
    for (const output of [child.stdout!, child.stderr!])
      output.setEncoding('utf8').on('data', (chunk: string) => {
        text = (text + chunk).slice(-60_000);
      });
    // A pipe whose reader is gone is told by the exit, not here.
    child.stdin!.on('error', () => undefined);
    let trouble: Error | null = null;
    child.once('error', (error) => {
      trouble = error;
    });
    const hasEnded = () => trouble !== null || child.exitCode !== null || child.signalCode !== null;
    const program: Program = {
      ...{ name, child, said: () => text },
      hears: (pattern) =>
        until(() => {
          const found = pattern.exec(text);
          if (found === null && hasEnded())
            throw new Error(
              `${name} ended${trouble === null ? '' : `: ${trouble.message}`}: ${text.trim().slice(-1_500)}`,
            );
          return found;
        }) as Promise<RegExpExecArray>,
      async stop() {
        if (hasEnded()) return;
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        const impatience = setTimeout(() => child.kill('SIGKILL'), patienceMs);
        await ended;
        clearTimeout(impatience);
      },
    };
    this.#running.push(program);
    return program;
  }

  /** What each process wrote last: for a row that failed. */
  lastWords(lines = 4): string {
    return this.#running
      .filter((program) => program.said().trim() !== '')
      .map((program) => {
        const last = program.said().trim().split('\n').slice(-lines);
        return [
          `    --- ${program.name}`,
          ...last.map((line) => `    ${withoutSecrets(line).slice(0, 300)}`),
        ].join('\n');
      })
      .join('\n');
  }

  /** Ends all of them, the latest first. */
  async stopAll(): Promise<void> {
    for (const program of this.#running.toReversed()) await program.stop();
  }
}

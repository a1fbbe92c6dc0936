// Runs one program to its end, with a time limit and a way to be stopped; nothing here outlives its caller.
import { spawn } from 'node:child_process';

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly ok: boolean;
  /** How it ended, in words, when it did not end well. */
  readonly ending: string;
  /** Standard output and standard error, in the order in which they came; the last 500,000 characters. */
  readonly output: string;
}

const keptCharacters = 500_000;

/** Never rejects: a program that is not there, is killed or fails has ended, and `ending` says how. */
export function runCommand(
  { command, args, cwd, env }: Command,
  limits: { timeoutMs: number; signal: AbortSignal },
): Promise<Ended> {
  const name = `${command} ${args.slice(0, 2).join(' ')}`.trim();
  if (limits.signal.aborted)
    return Promise.resolve({ ok: false, ending: `${name} was not started`, output: '' });
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limits.timeoutMs,
      killSignal: 'SIGKILL',
      signal: limits.signal,
    });
    let output = '';
    const keep = (chunk: string) => {
      output = (output + chunk).slice(-keptCharacters);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    let trouble = '';
    child.on('error', (error) => {
      trouble = limits.signal.aborted ? `${name} was stopped` : `${name}: ${error.message}`;
      // A program that never started does not close either.
      if (child.pid === undefined) resolve({ ok: false, ending: trouble, output });
    });
    child.on('close', (status, killedBy) => {
      const limit = `within ${limits.timeoutMs / 1000} s`;
      const how =
        killedBy === null
          ? `ended with status ${status}`
          : `was ended by ${killedBy} (it did not finish ${limit}?)`;
      resolve({
        ok: status === 0 && trouble === '',
        ending: trouble === '' ? `${name} ${how}` : trouble,
        output,
      });
    });
  });
}

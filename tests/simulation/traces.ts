// Traces that once failed, as files: the commands themselves and not only a seed, so that they mean the same when the
// workload's generator has changed.
import { readFile } from 'node:fs/promises';
import type { Command } from './commands.ts';

export interface KeptTrace {
  /** What it once showed. */
  readonly what: string;
  /** For what chance decides outside the commands: rates, and what befalls notifications. */
  readonly seed: number;
  readonly concurrent: boolean;
  readonly commands: readonly Command[];
}

export async function readTrace(file: string): Promise<KeptTrace> {
  const trace = JSON.parse(await readFile(file, 'utf8')) as KeptTrace;
  if (!Array.isArray(trace.commands)) throw new Error(`${file} is not a kept trace`);
  return trace;
}

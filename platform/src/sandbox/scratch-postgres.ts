// An embedded PostgreSQL for one program's own time (a benchmark, the simulator): in a temporary folder, and gone with
// the program, also when that is ended by a signal.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type EmbeddedServer, startEmbeddedPostgres } from './postgres.ts';

export interface ScratchServer extends EmbeddedServer {
  /** Where it lives; whoever has files of the same length of life puts them here. */
  readonly folder: string;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** `name` begins the folder's name; `overrides`: PostgreSQL's settings. */
export async function startScratchPostgres(
  name: string,
  overrides: Readonly<Record<string, string>>,
): Promise<ScratchServer> {
  const folder = await mkdtemp(path.join(tmpdir(), `${name}-`));
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  const server = await startEmbeddedPostgres(folder, overrides).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  async function stop(): Promise<void> {
    for (const signal of signals) process.off(signal, onSignal);
    await server.stop();
    await remove();
  }
  function onSignal(signal: NodeJS.Signals): void {
    // Once it is cleared away the signal does what it always does.
    void stop().finally(() => process.kill(process.pid, signal));
  }
  for (const signal of signals) process.once(signal, onSignal);
  return { ...server, folder, stop };
}

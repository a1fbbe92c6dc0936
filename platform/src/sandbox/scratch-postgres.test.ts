// A program that is ended by a signal takes its PostgreSQL and its folder with it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const program = `
  import { startScratchPostgres } from ${JSON.stringify(path.join(import.meta.dirname, 'scratch-postgres.ts'))};
  const server = await startScratchPostgres('tongbao-scratch-test', { shared_buffers: '16MB' });
  console.log(JSON.stringify({ pid: server.pid(), folder: server.folder }));
  setInterval(() => undefined, 1_000);
`;

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('SIGTERM ends the server, removes the folder, and then the program', async () => {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve) =>
    child.stdout.once('data', (part) => resolve(String(part))),
  );
  const { pid, folder } = JSON.parse(line) as { pid: number; folder: string };
  expect([isAlive(pid), existsSync(folder)]).toEqual([true, true]);
  const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  child.kill('SIGTERM');
  expect(await ended).toBe('SIGTERM');
  expect([isAlive(pid), existsSync(folder)]).toEqual([false, false]);
}, 60_000);

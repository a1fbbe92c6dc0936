// pgbench's TPC-B-like on the same server: the yardstick that everybody knows.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { prepareDatabase } from '../platform/src/sandbox/postgres.ts';

/** Transactions per second; null where pgbench is not on the machine. */
export async function pgbench(
  serverUrl: string,
  how: { scale: number; clients: number; seconds: number },
): Promise<number | null> {
  const program = findPgbench();
  if (program === null) return null;
  const url = await prepareDatabase(serverUrl, 'tpcb', true);
  await run(program, ['-i', '-q', '-s', String(how.scale), url]);
  const output = await run(program, [
    '-M',
    'prepared',
    '-c',
    String(how.clients),
    '-j',
    '2',
    '-T',
    String(how.seconds),
    url,
  ]);
  const tps = /^tps = ([\d.]+)/m.exec(output)?.[1];
  if (tps === undefined) throw new Error(`pgbench said no tps: ${output.slice(-300)}`);
  return Math.round(Number(tps) * 10) / 10;
}

function findPgbench(): string | null {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  const candidates = versions
    .map((version) => path.join(debian, version, 'bin', 'pgbench'))
    .filter(existsSync);
  const onPath = spawnSync('sh', ['-c', 'command -v pgbench'], { encoding: 'utf8' }).stdout.trim();
  return candidates.at(-1) ?? (onPath === '' ? null : onPath);
}

function run(program: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`pgbench failed: ${output.slice(-500)}`)),
    );
  });
}

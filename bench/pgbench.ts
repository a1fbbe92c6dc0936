// pgbench's TPC-B-like on the same server: the yardstick that everybody knows.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { prepareDatabase } from '../platform/src/sandbox/databases-store.ts';
import { figureOf, type PostingFigure } from './posting.ts';

export interface PgbenchFigures {
  /** Transactions per second, closed loop: saturated. */
  readonly tps: number;
  /** An open loop at a tenth of that, latency counted from when each was due, as ours is: what this machine allows. */
  readonly tenth: PostingFigure;
}

/** Null where pgbench is not on the machine. `folder` is written to. */
export async function pgbench(
  serverUrl: string,
  how: { scale: number; clients: number; seconds: number; folder: string },
): Promise<PgbenchFigures | null> {
  const program = findPgbench();
  if (program === null) return null;
  const { ownerUrl: url } = await prepareDatabase(serverUrl, 'tpcb', true);
  await run(program, ['-i', '-q', '-s', String(how.scale), url]);
  const load = ['-M', 'prepared', '-c', String(how.clients), '-j', '2'];
  const output = await run(program, [...load, '-T', String(how.seconds), url]);
  const tps = Number(/^tps = ([\d.]+)/m.exec(output)?.[1] ?? Number.NaN);
  if (Number.isNaN(tps)) throw new Error(`pgbench said no tps: ${output.slice(-300)}`);
  const prefix = path.join(how.folder, 'pgbench');
  const openLoop = ['-R', String(Math.max(1, Math.round(tps / 10))), '-T', String(how.seconds)];
  await run(program, [...load, ...openLoop, '-l', `--log-prefix=${prefix}`, url]);
  return {
    tps: Math.round(tps * 10) / 10,
    tenth: figureOf(await latenciesIn(how.folder), how.seconds * 1000),
  };
}

/** In ms. A line of pgbench's log: client, transaction, latency in µs, and what is not needed here (pgbench, "Per-Transaction Logging"). */
async function latenciesIn(folder: string): Promise<number[]> {
  const logs = (await readdir(folder)).filter((name) => /^pgbench\.\d/.test(name));
  const texts = await Promise.all(logs.map((name) => readFile(path.join(folder, name), 'utf8')));
  return texts.flatMap((text) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => Number(line.split(' ')[2]) / 1000),
  );
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

// `npm run bench`: how fast the money path is, as ratios side by side from one run on one PostgreSQL server.
// `-- --quick` for a run of about a minute, `--json FILE` for machines. Every figure comes from the code that serves
// production; nothing is cut short.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { migrate, openDatabase } from '../platform/src/database/index.ts';
import { prepareDatabase, startEmbeddedPostgres } from '../platform/src/sandbox/postgres.ts';
import { cryptoCeiling } from './crypto.ts';
import { httpPay } from './http.ts';
import { pgbench } from './pgbench.ts';
import { openPostingWorld, type PostingFigure, posting } from './posting.ts';

const quick = process.argv.includes('--quick');
const jsonAt = process.argv.indexOf('--json');
const jsonFile = jsonAt === -1 ? null : process.argv[jsonAt + 1];
const seconds = quick ? 8 : 30;

function progress(text: string): void {
  process.stderr.write(`  ${text}\n`);
}

const show = (figure: PostingFigure): string =>
  `${String(figure.perSecond).padStart(8)} /s   p50 ${String(figure.p50Ms).padStart(6)} ms   p99 ${String(figure.p99Ms).padStart(6)} ms`;

async function main(): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tongbao-bench-'));
  progress('starting PostgreSQL …');
  const server = await startEmbeddedPostgres(folder, { shared_buffers: '1GB' });
  try {
    const database = openDatabase({
      url: await prepareDatabase(server.url, 'bench', true),
      maxConnections: 16,
    });
    await migrate(database.pool);
    progress('opening wallets and merchants …');
    const world = await openPostingWorld(database, { wallets: quick ? 2_000 : 20_000, merchants: 100 });
    progress(`posting, uniform (${seconds} s) …`);
    const uniform = await posting(world, { seconds, merchant: 'uniform' });
    progress(`posting, one hot merchant (${seconds} s) …`);
    const hotMerchant = await posting(world, { seconds, merchant: 'hot' });
    progress('proving the books …');
    const proofsOk = await world.prove();
    await world.close();
    await database.close();
    progress('pgbench on the same server …');
    const tpcb = await pgbench(server.url, { scale: quick ? 10 : 50, clients: 32, seconds });
    progress('the cores’ own limit of verifying and signing …');
    const crypto = await cryptoCeiling(quick ? 3 : 10);
    progress('signed pay over HTTP …');
    const pay = await httpPay({
      requests: quick ? 4_000 : 30_000,
      concurrency: 64,
      folder: path.join(folder, 'http'),
    });
    const report = {
      machine: {
        cpu: cpus()[0]?.model ?? 'unknown',
        cores: cpus().length,
        memoryGib: Math.round(totalmem() / 2 ** 30),
      },
      versions: { node: process.version, postgres: 18, tongbao: '0.1.0', commit: commit() },
      posting: { twoStep: { uniform, hotMerchant } },
      pgbench: tpcb === null ? null : { tps: tpcb },
      http: { pay: pay.figure },
      crypto,
      proofsOk: proofsOk && pay.proofsOk,
    };
    print(report);
    if (jsonFile !== null && jsonFile !== undefined)
      await writeFile(jsonFile, `${JSON.stringify(report, null, 2)}\n`);
    return report.proofsOk ? 0 : 1;
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function commit(): string {
  const asked = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' });
  return asked.status === 0 ? asked.stdout.trim() : 'unknown';
}

interface Report {
  machine: { cpu: string; cores: number; memoryGib: number };
  posting: { twoStep: { uniform: PostingFigure; hotMerchant: PostingFigure } };
  pgbench: { tps: number } | null;
  http: { pay: PostingFigure };
  crypto: { signPerSecond: number; verifySignPerSecond: number };
  proofsOk: boolean;
}

function print(report: Report): void {
  const { uniform, hotMerchant } = report.posting.twoStep;
  const ratio = (left: number, right: number) => (left / right).toFixed(2);
  console.log(`
${report.machine.cpu}, ${report.machine.cores} cores, ${report.machine.memoryGib} GiB; fsync and synchronous_commit on

  complete payments (create, then authorize)
    uniform                ${show(uniform)}
    one hot merchant       ${show(hotMerchant)}   ${ratio(hotMerchant.perSecond, uniform.perSecond)} of uniform
  pgbench TPC-B-like       ${report.pgbench === null ? ' skipped: pgbench is not on this machine (Debian: postgresql-contrib)' : `${String(Math.round(report.pgbench.tps)).padStart(8)} /s   payments are ${ratio(uniform.perSecond, report.pgbench.tps)} of it`}
  signed pay over HTTP     ${show(report.http.pay)}
  verify and sign alone    ${String(report.crypto.verifySignPerSecond).padStart(8)} /s   HTTP pay is ${ratio(report.http.pay.perSecond, report.crypto.verifySignPerSecond)} of it
  the books                ${report.proofsOk ? 'all proofs hold' : 'A PROOF FAILS'}
`);
}

process.exit(await main());

// `npm run bench`: how fast the money path is, as ratios side by side from one run on one PostgreSQL server (embedded,
// or DATABASE_URL's). `-- --quick` for two minutes, `--size large` for ten million wallets, `--json FILE` for
// machines. Every figure comes from the code that serves production; nothing is cut short.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { openDatabase } from '../platform/src/database/index.ts';
import { startScratchPostgres } from '../platform/src/sandbox/scratch-postgres.ts';
import { bankFileFormats, bankFileProcess } from './bank-files.ts';
import { bytesOf, writeBack } from './bytes-store.ts';
import { cryptoCeiling } from './crypto.ts';
import { freshDatabase } from './database.ts';
import { diskSync } from './disk.ts';
import { growth } from './growth.ts';
import { http } from './http.ts';
import { logCost } from './log.ts';
import { familyOf, watchMemory } from './memory.ts';
import { naive } from './naive.ts';
import { pgbench } from './pgbench.ts';
import { arrive, openPostingWorld, type PostingCase, type PostingWorld, saturate } from './posting.ts';
import { print, type Report } from './report.ts';
import { settlementCase } from './settlement.ts';

const quick = process.argv.includes('--quick');
const optionValue = (option: string): string | null => {
  const at = process.argv.indexOf(option);
  return at === -1 ? null : (process.argv[at + 1] ?? null);
};
const jsonFile = optionValue('--json');
const large = optionValue('--size') === 'large';
const seconds = quick ? 2 : 20;

const startedAt = performance.now();
function progress(text: string): void {
  const passed = Math.round((performance.now() - startedAt) / 1000);
  process.stderr.write(`  ${String(passed).padStart(4)} s  ${text}\n`);
}

/** A PostgreSQL for the run: the user's own, or an embedded one that leaves nothing behind. */
async function openServer() {
  const own = process.env.DATABASE_URL;
  if (own !== undefined) {
    const url = new URL(own);
    url.pathname = '';
    const folder = await mkdtemp(path.join(tmpdir(), 'tongbao-bench-'));
    const stop = () => rm(folder, { recursive: true, force: true });
    return { url: url.toString().replace(/\/$/, ''), pid: () => null, folder, stop };
  }
  progress('starting PostgreSQL …');
  return startScratchPostgres('tongbao-bench', { shared_buffers: large ? '6GB' : '1GB' });
}

async function main(): Promise<number> {
  const server = await openServer();
  try {
    let report = await measure(server);
    await save(report);
    // Before the large books: the memory that a settlement needs is read from this process, which then holds little else.
    progress('a merchant’s day is settled …');
    const { figures, proofsOk } = await settlementDay(server.url);
    report = { ...report, settlement: figures, proofsOk: report.proofsOk && proofsOk };
    progress('with the audit log and without, in turns …');
    report = { ...report, log: await auditLogCase(server) };
    await save(report);
    progress('a bank’s statement in each format …');
    report = { ...report, bankFiles: await bankFiles(server.url) };
    await save(report);
    if (large) {
      const grown = await growth(server.url, { seconds, progress });
      report = { ...report, growth: grown, proofsOk: report.proofsOk && grown.proofsOk };
      await save(report);
    }
    print(report);
    return report.proofsOk ? 0 : 1;
  } finally {
    await server.stop();
  }
}

async function auditLogCase(server: Awaited<ReturnType<typeof openServer>>) {
  const { url } = await freshDatabase(server.url, 'bench_log');
  const database = openDatabase({ url, maxConnections: 16 });
  const size = { wallets: quick ? 2_000 : 20_000, merchants: 200 };
  try {
    const turns = { seconds: quick ? 2 : 5, pairs: quick ? 5 : 15 };
    return await logCost(database, { url, serverPid: server.pid(), size, ...turns });
  } finally {
    await database.close();
  }
}

async function save(report: Report): Promise<void> {
  if (jsonFile !== null) await writeFile(jsonFile, `${JSON.stringify(report, null, 2)}\n`);
}

async function measure(server: Awaited<ReturnType<typeof openServer>>): Promise<Report> {
  const { folder } = server;
  const { url } = await freshDatabase(server.url, 'bench');
  const database = openDatabase({ url, maxConnections: 16 });
  const own = watchMemory(() => [process.pid]);
  const postgres = watchMemory(() => (server.pid() === null ? [] : familyOf(server.pid()!)));
  progress('opening wallets and merchants …');
  const size = { wallets: quick ? 5_000 : 100_000, merchants: 200 };
  const world = await openPostingWorld(database, size);
  const cases = await postingCases(world, {
    counted: (work) => bytesOf(database, work),
    settle: () => writeBack(database),
  });
  progress('proving the books …');
  let proofsOk = await world.prove();
  const memory = { postingProcessMib: own.peakMib(), postgresMib: postgres.peakMib() };
  own.stop();
  await world.close();
  await database.close();
  const yardsticks = await measureYardsticks(server.url, folder);
  const figures = await http(
    {
      ...{ url: (await freshDatabase(server.url, 'bench_http')).url, folder },
      ...{ requests: quick ? 2_000 : 20_000, processes: availableParallelism() },
    },
    progress,
  );
  proofsOk &&= figures.proofsOk;
  postgres.stop();
  const { pay, payOfCeiling, inquiry, refund, journey } = figures;
  return {
    machine: machine(),
    versions: {
      node: process.version,
      postgres: await versionOf(server.url),
      tongbao: '0.1.0',
      commit: commit(),
    },
    ...cases,
    ...yardsticks,
    http: { pay, inquiry, refund, journey },
    payOfCeiling,
    memory: { ...memory, serveMib: figures.peakRssMib },
    growth: null,
    settlement: null,
    log: null,
    bankFiles: [],
    proofsOk,
  };
}

/** What the figures are held against: the same payment row at a time, the disk, pgbench, the cores' own signatures. */
async function measureYardsticks(
  serverUrl: string,
  folder: string,
): Promise<Pick<Report, 'naive' | 'disk' | 'pgbench' | 'crypto'>> {
  progress('the same, row at a time …');
  const baseline = await naive({
    url: (await freshDatabase(serverUrl, 'bench_naive')).url,
    seconds: Math.min(seconds, 10),
    wallets: quick ? 2_000 : 20_000,
  });
  progress('the disk’s own time to make 8 kB durable …');
  const disk = await diskSync(folder, quick ? 1 : 5);
  progress('pgbench on the same server …');
  const load = { scale: 50, clients: 32 };
  const tpcb = await pgbench(serverUrl, { ...load, seconds: quick ? 3 : 20, folder });
  progress('the cores’ own limit of verifying and signing …');
  return {
    naive: baseline,
    disk,
    pgbench: tpcb === null ? null : { ...tpcb, ...load },
    crypto: await cryptoCeiling(quick ? 1 : 10),
  };
}

/** A million payments of one merchant; for checks, ten thousand, and all proofs over them. */
async function settlementDay(
  serverUrl: string,
): Promise<{ figures: Report['settlement']; proofsOk: boolean }> {
  const { url } = await freshDatabase(serverUrl, 'bench_settlement');
  const database = openDatabase({ url, maxConnections: 16 });
  try {
    const { net, proved, ...figures } = await settlementCase(database, {
      payments: quick ? 10_000 : 1_000_000,
      prove: quick,
    });
    return {
      figures: { ...figures, net: net.toString() },
      proofsOk: figures.status === 'PAID' && proved !== false,
    };
  } finally {
    await database.close();
  }
}

/** A statement of a hundred thousand lines in each format, each line with its payout in the books; for checks, five thousand. */
async function bankFiles(serverUrl: string): Promise<Report['bankFiles']> {
  const found: Report['bankFiles'][number][] = [];
  for (const format of bankFileFormats) {
    const { url } = await freshDatabase(serverUrl, `bench_bank_file_${format}`);
    found.push(await bankFileProcess(url, { lines: quick ? 5_000 : 100_000, format }));
  }
  return found;
}

type Counted = <T>(work: () => Promise<T>) => Promise<{ result: T; walBytes: number; tableBytes: number }>;

async function postingCases(
  world: PostingWorld,
  { counted, settle }: { counted: Counted; settle: () => Promise<void> },
): Promise<Pick<Report, 'posting' | 'latency' | 'bytes'>> {
  const run = (name: string, of: PostingCase) => {
    progress(`posting, ${name} (${seconds} s) …`);
    return saturate(world, { ...of, seconds });
  };
  const uniformCase = { steps: 'one', merchant: 'uniform', payer: 'uniform' } as const;
  // Until the code is compiled and PostgreSQL has seen the statements, nothing is measured.
  const warm = await saturate(world, { ...uniformCase, seconds: 3 });
  // Latency comes before the saturated cases: what those left to be written back would be waited for here, and a server
  // at a tenth of its load has no such backlog.
  progress('posting at one tenth of saturation, and one at a time …');
  await settle();
  // The first touch of each page after a checkpoint is logged whole: a cost of the minutes after it, not of the hour.
  await saturate(world, { ...uniformCase, seconds: quick ? 1 : 5 });
  const tenth = await arrive(world, { ...uniformCase, seconds, perSecond: warm.perSecond / 10 });
  const lone = await saturate(world, { ...uniformCase, seconds: 2, callers: 1 });
  const { result: uniform, ...bytes } = await counted(() => run('one step, uniform', uniformCase));
  const oneStep = {
    uniform,
    zipf: await run('one step, Zipf', { ...uniformCase, merchant: 'zipf' }),
    hotMerchant: await run('one step, one hot merchant', { ...uniformCase, merchant: 'hot' }),
    hotShopper: await run('one step, one hot shopper', { ...uniformCase, payer: 'hot' }),
  };
  const twoStep = {
    uniform: await run('two steps, uniform', { ...uniformCase, steps: 'two' }),
    hotMerchant: await run('two steps, one hot merchant', { ...uniformCase, steps: 'two', merchant: 'hot' }),
  };
  const count = uniform.perSecond * seconds;
  const each = (total: number) => Math.round(total / count);
  return {
    posting: { oneStep, twoStep },
    latency: { tenthOfSaturation: tenth, lone },
    bytes: { walPerPayment: each(bytes.walBytes), tablesPerPayment: each(bytes.tableBytes) },
  };
}

const machine = () => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGib: Math.round(totalmem() / 2 ** 30),
});

async function versionOf(url: string): Promise<string> {
  const database = openDatabase({ url: `${url}/postgres`, maxConnections: 1 });
  try {
    const shown = await database.pool.query<{ server_version: string }>('SHOW server_version');
    return shown.rows[0]!.server_version;
  } finally {
    await database.close();
  }
}

function commit(): string {
  const asked = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' });
  return asked.status === 0 ? asked.stdout.trim() : 'unknown';
}

process.exit(await main());

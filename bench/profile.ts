// `npm run profile`: where the time of a one-step payment goes. Runs the posting case under the engine's own sampling
// profiler and PostgreSQL's pg_stat_statements; prints both, and draws a flame graph (`--svg FILE`).
import { writeFile } from 'node:fs/promises';
import { type Profiler, Session } from 'node:inspector/promises';
import path from 'node:path';
import { openDatabase } from '../platform/src/database/index.ts';
import { startScratchPostgres } from '../platform/src/sandbox/scratch-postgres.ts';
import { freshDatabase } from './database.ts';
import { flameGraph } from './flame.ts';
import { openPostingWorld, saturate } from './posting.ts';
import { countStatements, explainHot, statementTimes } from './profile-store.ts';

const svgAt = process.argv.indexOf('--svg');
const svgFile = svgAt === -1 ? null : process.argv[svgAt + 1];
const seconds = 8;

async function main(): Promise<void> {
  const server = await startScratchPostgres('tongbao-profile', {
    shared_buffers: '1GB',
    shared_preload_libraries: 'pg_stat_statements',
    'pg_stat_statements.track': 'all',
  });
  try {
    const database = openDatabase({
      url: (await freshDatabase(server.url, 'profile')).url,
      maxConnections: 16,
    });
    const world = await openPostingWorld(database, { wallets: 20_000, merchants: 200 });
    const of = { steps: 'one', merchant: 'uniform', payer: 'uniform' } as const;
    await saturate(world, { ...of, seconds: 2 });
    const admin = openDatabase({ url: `${server.url}/profile`, maxConnections: 1 });
    await countStatements(admin);
    const before = process.cpuUsage();
    const { figure, profile } = await sampled(() => saturate(world, { ...of, seconds }));
    const used = process.cpuUsage(before);
    const count = figure.perSecond * seconds;
    console.log(
      `${figure.perSecond} payments a second; ${Math.round((used.user + used.system) / count)} µs of this process each`,
    );
    console.log('\nPostgreSQL, µs a payment by statement (waiting for locks and the disk included)');
    for (const row of await statementTimes(admin))
      console.log(`${((row.total_ms * 1000) / count).toFixed(1).padStart(8)}  ${row.query}`);
    const busiest = selfTimes(profile);
    console.log('\nthis process, share of its busy time by function');
    for (const [name, share] of busiest.slice(0, 25))
      console.log(`${(share * 100).toFixed(1).padStart(7)}%  ${name}`);
    console.log(`\n${await explainHot(database)}`);
    if (svgFile !== null && svgFile !== undefined) await writeFile(svgFile, flameGraph(profile));
    await world.close();
    await admin.close();
    await database.close();
  } finally {
    await server.stop();
  }
}

async function sampled<T>(work: () => Promise<T>): Promise<{ figure: T; profile: Profiler.Profile }> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 500 });
  await session.post('Profiler.start');
  const figure = await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return { figure, profile };
}

/** Functions by their own time, as shares of the time that the process was not idle. */
function selfTimes(profile: Profiler.Profile): [string, number][] {
  const names = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => [
      id,
      `${functionName === '' ? '(anonymous)' : functionName} ${url === '' ? '' : `${path.basename(url)}:${lineNumber + 1}`}`,
    ]),
  );
  const times = new Map<string, number>();
  let busy = 0;
  for (const [place, id] of (profile.samples ?? []).entries()) {
    const name = names.get(id)!;
    if (name.startsWith('(idle)')) continue;
    const took = profile.timeDeltas![place]!;
    times.set(name, (times.get(name) ?? 0) + took);
    busy += took;
  }
  return [...times].map(([name, took]): [string, number] => [name, took / busy]).sort((a, b) => b[1] - a[1]);
}

await main();

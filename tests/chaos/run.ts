// `npm run chaos -- --seconds T`: real processes under fire while shops and shoppers work: kill -9 of server and
// PostgreSQL, a proxy that cuts, delays and duplicates, SIGSTOP of either, clock steps, a full disk. Ends with `N passed, N failed`.
import { parseArgs } from 'node:util';
import { familyOf } from '../../bench/memory.ts';
import { type Comparison, compare } from './compare.ts';
import { startLoad } from './load.ts';
import { startNetwork } from './network.ts';
import { startProxy } from './proxy.ts';
import { restoreBackup } from './restore.ts';
import { sufferSilence } from './silence.ts';
import { sufferStandstills } from './standstill.ts';
import { readWallet } from './wallet.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } });
const seconds = Number.parseInt(values.seconds, 10);
if (!/^\d+$/.test(values.seconds) || seconds < 10 || seconds > 86_400) {
  console.error(`--seconds must be a number from 10 to 86400, not "${values.seconds}"`);
  process.exit(1);
}
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** The processes stand still for ten seconds, or for less in a short run. */
const stillMs = seconds >= 60 ? 10_000 : 3_000;
const recoveryPatienceMs = 90_000;
/** A stopped process loses its locks after four seconds; then those who waited have to be through. */
const standstillPatienceMs = 20_000;
const calm = { cut: 0, delay: 0, duplicate: 0 };

const network = await startNetwork({ overWire: false });
const before = await readWallet(network.url, network.credentials);
const proxy = await startProxy(() => network.port);
const load = startLoad({
  url: `http://127.0.0.1:${proxy.port}`,
  credentials: network.credentials,
  workers: 4,
});
if (!network.hasOwnDisk) console.log('full disk: SKIPPED, this user may not mount a small file system');

/** Requests that got no answer, or one that says nothing yet. */
const felt = (): number => load.counts.noAnswer + load.counts.unknown;

interface Fault {
  readonly name: string;
  /** What it ends has to start again by itself: recovery counts from the fault's beginning, not from its end. */
  readonly isDeath?: boolean;
  run(): Promise<void>;
}
const faults: readonly Fault[] = [
  {
    name: 'kill -9 PostgreSQL',
    isDeath: true,
    run: async () => void process.kill(network.postgresPid(), 'SIGKILL'),
  },
  { name: 'kill -9 server', isDeath: true, run: () => network.killAndRestart() },
  {
    name: 'proxy cuts, delays, duplicates',
    async run() {
      proxy.set({ cut: 20, delay: 30, duplicate: 30 });
      await sleep(4_000);
      proxy.set(calm);
    },
  },
  {
    name: 'SIGSTOP server',
    async run() {
      process.kill(network.serverPid(), 'SIGSTOP');
      await sleep(stillMs);
      process.kill(network.serverPid(), 'SIGCONT');
    },
  },
  {
    name: 'SIGSTOP PostgreSQL',
    async run() {
      const all = familyOf(network.postgresPid());
      const signalAll = (signal: NodeJS.Signals) => {
        for (const pid of all) {
          try {
            process.kill(pid, signal);
          } catch {
            // A session that has ended since.
          }
        }
      };
      signalAll('SIGSTOP');
      await sleep(stillMs);
      signalAll('SIGCONT');
    },
  },
  {
    name: 'clock step of six hours',
    async run() {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ advance: 'PT6H' });
      const answer = await fetch(`${network.url}/sandbox/clock`, { method: 'POST', headers, body });
      if (!answer.ok) throw new Error(`the clock did not move: ${await answer.text()}`);
    },
  },
  ...(network.hasOwnDisk
    ? [
        {
          name: 'full disk',
          async run() {
            if (!network.fillDisk()) throw new Error('the disk could not be filled');
            // Until somebody has felt it: files grow by pages, not by rows.
            const before = felt();
            for (let tries = 0; tries < 100 && felt() === before; tries++) await sleep(100);
            await sleep(1_000);
            network.emptyDisk();
          },
        },
      ]
    : []),
];

const recoveries = new Map<string, number[]>();
const failures: string[] = [];
let compared = 0;

/** From the end of the fault (a death: from its moment) until somebody is told of a success again. */
async function suffer(fault: Fault): Promise<void> {
  const began = performance.now();
  const feltBefore = felt();
  await fault.run();
  // Answers that were on their way when something died are no recovery: first somebody has to feel it.
  for (let tries = 0; fault.isDeath === true && felt() === feltBefore && tries < 500; tries++)
    await sleep(10);
  const over = performance.now();
  while (load.lastSuccessAt() <= over) {
    if (performance.now() - over > recoveryPatienceMs) {
      failures.push(`${fault.name}: no success within ${recoveryPatienceMs / 1_000} s`);
      return;
    }
    await sleep(20);
  }
  const took = load.lastSuccessAt() - (fault.isDeath === true ? began : over);
  recoveries.set(fault.name, [...(recoveries.get(fault.name) ?? []), took]);
  console.log(`${fault.name}: back after ${Math.round(took)} ms; ${felt() - feltBefore} requests felt it`);
}

const end = performance.now() + seconds * 1_000;
try {
  await sleep(1_000);
  for (let turn = 0; (performance.now() < end || turn < faults.length) && failures.length === 0; turn++) {
    await suffer(faults[turn % faults.length]!);
    await sleep(1_500);
  }
  await load.stop(30_000);
  await network.healthy();
  reportLoad();
  report(await compare(network.url, network.credentials, { orders: load.orders, before }));
  report(await restoreBackup(network, { orders: load.orders, before }));
  await network.stop();
  const silence = await sufferSilence({ silentMs: stillMs, patienceMs: recoveryPatienceMs });
  console.log(
    `silent database: back after ${Math.round(silence.took)} ms; ${silence.silenced} connections fell silent`,
  );
  recoveries.set('silent database', [silence.took]);
  report(silence.comparisons.map((each) => ({ ...each, name: `after a silence: ${each.name}` })));
  const still = await sufferStandstills({
    ...{ times: seconds >= 60 ? 6 : 2, stillMs, patienceMs: standstillPatienceMs },
  });
  console.log(
    `one of two servers stopped ${still.longest.length} times: the other one went on, without a success for at most ` +
      `${Math.round(Math.max(...still.longest))} ms`,
  );
  recoveries.set('one of two servers stopped', still.longest);
  report(still.comparisons.map((each) => ({ ...each, name: `two servers: ${each.name}` })));
  if (silence.silenced === 0) failures.push('no connection fell silent: the run says nothing of it');
  conclude();
} catch (error) {
  failures.push((error as Error).message);
  await load.stop(0);
  console.log(`FAILED: ${failures.join('; ')}`);
  console.log('0 passed, 1 failed');
} finally {
  await proxy.close();
  await network.stop();
}
process.exit(failures.length === 0 ? 0 : 1);

function reportLoad(): void {
  const { attempts, noAnswer, unknown, refused } = load.counts;
  const paid = load.orders.filter((order) => order.paid === 'paid').length;
  console.log(
    `${load.orders.length} orders, ${paid} paid, ${attempts} requests of which ${noAnswer} had no answer and ${unknown} an unknown one; ` +
      `proxy: ${proxy.counts.cut} cut, ${proxy.counts.delayed} delayed, ${proxy.counts.duplicated} duplicated`,
  );
  for (const [code, count] of refused) console.log(`refused: ${code}, ${count}`);
  for (const [name, all] of recoveries)
    console.log(`recovery after ${name}: ${all.length} times, at most ${Math.round(Math.max(...all))} ms`);
  if (paid === 0) failures.push('nothing was paid: the run says nothing');
}

function report(comparisons: readonly Comparison[]): void {
  compared += comparisons.length;
  for (const { name, counted, wrong } of comparisons) {
    console.log(`${wrong.length === 0 ? 'ok    ' : 'FAILED'} ${name} (${counted})`);
    for (const words of wrong.slice(0, 10)) console.log(`       ${words}`);
    if (wrong.length > 0) failures.push(name);
  }
}

function conclude(): void {
  for (const failure of failures) console.log(`FAILED: ${failure}`);
  console.log(`${compared + recoveries.size - failures.length} passed, ${failures.length} failed`);
}

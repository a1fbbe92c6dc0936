// The whole network in one process: the platform as it is, on a database of its own, with a clock that stands until it
// is moved, neighbours that fail on command, and a process that can die and be started again.
import { createHash } from 'node:crypto';
import { gatewayAdapters } from '../../platform/src/adapters.ts';
import { type Config, sandboxConfig } from '../../platform/src/config.ts';
import { type Database, openDatabase, servingLimits, statement } from '../../platform/src/database/index.ts';
import type { RateSource } from '../../platform/src/fx/index.ts';
import { sandboxAdapter } from '../../platform/src/http/sandbox/index.ts';
import { createServer } from '../../platform/src/http/server.ts';
import { settlementAdapter } from '../../platform/src/http/settlement/index.ts';
import { createLog } from '../../platform/src/log.ts';
import { createPlatform, type Platform } from '../../platform/src/platform.ts';
import {
  createSandboxBank,
  createSandboxSettlementBank,
  type SandboxBank,
} from '../../platform/src/sandbox/bank/index.ts';

import { sandboxBankBooks } from '../../platform/src/sandbox/bank-books.ts';
import { createChaosSwitch } from '../../platform/src/sandbox/chaos.ts';
import { type ClockMover, createClockMover } from '../../platform/src/sandbox/clock-mover.ts';
import { createSandboxMails } from '../../platform/src/sandbox/mails.ts';
import { sandboxParts } from '../../platform/src/sandbox/sandbox-parts.ts';
import { safeguardingBank, sandboxCustomers } from '../../platform/src/sandbox/seed-customers.ts';
import type { Clock, Randomness } from '../../platform/src/system/index.ts';
import { testKeys } from '../../platform/src/testing/keys.ts';
import {
  createFates,
  createLateAnswers,
  type Fates,
  faultyBank,
  faultySettlementBank,
  type LateAnswers,
} from './faulty-banks.ts';
import { type FaultyDatabase, faultyDatabase } from './faulty-database.ts';
import { createShops, type Shops } from './merchants.ts';
import { type PausingDatabase, pausingDatabase } from './pausing-database.ts';
import { dayText, publishedCurrencies, publishedRate } from './rates.ts';

/** Ten in the morning of Singles' Day 2014 in Shanghai. */
export const worldBegins = Date.parse('2014-11-11T02:00:00Z');
const firstDay = '2014-11-11';

/** A clock that stands still. */
class SimulatedClock implements Clock {
  #now = worldBegins;
  #offset = worldBegins - Date.now();
  now(): Date {
    return new Date(this.#now);
  }
  /** Ahead of the machine's clock; it becomes less only when this clock is turned back, as the platform expects. */
  get offsetMs(): number {
    return this.#offset;
  }
  set(instant: Date): void {
    const offset = instant.getTime() - Date.now();
    this.#offset = instant.getTime() < this.#now ? offset : Math.max(this.#offset, offset);
    this.#now = instant.getTime();
  }
}

/** What is not a neighbour's or a shop's doing, but chance inside the platform: salts, codes, tokens. */
function seededRandomness(seed: number): Randomness {
  let block = 0;
  const next = (): Buffer => createHash('sha256').update(`${seed}/${block++}`).digest();
  return {
    bytes(length) {
      const parts: Buffer[] = [];
      for (let had = 0; had < length; had += 32) parts.push(next());
      return Buffer.concat(parts).subarray(0, length);
    },
    below: (limit) => next().readUIntBE(0, 6) % limit,
  };
}

export interface Network {
  readonly seed: number;
  readonly firstDay: string;
  readonly clock: SimulatedClock;
  readonly bankFates: Fates;
  readonly settlementFates: Fates;
  readonly shops: Shops;
  readonly bank: SandboxBank;
  /** The process that runs now. */
  readonly process: Process;
  /** How many questions to the rate source fail from now on; and whether any ever did. */
  failRates(times: number): void;
  readonly ratesEverFailed: boolean;
  readonly restarts: number;
  /** Puts the dead process away and starts another one on the same database. */
  restart(): Promise<void>;
  /** Does what is in the job queue, each job once (or twice, as after a death between doing and noting); how many. */
  work(twice: boolean): Promise<number>;
  /** Banks' answers that were on their way reach the process that asked. */
  wake(): Promise<void>;
  /** A second process on the same database, which can be stopped. It keeps locks for so long while it is. */
  beside(locksMs: number): Promise<Beside>;
  /** Sessions of the database that wait for a lock, and those that stand still in an open transaction. */
  sessions(): Promise<{ waiting: bigint; idle: bigint }>;
  close(): Promise<void>;
}

export interface Process {
  readonly platform: Platform;
  readonly database: FaultyDatabase;
  readonly app: Awaited<ReturnType<typeof createServer>>;
  readonly mover: ClockMover;
}

/** By which requests come in: the process that runs at that moment, or one that is chosen. */
export type Entrance = Pick<Network, 'process' | 'clock'>;

export interface Beside {
  readonly process: Process;
  readonly pausing: PausingDatabase;
  close(): Promise<void>;
}

const silent = createLog('silent');

export async function openNetwork(of: { url: string; seed: number; log?: boolean }): Promise<Network> {
  const { seed } = of;
  const inner = openDatabase({ url: of.url, maxConnections: 10 });
  const clock = new SimulatedClock();
  const bankFates = createFates();
  const settlementFates = createFates();
  const state = {
    failing: 0,
    failsUntil: 0,
    everFailed: false,
    restarts: 0,
    process: null as Process | null,
  };
  const bank = createSandboxBank({ database: inner, clock, pause: async () => undefined });
  const settlementBank = createSandboxSettlementBank({ database: inner, clock, safeguardingBank });
  const shops = createShops({
    seed,
    now: () => clock.now().getTime(),
    gatewayPublicKey: () => state.process!.platform.gatewayKey.publicKey,
  });
  const rates = simulatedRates(seed, () => {
    if (state.failing === 0 || clock.now().getTime() > state.failsUntil) return false;
    state.failing -= 1;
    state.everFailed = true;
    return true;
  });
  const log = of.log === true ? createLog('warn') : silent;
  const late = createLateAnswers();
  const parts = { inner, clock, bank, settlementBank, bankFates, settlementFates, late, shops, rates, log };
  state.process = await startProcess(parts, seed);
  const slow = slowProcess(parts, seed);
  let besides = 0;
  return {
    ...{ seed, firstDay, clock, bankFates, settlementFates, shops, bank },
    get process() {
      return state.process!;
    },
    failRates(times) {
      state.failing = times;
      state.failsUntil = clock.now().getTime() + longestOutageMs;
    },
    get ratesEverFailed() {
      return state.everFailed;
    },
    get restarts() {
      return state.restarts;
    },
    async restart() {
      await endProcess(state.process!);
      state.restarts += 1;
      await inner.query(freeLeases);
      state.process = await startProcess(parts, seed + state.restarts);
    },
    work: (twice) => workOff(inner, { platform: state.process!.platform, slow, twice }),
    wake: slow.wake,
    beside: (locksMs) => startBeside(parts, { url: of.url, locksMs, seed: seed + besideSeed + ++besides }),
    async sessions() {
      const [counted] = await inner.query<{ waiting: bigint; idle: bigint }>(countSessions);
      return counted!;
    },
    async close() {
      await slow.close();
      await endProcess(state.process!);
      await inner.close();
    },
  };
}

interface Parts {
  readonly inner: Database;
  readonly clock: SimulatedClock;
  readonly bank: SandboxBank;
  readonly settlementBank: ReturnType<typeof createSandboxSettlementBank>;
  readonly bankFates: Fates;
  readonly settlementFates: Fates;
  readonly late: LateAnswers;
  readonly shops: Shops;
  readonly rates: RateSource;
  readonly log: typeof silent;
}

export const simulationConfig: Config = {
  ...sandboxConfig({}, {}),
  publicUrl: 'http://tongbao.example',
};

async function startProcess(parts: Parts, randomSeed: number): Promise<Process> {
  const { clock, settlementBank, log } = parts;
  const database = faultyDatabase(parts.inner);
  const platform = await platformOf(parts, { database, randomSeed, isSlow: false });
  const mover = createClockMover({ database, clock, timers: platform.timers });
  const people = await Promise.all(
    sandboxCustomers.map(async (each) => ({
      ...each,
      customerId: (await platform.customers.findByPhone(each.phone))!.id,
    })),
  );
  const sandbox = sandboxParts({
    ...{ platform, mover, people },
    config: simulationConfig,
    sms: { send: async () => undefined, latest: () => [] },
    mails: createSandboxMails(() => clock.now()),
    certificate: null,
    chaos: createChaosSwitch({ randomness: seededRandomness(randomSeed), pause: async () => undefined }),
    send: async ({ path, headers, body }) =>
      (await app.inject({ method: 'POST', url: path, headers, payload: body })).payload,
    stores: { list: () => null },
  });
  const { settlement, merchants } = platform;
  const { publicUrl } = simulationConfig;
  const app = await createServer({
    logger: log,
    healthy: () => platform.isUsable(),
    adapters: [
      ...gatewayAdapters(platform, simulationConfig),
      sandboxAdapter(sandbox),
      settlementAdapter({ database, settlement, merchants, publicUrl, bank: settlementBank }),
    ],
  });
  await app.ready();
  return { platform, database, app, mover };
}

const besideSeed = 2_000_000;

async function startBeside(
  parts: Parts,
  { url, locksMs, seed }: { url: string; locksMs: number; seed: number },
): Promise<Beside> {
  const limits = { ...servingLimits, idleInTransactionMs: locksMs };
  const database = openDatabase({ url, maxConnections: 4, limits });
  const pausing = pausingDatabase(database);
  const process = await startProcess({ ...parts, inner: pausing }, seed);
  return {
    ...{ process, pausing },
    async close() {
      pausing.goOn();
      await endProcess(process);
      await database.close();
    },
  };
}

const countSessions = statement(
  'simulation.sessions',
  `SELECT count(*) FILTER (WHERE wait_event_type = 'Lock') AS waiting,
     count(*) FILTER (WHERE state LIKE 'idle in transaction%') AS idle
   FROM pg_stat_activity WHERE datname = current_database()`,
);

const platformOf = (
  { clock, bank, settlementBank, bankFates, settlementFates, late, ...parts }: Parts,
  of: { database: Database; randomSeed: number; isSlow: boolean },
): Promise<Platform> =>
  createPlatform({
    config: simulationConfig,
    ...{ clock, database: of.database, keys: testKeys },
    randomness: seededRandomness(of.randomSeed),
    bank: faultyBank(bank, { fates: bankFates, late, isSlow: of.isSlow }),
    settlementBank: faultySettlementBank(settlementBank, settlementFates),
    rates: parts.rates,
    outbound: parts.shops.outbound,
    sendSms: async () => undefined,
    bankBooks: sandboxBankBooks,
    log: parts.log,
  });

/**
 * A second process on the same database, there from the first late answer on. It asks banks what its jobs tell it to, stands
 * still while their answers are on their way, and is overtaken by the timers of the other one. It never dies.
 */
interface SlowProcess {
  /** Does a job; ends when the job does, or when it stands still. */
  run(task: string, payload: Record<string, string>): Promise<void>;
  wake(): Promise<void>;
  /** Whether the next answer of a bank is late. */
  readonly isNext: boolean;
  close(): Promise<void>;
}

function slowProcess(parts: Parts, seed: number): SlowProcess {
  const { late, bankFates } = parts;
  let platform: Platform | null = null;
  let standing: Promise<void>[] = [];
  async function wake(): Promise<void> {
    const woken = standing;
    standing = [];
    await late.wakeWhile(() => Promise.all(woken));
  }
  return {
    wake,
    async run(task, payload) {
      platform ??= await platformOf(parts, {
        database: parts.inner,
        randomSeed: seed + slowSeed,
        isSlow: true,
      });
      const held = late.heldNext();
      const done = Promise.resolve(platform.tasks[task]!(payload)).then(() => undefined);
      const isHeld = await Promise.race([done.then(() => false), held.then(() => true)]);
      if (isHeld) standing.push(done);
    },
    get isNext() {
      return bankFates.next === 'late';
    },
    async close() {
      await wake().catch(() => undefined);
      await platform?.close();
    },
  };
}

/** What is random in it is not what is random in the other. */
const slowSeed = 1_000_000;

async function endProcess(process: Process): Promise<void> {
  process.database.kill();
  await process.app.close().catch(() => undefined);
  await process.platform.close().catch(() => undefined);
  await idle(process);
}

/** Until nothing is under way in the database: work that nobody waits for (a rate table made anew) has ended. */
export async function idle({ database }: Process): Promise<void> {
  for (let quiet = 0, turns = 0; quiet < 3 && turns < 20_000; turns++) {
    await new Promise((resolve) => setImmediate(resolve));
    quiet = database.busy === 0 ? quiet + 1 : 0;
  }
}

/** The sandbox's clock moves on without the machine's; what is counted by the latter is over by the next start. */
const freeLeases = statement(
  'simulation.free-leases',
  'UPDATE notifications.notification SET leased_until = NULL WHERE leased_until IS NOT NULL',
);

interface JobRow {
  readonly id: bigint;
  readonly task: string;
  readonly payload: Record<string, string>;
}

const maxJobs = 1_000;

/** graphile-worker's queue, worked off in its order by the platform's own tasks; a failed job stays for the next time. */
const queuedJobs = statement(
  'simulation.queued-jobs',
  `SELECT j.id, t.identifier AS task, j.payload FROM graphile_worker._private_jobs j
   JOIN graphile_worker._private_tasks t ON t.id = j.task_id ORDER BY j.id LIMIT $1`,
);
const jobDone = statement('simulation.job-done', 'DELETE FROM graphile_worker._private_jobs WHERE id = $1');

const asksBank = new Set(['ask-bank', 'ask-card-bank']);

async function workOff(
  database: Database,
  { platform, slow, twice }: { platform: Platform; slow: SlowProcess; twice: boolean },
): Promise<number> {
  let done = 0;
  for (const { id, task, payload } of await database.query<JobRow>(queuedJobs, [maxJobs])) {
    try {
      if (slow.isNext && asksBank.has(task)) await slow.run(task, payload);
      else await platform.tasks[task]!(payload);
      if (twice) await platform.tasks[task]!(payload);
    } catch {
      continue;
    }
    done += 1;
    await database.query(jobDone, [id]);
  }
  return done;
}

/**
 * The outlier guard remembers thirty days. After a longer outage it holds whatever was held before, until a person
 * confirms it; nobody here does that.
 */
const longestOutageMs = 15 * 86_400_000;

function simulatedRates(seed: number, fails: () => boolean): RateSource {
  return {
    name: 'simulated',
    async ratesUpTo(date, days) {
      if (fails()) throw new Error('the rate source cannot be reached');
      const published = [];
      for (let back = 0; back < days; back++) {
        const day = dayText(Date.parse(`${date}T00:00:00Z`) - back * 86_400_000);
        const perPivot = new Map<string, string>();
        for (const currency of publishedCurrencies) {
          const rate = publishedRate({ seed, currency, day, firstDay });
          if (rate !== null) perPivot.set(currency, rate);
        }
        if (perPivot.size > 0) published.push({ date: day, pivot: 'USD', perPivot });
      }
      return published;
    },
  };
}

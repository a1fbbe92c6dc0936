// A process that stands still in the middle of a request, while another one goes on with the same payments: it holds locks that
// the other waits for, or has read what is about to change, or has committed what nobody has heard of yet.
import { inWords } from './answers.ts';
import { type Heard, Violation } from './auditor.ts';
import type { Action } from './commands.ts';
import type { Network } from './network.ts';
import type { PerformerParts } from './performer.ts';
import type { Request } from './requests.ts';
import { send } from './send.ts';

/** How long a stopped process keeps its locks where it is to lose them, and where it is not: as long as one that serves. */
const locksMs = { 'locks-lost': 300, 'waited-for': 4_000 };
const lookEveryMs = 10;
const mostLooks = 1_500;
const patienceMs = 60_000;

export async function pauseAndGoOn(
  parts: PerformerParts,
  of: {
    readonly action: Extract<Action, { kind: 'pause' }>;
    readonly stopped: Request;
    readonly others: readonly Request[];
    readonly isWorking: boolean;
  },
): Promise<{ heard: readonly [Heard, ...Heard[]]; how: string }> {
  const { network } = parts;
  const { action, stopped, others, isWorking } = of;
  const beside = await network.beside(locksMs[action.until]);
  try {
    const standing = beside.pausing.stopAt(action.step, action.steps);
    const shop = parts.shop.through(beside.process);
    const asked = send({ ...parts, shop, shopper: parts.shopper.through(beside.process) }, stopped);
    const where = await Promise.race([standing, asked.then(() => null)]);
    const heard: Heard[] = [];
    const goneOn = (async () => {
      for (const request of others) heard.push({ request, answer: await goesOn(parts, request) });
      if (isWorking) await network.work(false);
    })();
    if (where === 'inside' && action.until === 'waited-for') await untilWaitedFor(network, goneOn);
    else await inTime(goneOn);
    if (where === 'inside' && action.until === 'locks-lost') await untilLocksAreLost(network);
    beside.pausing.goOn();
    const said = await asked;
    await goneOn;
    const inside = action.until === 'locks-lost' ? 'inside, and lost its locks' : 'inside, and went on';
    const lost = where === 'inside' && action.until === 'locks-lost';
    if (said.unknown && !lost && !network.ratesEverFailed)
      throw new Violation(
        'unknown without a cause',
        `${stopped.kind} was answered ${inWords(said)} after a pause`,
      );
    const how = where === null ? 'was never stopped' : `stopped ${where === 'inside' ? inside : where}`;
    return { heard: [{ request: stopped, answer: said }, ...heard], how: `process ${how}` };
  } finally {
    await beside.close();
  }
}

/** Whoever asks the process that runs is answered, whatever the other one holds. */
async function goesOn(parts: PerformerParts, request: Request): Promise<Heard['answer']> {
  const said = await send(parts, request);
  if (said.unknown && !parts.network.ratesEverFailed)
    throw new Violation(
      'a stopped process stops nobody',
      `${request.kind} was answered ${inWords(said)} while another process stood still`,
    );
  return said;
}

/** Longer than everything that the database lets anybody wait for. */
async function inTime(done: Promise<unknown>): Promise<void> {
  const late = Symbol('late');
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, patienceMs, late);
  });
  const first = await Promise.race([done, patience]).finally(() => clearTimeout(timer));
  if (first === late)
    throw new Violation(
      'a stopped process stops nobody',
      `the other one was not done within ${patienceMs / 1_000} s`,
    );
}

async function untilLocksAreLost(network: Network): Promise<void> {
  for (let looks = 0; (await network.sessions()).idle > 0n; looks++) {
    if (looks >= mostLooks)
      throw new Violation('a stopped process stops nobody', 'a stopped process keeps its locks');
    await pause();
  }
}

/** Until somebody waits for a lock, or all is done without one. */
async function untilWaitedFor(network: Network, done: Promise<unknown>): Promise<void> {
  let isDone = false;
  const over = done.finally(() => {
    isDone = true;
  });
  over.catch(() => undefined);
  for (let looks = 0; !isDone && looks < mostLooks; looks++) {
    if ((await network.sessions()).waiting > 0n) return;
    await pause();
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, lookEveryMs));

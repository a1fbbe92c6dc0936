// One world from its first command to its last proof: a trace goes in, what became of it comes out.
import { createHash } from 'node:crypto';
import { createAuditor, Violation } from './auditor.ts';
import { checkAll, checkProofs } from './checkers.ts';
import { type Command, describe } from './commands.ts';
import { type Network, openNetwork } from './network.ts';
import { createPerformer, type Performer } from './performer.ts';
import { createShopClient } from './shop-client.ts';
import { createShopperClient } from './shopper-client.ts';
import type { Stage } from './stage.ts';

export interface Failure {
  readonly checker: string;
  readonly message: string;
  /** The command that was being performed; null at the end. */
  readonly at: Command | null;
  /** What happened to the payments concerned. */
  readonly timelines: readonly string[];
}

export interface Outcome {
  readonly failure: Failure | null;
  /** SHA-256 over every command and every answer, without what is random by nature. */
  readonly hash: string;
  readonly trace: readonly string[];
  readonly commands: number;
  readonly payments: number;
  readonly told: number;
  readonly restarts: number;
  readonly coverage: Coverage;
}

export interface Coverage {
  readonly transitions: ReadonlyMap<string, number>;
  readonly faults: ReadonlyMap<string, number>;
  readonly answers: ReadonlyMap<string, number>;
}

export interface WorldOptions {
  readonly stage: Stage;
  readonly seed: number;
  readonly commands: readonly Command[];
  readonly concurrent: boolean;
  readonly verbose?: boolean;
}

const proofsEvery = 80;

export async function simulate(options: WorldOptions): Promise<Outcome> {
  const { stage, seed, commands } = options;
  const world = await stage.world();
  const trace: string[] = [];
  try {
    const network = await openNetwork({ url: world.url, seed, log: options.verbose === true });
    const play = await castOf(network, options, trace);
    let failure: Failure | null = null;
    let present: Command | null = null;
    try {
      for (const command of commands) {
        present = command;
        trace.push(describe(command));
        await play.performer.perform(command);
        if (command.number % proofsEvery === 0) await checkProofs(play);
      }
      present = null;
      trace.push('the noise ends');
      await checkAll(play);
    } catch (error) {
      failure = failureOf(error as Error, present, play);
    }
    const outcome = outcomeOf(play, trace, failure);
    await network.close();
    return { ...outcome, commands: commands.length };
  } finally {
    await world.drop();
  }
}

async function castOf(network: Network, options: WorldOptions, trace: string[]) {
  const { seed, concurrent, stage } = options;
  const auditor = createAuditor(() => ({
    now: network.clock.now().getTime(),
    seed,
    firstDay: network.firstDay,
    ratesFailed: network.ratesEverFailed,
    banksDenied: network.bankFates.happened.has('denied'),
  }));
  const shop = await createShopClient(network);
  const shopper = createShopperClient(network);
  const note = (line: string) => {
    trace.push(`      ${line}`);
    if (options.verbose === true) console.log(trace.at(-1));
  };
  const performer = createPerformer({
    ...{ network, auditor, shop, shopper, concurrent, note },
    spareKeys: stage.spareKeys,
  });
  return { network, auditor, performer, shopper };
}

type Play = Awaited<ReturnType<typeof castOf>>;

function failureOf(error: Error, at: Command | null, { auditor, network }: Play): Failure {
  const isViolation = error instanceof Violation;
  const names = isViolation ? [...new Set(error.payments)] : [];
  const timelines = names.flatMap((name) => {
    const payment = auditor.model.payments.get(name);
    if (payment === undefined) return [];
    const told = network.shops.told.filter(({ paymentRequestId }) => paymentRequestId === payment.requestId);
    return [
      `${name}: ${payment.amount} for ${payment.payerAmount} fen, now ${payment.status} by the auditor`,
      ...payment.history.map((line) => `    ${line}`),
      ...told.map(
        (each) =>
          `    ${new Date(each.at).toISOString()} told ${each.kind} ${String(each.success)}, attempt ${each.attempt}: ${each.fate}`,
      ),
    ];
  });
  const message = isViolation ? error.message : (error.stack ?? error.message);
  return { checker: isViolation ? error.checker : 'nothing crashes', message, at, timelines };
}

function outcomeOf({ auditor, network, performer }: Play, trace: readonly string[], failure: Failure | null) {
  const hash = createHash('sha256');
  for (const line of trace) hash.update(`${line}\n`);
  for (const payment of auditor.model.payments.values())
    hash.update(`${payment.name} ${payment.status} ${payment.payerAmount} ${payment.refunds.length}\n`);
  const told = network.shops.told.map(
    ({ kind, paymentRequestId, refundRequestId, success, fate, attempt }) =>
      `${kind} ${paymentRequestId} ${refundRequestId} ${success} ${fate} ${attempt}`,
  );
  hash.update(told.sort().join('\n'));
  return {
    failure,
    hash: hash.digest('hex'),
    trace,
    payments: auditor.model.payments.size,
    told: network.shops.told.length,
    restarts: network.restarts,
    coverage: coverageOf(network, performer, { transitions: auditor.transitions, trace }),
  };
}

function coverageOf(
  network: Network,
  performer: Performer,
  of: { transitions: ReadonlyMap<string, number>; trace: readonly string[] },
): Coverage {
  const faults = new Map<string, number>(performer.faultsHappened);
  for (const [fate, count] of network.bankFates.happened) faults.set(`bank ${fate}`, count);
  for (const [fate, count] of network.settlementFates.happened) faults.set(`settlement bank ${fate}`, count);
  for (const [fate, count] of network.shops.happened) faults.set(`shop ${fate}`, count);
  if (network.ratesEverFailed) faults.set('rates fail', 1);
  const answers = new Map<string, number>();
  for (const line of of.trace) {
    const words = /^ {6}(?:raced )?([a-z-]+) (\S+)/.exec(line);
    if (words === null) continue;
    const name = `${words[1]} ${words[2]}`;
    answers.set(name, (answers.get(name) ?? 0) + 1);
  }
  return { transitions: of.transitions, faults, answers };
}

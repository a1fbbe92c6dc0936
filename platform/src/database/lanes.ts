// Lanes: callers see one command and one answer; the database sees batches. Commands that arrive while a lane's
// previous transaction commits are gathered and run together as load → decide → record in one transaction. A lone
// command starts at once: a lane never waits for company.
import { Rejection } from '../rejection.ts';
import { decideAgain } from './again.ts';
import type { Connection, Database, Transaction } from './database.ts';

/**
 * A verb that moves money or state, as three functions. `load` reads and locks all facts of the batch, sorted;
 * `decide` is pure over those facts (it may update them in memory, so that a later command of the same batch sees
 * what an earlier one did); `record` writes all decisions set-based. A refusal is a decision like any other.
 */
export interface Verb<Command, Facts, Decision> {
  readonly name: string;
  /**
   * Whose command it is, where one party's flood must not hold up the others: a batch takes from each in turn, and
   * one party may fill only a part of the queue. Absent: all commands are one party's.
   */
  partyOf?(command: Command): bigint;
  load(tx: Transaction, commands: readonly Command[]): Promise<Facts>;
  /**
   * Instead of `load`, for a verb that needs no locks: a unique key decides races, the loser is retried. Reads before the
   * transaction, which then is a single round trip.
   */
  readBeforeTransaction?(connection: Connection, commands: readonly Command[]): Promise<Facts>;
  decide(facts: Facts, command: Command): Decision;
  record(tx: Transaction, facts: Facts, decisions: readonly Decision[]): Promise<void>;
  /** Called once after the commit, outside the transaction: to wake whoever waits for what was left. */
  committed?(facts: Facts, decisions: readonly Decision[]): void;
}

export interface LanesOptions {
  readonly database: Database;
  /** Transactions in flight at once. Two are the sweet spot on two cores (docs: write path). */
  readonly lanes?: number;
  readonly maxBatch?: number;
  /** Waiting commands over all verbs; one more is refused as 'overloaded' instead of growing the queue. */
  readonly maxWaiting?: number;
  /** Of these, how many may be one party's. */
  readonly maxWaitingOfParty?: number;
  /** A command that has not begun after so long is refused as 'overloaded': the database may be silent. */
  readonly maxWaitMs?: number;
  /** Hears of a `committed` that throws: its batch is in the books all the same. */
  readonly onCommittedFailed?: (error: unknown, verb: string) => void;
}

interface Waiting<Command, Decision> {
  readonly command: Command;
  readonly resolve: (decision: Decision) => void;
  readonly reject: (error: unknown) => void;
  /** Milliseconds of `performance.now()`. */
  readonly since: number;
}

interface VerbQueue {
  // biome-ignore lint/suspicious/noExplicitAny: the queue holds verbs of every type; `run` is where types are kept.
  readonly verb: Verb<any, any, any>;
  /** In the order of their turns. */
  readonly parties: Map<bigint, Waiting<unknown, unknown>[]>;
}

const nobody = 0n;

/** Takes one command of each party in turn until the batch is full; who still waits goes on in the same order. */
function takeBatch({ parties }: VerbQueue, maxBatch: number): Waiting<unknown, unknown>[] {
  // The usual case first: what waits fits.
  const [first] = parties.values();
  if (parties.size === 1 && first !== undefined) {
    if (first.length <= maxBatch) {
      parties.clear();
      return first;
    }
    return first.splice(0, maxBatch);
  }
  const batch: Waiting<unknown, unknown>[] = [];
  const taken = new Map<bigint, number>();
  for (let round = 0; batch.length < maxBatch; round++) {
    const before = batch.length;
    for (const [party, waiting] of parties) {
      if (round >= waiting.length) continue;
      if (batch.length >= maxBatch) break;
      batch.push(waiting[round]!);
      taken.set(party, round + 1);
    }
    if (batch.length === before) break;
  }
  for (const [party, count] of taken) {
    const waiting = parties.get(party)!;
    // To the back of the order: with more parties than fit, the next batch begins with those who got nothing.
    parties.delete(party);
    if (count < waiting.length) {
      waiting.splice(0, count);
      parties.set(party, waiting);
    }
  }
  return batch;
}

/** Refuses whoever has waited since before an instant. Answers how many they were. */
function refuseLate(queue: VerbQueue, before: number): number {
  let refused = 0;
  for (const [party, waiting] of queue.parties) {
    const kept = waiting.findIndex((each) => each.since >= before);
    const late = waiting.splice(0, kept === -1 ? waiting.length : kept);
    for (const each of late) each.reject(new Rejection('overloaded', 'the command waited too long'));
    refused += late.length;
    if (waiting.length === 0) queue.parties.delete(party);
  }
  return refused;
}

export interface Lanes {
  /** Runs one command through its verb. Rejects with `Rejection('overloaded' | 'unavailable')` or a bug's error. */
  run<Command, Facts, Decision>(verb: Verb<Command, Facts, Decision>, command: Command): Promise<Decision>;
  /** Resolves when nothing is waiting or running. New commands are refused as 'unavailable' from now on. */
  close(): Promise<void>;
}

/** Whether PostgreSQL could not be reached or gave up: the caller then does not know, and must ask again. */
export function isInfrastructureError(error: unknown): boolean {
  // 25P03, 25P04: we were stopped in an open transaction for longer than it may last. 55P03: a lock was waited for in vain.
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string') {
    return /terminat|Connection ended|timeout exceeded|not queryable|connect/i.test(
      String((error as Error)?.message),
    );
  }
  return /^(08|53|57|58|XX|25006|25P0[34]|55P03)/.test(code) || /^E[A-Z]+$/.test(code);
}

export function createLanes(options: LanesOptions): Lanes {
  const laneCount = options.lanes ?? 2;
  const maxBatch = options.maxBatch ?? 200;
  const maxWaiting = options.maxWaiting ?? 10_000;
  const maxWaitingOfParty = options.maxWaitingOfParty ?? Math.ceil(maxWaiting / 4);
  const queues = new Map<string, VerbQueue>();
  let turn: VerbQueue[] = [];
  let waitingCount = 0;
  let busyLanes = 0;
  let closing = false;
  let whenIdle: (() => void)[] = [];
  const maxWaitMs = options.maxWaitMs ?? 15_000;
  const sweeper = setInterval(() => {
    if (waitingCount === 0) return;
    for (const queue of turn) waitingCount -= refuseLate(queue, performance.now() - maxWaitMs);
    turn = turn.filter((queue) => queue.parties.size > 0);
    wake();
  }, 1_000);
  sweeper.unref();

  function wake(): void {
    while (busyLanes < laneCount) {
      const queue = turn.shift();
      if (queue === undefined) break;
      const batch = takeBatch(queue, maxBatch);
      waitingCount -= batch.length;
      // Round robin: a verb with a long queue goes to the back, so that no verb starves the others.
      if (queue.parties.size > 0) turn.push(queue);
      busyLanes++;
      void runBatch(options, queue.verb, batch).finally(() => {
        busyLanes--;
        wake();
      });
    }
    if (busyLanes === 0 && waitingCount === 0) {
      for (const done of whenIdle) done();
      whenIdle = [];
    }
  }

  return {
    run(verb, command) {
      if (closing) return Promise.reject(new Rejection('unavailable', 'the platform is shutting down'));
      if (waitingCount >= maxWaiting) {
        return Promise.reject(new Rejection('overloaded', `${maxWaiting} commands are waiting`));
      }
      let queue = queues.get(verb.name);
      if (queue === undefined) {
        queue = { verb, parties: new Map() };
        queues.set(verb.name, queue);
      }
      const { parties } = queue;
      const party = verb.partyOf?.(command) ?? nobody;
      const ofParty = parties.get(party);
      if (verb.partyOf !== undefined && ofParty !== undefined && ofParty.length >= maxWaitingOfParty) {
        return Promise.reject(
          new Rejection('overloaded', `${maxWaitingOfParty} commands of one party are waiting`),
        );
      }
      return new Promise((resolve, reject) => {
        if (parties.size === 0) turn.push(queue);
        const since = performance.now();
        const waiting = { command, resolve: resolve as (decision: unknown) => void, reject, since };
        if (ofParty === undefined) parties.set(party, [waiting]);
        else ofParty.push(waiting);
        waitingCount++;
        // The commands of one turn of the event loop travel together; nobody waits longer than that.
        if (busyLanes < laneCount) queueMicrotask(wake);
      });
    },
    close() {
      closing = true;
      turn = turn.filter((queue) => queue.parties.size > 0);
      return new Promise((resolve) => {
        whenIdle.push(() => {
          clearInterval(sweeper);
          resolve();
        });
        wake();
      });
    },
  };
}

/** Runs a batch; when its transaction fails, halves it until the culprit stands alone, so that neighbours pass. */
async function runBatch<Command, Facts, Decision>(
  options: LanesOptions,
  verb: Verb<Command, Facts, Decision>,
  batch: readonly Waiting<Command, Decision>[],
): Promise<void> {
  let done: { facts: Facts; decisions: Decision[] };
  try {
    const commands = batch.map((waiting) => waiting.command);
    done = await attempt(options.database, verb, commands);
  } catch (error) {
    if (batch.length === 1 || isInfrastructureError(error)) {
      const reason = isInfrastructureError(error) ? unavailable(error) : error;
      for (const waiting of batch) waiting.reject(reason);
      return;
    }
    const middle = batch.length >> 1;
    await runBatch(options, verb, batch.slice(0, middle));
    await runBatch(options, verb, batch.slice(middle));
    return;
  }
  for (const [index, waiting] of batch.entries()) waiting.resolve(done.decisions[index]!);
  try {
    verb.committed?.(done.facts, done.decisions);
  } catch (error) {
    // The batch is committed: whatever goes wrong afterwards, it never runs again.
    options.onCommittedFailed?.(error, verb.name);
  }
}

function unavailable(cause: unknown): Rejection {
  const rejection = new Rejection('unavailable', 'the database could not be reached; the outcome is unknown');
  rejection.cause = cause;
  return rejection;
}

async function attempt<Command, Facts, Decision>(
  database: Database,
  verb: Verb<Command, Facts, Decision>,
  commands: readonly Command[],
): Promise<{ facts: Facts; decisions: Decision[] }> {
  return decideAgain(async () => {
    const seen = await verb.readBeforeTransaction?.(database, commands);
    return database.transaction(async (tx) => {
      const facts = seen ?? (await verb.load(tx, commands));
      const decisions = commands.map((command) => verb.decide(facts, command));
      await verb.record(tx, facts, decisions);
      return { facts, decisions };
    });
  });
}

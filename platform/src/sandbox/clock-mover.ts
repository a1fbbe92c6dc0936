// Moves the sandbox's clock: every timer between now and then goes off at its own instant, in true order.
import { type Database, writeClockOffset } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { Clock, Timer } from '../system/index.ts';

export interface ClockMove {
  readonly from: Date;
  readonly to: Date;
  /** How many things each timer did on the way. */
  readonly fired: Readonly<Record<string, number>>;
}

/** More instants than this on one way are refused half-way rather than worked on for ever. */
const maxSteps = 200_000;

/** A clock that can be put somewhere else. */
interface SettableClock extends Clock {
  /** How far it is ahead of the machine's. */
  readonly offsetMs: number;
  set(instant: Date): void;
}

export function createClockMover(parts: {
  database: Database;
  clock: SettableClock;
  timers: readonly Timer[];
}) {
  const { database, clock, timers } = parts;
  let moving: Promise<unknown> = Promise.resolve();

  async function stand(at: Date): Promise<void> {
    clock.set(at);
    await writeClockOffset(database, Math.round(clock.offsetMs));
  }

  async function moveTo(target: Date): Promise<ClockMove> {
    const from = clock.now();
    const fired: Record<string, number> = {};
    // A timer whose due thing cannot be done now (its lease is elsewhere) is passed over on this way.
    const stuck = new Set<string>();
    for (let step = 0; target > from; step++) {
      if (step >= maxSteps)
        throw new Rejection('overloaded', `more than ${maxSteps} timers on the way; move in smaller steps`);
      const next = await earliest(timers.filter((timer) => !stuck.has(timer.name)));
      if (next === null || next.at > target) break;
      if (next.at > clock.now()) await stand(next.at);
      const done = await next.timer.run(clock.now());
      fired[next.timer.name] = (fired[next.timer.name] ?? 0) + done;
      if (done > 0) stuck.clear();
      // Nothing was left to do, and it is still due: not if a worker of this process did it just before us.
      else if ((await next.timer.nextDueAt())?.getTime() === next.at.getTime()) stuck.add(next.timer.name);
    }
    if (target > clock.now() || target < from) await stand(target);
    return { from, to: clock.now(), fired };
  }

  return {
    /** Moves are done one after the other. Backwards is allowed and fires nothing. */
    moveTo(target: Date): Promise<ClockMove> {
      const move = moving.then(() => moveTo(target));
      moving = move.catch(() => undefined);
      return move;
    },
    advance(ms: number): Promise<ClockMove> {
      const move = moving.then(() => moveTo(new Date(clock.now().getTime() + ms)));
      moving = move.catch(() => undefined);
      return move;
    },
  };
}

export type ClockMover = ReturnType<typeof createClockMover>;

async function earliest(timers: readonly Timer[]): Promise<{ timer: Timer; at: Date } | null> {
  let first: { timer: Timer; at: Date } | null = null;
  for (const timer of timers) {
    const at = await timer.nextDueAt();
    if (at !== null && (first === null || at < first.at)) first = { timer, at };
  }
  return first;
}

// Looks at every timer each second, and at once when somebody says that there is something to do; a timer that is at
// work is looked at again afterwards.
import type { Logger as Log } from 'pino';
import type { Clock, Timer } from '../system/index.ts';

export interface TickerParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly timers: readonly Timer[];
  /** How often timers are looked at when nobody nudges: what a lost nudge can cost. */
  readonly tickMs?: number;
}

export interface Ticker {
  start(): void;
  nudge(timer: string): void;
  /** Lets what is at work finish. */
  stop(): Promise<void>;
}

/** A timer that always finds more is given a rest after so many rounds in one go. */
const maxRounds = 50;

export function createTicker({ clock, log, timers, tickMs = 1_000 }: TickerParts): Ticker {
  const running = new Map<string, { promise: Promise<void>; again: boolean }>();
  const failing = new Set<string>();
  let ticking: NodeJS.Timeout | undefined;
  let stopped = false;

  function fire(timer: Timer): void {
    if (stopped) return;
    const current = running.get(timer.name);
    if (current !== undefined) {
      current.again = true;
      return;
    }
    const state = { promise: Promise.resolve(), again: false };
    running.set(timer.name, state);
    state.promise = work(timer, state).finally(() => running.delete(timer.name));
  }

  async function work(timer: Timer, state: { again: boolean }): Promise<void> {
    try {
      for (let round = 0; round < maxRounds && !stopped; round++) {
        state.again = false;
        const done = await timer.run(clock.now());
        if (failing.delete(timer.name)) log.info({ timer: timer.name }, 'a timer works again');
        if (done === 0 && !state.again) return;
      }
    } catch (error) {
      // Said once, not each second of an hour without a database.
      if (!failing.has(timer.name))
        log.error({ err: error, timer: timer.name }, 'a timer failed; it is tried again');
      failing.add(timer.name);
    }
  }

  return {
    start() {
      ticking = setInterval(() => timers.forEach(fire), tickMs);
      ticking.unref();
    },
    nudge(name) {
      // Before the start there is nothing to hurry: the first tick finds it.
      const timer = timers.find((candidate) => candidate.name === name);
      if (timer !== undefined && ticking !== undefined) setImmediate(fire, timer);
    },
    async stop() {
      stopped = true;
      clearInterval(ticking);
      await Promise.allSettled([...running.values()].map((state) => state.promise));
      await Promise.allSettled(timers.map((timer) => timer.stop?.()));
    },
  };
}

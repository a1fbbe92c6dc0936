// The only source of time. Production follows the machine; a sandbox adds an offset that can be moved.

export interface Clock {
  /** The present instant, millisecond precision. */
  now(): Date;
}

/** The machine's clock. */
export const machineClock: Clock = { now: () => new Date() };

/** A clock that runs at the machine's pace from an adjustable starting point. */
export class MovableClock implements Clock {
  #offsetMs: number;

  constructor(offsetMs: number) {
    this.#offsetMs = offsetMs;
  }

  static startingAt(instant: Date): MovableClock {
    return new MovableClock(instant.getTime() - Date.now());
  }

  now(): Date {
    return new Date(Date.now() + this.#offsetMs);
  }

  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** Follows an offset that another process stored. */
  follow(offsetMs: number): void {
    this.#offsetMs = offsetMs;
  }

  set(instant: Date): void {
    this.#offsetMs = instant.getTime() - Date.now();
  }
}

/** A clock that stands still until it is moved: for tests. */
export class StillClock implements Clock {
  #now: Date;

  constructor(now: Date) {
    this.#now = now;
  }

  now(): Date {
    return new Date(this.#now);
  }

  advance(ms: number): void {
    this.#now = new Date(this.#now.getTime() + ms);
  }
}

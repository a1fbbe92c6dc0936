// Something that has to happen at an instant of the clock: payments that expire, notifications that are due. Each room
// owns its timers' rows; who drives them (a ticking worker, or a sandbox clock being moved) does not matter to it.
export interface Timer {
  readonly name: string;
  /**
   * The earliest instant at which there is something to do, possibly in the past; null when there is nothing. What this
   * process has under way is waited for first, since it may leave something for later.
   */
  nextDueAt(): Promise<Date | null>;
  /** Does, or begins, what is due by `now`, a bounded amount; answers how many things that was. */
  run(now: Date): Promise<number>;
  /** Begins nothing more, and waits some seconds at most for what is under way. */
  stop?(): Promise<void>;
}

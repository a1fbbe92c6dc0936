// One line of the table.
import type { Stage } from './stage.ts';

export interface HowMuch {
  /** Interleavings of the first row. */
  readonly races: number;
  readonly seed: number;
}

export interface Row {
  readonly name: string;
  readonly title: string;
  /** Why a red row costs money, and what to do about it. */
  readonly why: string;
  readonly remedy: string;
  /** Rejects with Wrong when the shop fails it; answers what was done, for the table, or that it does not apply. */
  run(stage: Stage, how: HowMuch): Promise<string>;
}

// Delta debugging over a trace: leaves commands out, first many and then few, as long as the same checker still finds
// something; then takes the faults away that are not needed.
import type { Command } from './commands.ts';

export interface ShrinkOptions {
  /** Whether this trace still fails in the same way. */
  readonly fails: (commands: readonly Command[]) => Promise<boolean>;
  readonly mostRuns: number;
  readonly onProgress: (left: number, runs: number) => void;
}

/** Zeller and Hildebrandt's ddmin, bounded by `mostRuns`. */
export async function shrink(
  commands: readonly Command[],
  { fails, mostRuns, onProgress }: ShrinkOptions,
): Promise<readonly Command[]> {
  let kept = commands;
  let runs = 0;
  const stillFails = async (candidate: readonly Command[]): Promise<boolean> => {
    runs += 1;
    const failing = await fails(candidate);
    if (failing) {
      kept = candidate;
      onProgress(kept.length, runs);
    }
    return failing;
  };
  for (let pieces = 2; kept.length > 1 && pieces <= kept.length && runs < mostRuns; ) {
    const size = Math.ceil(kept.length / pieces);
    let shorter = false;
    for (let start = 0; start < kept.length && runs < mostRuns; start += size) {
      const without = kept.filter((_, index) => index < start || index >= start + size);
      if (await stillFails(without)) {
        shorter = true;
        break;
      }
    }
    if (shorter) pieces = Math.max(2, pieces - 1);
    else if (size === 1) break;
    else pieces = Math.min(kept.length, pieces * 2);
  }
  for (const command of kept) {
    if (command.fault === null || runs >= mostRuns) continue;
    await stillFails(kept.map((each) => (each.number === command.number ? { ...each, fault: null } : each)));
  }
  return kept;
}

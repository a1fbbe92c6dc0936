// The rehearsal's rows: each a step with a real effect that is looked at, told in one line with its time; chapters that need
// others, so that one that failed leaves out only what stands on it; and the closing count.

/** A chapter's step that did not hold, with what was seen. */
export class NotSo extends Error {}

/** Throws unless it holds: what was expected, in words. */
export function must(holds: boolean, said: string): asserts holds {
  if (!holds) throw new NotSo(said);
}

export interface Rows {
  /** A step: `work` throws when it does not hold, and may answer a word on what was seen. */
  row(name: string, work: () => Promise<unknown>): Promise<void>;
  /** A step whose counterpart is not on this machine: failed in CI, else said. */
  skip(name: string, why: string): void;
}

export interface Chapter {
  readonly name: string;
  /** The chapters that it stands on. */
  readonly needs: readonly string[];
  play(rows: Rows): Promise<void>;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const abortionOf = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });

class RowFailed extends Error {}

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Plays the chapters in their order; `lastWords` says on a failure what the processes wrote last. */
export async function playAll(
  chapters: readonly Chapter[],
  of: { signal: AbortSignal; lastWords: () => string; inCi: boolean },
): Promise<Counts> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const failed = new Set<string>();
  let number = 0;
  const say = (verdict: string, name: string, more = ''): void => {
    number += 1;
    console.log(`${verdict} ${number} ${name}${more}`);
  };
  const fail = (name: string, error: unknown, since: number): void => {
    counts.failed += 1;
    say('not ok', name, ` … ${seconds(since)}`);
    console.log(`    ${(error as Error).message.replaceAll('\n', '\n    ')}`);
    if (!(error instanceof NotSo))
      console.log(`    ${(error as Error).stack?.split('\n').slice(1, 5).join('\n') ?? ''}`);
    console.log(of.lastWords());
  };
  const rows: Rows = {
    async row(name, work) {
      of.signal.throwIfAborted();
      const since = performance.now();
      const seen = await Promise.race([work(), abortionOf(of.signal)]).catch((error: unknown) => {
        fail(name, error, since);
        throw new RowFailed();
      });
      counts.passed += 1;
      say('ok', name, `${typeof seen === 'string' ? ` (${seen})` : ''} … ${seconds(since)}`);
    },
    skip(name, why) {
      counts[of.inCi ? 'failed' : 'skipped'] += 1;
      say(of.inCi ? 'not ok' : 'skipped', name, `: ${why}`);
    },
  };
  for (const chapter of chapters) {
    const missing = chapter.needs.find((name) => failed.has(name));
    if (missing !== undefined) {
      failed.add(chapter.name);
      counts.failed += 1;
      say('not ok', chapter.name, `: not played, since “${missing}” did not come to its end`);
      continue;
    }
    console.log(`# ${chapter.name}`);
    const since = performance.now();
    await chapter.play(rows).catch((error: unknown) => {
      failed.add(chapter.name);
      if (of.signal.aborted) throw error;
      if (!(error instanceof RowFailed)) fail(`${chapter.name}, between its steps`, error, since);
    });
  }
  return counts;
}

// Whether the database's clock agrees with this machine's.
import { type Check, type Finding, fail, fine, warn } from './finding.ts';
import { readServerClock } from './postgres-store.ts';

const mildMs = 2_000;
const badMs = 60_000;

export const checkClocks: Check = {
  name: 'clocks',
  needsDatabase: true,
  async run({ database, clock }) {
    const before = clock.now().getTime();
    const theirs = await readServerClock(database);
    const after = clock.now().getTime();
    return [skewFinding('clocks.database', theirs.getTime(), [before, after])];
  },
};

/** Pure. How far an instant that somebody else named lies outside the span in which they were asked. */
export function skewFinding(
  check: string,
  theirs: number,
  [before, after]: readonly [number, number],
): Finding {
  const off = theirs < before ? before - theirs : Math.max(0, theirs - after);
  const found = off === 0 ? 'no difference' : `${(off / 1_000).toFixed(1)} s off`;
  if (off <= mildMs) return fine(check, found);
  const todo = 'run NTP on both machines: ids, links and signed requests depend on the time';
  return off <= badMs ? warn(check, found, todo) : fail(check, found, todo);
}

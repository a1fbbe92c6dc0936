// Ends the sessions of processes that were stopped in the middle of a statement: every process watches over the others.
import type { Connection } from './database.ts';
import { endSession, readStuckSessions } from './limits-store.ts';

const everyMs = 2_000;
/** Rows and answers travel in milliseconds. Whoever is found waiting twice, seconds apart, in one statement, is stuck. */
const stuckForMs = 4_000;

/** Looks every two seconds. `onEnded` hears of each session that was ended. Answers how to stop looking. */
export function endStuckSessions(
  connection: Connection,
  onEnded: (pid: number) => void,
  { every = everyMs, stuckFor = stuckForMs } = {},
): () => void {
  let seen = new Set<string>();
  let isLooking = false;

  async function look(): Promise<void> {
    const stuck = await readStuckSessions(connection, stuckFor);
    const names = new Set(stuck.map(({ pid, since }) => `${pid} ${since}`));
    for (const { pid, since } of stuck) {
      if (!seen.has(`${pid} ${since}`)) continue;
      await endSession(connection, pid);
      onEnded(pid);
    }
    seen = names;
  }

  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    // Without a database there is nobody to end; the next look may find it again.
    void look()
      .catch(() => undefined)
      .finally(() => {
        isLooking = false;
      });
  }, every);
  timer.unref();
  return () => clearInterval(timer);
}

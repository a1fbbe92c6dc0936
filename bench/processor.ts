// How much processor time processes have used, from /proc; null where it does not say. What other programs do at the same
// time makes a case slower, and this hardly more.
import { readFileSync } from 'node:fs';
import { familyOf } from './memory.ts';

/** Microseconds of this process with all its threads, and of a server with the processes that it has now. */
export function processorMicros(serverPid: number | null): number | null {
  if (serverPid === null) return null;
  const { user, system } = process.cpuUsage();
  const server = familyOf(serverPid).map(microsOf);
  return server.includes(null) ? null : server.reduce((sum, micros) => sum! + micros!, user + system);
}

/** PostgreSQL's processes have one thread each. 0 for one that has just ended. */
function microsOf(pid: number): number | null {
  try {
    const nanoseconds = Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]);
    return Number.isFinite(nanoseconds) ? nanoseconds / 1000 : null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && isLinux() ? 0 : null;
  }
}

function isLinux(): boolean {
  try {
    return readFileSync('/proc/self/schedstat', 'utf8').length > 0;
  } catch {
    return false;
  }
}

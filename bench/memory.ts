// How much memory processes hold, from /proc; null figures where there is no /proc.
import { readdirSync, readFileSync } from 'node:fs';

const everyMs = 250;

/** Watches the resident memory of a set of processes together; shared pages count once for each of them. */
export function watchMemory(pids: () => number[]): { peakMib(): number | null; stop(): void } {
  let peak: number | null = null;
  const look = () => {
    const sum = pids().reduce((total, pid) => total + residentKib(pid), 0);
    if (sum > 0) peak = Math.max(peak ?? 0, sum);
  };
  const timer = setInterval(look, everyMs);
  timer.unref();
  look();
  return {
    peakMib: () => (peak === null ? null : Math.round(peak / 1024)),
    stop: () => clearInterval(timer),
  };
}

/** Resident memory without what several processes share (PostgreSQL's buffers would count once a connection). */
function residentKib(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name: string) =>
      Number.parseInt(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? '0', 10);
    return field('VmRSS') - field('RssShmem');
  } catch {
    return 0;
  }
}

/** A process and all its descendants. */
export function familyOf(root: number): number[] {
  const parents = new Map<number, number>();
  try {
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        parents.set(Number.parseInt(name, 10), Number.parseInt(stat.slice(stat.lastIndexOf(')') + 4), 10));
      } catch {
        // It ended while we looked.
      }
    }
  } catch {
    return [];
  }
  const family = new Set([root]);
  for (let before = 0; before !== family.size; ) {
    before = family.size;
    for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid);
  }
  return [...family];
}

// `npm run fuzz [-- --seconds T] [--seed N] [--only TEXT]`: goes through all targets again and again, each round from
// another seed. A finding is shrunk and printed with the seed that leads to it. Ends with `N passed, N failed`.
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { parserTargets } from './parsers.ts';
import type { Target } from './target.ts';
import { openFuzzWorld } from './world.ts';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    only: { type: 'string', default: '' },
    runs: { type: 'string', default: '200' },
  },
});

/** A call that keeps the processor this long has found something slow, whatever else the machine does. */
const mostCpuMs = 3_000;
const mostHeapBytes = 1_500_000_000;

interface Found {
  readonly target: string;
  readonly seed: number;
  readonly words: string;
}

const counts = new Map<string, number>();
let slowest = { name: '', ms: 0 };

function watched(target: Target): (input: unknown) => Promise<void> {
  return async (input) => {
    const before = process.cpuUsage();
    await target.check(input);
    const { user, system } = process.cpuUsage(before);
    const ms = (user + system) / 1_000;
    if (ms > slowest.ms) slowest = { name: target.name, ms };
    counts.set(target.name, (counts.get(target.name) ?? 0) + 1);
    if (ms > mostCpuMs) throw new Error(`one input took ${Math.round(ms)} ms of the processor`);
    if (process.memoryUsage().heapUsed > mostHeapBytes)
      throw new Error('the heap has grown beyond its bound');
  };
}

async function round(target: Target, seed: number): Promise<Found | null> {
  const result = await fc.check(fc.asyncProperty(target.inputs, watched(target)), {
    seed,
    numRuns: Number(options.runs),
    examples: target.corpus.map((input) => [input] as [unknown]),
  });
  if (!result.failed) return null;
  const words = `${fc.stringify(result.counterexample)}\n${String((result.errorInstance as Error)?.stack)}`;
  return { target: target.name, seed, words };
}

async function main(): Promise<number> {
  const first = options.seed === undefined ? Date.now() % 1_000_000_000 : Number(options.seed);
  console.log(`seed ${first}${options.seed === undefined ? ' (fresh)' : ''}`);
  const world = await openFuzzWorld(null);
  const targets = [...parserTargets, ...world.targets].filter(({ name }) => name.includes(options.only));
  const found = new Map<string, Found>();
  const began = performance.now();
  try {
    let rounds = 0;
    do {
      for (const target of targets) {
        if (found.has(target.name)) continue;
        const finding = await round(target, first + rounds);
        if (finding === null) continue;
        found.set(target.name, finding);
        console.log(`\nFOUND ${finding.target} (seed ${finding.seed}):\n${finding.words.slice(0, 3_000)}`);
      }
      rounds += 1;
    } while (performance.now() - began < Number(options.seconds) * 1_000);
    await world.prove();
    const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const heap = Math.round(process.memoryUsage().heapUsed / 1_000_000);
    console.log(`${rounds} rounds, ${all} inputs to ${targets.length} targets, heap at the end ${heap} MB`);
    console.log(`the slowest: ${slowest.name}, ${Math.round(slowest.ms)} ms of the processor`);
  } finally {
    await world.close();
  }
  console.log(`${targets.length - found.size} passed, ${found.size} failed`);
  return found.size === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.stack ?? error.message);
    console.log('0 passed, 1 failed');
    process.exit(1);
  },
);

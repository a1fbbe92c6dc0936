// The plugins' part of `npm run conformance`: the kit on each engine, and with --broken on each plugin's broken copies.
import path from 'node:path';
import type { Report } from '../../../plugins/conformance/src/kit.ts';
import type { Sandbox } from '../../start-sandbox.ts';
import { brokenPlugins } from './broken.ts';
import { type Engine, engines, type Ground, prepareGround } from './kit.ts';

export interface Outcome {
  readonly name: string;
  readonly about: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface Wanted {
  /** Lower-case names of engines; all when empty. */
  readonly only: readonly string[];
  /** Null: each engine's own number for CI. */
  readonly races: number | null;
  readonly broken: boolean;
  readonly prepared: ReadonlyMap<Engine, Promise<void>>;
  readonly signal: AbortSignal;
  /** A sandbox of ours that nobody else uses any more; null: one is started. */
  readonly sandbox: Sandbox | null;
}

export const engineNames = engines.map(({ name }) => name.toLowerCase());

const chosenOf = (only: readonly string[]) =>
  engines.filter(({ name }) => only.length === 0 || only.includes(name.toLowerCase()));

/** Begins the downloads of the chosen engines; each is waited for when its turn comes. */
export function prepareEngines(
  only: readonly string[],
  signal: AbortSignal,
): ReadonlyMap<Engine, Promise<void>> {
  const begun = new Map(
    chosenOf(only).map((engine) => [engine, engine.prepare?.(signal) ?? Promise.resolve()] as const),
  );
  // Told by whoever waits for it; until then it is nobody's unhandled rejection.
  for (const prepared of begun.values()) prepared.catch(() => undefined);
  return begun;
}

export async function runPlugins(wanted: Wanted): Promise<Outcome[]> {
  const chosen = chosenOf(wanted.only);
  if (chosen.length === 0) return [];
  const ground = await prepareGround(wanted.signal, wanted.sandbox);
  const outcomes: Outcome[] = [];
  try {
    for (const engine of chosen) {
      wanted.signal.throwIfAborted();
      await wanted.prepared.get(engine);
      outcomes.push(
        await (wanted.broken ? runBroken(engine, ground, wanted) : runSound(engine, ground, wanted)),
      );
    }
  } finally {
    await ground.stop();
  }
  return outcomes;
}

async function runSound(engine: Engine, ground: Ground, wanted: Wanted): Promise<Outcome> {
  const races = wanted.races ?? engine.racesInCi;
  console.log(`${engine.name} plugin, ${races} interleavings …`);
  const ended = await ground.run(engine, ['--races', String(races)]);
  console.log(ended.output.trimEnd());
  const counted = /^(\d+) passed, (\d+) failed$/m.exec(ended.output);
  const passed = Number.parseInt(counted?.[1] ?? '0', 10);
  const failed = Number.parseInt(counted?.[2] ?? '1', 10);
  const about = counted === null ? ended.ending : `the plugins’ kit, ${races} interleavings`;
  return { name: engine.name, about, passed, failed, skipped: 0 };
}

/** A broken copy passes when the kit turns its row red. */
async function runBroken(engine: Engine, ground: Ground, { races }: Wanted): Promise<Outcome> {
  const program = path.join(import.meta.dirname, 'broken.ts');
  let passed = 0;
  let failed = 0;
  for (const [row, { what }] of Object.entries(brokenPlugins[engine.name] ?? {})) {
    const args = ['--races', String(Math.min(races ?? engine.racesInCi, 100)), '--only', row, '--json'];
    const ended = await ground.run(engine, args, [program, engine.name, row]);
    const report = reportIn(ended.output);
    const result = report?.results.find(({ name }) => name === row);
    const isCaught = ended.output.includes('broken: ') && result?.ok === false;
    if (isCaught) passed += 1;
    else failed += 1;
    const told = result?.said ?? ended.output.slice(-1_500);
    console.log(`  ${isCaught ? 'red' : 'NOT SEEN'}  ${row.padEnd(11)} a copy that ${what}\n        ${told}`);
  }
  return { name: engine.name, about: 'broken copies, each seen by its row', passed, failed, skipped: 0 };
}

function reportIn(output: string): Report | null {
  const from = output.indexOf('{\n  "shop"');
  const until = output.lastIndexOf('\n}');
  if (from < 0 || until < from) return null;
  return JSON.parse(output.slice(from, until + 2)) as Report;
}

// A thread that tries mutants: it loads the sources that a mutant reaches anew, the mutated one with its mistake, and runs
// the tests that should notice. Everything else stays loaded, so that a mutant takes milliseconds.
import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parentPort } from 'node:worker_threads';
import fc from 'fast-check';
import { apply, type Mutant } from './operators.ts';

/** `mutant` null: the sources as they are, to learn what imports what. */
export interface Trial {
  readonly number: number;
  readonly mutant: Pick<Mutant, 'file' | 'start' | 'end' | 'replacement'> | null;
  /** Test files, the likeliest first, and the files that import the mutated one, directly or not. */
  readonly tests: readonly string[];
  readonly reached: readonly string[];
}

export interface Outcome {
  readonly number: number;
  /** The test that failed (or that the sources could not even be loaded); null when all passed. */
  readonly failed: { readonly file: string; readonly test: string } | null;
  /** By imported file: who imports it. Of a trial without a mutant only. */
  readonly importedBy: readonly (readonly [imported: string, by: string])[];
}

const root = path.resolve(import.meta.dirname, '../..');
const collectorUrl = new URL('./test-collector.ts', import.meta.url).href;
const mark = '?mutant=';

let trial: Trial = { number: 0, mutant: null, tests: [], reached: [] };
let reached = new Set<string>();
const importedBy: [string, string][] = [];
const sources = new Map<string, string>();
const stripped = new Map<string, string>();

/** Relative to the root, null for what is not ours. */
function ownFile(url: string): string | null {
  if (!url.startsWith('file:') || url.includes('/node_modules/')) return null;
  const file = path.relative(root, fileURLToPath(url.split('?')[0]!));
  return file.startsWith('..') ? null : file;
}

function sourceOf(file: string): string {
  let source = sources.get(file);
  if (source === undefined) {
    source = readFileSync(path.join(root, file), 'utf8');
    sources.set(file, source);
  }
  return source;
}

function codeOf(file: string): string {
  if (trial.mutant?.file === file) return stripTypeScriptTypes(apply(sourceOf(file), trial.mutant));
  let code = stripped.get(file);
  if (code === undefined) {
    code = stripTypeScriptTypes(sourceOf(file));
    stripped.set(file, code);
  }
  return code;
}

registerHooks({
  resolve(specifier, context, next) {
    const by = context.parentURL === undefined ? null : ownFile(context.parentURL);
    if (specifier === 'vitest' && by !== null && by !== 'tests/mutants/test-collector.ts')
      return { url: collectorUrl, format: 'module-typescript', shortCircuit: true };
    const found = next(specifier, context);
    const file = ownFile(found.url);
    if (file === null || !file.endsWith('.ts')) return found;
    if (trial.mutant === null && by !== null) importedBy.push([file, by]);
    return reached.has(file) ? { ...found, url: `${found.url.split('?')[0]}${mark}${trial.number}` } : found;
  },
  load(url, context, next) {
    const file = ownFile(url);
    if (file === null || !url.includes(mark)) return next(url, context);
    return { format: 'module', source: codeOf(file), shortCircuit: true };
  },
});

// The same inputs each time, so that a survivor survives again; and no search for a smaller counterexample.
fc.configureGlobal({ seed: 20141111, endOnFailure: true });
const { runCollected, startCollecting } = await import('./test-collector.ts');

async function failureOf(asked: Trial): Promise<Outcome['failed']> {
  for (const file of asked.tests) {
    startCollecting();
    try {
      await import(`${pathToFileURL(path.join(root, file)).href}${mark}${asked.number}`);
      const failed = await runCollected();
      if (failed !== null) return { file, test: failed };
    } catch (error) {
      return { file, test: `(${error instanceof Error ? error.message.split('\n')[0] : String(error)})` };
    }
  }
  return null;
}

parentPort!.on('message', async (asked: Trial) => {
  trial = asked;
  reached = new Set([...asked.reached, ...asked.tests]);
  const failed = await failureOf(asked);
  const answer: Outcome = { number: asked.number, failed, importedBy: importedBy.splice(0) };
  parentPort!.postMessage(answer);
});
// A promise that a mutant left behind must not end the thread.
process.on('unhandledRejection', () => undefined);

// The kit on a plugin that is broken on purpose: `node broken.ts ENGINE ROW …`, the rest as for the kit's own program.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { brokenMedusa } from './broken-medusa.ts';
import { brokenVendure } from './broken-vendure.ts';

export interface Change {
  /** From the project's root. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface Broken extends Change {
  /** What is wrong with this copy, after "it …". */
  readonly what: string;
  /** A second change, where one alone is caught by another part of the plugin. */
  readonly and?: Change;
}

/** By engine, then by row. */
export const brokenPlugins: Readonly<Record<string, Readonly<Record<string, Broken>>>> = {
  Vendure: brokenVendure,
  Medusa: brokenMedusa,
};

const root = path.resolve(import.meta.dirname, '../../..');

/** Throws when the text stands there not exactly once. */
export function patched(broken: Change, source: string): string {
  if (source.split(broken.from).length !== 2)
    throw new Error(`${broken.file} has not exactly one "${broken.from.trim()}"`);
  return source.replace(broken.from, () => broken.to);
}

export const sourceOf = ({ file }: Change): string => readFileSync(path.join(root, file), 'utf8');

async function main(engine: string, row: string): Promise<void> {
  const broken = brokenPlugins[engine]?.[row];
  if (broken === undefined) throw new Error(`there is no broken copy of ${engine} for ${row}`);
  const { what: _what, and, ...first } = broken;
  const changes: readonly Change[] = and === undefined ? [first] : [first, and];
  // Medusa is a process of its own with the plugin as it is published: its driver breaks what it installs.
  if (engine === 'Medusa') process.argv.push('--option', `broken=${JSON.stringify(changes)}`);
  else for (const change of changes) breakWhenLoaded(change);
  await import('../../../plugins/conformance/src/main.ts');
}

function breakWhenLoaded(broken: Change): void {
  const url = pathToFileURL(path.join(root, broken.file)).href;
  registerHooks({
    load(loading, context, nextLoad) {
      const loaded = nextLoad(loading, context);
      if (loading !== url) return loaded;
      process.stderr.write(`broken: ${broken.file}\n`);
      return {
        ...loaded,
        source: patched(broken, Buffer.from(loaded.source as Uint8Array).toString('utf8')),
      };
    },
  });
}

if (import.meta.main) {
  const [engine, row] = process.argv.splice(2, 2);
  await main(engine ?? '', row ?? '');
}

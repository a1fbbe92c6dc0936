// The kit on a plugin that is broken on purpose: `node broken.ts ENGINE ROW …`, the rest as for the kit's own program.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { brokenVendure } from './broken-vendure.ts';

export interface Broken {
  /** What is wrong with this copy, after "it …". */
  readonly what: string;
  /** From the project's root. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** By engine, then by row. */
export const brokenPlugins: Readonly<Record<string, Readonly<Record<string, Broken>>>> = {
  Vendure: brokenVendure,
};

const root = path.resolve(import.meta.dirname, '../../..');

/** Throws when the text stands there not exactly once. */
export function patched(broken: Broken, source: string): string {
  if (source.split(broken.from).length !== 2)
    throw new Error(`${broken.file} has not exactly one "${broken.from.trim()}"`);
  return source.replace(broken.from, () => broken.to);
}

export const sourceOf = ({ file }: Broken): string => readFileSync(path.join(root, file), 'utf8');

async function main(engine: string, row: string): Promise<void> {
  const broken = brokenPlugins[engine]?.[row];
  if (broken === undefined) throw new Error(`there is no broken copy of ${engine} for ${row}`);
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
  await import('../../../plugins/conformance/src/main.ts');
}

if (import.meta.main) {
  const [engine, row] = process.argv.splice(2, 2);
  await main(engine ?? '', row ?? '');
}

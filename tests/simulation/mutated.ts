// The simulator on a platform with one deliberate bug: `node tests/simulation/mutated.ts NAME …`, the rest as for run.ts.
// The bug is put into the source while this process loads it; the files stay as they are.
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { mutated, mutations, patchesOf } from './mutations.ts';

const [name] = process.argv.splice(2, 1);
const mutation = mutations.find((each) => each.name === name);
if (mutation === undefined) throw new Error(`there is no mutation "${name}"`);
const root = path.join(import.meta.dirname, '../..');
const patches = new Map(
  patchesOf(mutation).map((patch) => [pathToFileURL(path.join(root, patch.file)).href, patch]),
);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const patch = patches.get(url);
    if (patch === undefined) return loaded;
    const source = Buffer.from(loaded.source as Uint8Array).toString('utf8');
    console.log(`mutated ${patch.file}`);
    return { ...loaded, source: mutated(mutation.name, patch, source) };
  },
});

await import('./run.ts');

// The deliberate bugs still fit the sources that they are made for: a patch that no longer applies proves nothing.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { mutated, mutations, patchesOf } from './mutations.ts';

const root = path.join(import.meta.dirname, '../..');

test('there are at least thirty of them, each with a name of its own', () => {
  expect(mutations.length).toBeGreaterThanOrEqual(30);
  expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length);
});

test.for(mutations.map((mutation) => [mutation.name, mutation] as const))('%s', ([, mutation]) => {
  for (const patch of patchesOf(mutation)) {
    const source = readFileSync(path.join(root, patch.file), 'utf8');
    expect(mutated(mutation.name, patch, source)).not.toBe(source);
  }
});

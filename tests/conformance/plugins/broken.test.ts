// Every row of the plugins' kit has a broken copy of each plugin, and each patch still fits the source.
import { expect, test } from 'vitest';
import { rows } from '../../../plugins/conformance/src/kit.ts';
import { brokenPlugins, patched, sourceOf } from './broken.ts';

test.each(Object.keys(brokenPlugins))('%s: each row has a copy that is broken in it', (engine) => {
  const copies = brokenPlugins[engine]!;
  expect(Object.keys(copies).toSorted()).toEqual(rows.map(({ name }) => name).toSorted());
  for (const broken of Object.values(copies))
    for (const change of broken.and === undefined ? [broken] : [broken, broken.and])
      expect(patched(change, sourceOf(change))).not.toBe(sourceOf(change));
});

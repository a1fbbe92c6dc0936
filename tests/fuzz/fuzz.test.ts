// A short round of fuzzing in every test run: the corpus and some generated inputs for each parser and each route, from
// a seed that a failure prints. `npm run fuzz` goes on for as long as one likes.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parserTargets } from './parsers.ts';
import type { Target } from './target.ts';
import { type FuzzWorld, openFuzzWorld } from './world.ts';

const round = (target: Target, numRuns: number): Promise<void> =>
  fc.assert(
    fc.asyncProperty(target.inputs, async (input) => target.check(input)),
    { numRuns, examples: target.corpus.map((input) => [input] as [unknown]) },
  );

describe('parsers of outsiders’ bytes', () => {
  test.for(parserTargets.map((target) => [target.name, target] as const))('%s', ([, target]) =>
    round(target, 120),
  );
});

describe('behind genuine signatures and sessions', () => {
  let world: FuzzWorld;
  beforeAll(async () => {
    world = await openFuzzWorld(process.env.TONGBAO_TEST_SERVER!);
  });
  afterAll(() => world.close());

  test('every route answers in its protocol’s own words, and the books stay right', async () => {
    expect(world.targets.length).toBeGreaterThan(15);
    for (const target of world.targets) await round(target, target.corpus.length + 12);
    await world.prove();
  });
});

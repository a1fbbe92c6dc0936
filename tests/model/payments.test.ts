// Several payments of one shop with overlapping refunds, failing banks, cancellations, settlements and jumps of the clock, on a
// real PostgreSQL, against a small model that was written apart from the code. `npm run model` plays it for longer.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { play } from './play.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());

test('whatever is asked in whatever order: model and books agree after each step, and every proof holds', async () => {
  const runs = await play(world, { seed: 20141111, runs: 12, commands: 30, withinMs: 30_000 });
  expect(runs).toBeGreaterThan(0);
}, 120_000);

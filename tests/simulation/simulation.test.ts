// The simulator in every test run: traces that once failed, a small world that comes out the same twice, and the
// shrinking of a trace. `npm run simulate` plays as many worlds as one likes.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Command } from './commands.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';
import { openStage, type Stage } from './stage.ts';
import { readTrace } from './traces.ts';
import { workloadOf } from './workload.ts';

// A busy machine takes its time over a world.
vi.setConfig({ testTimeout: 240_000 });

let stage: Stage;
beforeAll(async () => {
  stage = await openStage(process.env.TONGBAO_TEST_SERVER!);
});
afterAll(() => stage.close());

const folder = path.join(import.meta.dirname, 'traces');

test.for(readdirSync(folder).filter((file) => file.endsWith('.json')))('%s', async (file) => {
  const outcome = await simulate({ ...(await readTrace(path.join(folder, file))), stage });
  expect(outcome.failure?.message ?? null).toBeNull();
});

test('a world comes out the same twice, and its races hold too', async () => {
  const commands = workloadOf({ seed: 7, payments: 6 });
  const play = (concurrent: boolean) => simulate({ stage, seed: 7, commands, concurrent });
  const [one, other, racing] = [await play(false), await play(false), await play(true)];
  for (const outcome of [one, other, racing]) expect(outcome.failure?.message ?? null).toBeNull();
  expect(one.trace).toEqual(other.trace);
  expect(one.hash).toBe(other.hash);
});

test('shrinking keeps what the failure needs, and leaves out faults that it does not', async () => {
  const commands = workloadOf({ seed: 3, payments: 8 });
  const needed = [commands[4]!.number, commands[11]!.number];
  const fails = async (tried: readonly Command[]) =>
    needed.every((number) => tried.some((command) => command.number === number));
  const shortest = await shrink(commands, { fails, mostRuns: 500, onProgress: () => undefined });
  expect(shortest.map(({ number }) => number)).toEqual(needed);
  expect(shortest.every(({ fault }) => fault === null)).toBe(true);
});

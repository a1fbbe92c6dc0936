// Long work in short steps: a generator does a piece of it between two `yield`s, and a server answers others in between.
import { setImmediate } from 'node:timers/promises';

export type Steps<Result> = Generator<void, Result>;

/** All of it at once, for callers that nobody waits behind. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}

/** All of it, with a turn of the event loop after each step. */
export async function inSteps<Result>(steps: Steps<Result>): Promise<Result> {
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    await setImmediate();
  }
}

/** Items of one step: some milliseconds of work. */
export const stepItems = 500;

/** Does something with each item, some thousand in a step. */
export function* forEach<Item>(items: Iterable<Item>, act: (item: Item, place: number) => void): Steps<void> {
  let place = 0;
  for (const item of items) {
    act(item, place);
    place += 1;
    if (place % stepItems === 0) yield;
  }
}

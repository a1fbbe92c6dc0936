// Reads that travel together, and the bound of their queue.
import { expect, it } from 'vitest';
import { gather } from './gather.ts';

it('core, suspicion: more questions than the queue holds are refused as overloaded, the others are answered', async () => {
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const batches: number[] = [];
  const ask = gather<number, number>(
    async (keys) => {
      batches.push(keys.length);
      await held;
      return keys.map((key) => key * 2);
    },
    { atOnce: 1, maxBatch: 10, maxWaiting: 20 },
  );
  const first = ask(0);
  await Promise.resolve();
  const asked = Array.from({ length: 25 }, (_, number) =>
    ask(number + 1).catch((error: { code: string }) => error.code),
  );
  answer();
  expect(await first).toBe(0);
  const answers = await Promise.all(asked);
  expect(answers.filter((each) => each === 'overloaded')).toHaveLength(5);
  expect(answers.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, number) => (number + 1) * 2));
  expect(batches).toEqual([1, 10, 10]);
});

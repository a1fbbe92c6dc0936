// The laws of bounded work: never more at once than allowed, everything is done, and the keys take turns.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSlots } from './slots.ts';

test('never more at once than the bounds, in all and for each key; all work is done, errors included', async () => {
  const piece = fc.record({
    key: fc.constantFrom('a', 'b', 'c', 'd'),
    turns: fc.nat(5),
    fails: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 60 }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 4 }),
      async (pieces, total, perKey) => {
        const slots = createSlots({ total, perKey: () => perKey });
        const active = new Map<string, number>();
        let atOnce = 0;
        const ends = await Promise.allSettled(
          pieces.map(({ key, turns, fails }, index) =>
            slots.run(key, async () => {
              active.set(key, (active.get(key) ?? 0) + 1);
              atOnce++;
              expect(atOnce).toBeLessThanOrEqual(total);
              expect(active.get(key)).toBeLessThanOrEqual(perKey);
              for (let turn = 0; turn < turns; turn++) await Promise.resolve();
              active.set(key, active.get(key)! - 1);
              atOnce--;
              if (fails) throw new Error(`piece ${index}`);
              return index;
            }),
          ),
        );
        for (const [index, end] of ends.entries()) {
          if (pieces[index]!.fails)
            expect(end).toMatchObject({ status: 'rejected', reason: { message: `piece ${index}` } });
          else expect(end).toEqual({ status: 'fulfilled', value: index });
        }
      },
    ),
  );
});

test('a key with much to do does not keep another waiting for more than its turn', async () => {
  const slots = createSlots({ total: 1, perKey: () => 1 });
  const order: string[] = [];
  const work = (name: string) => slots.run(name[0]!, async () => void order.push(name));
  await Promise.all(['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'].map(work));
  expect(order).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
});

test('a key’s share can shrink and grow while its work waits', async () => {
  let share = 2;
  const slots = createSlots({ total: 10, perKey: () => share });
  const ends: (() => void)[] = [];
  const all = Promise.all(
    Array.from({ length: 5 }, () => slots.run('a', () => new Promise<void>((resolve) => ends.push(resolve)))),
  );
  const turn = () => new Promise(setImmediate);
  await turn();
  expect(ends).toHaveLength(2);
  share = 1;
  ends.shift()!();
  await turn();
  expect(ends).toHaveLength(1);
  share = 4;
  ends.shift()!();
  await turn();
  expect(ends).toHaveLength(3);
  for (const end of ends) end();
  await all;
});

// Reads that travel together: questions that arrive while earlier ones are under way are asked as one. A lone question
// is asked at once. Nothing is remembered: each answer was read after its question was put. The queue is bounded: one
// question more is refused as 'overloaded'.
import { Rejection } from '../rejection.ts';

/** `load` answers a value for each key, in their order. */
export function gather<Key, Value>(
  load: (keys: readonly Key[]) => Promise<readonly Value[]>,
  how: { readonly atOnce?: number; readonly maxBatch?: number; readonly maxWaiting?: number } = {},
): (key: Key) => Promise<Value> {
  const { atOnce = 2, maxBatch = 200, maxWaiting = 10_000 } = how;
  const waiting: { key: Key; resolve: (value: Value) => void; reject: (error: unknown) => void }[] = [];
  let underWay = 0;

  function next(): void {
    while (underWay < atOnce && waiting.length > 0) {
      const batch = waiting.splice(0, maxBatch);
      underWay += 1;
      load(batch.map((asked) => asked.key))
        .then(
          (values) => {
            for (const [place, asked] of batch.entries()) asked.resolve(values[place]!);
          },
          (error) => {
            for (const asked of batch) asked.reject(error);
          },
        )
        .finally(() => {
          underWay -= 1;
          next();
        });
    }
  }

  return (key) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= maxWaiting) {
        reject(new Rejection('overloaded', `${maxWaiting} questions are waiting`));
        return;
      }
      waiting.push({ key, resolve, reject });
      if (underWay < atOnce) queueMicrotask(next);
    });
}

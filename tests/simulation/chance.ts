// All chance of the simulator: one seeded source for the workload, and a pure draw for what must not depend on the
// order in which things happen to be asked (whether a merchant answers, what a rate is on a day).

export interface Chance {
  /** An integer from 0 to limit − 1. */
  below(limit: number): number;
  /** True in so many of a hundred cases. */
  percent(share: number): boolean;
  pick<T>(of: readonly T[]): T;
  /** One of the keys, by its weight. */
  weighted<Key extends string>(weights: Readonly<Partial<Record<Key, number>>>): Key;
}

/** SplitMix32: short, and good enough to choose by. */
function mixed(state: number): number {
  let z = (state + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

export function chanceOf(seed: number): Chance {
  let state = mixed(seed ^ 0x5eed);
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    return mixed(state);
  };
  const below = (limit: number): number => next() % limit;
  return {
    below,
    percent: (share) => below(100) < share,
    pick: (of) => of[below(of.length)]!,
    weighted(weights) {
      const entries = Object.entries(weights) as [never, number][];
      let left = below(entries.reduce((sum, [, weight]) => sum + weight, 0));
      for (const [key, weight] of entries) {
        left -= weight;
        if (left < 0) return key;
      }
      throw new Error('no weights');
    },
  };
}

/** An integer from 0 to limit − 1 that depends on the seed and the words alone. */
export function drawn(seed: number, limit: number, ...words: readonly (string | number)[]): number {
  let state = mixed(seed);
  for (const character of words.join('\u0000')) state = mixed(state ^ character.charCodeAt(0));
  return mixed(state) % limit;
}

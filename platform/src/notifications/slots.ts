// Bounded work: so many pieces at once in all and so many for each key. The keys take turns, so that a key with much
// to do, or one whose work is slow, does not keep the others waiting.

export interface Slots {
  /** Does the work when a slot is free for its key; answers or throws what the work does. */
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
}

interface Line {
  active: number;
  readonly waiting: (() => void)[];
}

/** `perKey` is asked each time anew: a key's share may change while its work is waiting. */
export function createSlots(bounds: { total: number; perKey: (key: string) => number }): Slots {
  const lines = new Map<string, Line>();
  let free = bounds.total;

  /** The lines stand in the order of their turns; one that has had its turn goes to the end. */
  function begin(): void {
    for (let begun = true; begun && free > 0; ) {
      begun = false;
      for (const [key, line] of [...lines]) {
        if (free === 0 || line.waiting.length === 0 || line.active >= bounds.perKey(key)) continue;
        lines.delete(key);
        lines.set(key, line);
        free--;
        line.active++;
        line.waiting.shift()!();
        begun = true;
      }
    }
  }

  return {
    async run(key, work) {
      const line = lines.get(key) ?? { active: 0, waiting: [] };
      lines.set(key, line);
      await new Promise<void>((resolve) => {
        line.waiting.push(resolve);
        begin();
      });
      try {
        return await work();
      } finally {
        free++;
        line.active--;
        if (line.active === 0 && line.waiting.length === 0) lines.delete(key);
        begin();
      }
    },
  };
}
